package cards

import (
	"encoding/json"
	"time"
)

// SampleFault tells the admins that something is wrong with a case that the policy had approved without HR.
type SampleFault struct {
	Applicant  string // open_id
	MaskedName string
	By         string // open_id of who has looked
	At         time.Time
	Note       string // "" after the person's data was deleted
}

// JSON draws who, what and when.
func (v SampleFault) JSON() json.RawMessage {
	e := []node{line(tr("sample.fault")), person(v.Applicant)}
	e = append(e, facts(
		fact("identity_name", foreignText(v.MaskedName, maxName)),
		fact("fault_note", foreignText(v.Note, maxNote)),
		fact("looked_at", timeText(v.At)),
	)...)
	e = append(e, person(v.By))
	return frame{title: tr("sample.title"), header: headerError, elements: e}.json()
}

// sampleNodes draws what somebody who looks at a sampled case can answer.
func (v Review) sampleNodes() []node {
	fault := v.act(ActSampleFault)
	note := field{name: "fault_note", max: maxNote, required: true, lines: true}
	return []node{
		rule(),
		line(tr("sample.ask")),
		button("sample_fine", mainButton, v.act(ActSampleFine)),
		form("sample", note.node(), asSubmit(button("sample_fault", dangerButton, fault), fault)),
	}
}
