package sim

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"shiming/sim/feishu"
	"shiming/sim/simtest"
)

// register runs a registration while the test plays the bot, and returns the journey and the reported stages.
func (h *harness) register(e *Employee, s Script, bot func()) (Journey, []CardStage, error) {
	h.T.Helper()
	type end struct {
		j   Journey
		err error
	}
	var told []CardStage
	done := make(chan end)
	go func() {
		j, err := e.Register(h.Ctx, s, func(p Progress) { told = append(told, p.Stage) })
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

// details builds the confirmation form with prefilled values.
func details(name, number, mobile string) map[string]any {
	return simtest.Form("details",
		simtest.Input("identity_name", name, true),
		simtest.Input("identity_code", number, true),
		simtest.Input("mobile", mobile, true),
		simtest.Submit("confirm"))
}

func TestJourneyByHand(t *testing.T) {
	h := newHarness(t, Config{Seed: 11})
	e := h.w.Hire(1)[0]
	cancel := simtest.Button("cancel")
	j, told, err := h.register(e, Script{TypedNumberWrong: true, WrongCodeFirst: true}, func() {
		greeting := h.Send("open_id", e.OpenID, simtest.Card("你好", simtest.Button("start")))
		h.Clicked(greeting, 1)
		m := h.Send("open_id", e.OpenID, simtest.Card("同意", simtest.Button("consent"), simtest.Button("decline")))
		h.Clicked(m, 1)
		h.Patch(m, simtest.Card("发送身份证照片", cancel))
		h.See(e.ChatID, photos(2))
		wrote := h.w.Feishu.Messages(e.ChatID)
		first := wrote[slices.IndexFunc(wrote, func(m feishu.Message) bool { return m.Type == "image" })]
		retake := simtest.Button("retake", map[string]any{"side": "back"})
		h.Patch(m, simtest.Card("发送身份证照片", simtest.Text("…"), retake, cancel))
		h.Reply(first.ID, simtest.Card("?", simtest.Button("resume"))) // the bot refuses the front
		h.See(e.ChatID, photos(1+2))
		h.Patch(m, simtest.Card("核对", details(e.Person.Name, e.Person.Code, "")))
		typo := h.Clicked(m, 2)[1]
		want := map[string]string{
			"identity_name": e.Person.Name,
			"identity_code": mistyped(e.Person.Code),
			"mobile":        e.Person.Mobile,
		}
		if got := typo.Event.Action.Form; !maps.Equal(got, want) {
			t.Errorf("the first form has %v, want %v", got, want)
		}
		if typo.Act() != "confirm" || typo.Event.Operator.OpenID != e.OpenID {
			t.Errorf("%s pressed %q, want confirm by %s", typo.Event.Operator.OpenID, typo.Act(), e.OpenID)
		}
		form := details(e.Person.Name, mistyped(e.Person.Code), e.Person.Mobile)
		h.Patch(m, simtest.Card("核对", simtest.Text("!"), form))
		if got := h.Clicked(m, 3)[2].Event.Action.Form["identity_code"]; got != e.Person.Code {
			t.Errorf("the second form has the number %q, want %q", got, e.Person.Code)
		}
		h.Patch(m, simtest.Card("验证码", simtest.Button("send_code"))) // the bot could not send a code
		if again := h.Clicked(m, 4)[3]; again.Act() != "send_code" {
			t.Errorf("pressed %s, want %q", again.Act(), "send_code")
		}
		h.Patch(m, simtest.Card("等 HR 审核", cancel))
		h.Patch(m, simtest.Card("正在登记"))
		h.Send("open_id", e.OpenID, simtest.Card("实名登记完成 🎉", simtest.Button("my_data")))
		h.Patch(m, simtest.Card("这张卡片已移到下面", simtest.Button("resume")))
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []CardStage{StageConsent, StagePhotos, StageConfirmation, StageCode, StageReview, StageRecording, StageDone}
	var steps []CardStage
	for _, s := range j.Steps {
		steps = append(steps, s.Stage)
	}
	if !slices.Equal(steps, want) || j.Stage != StageDone || j.Case != simtest.CaseOne || len(j.Cases) != 1 {
		t.Errorf("steps %v, case %s, want %v, %v", steps, j.Case, want, simtest.CaseOne)
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

// TestCodeByHand checks what a robot submits when codes are wrong, expired and new.
func TestCodeByHand(t *testing.T) {
	h := newHarness(t, Config{})
	e := h.w.Hire(1)[0]
	field := simtest.Form("code", simtest.Input("sms_code", "", true), simtest.Submit("submit_code"))
	_, _, err := h.register(e, Script{ByWord: true, WrongCodeFirst: true}, func() {
		h.See(e.ChatID, func(m feishu.Message) bool { return m.Type == "text" && m.Content == `{"text":"实名"}` })
		m := h.Send("open_id", e.OpenID, simtest.Card("验证码", field, simtest.Button("send_code")))
		h.w.sms(t, e.Person.Mobile, "483920")
		if c := h.Clicked(m, 1)[0]; c.Act() != "submit_code" || c.Event.Action.Form["sms_code"] != "483921" {
			t.Errorf("typed %v", c.Event.Action.Form)
		}
		h.Patch(m, simtest.Card("验证码", simtest.Text("验证码不对"), field, simtest.Button("send_code")))
		if c := h.Clicked(m, 2)[1]; c.Event.Action.Form["sms_code"] != "483920" {
			t.Errorf("typed %v", c.Event.Action.Form)
		}
		h.Patch(m, simtest.Card("验证码", simtest.Text("过期了"), simtest.Button("send_code")))
		if c := h.Clicked(m, 3)[2]; c.Act() != "send_code" {
			t.Errorf("pressed %s, want %q", c.Act(), "send_code")
		}
		h.Patch(m, simtest.Card("验证码", field, simtest.Button("send_code")))
		h.w.sms(t, e.Person.Mobile, "112233")
		// Before the second message arrives, the robot may submit the first code once more.
		all := h.Clicked(m, 4)
		if last := all[len(all)-1]; last.Event.Action.Form["sms_code"] == "483920" {
			all = h.Clicked(m, 5)
		}
		if last := all[len(all)-1]; last.Event.Action.Form["sms_code"] != "112233" {
			t.Errorf("typed %v", last.Event.Action.Form)
		}
		h.Patch(m, simtest.Card("这次没有通过", simtest.Button("start")))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoTextMessageComes(t *testing.T) {
	h := newHarness(t, Config{})
	e := h.w.Hire(1)[0]
	j, _, err := h.register(e, Script{SMSPatience: 10 * time.Millisecond}, func() {
		m := h.Send("open_id", e.OpenID, simtest.Card("验证码",
			simtest.Form("code", simtest.Input("sms_code", "", true), simtest.Submit("submit_code")),
			simtest.Button("send_code")))
		if c := h.Clicked(m, 1)[0]; c.Act() != "send_code" {
			t.Errorf("pressed %s, want %q", c.Act(), "send_code")
		}
		h.Patch(m, simtest.Card("这次实名已过期", simtest.Button("start")))
	})
	if err != nil || j.Stage != StageExpired {
		t.Errorf("%v, %s, want %v", err, j.Stage, StageExpired)
	}
}

func TestMisread(t *testing.T) {
	h := newHarness(t, Config{})
	wrong := func(e *Employee) string {
		return simtest.Card("核对", simtest.Form("details", simtest.Input("identity_name", "别人", true),
			simtest.Input("identity_code", e.Person.Code, true), simtest.Submit("confirm")))
	}
	careful := h.w.Hire(1)[0]
	_, _, err := h.register(careful, Script{}, func() { h.Send("open_id", careful.OpenID, wrong(careful)) })
	var stuck *StuckError
	if !errors.As(err, &stuck) || stuck.Stage != StageConfirmation || stuck.OpenID != careful.OpenID {
		t.Errorf("%v", err)
	}
	corrects := h.w.Hire(1)[0]
	j, _, err := h.register(corrects, Script{Corrects: true}, func() {
		m := h.Send("open_id", corrects.OpenID, wrong(corrects))
		h.Clicked(m, 1)
		h.Patch(m, simtest.Card("这次实名已结束", simtest.Button("start")))
	})
	if err != nil || !slices.Equal(j.Misread, []string{"identity_name"}) || j.Stage != StageClosed {
		t.Errorf("%v, %+v", err, j)
	}
}

func TestEndings(t *testing.T) {
	h := newHarness(t, Config{})
	consent := simtest.Card("同意", simtest.Button("consent"), simtest.Button("decline"))
	for name, c := range map[string]struct {
		script Script
		last   string
		want   CardStage
	}{
		"declines":        {Script{DeclineConsent: true}, "你选择了不同意", StageDeclined},
		"cancels by word": {Script{CancelAt: StageConsent}, "这次实名已取消", StageWithdrawn},
	} {
		t.Run(name, func(t *testing.T) {
			e := h.w.Hire(1)[0]
			j, _, err := h.register(e, c.script, func() {
				m := h.Send("open_id", e.OpenID, consent)
				if c.script.DeclineConsent {
					h.Clicked(m, 1)
				} else {
					h.See(e.ChatID, func(m feishu.Message) bool { return m.Content == `{"text":"取消"}` })
				}
				h.Patch(m, simtest.Card(c.last, simtest.Button("start"), simtest.Button("my_data")))
			})
			if err != nil || j.Stage != c.want {
				t.Errorf("%s: %v, %+v", name, err, j)
			}
		})
	}
}

func TestRegisterEndsWithItsContext(t *testing.T) {
	h := newHarness(t, Config{})
	e := h.w.Hire(1)[0]
	ctx, cancel := context.WithCancel(h.Ctx)
	done := make(chan error)
	go func() {
		_, err := e.Register(ctx, Script{}, func(p Progress) { cancel() })
		done <- err
	}()
	h.Send("open_id", e.OpenID, simtest.Card("等 HR 审核"))
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}

// TestBrokenAnswer checks that an answer for which the client shows an error ends the registration with a *BotError.
func TestBrokenAnswer(t *testing.T) {
	h := newHarness(t, Config{})
	hook := answering(t, `"done"`)
	h.w.SetWebhook(hook)
	e := h.w.Hire(1)[0]
	_, _, err := h.register(e, Script{}, func() {
		h.Send("open_id", e.OpenID, simtest.Card("同意", simtest.Button("consent"), simtest.Button("decline")))
	})
	var broken *BotError
	if !errors.As(err, &broken) || broken.Code != 200672 || broken.Act != "consent" {
		t.Errorf("%v", err)
	}
}
