package engine_test

import (
	"strings"
	"testing"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestRepliesToCommands: every text gets one reply, in private or in the group.
func TestRepliesToCommands(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.PutCase(flows.AwaitingReview, "ou_open")
	w.PutCase(flows.Done, "ou_done")
	for _, tt := range []struct {
		who, text string
		group     bool
		template  flows.Template
		code      string // of a notice
		toType    string
	}{
		{"ou_new", "你好", false, flows.ReplyGreeting, "", "open_id"},
		{"ou_new", "123456", false, flows.ReplyGreeting, "", "open_id"},
		{"ou_new", strings.Repeat("长", 10000), false, flows.ReplyGreeting, "", "open_id"},
		{"ou_new", "帮助", false, flows.ReplyGreeting, "", "open_id"},
		{"ou_new", "进度", false, flows.ReplyLatest, "", "open_id"},
		{"ou_new", "取消", false, flows.ReplyNotice, "nothing_open", "open_id"},
		{"ou_new", "我的资料", false, flows.ReplyMyData, "", "open_id"},
		{"ou_new", "删除我的资料", false, flows.ReplyMyData, "", "open_id"},
		{"ou_new", "待审", false, flows.ReplyNotice, "not_hr", "open_id"},
		{"ou_new", "统计", false, flows.ReplyNotice, "not_hr", "open_id"},
		{"ou_new", "催办", false, flows.ReplyNotice, "not_hr", "open_id"},
		{"ou_new", "设为审核群", true, flows.ReplyNotice, "not_hr", "message_id"},
		{"ou_new", "<at id=all></at>", true, flows.ReplyGreeting, "", "message_id"},
		{"ou_new", "123456", true, flows.ReplyGreeting, "", "message_id"},
		{"ou_new", "help", true, flows.ReplyGreeting, "", "message_id"},
		{"ou_new", "我的资料", true, flows.ReplyMyData, "", "open_id"}, // about one person, so it is private
		{"ou_new", "取消", true, flows.ReplyNotice, "nothing_open", "open_id"},
		{"ou_open", "今天天气不错", false, flows.ReplyNotice, "not_understood", "open_id"},
		{"ou_open", "谢谢！", false, flows.ReplyNotice, "thanks", "open_id"},
		{"ou_open", "会不会泄露？", false, flows.ReplyDataUse, "", "open_id"},
		{"ou_new", "我的信息安全吗", true, flows.ReplyDataUse, "", "open_id"},
		{"ou_new", "转人工客服！", true, flows.ReplyNotice, "human", "open_id"},
		{"ou_new", "张三办完了吗", false, flows.ReplyLatest, "", "open_id"}, // nobody learns of others
		{"ou_new", "幫助？", false, flows.ReplyGreeting, "", "open_id"},
		{"ou_hr1", "张三办完了吗", false, flows.ReplyLookUp, "", "open_id"},
		{"ou_hr1", "张三", false, flows.ReplyLookUp, "", "open_id"},
		{"ou_hr1", "ou_1", false, flows.ReplyLookUp, "", "open_id"},
		{"ou_hr1", "还有谁没办完？", false, flows.ReplyNotice, "ask_about", "open_id"},
		{"ou_hr1", "今天天气不错", false, flows.ReplyGreeting, "", "open_id"},
		{"ou_hr1", "张三办完了吗？", true, flows.ReplyNotice, "ask_in_private", "message_id"}, // a group learns of nobody
		{"ou_new", "张三", false, flows.ReplyGreeting, "", "open_id"},
		{"ou_new", "ou_1", false, flows.ReplyGreeting, "", "open_id"},
		{"ou_hr1", "【待審】", false, flows.ReplyPending, "", "open_id"},
		{"ou_open", "123456", false, flows.ReplyNotice, "not_understood", "open_id"},
		{"ou_open", "help", false, flows.ReplyGreeting, "", "open_id"},
		{"ou_done", "实名", false, flows.ReplyNotice, "already_done", "open_id"},
		{"ou_done", "实名", true, flows.ReplyNotice, "already_done", "open_id"},
		{"ou_done", "进度", false, flows.ReplyLatest, "", "open_id"},
		{"ou_hr1", "待审", false, flows.ReplyPending, "", "open_id"},
		{"ou_hr1", "待审", true, flows.ReplyPending, "", "open_id"}, // a list of cases is private in other groups
		{"ou_hr1", "stats", false, flows.ReplyStats, "", "open_id"},
		{"ou_hr1", "催办", false, flows.ReplyRemindAll, "", "open_id"},
		{"ou_hr1", "设为审核群", false, flows.ReplyNotice, "only_in_group", "open_id"},
		{"ou_hr1", "设为公告群", false, flows.ReplyNotice, "only_in_group", "open_id"},
	} {
		t.Run(tt.who+" "+tt.text[:min(len(tt.text), 30)], func(t *testing.T) {
			var message string
			if tt.group {
				message = w.SayInGroup(tt.who, "oc_any", tt.text)
			} else {
				w.Say(tt.who, tt.text)
			}
			j := takeOnlyReply(w)
			if j.Template() != tt.template || j.Args["code"] != tt.code || j.ToType != tt.toType ||
				j.Args["tenant"] != workerstest.Tenant || j.Args["who"] != tt.who {
				t.Errorf("answered with %+v", j)
			}
			if want := map[string]string{"open_id": tt.who, "message_id": message}[tt.toType]; j.To != want {
				t.Errorf("answered to %s, want %s", j.To, want)
			}
			if j.Key == "" {
				t.Error("the reply has no name")
			}
			// The card of every reply can be built and is sent.
			w.Must(w.Run(t.Context(), j))
			w.RunJobs(flows.JobReply) // 催办 queues its answer as a second job
			if tt.code != "" && !cards.HasText("notice."+tt.code) {
				t.Errorf("no words for %s", tt.code)
			}
		})
	}
	in := w.SayInGroup("ou_hr1", "oc_hr", "待审") // in the review group the list goes to the group
	if j := takeOnlyReply(w); j.Template() != flows.ReplyPending || j.To != in {
		t.Errorf("in HR's group: answered with %+v", j)
	}
}

// TestCommandsThatChangeACase: start, 进度 and 取消.
func TestCommandsThatChangeACase(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.Say("ou_1", "实名")
	c := w.InState(w.LatestCase("ou_1").ID, flows.AwaitingConsent)
	w.RunJobs()
	if n := len(w.Messenger.SentTo("ou_1")); n != 1 {
		t.Fatalf("cards after the start: got %d, want 1", n)
	}
	// Both commands bring the card to the bottom of the chat.
	for i, word := range []string{"start", "进度"} {
		w.Say("ou_1", word)
		w.RunJobs()
		sent := w.Messenger.SentTo("ou_1")
		if len(sent) != i+2 || !workerstest.Shows(sent[len(sent)-2].Current(), "superseded.title") ||
			workerstest.Shows(sent[len(sent)-1].Current(), "superseded.title") {
			t.Fatalf("%s: %d cards, want %v", word, len(sent), i+2)
		}
	}
	if now := w.CaseNow(c.ID); now.Rev != c.Rev {
		t.Error("asking moved the case")
	}
	w.SayInGroup("ou_1", "oc_any", "取消") // also from a group
	w.InState(c.ID, flows.Withdrawn)

	d := w.PutCase(flows.Recording, "ou_2")
	w.Say("ou_2", "取消")
	if j := takeOnlyReply(w); j.Args["code"] != "cannot_cancel" {
		t.Errorf("answered with %+v", j)
	}
	w.InState(d.ID, flows.Recording)
}

// TestGroupsChosenInChat: an admin chooses the review and the announcement group with a command.
func TestGroupsChosenInChat(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.SayInGroup("ou_hr1", "oc_new_hr", "设为审核群")
	if j := takeOnlyReply(w); j.Args["code"] != "review_chat_set" {
		t.Errorf("answered with %+v", j)
	}
	w.SayInGroup("ou_hr2", "oc_new_board", "announce here")
	if j := takeOnlyReply(w); j.Args["code"] != "announce_chat_set" {
		t.Errorf("answered with %+v", j)
	}
	w.Walk("ou_1", flows.SampleNumber, flows.Done)
	for chat, want := range map[string]int{"oc_hr": 0, "oc_all": 0, "oc_new_hr": 1, "oc_new_board": 1} {
		t.Run(chat, func(t *testing.T) {
			if got := len(w.Messenger.SentTo(chat)); got != want {
				t.Errorf("%d cards in %s, want %d", got, chat, want)
			}
		})
	}
	// The command of a person who is no admin changes nothing.
	w.SayInGroup("ou_1", "oc_evil", "设为审核群")
	takeOnlyReply(w)
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		chat, err := v.Setting(t.Context(), workerstest.Tenant, flows.SettingReviewChat)
		if chat != "oc_new_hr" {
			t.Errorf("the review group is %s, want %q", chat, "oc_new_hr")
		}
		return err
	}))
}

