package scenario

import "slices"

// State is a point of a registration. A robot acts until it is reached and stops there.
type State struct {
	// Name is stable, e.g. state/awaiting_review: the case's state, with a suffix if several rows share it.
	Name  string
	Text  Text
	Stage string // stage of the person's card, a value of sim.CardStage

	Fault    string // name of a Scenario that occurs on the way; "" = none
	Approved bool   // HR approves
	Rejected bool   // HR rejects
	SentBack bool   // HR sends the case back
	Declines bool   // the person declines consent
	Cancels  string // stage at which the person cancels
	Child    bool   // a new person of fourteen
	Permit   bool   // a new person with a residence permit
	OnFile   bool   // HR keeps the case on file
	Faces    bool   // the person takes the check by face
	Others   bool   // the operator has the person's mobile registered to somebody else
	Days     int    // days by which the clock of the world moves afterwards
}

// Decides reports whether HR decides on the way.
func (s State) Decides() bool { return s.Approved || s.Rejected || s.SentBack || s.OnFile }

// states is in the order of a registration.
var states = []State{
	{Name: "state/awaiting_consent", Stage: "consent", Text: Text{"员工打开了聊天，还没同意", "asked to consent"}},
	{Name: "state/awaiting_photos", Stage: "photos", Text: Text{"同意了，还没发照片", "consented, no photo yet"}},
	{Name: "state/awaiting_confirmation", Stage: "confirmation", Text: Text{"照片读好了，等员工核对", "photos read, the form waits"}},
	{
		Name:   "state/awaiting_bank_card",
		Stage:  "bank_card",
		Others: true,
		Text: Text{"手机号登记在别人名下，核验对不上，改填银行卡",
			"the mobile is registered to somebody else and does not match; the bank card is asked for"},
	},
	{
		Name:  "state/awaiting_face",
		Stage: "face",
		Faces: true,
		Text:  Text{"选了刷脸，等员工单独同意", "has chosen the check by face, which takes an agreement of its own"},
	},
	{Name: "state/awaiting_code", Stage: "code", Text: Text{"短信验证码已发，等员工填", "the code was sent and waits to be typed"}},
	{
		Name:  "state/checking",
		Stage: "checking",
		Fault: "tencent.check/server_down",
		Text:  Text{"核验机构不通，正在重试（几秒后自己好）", "the supplier is down and asked again (gets well in seconds)"},
	},
	{Name: "state/awaiting_review", Stage: "review", Text: Text{"核验通过，等 HR 审核", "checked, waits for HR"}},
	{
		Name:  "state/awaiting_review_under_sixteen",
		Stage: "review",
		Child: true,
		Text:  Text{"未满 16 周岁的人，核验通过，HR 看到红色提示", "somebody under 16, checked; HR sees it in red"},
	},
	{
		Name:     "state/sent_back",
		Stage:    "confirmation",
		SentBack: true,
		Text:     Text{"HR 退回修改，等员工再核对", "sent back by HR, the form waits again"},
	},
	{
		Name:     "state/recording",
		Stage:    "recording",
		Fault:    "feishu.identity/rate_limit",
		Approved: true,
		Text: Text{"HR 通过了，飞书登记太频繁，正在重试（几秒后自己好）",
			"approved, Feishu refuses as too frequent and is asked again (gets well in seconds)"},
	},
	{
		Name:     "state/filing",
		Stage:    "filing",
		Fault:    "esign.evidence/rate_limit",
		Approved: true,
		Text: Text{"已登记，e签宝 太频繁，正在重试（几秒后自己好）",
			"recorded, e签宝 refuses as too frequent and is asked again (gets well in seconds)"},
	},
	{
		Name:     "state/needs_attention",
		Stage:    "attention",
		Fault:    "esign.evidence/lost_answer",
		Approved: true,
		Text:     Text{"存证的回答丢了，等 HR 决定", "the answer of the evidence was lost, HR decides"},
	},
	{
		Name:     "state/needs_attention_identity",
		Stage:    "attention",
		Fault:    "feishu.identity/lost_answer",
		Approved: true,
		Text:     Text{"飞书登记的回答丢了，等 HR 决定", "the answer of the identity was lost, HR decides"},
	},
	{
		Name:     "state/needs_attention_clock",
		Stage:    "attention",
		Fault:    "esign.evidence/clock_off",
		Approved: true,
		Text:     Text{"e签宝 说时间不准，等 HR 重试", "e签宝 says that the clock is off, HR retries"},
	},
	{
		Name:     "state/done",
		Stage:    "done",
		Approved: true,
		Text:     Text{"登记并存证完成", "recorded and filed"},
	},
	{
		Name:   "state/on_file",
		Stage:  "on_file",
		Permit: true,
		OnFile: true,
		Text:   Text{"港澳台居民居住证，HR 只留档", "a residence permit, which HR keeps on file"},
	},
	{
		Name:     "state/rejected",
		Stage:    "rejected",
		Rejected: true,
		Text:     Text{"HR 没有通过", "turned down by HR"},
	},
	{
		Name:     "state/declined",
		Stage:    "declined",
		Declines: true,
		Text:     Text{"员工不同意", "the person declined"},
	},
	{
		Name:    "state/withdrawn",
		Stage:   "withdrawn",
		Cancels: "confirmation",
		Text:    Text{"员工自己取消", "cancelled by the person"},
	},
	{
		Name:  "state/expired",
		Stage: "expired",
		Days:  8,
		Text:  Text{"一周没动，过期了（所有人的时钟都走 8 天）", "untouched for a week and expired (moves everybody's clock by 8 days)"},
	},
}

// States returns all states. The caller may change the rows.
func States() []State { return slices.Clone(states) }

// StateNamed returns the state with this name.
func StateNamed(name string) (State, bool) {
	i := slices.IndexFunc(states, func(s State) bool { return s.Name == name })
	if i < 0 {
		return State{}, false
	}
	return states[i], true
}
