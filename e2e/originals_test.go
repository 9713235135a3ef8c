package e2e

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/jpeg"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

const peekSent = "原件已私信发你，这次查看已记录"

// looks presses 查看原件 on the card about a person in the review group and returns the toast.
func looks(a harness.Admin, p harness.Person, reason string) string {
	a.H.Helper()
	return a.Decides(p, "peek", map[string]any{"peek_reason": reason})
}

// originals returns the messages with original photos in an admin's chat that were not recalled.
func originals(a harness.Admin) (shown []feishu.Message) {
	for _, m := range a.H.World.Feishu.Messages(a.Chat()) {
		if !m.Recalled && len(images(m.Card)) > 0 {
			shown = append(shown, m)
		}
	}
	return shown
}

// images returns the image_keys on a card.
func images(card json.RawMessage) (keys []string) {
	for _, part := range strings.Split(string(card), `"img_key":"`)[1:] {
		key, _, _ := strings.Cut(part, `"`)
		keys = append(keys, key)
	}
	return keys
}

// seesOriginals waits for the message with the originals.
func seesOriginals(a harness.Admin) (m feishu.Message) {
	a.H.Helper()
	a.H.Until("the originals", func() bool {
		shown := originals(a)
		if len(shown) > 0 {
			m = shown[0]
		}
		return len(shown) > 0
	})
	return m
}

// gone waits until no message with originals is left in an admin's chat.
func gone(a harness.Admin) {
	a.H.Helper()
	a.H.Until("the end of the look", func() bool { return len(originals(a)) == 0 })
}

// auditOf returns the reasons, or admins, of the audit rows of an event.
func auditOf(h *harness.Harness, p harness.Person, event string) (details []map[string]string) {
	h.Helper()
	h.ReadStore(func(v flows.View) error {
		rows, err := v.AuditOf(h.Ctx, h.CaseOf(p.OpenID).ID)
		for _, r := range rows {
			if r.Event == event {
				details = append(details, r.Detail)
			}
		}
		return err
	})
	return details
}

// TestOriginals: a look is shown to the admin alone, is on record, stands in 我的资料 and is gone after five minutes.
func TestOriginals(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	a := h.Admin(0)
	p := h.Hire()
	p.ToReview()
	if toast := looks(a, p, "suspected_forgery"); toast != peekSent {
		t.Errorf("toast %q, want %q", toast, peekSent)
	}
	m := seesOriginals(a)
	keys := images(m.Card)
	if len(keys) != 2 {
		t.Fatalf("%d pictures, want both sides", len(keys))
	}
	for i, side := range []string{"front", "back"} {
		_, shown, ok := h.World.Feishu.Resource(keys[i])
		if !ok {
			t.Fatalf("%s: no such picture", side)
		}
		sent := h.Photo(p.Person, side)
		want, _, err := image.DecodeConfig(bytes.NewReader(sent))
		if err != nil {
			t.Fatal(err)
		}
		got, format, err := image.DecodeConfig(bytes.NewReader(shown))
		if err != nil || format != "jpeg" || got.Width > 1600 || got.Width*want.Height/want.Width-got.Height > 2 {
			t.Errorf("%s: got %s %d×%d %v, want a picture like %d×%d", side, format, got.Width, got.Height, err, want.Width,
				want.Height)
		}
		if bytes.Contains(shown, sent[len(sent)/2:len(sent)/2+24]) {
			t.Errorf("%s: got the photo itself, want a watermarked copy", side)
		}
	}
	if toast := looks(a, p, "other"); toast != "已经发给你了，在你和我的单聊里" {
		t.Errorf("toast %q for a second look, want words that it is there already", toast)
	}
	for _, e := range append(h.World.Admins(), p.OpenID) {
		if e == a.OpenID {
			continue
		}
		for _, m := range h.World.Feishu.Messages(h.World.Feishu.P2PChat(e)) {
			if len(images(m.Card)) > 0 {
				t.Errorf("%s got the originals, want only the admin who asked", e)
			}
		}
	}
	for _, chat := range []string{h.World.ReviewChat(), h.World.AnnounceChat()} {
		for _, m := range h.World.Feishu.Messages(chat) {
			if len(images(m.Card)) > 0 {
				t.Error("a group got the originals, want none")
			}
		}
	}
	if got := auditOf(h, p, flows.EventOriginal); len(got) != 1 || got[0]["reason"] != "suspected_forgery" {
		t.Errorf("got the looks %v on record, want one for a suspected forgery", got)
	}
	p.Say("我的资料")
	p.WaitForCard("谁看过", "看了证件原件：怀疑证件有假")

	h.Advance(flows.LookFor + time.Second)
	gone(a)
	h.Until("the record of the recall", func() bool { return len(auditOf(h, p, flows.EventOriginalRecalled)) == 1 })
	if toast := looks(a, p, "other"); toast != peekSent {
		t.Errorf("toast %q after the first look is over, want %q", toast, peekSent)
	}
	seesOriginals(a)
}

