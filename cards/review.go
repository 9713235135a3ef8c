package cards

import (
	"encoding/json"
	"time"
)

// Review asks HR for a decision on one case.
type Review struct {
	Ref
	Applicant     string // open_id, shown as a person element
	MaskedName    string
	MaskedNumber  string
	MaskedMobile  string
	Gender, Birth string // birth as year only
	ValidTo       string
	Checks        []Check
	Changes       []Change
	Method        string
	Supplier      string // name as on record
	Serial        string
	SubmittedAt   time.Time
	Expires       time.Time
	Round         int // 1 = first submission, 2 = after one send-back, ...
	Decision      *Decision
	Waiting       int  // other cases that wait for review
	Queue         bool // drawn inside the queue card: offers "next"
	CanPeek       bool // offers the original photos, each look audited
}

// Reasons are the codes that HR chooses from (texts "reason.<code>"); Sides are the parts to do again (texts
// "redo.<code>").
var (
	Reasons = []string{"blurred", "wrong_person", "expired", "details_wrong", "name_differs", "duplicate", "not_employee",
		"other"}
	Sides = []string{"details", "front", "back", "both"}
)

// JSON draws one case for a decision: who, what was read (masked), what was found with the red first, and the three
// answers. Approving is one tap; sending back and rejecting share a form, since both need a reason.
func (v Review) JSON() json.RawMessage {
	e := []node{person(v.Applicant)}
	e = append(e, facts(v.facts()...)...)
	e = append(e, v.changes()...)
	e = append(e, findings(v.Checks)...)
	f := frame{
		title: tr("review.title"),
		mood:  moodCare,
		state: tr("tag.to_review"),
		ink:   "orange",
	}
	if v.Round > 1 {
		f.state = tr("tag.round", num("n", v.Round))
	}
	if v.Decision != nil {
		e = append(e, rule())
		e = append(e, v.Decision.nodes()...)
		f.mood, f.state, f.ink = v.Decision.mood(), of("did", v.Decision.What), "neutral"
	} else {
		e = append(e, rule())
		e = append(e, v.answers()...)
	}
	if v.Waiting > 0 {
		e = append(e, small(tr("review.waiting", num("n", v.Waiting))))
	}
	if v.Queue {
		after := v.act(ActNext)
		after.To = ToAfter
		e = append(e, button("next", plainButton, after))
	}
	f.elements = e
	return f.json()
}

func (v Review) facts() []text {
	out := []text{
		fact("identity_name", personal(v.MaskedName, maxName)),
		fact("identity_code", personal(v.MaskedNumber, maxArg)),
		fact("mobile", personal(v.MaskedMobile, maxArg)),
		gender(v.Gender),
		fact("birth", personal(v.Birth, 10)),
		fact("valid_to", validTo(v.ValidTo)),
	}
	if v.Method != "" {
		out = append(out, fact("method", of("method", v.Method)))
	}
	out = append(out,
		fact("supplier", supplier(v.Supplier)),
		fact("serial", machineID(v.Serial)),
		fact("submitted_at", moment(v.SubmittedAt)),
	)
	if v.Decision == nil {
		out = append(out, fact("expires", moment(v.Expires)))
	}
	return out
}

// gender takes the codes male and female, and what the card itself says.
func gender(s string) text {
	switch s {
	case "male", "female":
		return fact("gender", tr("gender."+s))
	}
	return fact("gender", personal(s, 10))
}

// validTo takes a date, and 长期 as cards without an end say.
func validTo(s string) text {
	if s == longTerm {
		return tr("valid.long_term")
	}
	return personal(s, maxArg)
}

const longTerm = "长期"

// supplier takes the name that is on record, as it goes into the evidence. One that is known is shown in both
// languages.
func supplier(s string) text {
	if s == tencent {
		return tr("supplier.tencent")
	}
	return personal(s, maxArg)
}

const tencent = "腾讯云"

// changes shows what the applicant typed over what the OCR read.
func (v Review) changes() []node {
	if len(v.Changes) == 0 {
		return nil
	}
	e := []node{headline(tr("review.changes"))}
	for _, c := range v.Changes[:min(len(v.Changes), 6)] {
		e = append(e, line(fact(c.Field, joined(same(" → "), shown(c.Before), shown(c.After))), inkOrange))
	}
	return e
}

// shown is a value, or a dash when there is none.
func shown(s string) text {
	if t := personal(s, maxName); !t.empty() {
		return t
	}
	return same("–")
}

func (v Review) answers() []node {
	label := "approve"
	for _, c := range v.Checks {
		if c.Level == Red {
			label = "approve_anyway"
		}
	}
	e := []node{button(label, mainButton, v.act(ActApprove))}
	if v.CanPeek {
		e = append(e, asking(button("peek", quietButton, v.act(ActPeek)), "peek"))
	}
	inputs := choice("reason", "reason", Reasons, "", true)
	inputs = append(inputs, choice("side", "redo", Sides, "details", false)...)
	inputs = append(inputs,
		field{
			name:  "note",
			hint:  tr("hint.note"),
			max:   maxNote,
			lines: true,
		}.node(),
		row(
			submitting(button("send_back", plainButton, v.act(ActSendBack)), "send_back"),
			submitting(asking(button("reject", dangerButton, v.act(ActReject)), "reject"), "reject"),
		),
	)
	return append(e, headline(tr("review.or")), form("decision", inputs...))
}
