package cards

import "encoding/json"

// Notice is a one-line answer (texts "notice.<code>").
type Notice struct {
	Code  string
	Args  map[string]string
	Level Level
	Start bool // offer the start button
}

// JSON draws one sentence. Args may use the same codes as toasts (see NewToast).
func (v Notice) JSON() json.RawMessage {
	e := []node{line(of("notice", v.Code, given(v.Args)...))}
	if v.Start {
		e = append(e, button("start", mainButton, Ref{}.act(ActStart)))
	}
	return frame{title: tr("notice_title"), mood: noticeMood(v.Level), elements: e}.json()
}

func noticeMood(l Level) string {
	switch l {
	case Green:
		return moodGood
	case Amber:
		return moodCare
	case Red:
		return moodBad
	default:
		return moodPlain
	}
}
