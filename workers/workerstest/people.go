package workerstest

import (
	"strings"

	"shiming/cards"
	"shiming/flows"
	"shiming/idcard"
)

// Say sends a private message.
func (w *Harness) Say(openID, text string) {
	w.T.Helper()
	id := w.NextID()
	w.Must(w.Message(w.T.Context(), flows.Message{
		EventID:   id,
		MessageID: "om_" + id,
		TenantKey: Tenant,
		OpenID:    openID,
		ChatID:    "oc_p2p_" + openID,
		Private:   true,
		Text:      text,
		At:        w.Now(),
	}))
}

// SendPhotos sends the pictures of the file keys in one private message, and returns its id.
func (w *Harness) SendPhotos(openID string, keys ...string) string {
	w.T.Helper()
	id := w.NextID()
	m := flows.Message{
		EventID:   id,
		MessageID: "om_" + id,
		TenantKey: Tenant,
		OpenID:    openID,
		ChatID:    "oc_p2p_" + openID,
		Private:   true,
		At:        w.Now(),
	}
	for _, k := range keys {
		m.Photos = append(m.Photos, flows.PhotoRef{FileKey: k, Kind: "image"})
	}
	w.Must(w.Message(w.T.Context(), m))
	return m.MessageID
}

// Click presses a button on the card of c at its revision. form holds pairs of a field and a value. Three fields are no
// part of the form: "to" and "of" (the side of a retake) belong to the action, "message" is the id of the message.
func (w *Harness) Click(openID string, c *flows.Case, act cards.Act, form ...string) flows.Answer {
	w.T.Helper()
	k := flows.CardAction{
		EventID:   w.NextID(),
		TenantKey: Tenant,
		OpenID:    openID,
		Action: cards.Action{
			V:    1,
			Act:  act,
			Case: c.ID,
			Rev:  c.Rev,
		},
		At: w.Now(),
	}
	values := map[string]any{}
	for i := 0; i+1 < len(form); i += 2 {
		switch form[i] {
		case "to":
			k.Action.To = form[i+1]
		case "of":
			k.Action.Side = form[i+1]
		case "message":
			k.MessageID = form[i+1]
		default:
			values[form[i]] = form[i+1]
		}
	}
	var err error
	k.Form, err = cards.DecodeForm(values)
	w.Must(err)
	a, err := w.Engine.Click(w.T.Context(), k)
	w.Must(err)
	return a
}

// SampleForm fills the form in for Click: the details of the sample person.
func SampleForm() []string {
	return []string{
		"identity_name", flows.SampleName,
		"identity_code", flows.SampleNumber,
		"mobile", flows.SampleMobile,
	}
}

// CheckAnswer fails the test if the answer has another toast. args holds pairs of a name and a value.
func (w *Harness) CheckAnswer(a flows.Answer, toastID string, args ...string) {
	w.T.Helper()
	m := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	if want := cards.NewToast(toastID, m); a.Toast == nil || *a.Toast != want {
		w.T.Errorf("toast: got %+v, want %+v", a.Toast, want)
	}
}

// KnowCard makes the OCR recognise a person's ID card, and returns the file keys of its two pictures.
func (w *Harness) KnowCard(openID, number string) (front, back string) {
	front, back = "front_"+openID, "back_"+openID
	w.IDCardReader.SetText(front, 1, idcard.Entity{Type: "identity_name", Value: flows.SampleName},
		idcard.Entity{Type: "identity_code", Value: number})
	w.IDCardReader.SetText(back, 0, idcard.Entity{Type: "issued_by", Value: "样本市公安局"},
		idcard.Entity{Type: "valid_date_start", Value: "2020.01.01"},
		idcard.Entity{Type: "valid_date_end", Value: "2040.01.01"})
	return front, back
}

// mobileOf gives each person a mobile number, because codes to one number are limited.
func mobileOf(number string) string {
	return "139" + strings.ReplaceAll(number[len(number)-8:], "X", "0")
}

// Walk registers a person, step by step without any failure, until the case is in the state.
func (w *Harness) Walk(openID, number string, to flows.State) *flows.Case {
	w.T.Helper()
	front, back := w.KnowCard(openID, number)
	w.Say(openID, "实名")
	for _, step := range []struct {
		at flows.State
		do func(c *flows.Case)
	}{
		{flows.AwaitingConsent, func(c *flows.Case) { w.CheckAnswer(w.Click(openID, c, cards.ActConsent), "consented") }},
		{flows.AwaitingPhotos, func(c *flows.Case) { w.SendPhotos(openID, front, back) }},
		{flows.AwaitingConfirmation, func(c *flows.Case) {
			w.CheckAnswer(w.Click(openID, c, cards.ActConfirm, "identity_name", flows.SampleName, "identity_code", number,
				"mobile", mobileOf(number)), "saved")
		}},
		{flows.AwaitingCode, func(c *flows.Case) {
			w.CheckAnswer(w.Click(openID, c, cards.ActSubmitCode, "sms_code", w.Verifier.Code()), "saved")
		}},
		{flows.AwaitingReview, func(c *flows.Case) { w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved") }},
	} {
		w.RunJobs()
		c := w.LatestCase(openID)
		if c.State == to {
			return c
		}
		if c.State != step.at {
			w.T.Fatalf("on the way to %s: in %s, want %s (%+v)", to, c.State, step.at, c.Attention)
		}
		step.do(c)
	}
	w.RunJobs()
	return w.InState(w.LatestCase(openID).ID, to)
}

// SayInGroup sends a message in a group that mentions the bot, and returns its id.
func (w *Harness) SayInGroup(openID, chat, text string, photos ...flows.PhotoRef) string {
	w.T.Helper()
	id := w.NextID()
	w.Must(w.Message(w.T.Context(), flows.Message{
		EventID:   id,
		MessageID: "om_" + id,
		TenantKey: Tenant,
		OpenID:    openID,
		ChatID:    chat,
		Text:      text,
		Photos:    photos,
	}))
	return "om_" + id
}
