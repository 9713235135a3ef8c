package cards

import (
	"encoding/json"
	"time"
)

// Reminded answers 催办: how many were reminded, how many were left in peace and why.
type Reminded struct {
	Sent, TooSoon, Capped int
	Quiet                 bool // night: sent at the given hour
	At                    time.Time
}

// JSON says how many were reminded and how many were left in peace, and why.
func (v Reminded) JSON() json.RawMessage {
	var e []node
	switch {
	case v.Sent == 0:
		e = append(e, line(tr("reminded.none")))
	case v.Quiet:
		e = append(e, line(tr("reminded.later", num("n", v.Sent), at("at", v.At))))
	default:
		e = append(e, line(tr("reminded.sent", num("n", v.Sent))))
	}
	if v.TooSoon > 0 {
		e = append(e, small(tr("reminded.too_soon", num("n", v.TooSoon))))
	}
	if v.Capped > 0 {
		e = append(e, small(tr("reminded.capped", num("n", v.Capped))))
	}
	if !v.Quiet {
		e = append(e, asOf(v.At)...)
	}
	return frame{title: tr("reminded.title"), mood: moodPlain, elements: e}.json()
}
