package cards

import (
	"encoding/json"
	"time"
)

// Reminded is the answer to 催办.
type Reminded struct {
	Sent    int  // number of reminded applicants
	TooSoon int  // number of applicants who were reminded a short while ago
	Capped  int  // number of applicants who have received all their reminders
	Quiet   bool // at night: the reminders are sent at At
	At      time.Time
}

// JSON draws the numbers.
func (v Reminded) JSON() json.RawMessage {
	var e []node
	switch {
	case v.Sent == 0:
		e = append(e, line(tr("reminded.none")))
	case v.Quiet:
		e = append(e, line(tr("reminded.later", intArg("n", v.Sent), timeArg("at", v.At))))
	default:
		e = append(e, line(tr("reminded.sent", intArg("n", v.Sent))))
	}
	if v.TooSoon > 0 {
		e = append(e, small(tr("reminded.too_soon", intArg("n", v.TooSoon))))
	}
	if v.Capped > 0 {
		e = append(e, small(tr("reminded.capped", intArg("n", v.Capped))))
	}
	if !v.Quiet {
		e = append(e, asOf(v.At)...)
	}
	return frame{title: tr("reminded.title"), header: headerNeutral, elements: e}.json()
}