// TestCodeTypedIntoChat: six digits in the chat are the code. A wrong code brings the card to the bottom of the chat.
func TestCodeTypedIntoChat(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.Walk("ou_1", flows.SampleNumber, flows.AwaitingCode)
	wrong := "000000"
	if w.Verifier.Code() == wrong {
		wrong = "000001"
	}
	before := len(w.Messenger.SentTo("ou_1"))
	w.Say("ou_1", wrong)
	w.RunJobs()
	w.InState(c.ID, flows.AwaitingCode)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != before+1 || !workerstest.Shows(sent[len(sent)-1].Current(), "code.wrong") {
		t.Errorf("%d new cards, the last is %s", len(sent)-before, sent[len(sent)-1].Current())
	}
	// An entry that cannot be the code costs no try, and the answer says what is awaited.
	for _, text := range []string{"12345", "1234567", "收不到", "123456还是654321", "13800138000"} {
		t.Run(text, func(t *testing.T) {
			w.Say("ou_1", text)
			if j := takeOnlyReply(w); j.Args["code"] != "code_expected" {
				t.Errorf("answered with %+v", j)
			}
			if n := w.CaseNow(c.ID).Code.Tries; n != 1 {
				t.Errorf("tries: got %d, want 1", n)
			}
		})
	}
	w.Say("ou_1", w.Verifier.Code())
	w.RunJobs()
	w.InState(c.ID, flows.AwaitingReview)
}