// TestOriginalsAcrossARestart: a bot that is down when the time is over recalls the message when it starts.
func TestOriginalsAcrossARestart(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	a := h.Admin(0)
	p := h.Hire()
	p.ToReview()
	looks(a, p, "name_check")
	seesOriginals(a)
	h.StopBot()
	h.StartBot()
	h.Advance(flows.LookFor + time.Second)
	gone(a)
}

// TestOriginalsOfALostAnswer: the message of a look whose sending got no answer is found and recalled.
func TestOriginalsOfALostAnswer(t *testing.T) {
	h := harness.Start(t, harness.Setup{Noisy: true})
	a := h.Admin(0)
	p := h.Hire()
	p.ToReview()
	waitIdle(h)
	h.World.Faults.Arm(wire.Fault{Upstream: "feishu", Operation: "message.create", Kind: wire.DropAfter, Times: 1})
	looks(a, p, "name_check")
	seesOriginals(a)
	h.Advance(flows.LookFor + time.Second)
	gone(a)
	if n := len(auditOf(h, p, flows.EventOriginalRecalled)); n > 1 {
		t.Errorf("%d recalls on record, want one", n)
	}
}

// TestOriginalsEnd: whatever ends the wait for HR ends the look at once.
func TestOriginalsEnd(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	a, b := h.Admin(0), h.Admin(1)
	for name, end := range map[string]func(p harness.Person){
		"approved": func(p harness.Person) { b.Decides(p, "approve", nil) },
		"sent back": func(p harness.Person) {
			b.Decides(p, "send_back", map[string]any{"reason": "blurred", "side": "front"})
		},
		"rejected":    func(p harness.Person) { b.Decides(p, "reject", map[string]any{"reason": "other"}) },
		"withdrawn":   func(p harness.Person) { p.Say("取消") },
		"all deleted": func(p harness.Person) { p.Say("删除我的资料"); p.Press("withdraw") },
	} {
		t.Run(name, func(t *testing.T) {
			h := h.With(t)
			p := h.Hire()
			p.H = h
			p.ToReview()
			if toast := looks(a, p, "other"); toast != peekSent {
				t.Fatalf("toast %q, want %q", toast, peekSent)
			}
			seesOriginals(a)
			end(p)
			gone(a)
		})
	}
}

// TestOriginalsRefused: only an admin may look, with a reason, and not at the own case.
func TestOriginalsRefused(t *testing.T) {
	var own harness.Person
	h := harness.Start(t, harness.Setup{Before: func(w *sim.World, settings map[string]string) {
		own = harness.Person{Employee: w.Hire(1)[0]}
		settings["hr.admins"] += "," + own.OpenID
	}})
	own.H = h
	a := h.Admin(0)
	p, stranger := h.Hire(), h.Hire()
	p.ToReview()
	own.ToReview()
	form := map[string]any{"peek_reason": "other"}
	for name, c := range map[string]struct {
		who, toast string
		of         harness.Person
		form       any
	}{
		"a stranger":             {stranger.OpenID, "只有 HR 能做这一步", p, form},
		"the applicant":          {p.OpenID, "只有 HR 能做这一步", p, form},
		"an admin's own case":    {own.OpenID, "不能审核自己的，请另一位 HR 来", own, form},
		"no reason":              {a.OpenID, "还差一项：查看原因", p, nil},
		"a reason of the policy": {a.OpenID, "还差一项：查看原因", p, map[string]any{"peek_reason": "policy"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := a.Sees(h.World.ReviewChat(), c.of, "peek")
			if got := h.Forge(c.who, s.Msg, s.Value("peek"), c.form).Toast; got != c.toast {
				t.Errorf("toast %q, want %q", got, c.toast)
			}
			if got := auditOf(h, c.of, flows.EventOriginal); len(got) != 0 {
				t.Errorf("got the looks %v on record, want none", got)
			}
		})
	}
}

