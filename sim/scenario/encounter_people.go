package scenario

import (
	"slices"
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
)

// typed is how people type.
var typed = []Encounter{
	{
		Name:  "words/code_with_blank",
		Text:  Text{"员工在聊天里发验证码，中间有空格", "the code is sent in the chat, with a blank in it"},
		End:   Text{"认得出，直接往下走", "it is understood"},
		By:    Itself,
		Moves: steps(toCode, says("{first3} {last3}")),
		Ends:  sim.StageReview,
	},
	{
		Name:  "words/code_after_word",
		Text:  Text{"员工发“验证码”加六位数字", "the code is sent after the word 验证码"},
		End:   Text{"认得出，直接往下走", "it is understood"},
		By:    Itself,
		Moves: steps(toCode, says("验证码{code}")),
		Ends:  sim.StageReview,
	},
	{
		Name:  "words/whole_sms",
		Text:  Text{"员工把整条短信粘贴过来", "the whole text message is pasted"},
		End:   Text{"从里面找到验证码，直接往下走", "the code in it is found"},
		By:    Itself,
		Moves: steps(toCode, says("{sms}")),
		Ends:  sim.StageReview,
	},
	{
		Name: "words/no_code",
		Text: Text{"等验证码时，员工发别的话，又少填一位", "other words are sent while a code is awaited, then a digit is missing"},
		End:  Text{"告诉他在等六位数字，不算次数", "the answer says that six digits are awaited; no try is lost"},
		By:   Person,
		Moves: steps(toCode, says("怎么还没收到", "现在等的是短信里的 6 位验证码", "这次不算次数"),
			sim.Move{
				Presses: "submit_code",
				Form:    map[string]string{"sms_code": "{first3}"},
				Toast:   "请填短信里的 6 位数字，这次不算次数",
			},
			types("{code}")),
		Ends: sim.StageReview,
	},
	{
		Name: "words/marks",
		Text: Text{"员工发“进度？”和“【进度】”", "进度 is sent with marks around it"},
		End:  Text{"当作“进度”，卡片移到最下面", "understood as 进度: the card moves to the bottom"},
		By:   Itself,
		Moves: steps(toPhotos, says("进度？", "请把身份证两面的照片发到这个聊天里"),
			says("【进度】", "请把身份证两面的照片发到这个聊天里")),
		Ends: sim.StagePhotos,
	},
	{
		Name:  "words/traditional",
		Text:  Text{"员工发繁体字“實名”", "實名 is sent in traditional characters"},
		End:   Text{"和“实名”一样，开始登记", "understood as 实名: the registration begins"},
		By:    Itself,
		Moves: []sim.Move{says("實名")},
		Ends:  sim.StageConsent,
	},
	{
		Name:  "words/hello",
		Text:  Text{"员工发“你好”", "你好 is sent"},
		End:   Text{"说明来意，给出开始按钮", "the answer says what the bot is for, with the button to start"},
		By:    Person,
		Moves: []sim.Move{says("你好", "我帮你完成公司的实名登记"), {Presses: "start"}},
		Ends:  sim.StageConsent,
	},
	{
		Name: "words/human",
		Text: Text{"员工发“人工”", "人工, somebody human, is asked for"},
		End: Text{"话转给 HR，HR 在同一个聊天里回复，机器人不插话；说完回到机器人",
			"the words go to HR, who answers in the same chat while the bot keeps quiet; then the bot goes on"},
		By: HR,
		Moves: steps(toPhotos,
			says("人工", "已经请 HR 来帮你", "我先不插话"),
			says("身份证在补办，怎么办？", "已转给 HR"),
			sim.Move{By: sim.TheHR, InChat: true, Reads: []string{"员工找人工", "身份证在补办"}},
			sim.Move{
				By: sim.TheHR, InChat: true, Presses: "reply_talk", Form: map[string]string{"note": "补办好了再发，不着急"},
				Toast: "已发给员工",
			},
			sim.Move{Reads: []string{"HR 的回复", "补办好了再发"}},
			says("结束", "回到我这里"),
			says("进度", "请把身份证两面的照片发到这个聊天里")),
		Ends: sim.StagePhotos,
	},
	{
		Name: "words/thanks_and_privacy",
		Text: Text{"员工问“会不会泄露”，又说“谢谢”", "whether the data is safe is asked, then thanks are said"},
		End:  Text{"说明怎么保护、给谁、留多久，再客气一句", "the answer says what protects it, who gets it, how long it is kept; then a polite word"},
		By:   Itself,
		Moves: steps(toPhotos, says("会不会泄露？", "你的信息怎么用、怎么保护", "加密保存"), says("谢谢", "不客气"),
			says("进度", "请把身份证两面的照片发到这个聊天里")),
		Ends: sim.StagePhotos,
	},
	{
		Name: "words/human_silent",
		Text: Text{"员工发“人工”，一直没人回复", "人工 is asked for, and nobody answers"},
		End:  Text{"一小时后机器人接着帮，说明 HR 可能不在", "after an hour the bot goes on, and says that HR may be away"},
		By:   Person,
		Moves: steps(toPhotos, says("人工", "已经请 HR 来帮你"), says("在吗", "已转给 HR"),
			sim.Move{Later: time.Hour, Reads: []string{"HR 这会儿可能不在"}},
			says("进度", "请把身份证两面的照片发到这个聊天里")),
		Ends: sim.StagePhotos,
	},
	{
		Name: "words/hr_asks_about",
		Text: Text{"HR 问机器人某人办完了吗", "HR asks the bot whether somebody is done"},
		End:  Text{"回复这个人到了哪一步，信息打码", "the answer says where the person stands, masked"},
		By:   HR,
		Moves: steps(toPhotos,
			sim.Move{By: sim.TheHR, Says: "{name}办完了吗", Reads: []string{"你问的人"}}),
		Ends: sim.StagePhotos,
	},
	{
		Name: "words/hr_invites",
		Text: Text{"HR 邀请一个人，之后问这个人办到哪了", "HR invites somebody, and asks later how far this person is"},
		End: Text{"先给 HR 看人数，确认了才发；在工作时间发，本人开始了就不再催",
			"HR sees how many they are and confirms; it is sent in working hours, and who has begun is not reminded"},
		By: HR,
		Moves: steps([]sim.Move{
			{By: sim.TheHR, Says: "邀请\n{open_id}", Reads: []string{"实名邀请", "等你确认", "人会收到邀请"}},
			{By: sim.TheHR, InChat: true, Presses: "invite", Toast: "开始邀请了", Reads: []string{"实名邀请", "进行中"}},
			{By: sim.TheHR, Says: "{open_id}", Reads: []string{"你问的人", "还没有开始", "看进度"}},
		}, steps(toPhotos,
			sim.Move{By: sim.TheHR, Says: "{open_id}", Reads: []string{"你问的人", "待发照片", "等本人"}})...),
		Ends: sim.StagePhotos,
	},
}