// TestCodeAsPeopleTypeIt: the code may have marks, blanks and a whole text message around it.
func TestCodeAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]func(code string) string{
		"blank":  func(c string) string { return c[:3] + " " + c[3:] },
		"hyphen": func(c string) string { return c[:3] + "-" + c[3:] },
		"word":   func(c string) string { return "验证码" + c },
		"colon":  func(c string) string { return "验证码：" + c },
		"message": func(c string) string {
			return "【实名】您的实名验证码是" + c + "，10分钟内有效，请勿告诉他人。"
		},
		"full width": func(c string) string { return strings.Map(func(r rune) rune { return r - '0' + '０' }, c) },
		"in a group": func(c string) string { return "验证码 " + c },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			c := w.Walk("ou_1", flows.SampleNumber, flows.AwaitingCode)
			if name == "in a group" {
				w.SayInGroup("ou_1", "oc_any", text(w.Verifier.Code()))
			} else {
				w.Say("ou_1", text(w.Verifier.Code()))
			}
			w.RunJobs()
			got := w.InState(c.ID, flows.AwaitingReview)
			if got.Personal.SMSCode != w.Verifier.Code() {
				t.Errorf("got the code %q, want %q", got.Personal.SMSCode, w.Verifier.Code())
			}
		})
	}
}

// TestHello: a person with an open case gets its card, everybody else the introduction.
func TestHello(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.Say("ou_1", "你好")
	if j := takeOnlyReply(w); j.Template() != flows.ReplyGreeting {
		t.Errorf("answered with %+v", j)
	}
	w.Say("ou_1", "实名")
	w.RunJobs()
	before := len(w.Messenger.SentTo("ou_1"))
	w.Say("ou_1", "你好")
	w.RunJobs()
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != before+1 || !workerstest.Shows(sent[len(sent)-1].Current(), "consent.title") {
		t.Errorf("got %d new cards, want the card of the case", len(sent)-before)
	}
}

// TestMenuOfAStranger: the event of the menu names no company. Nothing is opened for somebody who was never here; the
// greeting's button leads on, because its click names the company.
func TestMenuOfAStranger(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		who     string
		foreign bool
		want    flows.Template // "" for a case
		code    string
	}{
		{"ou_new", false, flows.ReplyGreeting, ""},
		{"ou_foreign", true, flows.ReplyNotice, "not_staff"},
		{"ou_hr1", false, "", ""},
	} {
		t.Run(tt.who, func(t *testing.T) {
			w := workerstest.New(t)
			w.Must(w.Menu(t.Context(), flows.Menu{
				EventID:   "e1",
				TenantKey: workerstest.Tenant,
				OpenID:    tt.who,
				Key:       "start",
				Foreign:   tt.foreign,
			}))
			if tt.want == "" {
				w.InState(w.LatestCase(tt.who).ID, flows.AwaitingConsent)
				return
			}
			if j := takeOnlyReply(w); j.Template() != tt.want || j.Args["code"] != tt.code || j.To != tt.who {
				t.Errorf("answered with %+v, want %s %s", j, tt.want, tt.code)
			}
			w.Must(w.Store.View(t.Context(), func(v flows.View) error {
				if all, err := v.CasesOf(t.Context(), workerstest.Tenant, tt.who); err != nil || len(all) != 0 {
					t.Errorf("got %d cases, %v, want none", len(all), err)
				}
				return nil
			}))
		})
	}
}

// TestMenuRunsCommands: the keys of the menu are commands.
func TestMenuRunsCommands(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	menu := func(event, who, key string) {
		w.Must(w.Menu(t.Context(), flows.Menu{
			EventID:   event,
			TenantKey: workerstest.Tenant,
			OpenID:    who,
			Key:       key,
		}))
	}
	w.Say("ou_1", "实名")
	w.Say("ou_1", "取消")
	menu("e1", "ou_1", "start")
	menu("e1", "ou_1", "start")
	c := w.InState(w.LatestCase("ou_1").ID, flows.AwaitingConsent)
	menu("e2", "ou_1", "cancel")
	w.InState(c.ID, flows.Withdrawn)
	menu("e3", "ou_1", "nonsense")
	if j := takeOnlyReply(w); j.Template() != flows.ReplyGreeting {
		t.Errorf("answered with %+v", j)
	}
	menu("e4", "ou_hr1", "设为审核群")
	if j := takeOnlyReply(w); j.Args["code"] != "only_in_group" {
		t.Errorf("answered with %+v", j)
	}
}
