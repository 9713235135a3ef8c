package scenario

// Who is a party that sees or does something.
type Who string

const (
	Person Who = "person"
	HR     Who = "hr"
	Itself Who = "itself" // no action is necessary
)

// Sight is what a party sees: all these words, in Chinese, on one version of one card.
type Sight struct {
	Who   Who
	Words []string
}

// End describes how a registration that meets the fault goes on. It always ends as "done".
type End struct {
	By Who // party that has to act
	// Does is the action: the act of a button (retry, resolve, submit_code, send_code), "photo" for sending the photo
	// again, or "".
	Does string
	Text Text
}

// expect is the rule of the catalogue. It returns how a registration goes on when the call meets the fault, what people
// see, and whether the write may have happened without the bot's knowledge.
func expect(c Call, f Fault) (end End, sees []Sight, unclear bool) {
	certain := f.Name == "slow" || f.clear
	switch {
	case c.Repeat == Redeliver:
		return End{By: Itself, Text: Text{"飞书会再推；时钟校准后继续", "Feishu comes again; goes on when the clock is right"}}, nil, false
	case c.Picture && f.Name == "truncated":
		end = End{Person, "photo", Text{"员工再发一次照片", "the person sends the photo again"}}
		return end, []Sight{{Person, []string{"图片没有传完整。请重新发一次"}}}, false
	case (f.Name == "token_dead" || f.Name == "clock_off") && c.Proof != Token:
		end, sees = expectCredentialsRefused(f)
		return end, sees, false
	case c.Repeat == SecondSMS && !certain:
		end, sees = expectUnclearSMS(f)
		return end, sees, true
	case c.Repeat == Doubles && !certain:
		end, sees = expectUnclearWrite(c, f)
		return end, sees, true
	}
	if c.Repeat == Once && !certain {
		end, sees = expectLostResult(f)
		return end, sees, true
	}
	if c.Follows {
		return End{By: Itself, Text: Text{"登记已经完成，自动再试，同一件不会做两遍",
			"the registration is done; tried again by itself, without doing anything twice"}}, nil, false
	}
	// While Feishu is unreachable, the bot cannot update a card.
	unreachable := f.Name == "unreachable" && c.Upstream == feishuName
	if c.waits.Who != "" && !unreachable && (!c.quiet(f) || f.Name == "slow") {
		sees = append(sees, c.waits)
	}
	if c.slow.Who != "" && c.isPersistent(f) {
		sees = append(sees, c.slow)
	}
	if c.Repeat == Unneeded {
		return End{
			By: Itself,
			Text: Text{"不等它，自动再试；没查到就请员工自己填手机号",
				"not waited for, tried again by itself; without it the person types the mobile"},
		}, sees, false
	}
	return End{By: Itself, Text: Text{"自动再试，不用管", "tried again by itself"}}, sees, false
}

// attention is the applicant's card while HR has to act.
var attention = Sight{Person, []string{"已转给 HR 处理", "有一步需要 HR 处理，已经通知他们了。你的资料都在，不用重来"}}

func expectCredentialsRefused(f Fault) (End, []Sight) {
	words := "账号或密钥不被接受。请管理员检查配置，改好后点重试"
	if f.Name == "clock_off" {
		words = "服务器时间不准，请求被拒。请管理员校准时间后重试"
	}
	end := End{HR, "retry", Text{"改好后 HR 点重试，或每两分钟自动再试",
		"HR retries when it is put right, or it is tried every two minutes"}}
	return end, []Sight{attention, {HR, []string{"有一件实名卡住了", words}}}
}

func expectUnclearSMS(f Fault) (End, []Sight) {
	sees := []Sight{{Person, []string{"输入短信验证码", "不确定验证码有没有发到", "收到了就直接填", "再点重新发送"}}}
	if f.applied {
		return End{Person, "submit_code", Text{"短信到了，员工照常填", "the message came, and the person types the code"}}, sees
	}
	return End{Person, "send_code", Text{"短信没到，员工点重新发送", "nothing came, and the person asks for another code"}}, sees
}

func expectUnclearWrite(c Call, f Fault) (End, []Sight) {
	card := []string{"有一件实名卡住了", "一、已经有了", "二、还没有", "确认没有写入，再写一次"}
	if c.Upstream == esignName {
		card = []string{"有一件实名卡住了", "一、查到了", "二、没查到", "确认没有生成，再提交一次"}
	}
	sees := []Sight{attention, {HR, card}}
	if f.applied {
		return End{HR, "resolve", Text{"HR 在对方后台查到了，确认已写入", "HR finds it in the other system and says so"}}, sees
	}
	return End{HR, "retry", Text{"HR 过一分钟在对方后台没查到，确认后再写一次",
		"HR does not find it in the other system after a minute and has it written again"}}, sees
}
