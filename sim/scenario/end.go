package scenario

// Who sees something or does something.
type Who string

const (
	Person Who = "person"
	HR     Who = "hr"
	Itself Who = "itself" // nobody has to do anything
)

// Sight is what somebody sees: all these words, in Chinese, on one version of one card.
type Sight struct {
	Who   Who
	Words []string
}

// End is how a registration that meets the fault comes to its end, which is always "done".
type End struct {
	By Who // who has to do something
	// Does is what: an act of a button (retry, resolve, submit_code, send_code) or "photo" for sending it again; "" for
	// nothing.
	Does string
	Text Text
}

// expect is the whole rule: it says how a call that meets a fault goes on, what people see, and whether the bot has to
// reckon with a write that happened.
func expect(c Call, f Fault) (end End, sees []Sight, unclear bool) {
	see := func(all ...Sight) {
		for _, s := range all {
			if s.Who != "" {
				sees = append(sees, s)
			}
		}
	}
	refused := (f.Name == "token_dead" || f.Name == "clock_off") && c.Proof != Token
	switch {
	case c.Repeat == Redeliver:
		return End{By: Itself, Text: Text{"飞书会再推；时钟校准后继续", "Feishu comes again; goes on when the clock is right"}}, nil, false
	case c.Picture && f.Name == "truncated":
		see(Sight{Person, []string{"图片没有传完整。请重新发一次"}})
		return End{Person, "photo", Text{"员工再发一次照片", "the person sends the photo again"}}, sees, false
	case refused:
		words := "账号或密钥不被接受。请管理员检查配置，改好后点重试"
		if f.Name == "clock_off" {
			words = "服务器时间不准，请求被拒。请管理员校准时间后重试"
		}
		see(Sight{Person, []string{"HR 正在帮你处理", "有一步需要 HR 处理，已经通知他们了。你的资料都在，不用重来"}}, Sight{HR, []string{"有一件实名卡住了", words}})
		return End{HR, "retry", Text{"改好后 HR 点重试，或每两分钟自动再试",
			"HR retries when it is put right, or it is tried every two minutes"}}, sees, false
	case c.Repeat == SecondSMS && f.Name != "slow" && !f.clear:
		see(Sight{Person, []string{"输入短信验证码", "不确定验证码有没有发到", "收到了就直接填", "再点重新发送"}})
		if f.applied {
			return End{Person, "submit_code", Text{"短信到了，员工照常填", "the message came, and the person types the code"}}, sees, true
		}
		return End{Person, "send_code", Text{"短信没到，员工点重新发送", "nothing came, and the person asks for another code"}}, sees,
			true
	case c.Repeat == Doubles && f.Name != "slow" && !f.clear:
		see(Sight{Person, []string{"HR 正在帮你处理", "有一步需要 HR 处理，已经通知他们了。你的资料都在，不用重来"}})
		found, missing := []string{"有一件实名卡住了", "一、已经有了", "二、还没有"}, "确认没有写入，再写一次"
		if c.Upstream == esignName {
			found, missing = []string{"有一件实名卡住了", "一、查到了", "二、没查到"}, "确认没有生成，再提交一次"
		}
		see(Sight{HR, append(found, missing)})
		if f.applied {
			return End{HR, "resolve", Text{"HR 在对方后台查到了，确认已写入", "HR finds it in the other system and says so"}}, sees, true
		}
		return End{HR, "retry", Text{"HR 过一分钟在对方后台没查到，确认后再写一次",
			"HR does not find it in the other system after a minute and has it written again"}}, sees, true
	}
	// While Feishu cannot be reached no card says so either.
	if away := f.Name == "unreachable" && c.Upstream == feishuName; !away && (!c.quiet(f) || f.Name == "slow") {
		see(c.waits)
	}
	if c.lasts(f) {
		see(c.slow)
	}
	if c.Repeat == Unneeded {
		return End{By: Itself, Text: Text{"不等它，自动再试；没查到就请员工自己填手机号",
			"not waited for, tried again by itself; without it the person types the mobile"}}, sees, false
	}
	return End{By: Itself, Text: Text{"自动再试，不用管", "tried again by itself"}}, sees, false
}