// notStaff is what people of another company read.
const notStaff = "这里只给本公司员工办理实名"

// senders is who writes.
var senders = []Encounter{
	{
		Name:   "sender/another_company",
		Text:   Text{"别的公司的人发“实名”和照片", "somebody of another company asks to register, and sends a photo"},
		End:    Text{"只回一句办不了，什么都不存", "one refusing line for each; nothing is kept"},
		By:     Person,
		Before: ofAnotherCompany,
		Moves:  []sim.Move{says("实名", notStaff), {Sends: []sim.Shot{front}, Reads: []string{notStaff}}},
	},
	{
		Name:   "sender/another_company_presses",
		Text:   Text{"两家公司的群里，别的公司的人点了卡片", "in a group of two companies, somebody of the other one presses a button"},
		End:    Text{"提示只给本公司员工用，什么都不存", "a line says that it is for staff only; nothing is kept"},
		By:     Person,
		Before: ofAnotherCompany,
		Moves: []sim.Move{
			{By: sim.TheColleague, InGroup: true, Says: "你好", Reads: []string{"我是实名助手"}},
			{InGroup: true, Presses: "start", Toast: "只给本公司员工用，你的账号属于别的公司"},
		},
	},
	{
		Name:   "sender/another_bot",
		Text:   Text{"应用能看群里所有消息，HR @ 的是另一个机器人", "the app may see all messages of a group, and HR mentions another bot"},
		End:    Text{"不理；@ 自己的才回答", "no answer; only its own mention is answered"},
		By:     Itself,
		Before: seesGroups,
		Moves: []sim.Move{
			{By: sim.TheHR, InGroup: true, AnotherBot: true, Says: "统计"},
			{By: sim.TheHR, InGroup: true, Says: "帮助", Reads: []string{"我能做这些"}},
		},
	},
	{
		Name: "sender/another_bot_sets_group",
		Text: Text{"应用能看群里所有消息，HR 对另一个机器人说“设为审核群”",
			"the app may see all messages of a group, and HR tells another bot 设为审核群"},
		End:    Text{"审核卡片还是发到原来的群", "review cards go where they went before"},
		By:     Itself,
		Before: seesGroups,
		Moves: steps([]sim.Move{{By: sim.TheHR, InGroup: true, AnotherBot: true, Says: "设为审核群"}},
			steps(toReview, hrSees("实名审核"))...),
		Ends: sim.StageReview,
	},
	{
		Name: "sender/left_company",
		Text: Text{"等 HR 审核时员工离职了", "somebody leaves the company while HR's review is awaited"},
		End:  Text{"这件自动结束；HR 问起来，看到已离职", "the case ends by itself, and HR who asks reads why"},
		By:   Itself,
		Moves: steps(toReview, sim.Move{Leaves: true},
			sim.Move{By: sim.TheHR, Says: "{name}办完了吗", Reads: []string{"已取消", "已离职"}}),
		Ends: sim.StageReview, // no card reaches the person any more
	},
}

