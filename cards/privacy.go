package cards

import (
	"encoding/json"
	"time"
)

// Privacy is the report for a data-protection officer. It names admins who have looked, and nobody whose data it is.
type Privacy struct {
	From, To   string   // first and last day, 2006-01-02
	Recipients []string // codes, as in Agreement
	Supplier   string   // as in Agreement

	Retention Retention

	InHand, Ended int // cases, now
	Started, Done int // in the period, as everything below
	Looks         []PrivacyLook
	Deletions     []Deletion
	Proof         string // as in Morning
	Requests      []PrivacyRequests
	Open, Overdue int // requests, now
	Incidents     []PrivacyIncident
	Refused       []PrivacyRefused
	Head, HeadDay string // newest audit head; "" without one
	Unsent        int    // heads that their receiver has not taken yet
	At            time.Time
}

// PrivacyLook is how often somebody has looked at data in one way for one reason.
type PrivacyLook struct {
	View // without At and Words
	N    int
}

// PrivacyRefused is how often something was refused for want of a right (texts "refused_what.<code>"), to how many people
// as far as it was about a case, and when last.
type PrivacyRefused struct {
	What      string
	N, People int
	Last      time.Time
}

// PrivacyRequests is how many requests of a kind were made, and how they ended.
type PrivacyRequests struct {
	Kind                            string
	Made, Fulfilled, Declined, Late int
	Took                            time.Duration
}

// PrivacyIncident is how often something has happened (texts "incident_report.<kind>").
type PrivacyIncident struct {
	Kind string
	N    int
}

// maxPrivacyRows bounds each list on the card, and maxRefusedRows that of refusals, of which there are nine kinds; the
// terminal has all.
const (
	maxPrivacyRows = 6
	maxRefusedRows = 9
)

// JSON draws first what may need somebody: requests, incidents, what was refused, heads that wait. Then looks, deletions
// and numbers; and in a panel what employees are told, in the words of the agreement.
func (v Privacy) JSON() json.RawMessage {
	e := []node{line(tr("privacy.period", quotedArg("from", v.From), quotedArg("to", v.To)), sizeHead)}
	e = append(e, v.requestNodes()...)
	e = append(e, headline(tr("privacy.incidents")))
	var incidents []text
	for _, i := range v.Incidents[:min(len(v.Incidents), maxPrivacyRows)] {
		incidents = append(incidents, join(sameText(" · "), codeText("incident_report", i.Kind), times(i.N)))
	}
	if len(incidents) == 0 {
		incidents = []text{tr("privacy.no_incidents")}
	}
	e = append(e, facts(incidents...)...)
	e = append(e, v.refusedNodes()...)
	e = append(e, v.lookNodes()...)
	e = append(e, deletionNodes(v.Deletions, v.Proof)...)
	e = append(e, headline(tr("privacy.numbers")),
		line(tr("privacy.cases", intArg("open", v.InHand), intArg("ended", v.Ended), intArg("started", v.Started),
			intArg("done", v.Done))))
	if v.Head != "" {
		e = append(e, headline(tr("audit_head.title")))
		if v.Unsent > 0 {
			e = append(e, line(tr("privacy.unsent", intArg("n", v.Unsent)), colourRed))
		}
		e = append(e, smallFacts(fact("head_day", foreignText(v.HeadDay, maxArg)), fact("audit_head", machineID(v.Head)))...)
	}
	e = append(e, collapsed(tr("privacy.notice"), v.noticeNodes()...))
	look := frame{title: tr("privacy.title"), header: headerNeutral, elements: append(e, asOf(v.At)...)}
	if v.Overdue > 0 {
		look.header = headerError
	}
	return look.json()
}

// times says how often.
func times(n int) text { return tr("privacy.times", intArg("n", n)) }

// requestNodes draws the requests that wait, and those of the period.
func (v Privacy) requestNodes() []node {
	total := line(totalText(v.Open, v.Overdue))
	if v.Overdue > 0 {
		total = line(totalText(v.Open, v.Overdue), colourRed)
	}
	e := []node{headline(tr("privacy.requests")), total}
	var requests []text
	for _, r := range v.Requests[:min(len(v.Requests), maxPrivacyRows)] {
		requests = append(requests, tr("privacy.request", textArg("kind", codeText("request", r.Kind)),
			intArg("made", r.Made), intArg("fulfilled", r.Fulfilled), intArg("declined", r.Declined), intArg("late", r.Late),
			textArg("took", durationText(r.Took))))
	}
	return append(e, facts(requests...)...)
}

// noticeNodes draws purposes, categories, recipients and retention.
func (v Privacy) noticeNodes() []node {
	e := []node{line(tr("privacy.purpose")), line(tr("privacy.categories")), headline(tr("privacy.recipients"))}
	var recipients []text
	for _, code := range v.Recipients[:min(len(v.Recipients), maxPrivacyRows)] {
		recipients = append(recipients, recipientText(code, v.Supplier))
	}
	if more := len(v.Recipients) - maxPrivacyRows; more > 0 {
		recipients = append(recipients, tr("privacy.more", intArg("n", more)))
	}
	e = append(e, smallFacts(recipients...)...)
	return append(e, headline(tr("privacy.retention")), line(v.Retention.text()))
}

// refusedNodes draws what was refused to people without a right.
func (v Privacy) refusedNodes() []node {
	if len(v.Refused) == 0 {
		return nil
	}
	lines := make([]text, 0, len(v.Refused))
	for _, r := range v.Refused[:min(len(v.Refused), maxRefusedRows)] {
		l := tr("privacy.refused_row", textArg("what", codeText("refused_what", r.What)), intArg("n", r.N))
		if r.People > 0 {
			l = join(sameText(" · "), l, tr("privacy.refused_people", intArg("n", r.People), timeArg("at", r.Last)))
		}
		lines = append(lines, l)
	}
	return append([]node{headline(tr("privacy.refused"))}, facts(lines...)...)
}

// lookNodes draws who has looked at what, how often and why.
func (v Privacy) lookNodes() []node {
	e := []node{headline(tr("privacy.looks"))}
	if len(v.Looks) == 0 {
		return append(e, line(tr("privacy.no_looks")))
	}
	for _, l := range v.Looks[:min(len(v.Looks), maxPrivacyRows)] {
		e = append(e, row(l.who(), small(join(sameText(" · "), l.text(), times(l.N)))))
	}
	if more := len(v.Looks) - maxPrivacyRows; more > 0 {
		e = append(e, small(tr("privacy.more", intArg("n", more))))
	}
	return e
}
