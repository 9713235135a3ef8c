package cards

import "encoding/json"

// Conversation shows an admin what an applicant says who has asked for a person.
type Conversation struct {
	Ref
	Applicant  string // open_id
	MaskedName string
	State      string     // of the case (texts "state.<state>")
	Exchanges  []Exchange // the words of both, the oldest first
	Open       bool       // it goes on: offer an answer
}

// JSON draws who it is, the last words, and the answer.
func (v Conversation) JSON() json.RawMessage {
	e := []node{person(v.Applicant)}
	e = append(e, facts(
		fact("identity_name", foreignText(v.MaskedName, maxName)),
		fact("state", codeText("state", v.State)),
	)...)
	if len(v.Exchanges) == 0 {
		e = append(e, line(tr("conversation.asked")))
	}
	e = append(e, Talk{Exchanges: v.Exchanges}.nodes()...)
	f := frame{title: tr("conversation.title"), header: headerYourTurn, tag: tr("tag.help"), tagColour: "blue"}
	if v.Open {
		answer := field{name: "note", hint: tr("hint.reply"), max: maxNote, lines: true, required: true}
		e = append(e,
			small(tr("conversation.rules")),
			button("close_talk", quietButton, v.act(ActCloseTalk)),
			form("reply", answer.node(), asSubmit(button("reply_talk", mainButton, v.act(ActReplyTalk)), v.act(ActReplyTalk))))
	} else {
		f.header, f.tag = headerNeutral, text{}
		e = append(e, line(tr("conversation.over")))
	}
	f.elements = e
	return f.json()
}

// HRWords shows the applicant what an admin answers.
type HRWords struct {
	Ref
	By    string // open_id of the admin
	Words string
	Open  bool // the conversation goes on
}

// JSON draws the words, and how to answer or to end the conversation.
func (v HRWords) JSON() json.RawMessage {
	words := foreignText(v.Words, maxNote)
	if words.empty() {
		words = sameText("–")
	}
	e := []node{person(v.By), line(words)}
	if v.Open {
		e = append(e, small(tr("hr_words.answer")), button("leave_talk", quietButton, v.act(ActLeaveTalk)))
	}
	return frame{title: tr("hr_words.title"), header: headerNeutral, elements: e}.json()
}
