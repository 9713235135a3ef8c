package cards

import (
	"encoding/json"
	"time"
)

// Renamed asks HR what shall follow from another name in the directory. It shows neither name in clear: the person's
// entry is drawn by Feishu, and the recorded name is masked.
type Renamed struct {
	Ref
	Applicant  string // open_id
	MaskedName string // of the recorded identity
	At         time.Time
	// Answer is one of NameAnswers once an admin has decided, By the admin's open_id.
	Answer, By string
}

// JSON draws who it is about, and the two answers or the one that was given.
func (v Renamed) JSON() json.RawMessage {
	e := []node{row(person(v.Applicant), line(tr("renamed.text")))}
	e = append(e, facts(fact("identity_name", foreignText(v.MaskedName, maxName)))...)
	if v.Answer != "" {
		e = append(e, line(codeText("renamed_answer", v.Answer)))
		if v.By != "" {
			e = append(e, person(v.By))
		}
		e = append(e, asOf(v.At)...)
		return frame{title: tr("renamed.title"), header: headerNeutral, tag: tr("tag.closed"), tagColour: "neutral",
			elements: e}.json()
	}
	again, keep := v.act(ActRenamed), v.act(ActRenamed)
	again.To, keep.To = NameAgain, NameKept
	e = append(e, small(tr("renamed.hint")), button("renamed_again", plainButton, again),
		button("renamed_kept", quietButton, keep))
	return frame{title: tr("renamed.title"), header: headerYourTurn, elements: e}.json()
}