// TestOriginalsLimit: an admin who looks at unusually many originals is stopped, and the other admins are told.
func TestOriginalsLimit(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	a, b := h.Admin(0), h.Admin(1)
	people := h.HireAll(7)
	for _, p := range people {
		p.ToReview()
	}
	for n := range flows.MaxLooks {
		if n > 0 && n%len(people) == 0 {
			h.Advance(flows.LookFor + time.Second)
			gone(a)
			waitIdle(h) // the end of the looks is stored
		}
		if toast := looks(a, people[n%len(people)], "other"); toast != peekSent {
			t.Fatalf("look %d: toast %q, want %q", n+1, toast, peekSent)
		}
		h.Until("the look", func() bool { return len(originals(a)) == n%len(people)+1 })
	}
	last := people[len(people)-1]
	for range 2 {
		if toast := looks(a, last, "other"); !strings.Contains(toast, "一小时内最多查看 20 次") {
			t.Errorf("toast %q, want words that the limit is reached", toast)
		}
	}
	h.Find(b.Chat(), "a notice about the admin", func(s harness.CardView) bool {
		return s.Says("查看了 20 次证件原件") && strings.Contains(string(s.Msg.Card), a.OpenID)
	})
	if toast := looks(b, last, "other"); toast != peekSent {
		t.Errorf("toast %q for the other admin, want %q", toast, peekSent)
	}
	seesOriginals(b)
	h.Advance(flows.LooksWindow)
	gone(a)
	waitIdle(h)
	if toast := looks(a, last, "other"); toast != peekSent {
		t.Errorf("toast %q an hour later, want %q", toast, peekSent)
	}
	notices := 0
	for _, m := range h.World.Feishu.Messages(b.Chat()) {
		if harness.ViewCard(m).Says("次证件原件") {
			notices++
		}
	}
	if notices != 1 {
		t.Errorf("%d notices for two refused looks, want 1", notices)
	}
}

// TestOriginalsUnasked: by the policy the originals of a case with a warning come to the admin who opens it at the
// desk, on record like any other look, and the employee is told.
func TestOriginalsUnasked(t *testing.T) {
	h := harness.Start(t, withDesks("review.photos", "on_warning", "review.tell_looks", "true"))
	a := h.Admin(0)
	green, amber := h.Hire(), h.Hire()
	h.World.Feishu.ChangeUser(amber.OpenID, func(u *feishu.User) { u.Name = "花名" })
	green.ToReview()
	waitIdle(h) // a click on a message whose id is not stored yet sends another desk
	h.ClickOn(a.OpenID, desk(a, "next", "全部 1"), "next", nil)
	desk(a, "approve")
	waitIdle(h)
	if n := len(originals(a)); n != 0 {
		t.Errorf("%d messages with originals for a green case, want none", n)
	}
	amber.ToReview()
	h.ClickOn(a.OpenID, desk(a, "approve"), "approve", nil)
	m := seesOriginals(a)
	if !strings.Contains(string(m.Card), amber.OpenID) {
		t.Error("got originals of another case, want those of the case with a warning")
	}
	if got := auditOf(h, amber, flows.EventOriginal); len(got) != 1 || got[0]["reason"] != flows.PolicyReason {
		t.Errorf("got the looks %v on record, want one by the policy", got)
	}
	amber.WaitForCard("查看了你的证件原件", "公司设置")
	h.ClickOn(a.OpenID, desk(a, "approve", "查看原件"), "approve", nil)
	gone(a)
}

// TestOriginalsKept: a message that Feishu refuses to recall loses its photos, or HR is told that they stay.
func TestOriginalsKept(t *testing.T) {
	for name, c := range map[string]struct {
		patchFails bool
		words      string
	}{
		"the card can be emptied": {false, "照片已经从卡片上去掉"},
		"nothing can be done":     {true, "请让这位同事自己删掉那条消息"},
	} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{Noisy: true})
			a := h.Admin(0)
			p := h.Hire()
			p.ToReview()
			looks(a, p, "other")
			seesOriginals(a)
			waitIdle(h)
			h.World.Feishu.Set(func(b *feishu.Behaviour) { b.RecallWithin = time.Minute })
			if c.patchFails {
				h.World.Faults.Arm(wire.Fault{
					Upstream:  "feishu",
					Operation: "message.patch",
					Kind:      wire.Error,
					Status:    400,
					Body:      `{"code":230031,"msg":"refused"}`,
					Times:     1,
				})
			}
			h.Advance(flows.LookFor + time.Second)
			h.Find(h.World.ReviewChat(), "a notice to HR", func(s harness.CardView) bool {
				return s.Says(c.words) && strings.Contains(string(s.Msg.Card), a.OpenID)
			})
			if got := auditOf(h, p, flows.EventOriginalKept); len(got) != 1 || got[0]["upstream"] != "230009" {
				t.Errorf("got %v on record, want that the recall was refused with 230009", got)
			}
			if n := len(originals(a)); (n > 0) != c.patchFails {
				t.Errorf("%d messages with originals are left, want some: %t", n, c.patchFails)
			}
			if !strings.Contains(h.Logs.String(), "originals could not be recalled") {
				t.Error("got no line in the log, want an error")
			}
		})
	}
}
