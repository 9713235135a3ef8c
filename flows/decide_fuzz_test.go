package flows

import (
	"encoding/json"
	"testing"

	"shiming/cards"
)

// FuzzDecide gives forged button values and forms to every state. Nothing may panic, cards have at most 30 KB, and a
// refusal has no effects.
func FuzzDecide(f *testing.F) {
	seed := func(act string, form map[string]any) {
		value, _ := json.Marshal(map[string]any{"v": 1, "act": act, "case": SampleCase(Done).ID, "rev": 7, "side": "front"})
		typed, _ := json.Marshal(form)
		f.Add(value, typed)
	}
	seed("confirm", map[string]any{"identity_name": SampleName, "identity_code": SampleNumber, "mobile": SampleMobile})
	seed("confirm", map[string]any{"identity_name": "<at id=all></at>", "identity_code": "\x00", "mobile": nil})
	seed("submit_code", map[string]any{"sms_code": "１２３４５６"})
	seed("send_back", map[string]any{"reason": "blurred", "side": "both", "note": "\u202e"})
	seed("reject", map[string]any{"note": "x"})
	seed("resolve", map[string]any{"evi_point_id": "P1"})
	for _, act := range []string{"consent", "decline", "retake", "send_code", "cancel", "withdraw", "approve", "retry",
		"close"} {
		seed(act, nil)
	}
	kinds := map[cards.Act]Kind{}
	for _, m := range []map[cards.Act]Kind{ApplicantActs, HRActs} {
		for act, kind := range m {
			kinds[act] = kind
		}
	}
	f.Fuzz(func(t *testing.T, value, typed []byte) {
		var v, fields map[string]any
		if json.Unmarshal(value, &v) != nil || json.Unmarshal(typed, &fields) != nil {
			return
		}
		action, err := cards.DecodeAction(v)
		if err != nil {
			return
		}
		form, err := cards.DecodeForm(fields)
		if err != nil {
			return
		}
		for _, s := range States {
			c := SampleCase(s)
			e := Event{
				Kind:  kinds[action.Act],
				At:    SampleTime,
				Actor: "ou_hr1",
				Role:  HR,
				Rev:   &action.Rev,
				Form:  form,
				Side:  action.Side,
				MAC:   []byte("right"),
			}
			if _, own := ApplicantActs[action.Act]; own {
				e.Actor, e.Role = c.OpenID, Applicant
			}
			if form.SMSCode != nil {
				e.Code = FindCode(*form.SMSCode)
			}
			ch := Decide(SamplePolicy(), c, e)
			if ch.Case == nil {
				if len(ch.Jobs)+len(ch.DropPictures) > 0 || ch.SetBlindIndex {
					t.Fatalf("%s × %s: refused with effects, want none", s, e.Kind)
				}
				continue
			}
			scene := sampleView()
			for _, card := range []cards.Card{ApplicantCard(ch.Case, scene), HRCard(ch.Case, scene)} {
				if raw := card.JSON(); !json.Valid(raw) || len(raw) > 30<<10 {
					t.Fatalf("%s × %s: card of %d bytes, valid %v, want at most 30 KB of valid JSON",
						s, e.Kind, len(raw), json.Valid(raw))
				}
			}
			if _, err := ch.Case.Personal.Clear(); err != nil {
				t.Fatalf("%s × %s: Clear: got %v, want no error", s, e.Kind, err)
			}
		}
	})
}
