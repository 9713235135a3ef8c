package flows_test

import (
	"shiming/cards"
	"shiming/flows"
	"shiming/idcard"
)

// say sends a private message.
func (w *world) say(openID, text string) {
	w.t.Helper()
	id := w.id()
	w.must(w.Message(w.t.Context(), flows.Message{EventID: id, MessageID: "om_" + id, TenantKey: tenant, OpenID: openID, ChatID: "oc_p2p_" + openID, Private: true, Text: text, At: w.now()}))
}

// sendPhotos sends pictures in one private message, and returns its id.
func (w *world) sendPhotos(openID string, keys ...string) string {
	w.t.Helper()
	id := w.id()
	m := flows.Message{EventID: id, MessageID: "om_" + id, TenantKey: tenant, OpenID: openID, ChatID: "oc_p2p_" + openID, Private: true, At: w.now()}
	for _, k := range keys {
		m.Photos = append(m.Photos, flows.PhotoRef{FileKey: k, Kind: "image"})
	}
	w.must(w.Message(w.t.Context(), m))
	return m.MessageID
}

// click presses a button on the present card of a case.
func (w *world) click(openID string, c *flows.Case, act cards.Act, form ...string) flows.Answer {
	w.t.Helper()
	k := flows.Click{EventID: w.id(), TenantKey: tenant, OpenID: openID, Action: cards.Action{V: 1, Act: act, Case: c.ID, Rev: c.Rev}, At: w.now()}
	values := map[string]any{}
	for i := 0; i+1 < len(form); i += 2 {
		switch form[i] {
		case "to":
			k.Action.To = form[i+1]
		case "of": // the side of a retake
			k.Action.Side = form[i+1]
		case "message":
			k.MessageID = form[i+1]
		default:
			values[form[i]] = form[i+1]
		}
	}
	var err error
	k.Form, err = cards.DecodeForm(values)
	w.must(err)
	a, err := w.Click(w.t.Context(), k)
	w.must(err)
	return a
}

// said requires the toast of an answer.
func (w *world) said(a flows.Answer, toastID string, args ...string) {
	w.t.Helper()
	m := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	if want := cards.NewToast(toastID, m); a.Toast == nil || *a.Toast != want {
		w.t.Errorf("toast %+v, want %+v", a.Toast, want)
	}
}

// person is somebody of the tests, whose card the reader knows.
func (w *world) person(openID, number string) (front, back string) {
	front, back = "front_"+openID, "back_"+openID
	w.reader.knows(front, 1, idcard.Entity{Type: "identity_name", Value: flows.SampleName}, idcard.Entity{Type: "identity_code", Value: number})
	w.reader.knows(back, 0, idcard.Entity{Type: "issued_by", Value: "样本市公安局"},
		idcard.Entity{Type: "valid_date_start", Value: "2020.01.01"}, idcard.Entity{Type: "valid_date_end", Value: "2040.01.01"})
	return front, back
}

// walk takes a person from the first word to a state, in the ordinary way.
func (w *world) walk(openID, number string, to flows.State) *flows.Case {
	w.t.Helper()
	front, back := w.person(openID, number)
	w.say(openID, "实名")
	for _, step := range []struct {
		at flows.State
		do func(c *flows.Case)
	}{
		{flows.AwaitingConsent, func(c *flows.Case) { w.said(w.click(openID, c, cards.ActConsent), "consented") }},
		{flows.AwaitingPhotos, func(c *flows.Case) { w.sendPhotos(openID, front, back) }},
		{flows.AwaitingConfirmation, func(c *flows.Case) {
			w.said(w.click(openID, c, cards.ActConfirm, "identity_name", flows.SampleName, "identity_code", number, "mobile", flows.SampleMobile), "saved")
		}},
		{flows.AwaitingCode, func(c *flows.Case) {
			w.said(w.click(openID, c, cards.ActSubmitCode, "sms_code", w.verifier.code()), "saved")
		}},
		{flows.AwaitingReview, func(c *flows.Case) { w.said(w.click("ou_hr1", c, cards.ActApprove), "approved") }},
	} {
		w.run()
		c := w.caseOf(openID)
		if c.State == to {
			return c
		}
		if c.State != step.at {
			w.t.Fatalf("on the way to %s: in %s, want %s (%+v)", to, c.State, step.at, c.Attention)
		}
		step.do(c)
	}
	w.run()
	return w.in(w.caseOf(openID).ID, to)
}