func ofAnotherCompany(w *sim.World, e *sim.Employee) {
	w.Feishu.ChangeUser(e.OpenID, func(u *feishu.User) { u.TenantKey = "tk_another_company" })
}

// seesGroups lets the app see messages of groups that do not mention it.
func seesGroups(w *sim.World, _ *sim.Employee) { w.Feishu.Grant("im:message.group_msg") }

// resendPause is longer than the pause between two codes.
const (
	resendPause = 61 * time.Second
	day         = 24 * time.Hour
)

// mismatches is data that never matches, and what waits for HR.
var mismatches = []Encounter{
	{
		Name: "match/never",
		Text: Text{"手机号在家人名下，三要素怎么核验都不一致（时钟走一分钟）",
			"the mobile is a relative's, so that the three elements never match (moves everybody's clock by a minute)"},
		End: Text{"两次之后给出“请 HR 帮忙”；HR 看到经过，只能退回或拒绝",
			"after two rounds HR can be asked, and sees what happened; it can only send back or reject"},
		By: HR,
		Moves: steps(toForm,
			sim.Move{Presses: "confirm", Form: map[string]string{"mobile": "{other_mobile}"}, Reads: []string{codeSent}},
			types("{other_code}"), sees(sim.StageConfirmation, "姓名、身份证号和手机号没有对上"),
			sim.Move{Later: resendPause},
			// A bot with a ladder goes on to the next method. This person stays with the mobile.
			sim.Move{Presses: "method", To: "three_elements", Offered: true},
			sim.Move{Presses: "confirm", Form: map[string]string{"mobile": "{other_mobile}"}, Reads: []string{codeSent}},
			types("{other_code}"), sees(sim.StageConfirmation, "已经 2 次没有通过核验", "请 HR 帮忙"),
			sim.Move{Presses: "ask_hr", Toast: "已经告诉 HR 了"}, sees(sim.StageAttention, "已经请 HR 帮忙"),
			hrSees("员工请你帮忙", "核验 2 次没有通过", "三要素不符", "退回"),
			hr("send_back", map[string]string{"reason": "own_mobile"}, "已退回给员工"),
			sees(sim.StageConfirmation, "请换成自己名下的手机号")),
		Ends: sim.StageConfirmation,
	},
	{
		Name: "match/bound_elsewhere",
		Text: Text{"飞书里这个人已经绑了另一个姓名（1291002）", "Feishu has another name bound to the account (1291002)"},
		End: Text{"不怪员工、不再发短信：HR 看到差在哪，改好后两位 HR 重试",
			"the person is not blamed and gets no further code: HR reads what differs, and two of them retry"},
		By:     HR,
		Before: func(w *sim.World, e *sim.Employee) { w.Feishu.BindIdentity(e.OpenID, "别人", "", "") },
		Moves: steps(approved, sees(sim.StageAttention, attention.Words...),
			hrSees("飞书里这位员工已经绑定了另一个姓名", "改好后点重试", "重试要两位 HR 都点", "1291002")),
		Ends: sim.StageAttention,
	},
	{
		Name: "match/codes_by_starting_again",
		Text: Text{"要了十条验证码，取消重来再要（时钟走十分钟）",
			"after ten codes, the registration is cancelled and begun again (moves everybody's clock by ten minutes)"},
		End: Text{"重来也不多发：请明天再来，或请 HR 帮忙；HR 看到经过",
			"starting again brings no further code: tomorrow, or with HR, who sees what happened"},
		By: Person,
		Moves: steps(steps(toCode, slices.Repeat([]sim.Move{
			{Later: resendPause},
			{Presses: "send_code", Toast: "新的验证码已在路上", Reads: []string{codeSent}},
		}, 9)...), steps([]sim.Move{{Presses: "cancel", Stage: sim.StageWithdrawn}}, steps(toForm,
			sim.Move{Presses: "confirm", Toast: "今天发的验证码太多了，请明天再来，或者找 HR 帮忙"},
			sees(sim.StageConfirmation, "今天的验证码已经用完", "请明天再来", "请 HR 帮忙"),
			sim.Move{Presses: "ask_hr", Toast: "已经告诉 HR 了"},
			hrSees("员工请你帮忙", "今天的验证码已经用完", "退回"))...)...),
		Ends: sim.StageAttention,
	},
	{
		Name: "match/hr_delay",
		Text: Text{"HR 一直不处理（所有人的时钟走 90 天）", "HR does not decide (moves everybody's clock by 90 days)"},
		End: Text{"一周后不过期，提醒 HR；90 天到了如实说是 HR 没处理",
			"it does not expire after a week, and HR is reminded; after 90 days it ends as HR's delay, in words"},
		By: Person,
		Moves: steps(toReview, sim.Move{Later: 8 * day}, sees(sim.StageReview), sim.Move{Later: 83 * day},
			sees(sim.StageExpired, "HR 一直没有处理", "HR 90 天里没有处理", "请先和 HR 说好，再重新开始")),
		Ends: sim.StageExpired,
	},
}
