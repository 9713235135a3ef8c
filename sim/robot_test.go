package sim

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"shiming/sim/feishu"
)

// register lets an employee register while the test is the bot, and returns what came of it.
func (h *hand) register(e *Employee, s Script, bot func()) (Journey, []Stage, error) {
	h.t.Helper()
	type end struct {
		j   Journey
		err error
	}
	var told []Stage
	done := make(chan end)
	go func() {
		j, err := e.Register(h.ctx, s, func(p Progress) { told = append(told, p.Stage) })
		done <- end{j, err}
	}()
	bot()
	got := <-done
	return got.j, told, got.err
}

func photos(n int) func(feishu.Message) bool {
	return func(m feishu.Message) bool {
		if m.Type == "image" {
			n--
		}
		return n == 0
	}
}

func TestJourneyByHand(t *testing.T) {
	h := newHand(t, Config{Seed: 11})
	e := h.w.Hire(1)[0]
	cancel := button("cancel")
	j, told, err := h.register(e, Script{TypedNumberWrong: true, WrongCodeFirst: true, Width: 1000}, func() {
		greeting := h.send("open_id", e.OpenID, card("你好", button("start")))
		h.clicked(greeting, 1)
		m := h.send("open_id", e.OpenID, card("同意", button("consent"), button("decline")))
		h.clicked(m, 1)
		h.patch(m, card("发送身份证照片", cancel))
		h.see(e.ChatID, photos(2))
		wrote := h.w.Feishu.Messages(e.ChatID)
		first := wrote[slices.IndexFunc(wrote, func(m feishu.Message) bool { return m.Type == "image" })]
		h.patch(m, card("发送身份证照片", text("…"), button("retake", map[string]any{"side": "back"}), cancel))
		h.reply(first.ID, card("?", button("resume"))) // the front is turned down
		h.see(e.ChatID, photos(1+2))
		h.patch(m, card("核对", form("details", input("identity_name", e.Person.Name, true), input("identity_code", e.Person.Code, true),
			input("mobile", "", true), submit("confirm"))))
		typo := h.clicked(m, 2)[1]
		if f := typo.Event.Action.Form; typo.act() != "confirm" || f["identity_code"] != mistyped(e.Person.Code) || f["mobile"] != e.Person.Mobile ||
			f["identity_name"] != e.Person.Name || typo.Event.Operator.OpenID != e.OpenID {
			t.Error("the first form")
		}
		h.patch(m, card("核对", text("!"), form("details", input("identity_name", e.Person.Name, true), input("identity_code", mistyped(e.Person.Code), true),
			input("mobile", e.Person.Mobile, true), submit("confirm"))))
		if again := h.clicked(m, 3)[2]; again.Event.Action.Form["identity_code"] != e.Person.Code {
			t.Error("the second form")
		}
		h.patch(m, card("验证码", button("send_code"))) // nothing could be sent
		if again := h.clicked(m, 4)[3]; again.act() != "send_code" {
			t.Errorf("pressed %s", again.act())
		}
		h.patch(m, card("等 HR 审核", cancel))
		h.patch(m, card("正在登记"))
		h.send("open_id", e.OpenID, card("实名登记完成 🎉", button("my_data")))
		h.patch(m, card("这张卡片已移到下面", button("resume")))
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Stage{StageConsent, StagePhotos, StageConfirmation, StageCode, StageReview, StageRecording, StageDone}
	var steps []Stage
	for _, s := range j.Steps {
		steps = append(steps, s.Stage)
	}
	if !slices.Equal(steps, want) || j.Stage != StageDone || j.Case != caseOne || len(j.Cases) != 1 {
		t.Errorf("steps %v, case %s", steps, j.Case)
	}
	if len(told) == 0 || told[len(told)-1] != StageDone || !slices.Contains(told, StageConfirmation) {
		t.Errorf("told %v", told)
	}
	if j.Photos != 3 || j.Messages != 4 || len(j.Misread) != 0 || j.Filed() || j.Identity || j.Announced {
		t.Errorf("journey %+v", j)
	}
	if at, ok := j.Reached(StageCode); !ok || at.Before(j.Steps[0].At) {
		t.Error("time of the code")
	}
}

// TestCodeByHand: the code comes to the phone, not to the card.
func TestCodeByHand(t *testing.T) {
	h := newHand(t, Config{})
	e := h.w.Hire(1)[0]
	field := form("code", input("sms_code", "", true), submit("submit_code"))
	_, _, err := h.register(e, Script{ByWord: true, WrongCodeFirst: true}, func() {
		h.see(e.ChatID, func(m feishu.Message) bool { return m.Type == "text" && m.Content == `{"text":"实名"}` })
		m := h.send("open_id", e.OpenID, card("验证码", field, button("send_code")))
		h.w.sms(t, e.Person.Mobile, "483920")
		if c := h.clicked(m, 1)[0]; c.act() != "submit_code" || c.Event.Action.Form["sms_code"] != "483921" {
			t.Errorf("typed %v", c.Event.Action.Form)
		}
		h.patch(m, card("验证码", text("验证码不对"), field, button("send_code")))
		if c := h.clicked(m, 2)[1]; c.Event.Action.Form["sms_code"] != "483920" {
			t.Errorf("typed %v", c.Event.Action.Form)
		}
		h.patch(m, card("验证码", text("过期了"), button("send_code")))
		if c := h.clicked(m, 3)[2]; c.act() != "send_code" {
			t.Errorf("pressed %s", c.act())
		}
		h.patch(m, card("验证码", field, button("send_code")))
		h.w.sms(t, e.Person.Mobile, "112233")
		// Before the second message comes, the first code may be tried once more.
		all := h.clicked(m, 4)
		if last := all[len(all)-1]; last.Event.Action.Form["sms_code"] == "483920" {
			all = h.clicked(m, 5)
		}
		if last := all[len(all)-1]; last.Event.Action.Form["sms_code"] != "112233" {
			t.Errorf("typed %v", last.Event.Action.Form)
		}
		h.patch(m, card("这次没有通过", button("start")))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoTextMessageComes(t *testing.T) {
	h := newHand(t, Config{})
	e := h.w.Hire(1)[0]
	j, _, err := h.register(e, Script{SMSPatience: 10 * time.Millisecond}, func() {
		m := h.send("open_id", e.OpenID, card("验证码", form("code", input("sms_code", "", true), submit("submit_code")), button("send_code")))
		if c := h.clicked(m, 1)[0]; c.act() != "send_code" {
			t.Errorf("pressed %s", c.act())
		}
		h.patch(m, card("这次实名已过期", button("start")))
	})
	if err != nil || j.Stage != StageExpired {
		t.Errorf("%v, %s", err, j.Stage)
	}
}

func TestMisread(t *testing.T) {
	h := newHand(t, Config{})
	wrong := func(e *Employee) string {
		return card("核对", form("details", input("identity_name", "别人", true), input("identity_code", e.Person.Code, true), submit("confirm")))
	}
	careful := h.w.Hire(1)[0]
	_, _, err := h.register(careful, Script{}, func() { h.send("open_id", careful.OpenID, wrong(careful)) })
	var stuck *StuckError
	if !errors.As(err, &stuck) || stuck.Stage != StageConfirmation || stuck.OpenID != careful.OpenID {
		t.Errorf("%v", err)
	}
	corrects := h.w.Hire(1)[0]
	j, _, err := h.register(corrects, Script{Corrects: true}, func() {
		m := h.send("open_id", corrects.OpenID, wrong(corrects))
		h.clicked(m, 1)
		h.patch(m, card("这次实名已结束", button("start")))
	})
	if err != nil || !slices.Equal(j.Misread, []string{"identity_name"}) || j.Stage != StageClosed {
		t.Errorf("%v, %+v", err, j)
	}
}

func TestEndings(t *testing.T) {
	h := newHand(t, Config{})
	consent := card("同意", button("consent"), button("decline"))
	for name, c := range map[string]struct {
		script Script
		last   string
		want   Stage
	}{
		"declines":        {Script{DeclineConsent: true}, "你选择了不同意", StageDeclined},
		"cancels by word": {Script{CancelAt: StageConsent}, "这次实名已取消", StageWithdrawn},
	} {
		e := h.w.Hire(1)[0]
		j, _, err := h.register(e, c.script, func() {
			m := h.send("open_id", e.OpenID, consent)
			if c.script.DeclineConsent {
				h.clicked(m, 1)
			} else {
				h.see(e.ChatID, func(m feishu.Message) bool { return m.Content == `{"text":"取消"}` })
			}
			h.patch(m, card(c.last, button("start"), button("my_data")))
		})
		if err != nil || j.Stage != c.want {
			t.Errorf("%s: %v, %+v", name, err, j)
		}
	}
}

func TestRegisterEndsWithItsContext(t *testing.T) {
	h := newHand(t, Config{})
	e := h.w.Hire(1)[0]
	ctx, cancel := context.WithCancel(h.ctx)
	done := make(chan error)
	go func() {
		_, err := e.Register(ctx, Script{}, func(p Progress) { cancel() })
		done <- err
	}()
	h.send("open_id", e.OpenID, card("等 HR 审核"))
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestBrokenAnswer: an answer that makes the client show an error is told, not survived.
func TestBrokenAnswer(t *testing.T) {
	h := newHand(t, Config{})
	hook := answering(t, `"done"`)
	h.w.SetWebhook(hook)
	e := h.w.Hire(1)[0]
	_, _, err := h.register(e, Script{}, func() { h.send("open_id", e.OpenID, card("同意", button("consent"), button("decline"))) })
	var broken *BotError
	if !errors.As(err, &broken) || broken.Code != 200672 || broken.Act != "consent" {
		t.Errorf("%v", err)
	}
}
