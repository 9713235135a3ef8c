package cards

import "encoding/json"

// Notice is an answer of one sentence.
type Notice struct {
	Code  string            // texts "notice.<code>"
	Args  map[string]string // as for NewToast
	Level Level
	// Person is the open_id of the person whom a notice to HR is about; "" for others.
	Person string
	Start  bool // offer the start button
	Again  bool // offer another registration to a registered person
}

// JSON draws the sentence.
func (v Notice) JSON() json.RawMessage {
	e := []node{line(codeText("notice", v.Code, argsFrom(v.Args)...))}
	if v.Person != "" {
		e = append(e, person(v.Person))
	}
	if v.Start {
		e = append(e, button("start", mainButton, Ref{}.act(ActStart)))
	}
	if v.Again {
		e = append(e, again())
	}
	return frame{title: tr("notice_title"), header: noticeHeader(v.Level), elements: e}.json()
}

// again is the button of a registered person for another registration. The card around it says that one exists.
func again() node {
	a := Ref{}.act(ActStart)
	a.To = ToAgain
	return button("again", plainButton, a)
}

func noticeHeader(l Level) string {
	switch l {
	case Green:
		return headerSuccess
	case Amber:
		return headerWarning
	case Red:
		return headerError
	default:
		return headerNeutral
	}
}
