package cards

import "time"

// Turnout is what a stretch of days has brought. None of its numbers contains another: each end stands for itself.
type Turnout struct {
	Started, Done int
	Ends          map[string]int // outcome, one of Outcomes -> number of cases
	ToDone        Spread         // from the start of a case until it is done
	Review        Spread         // from the submission to HR until HR's decision
}

// Outcomes lists the ends besides done, in the order of cards (texts "end.<code>").
var Outcomes = []string{"on_file", "rejected", "closed", "declined", "withdrawn", "expired", "hr_delay", "left",
	"uninstalled"}

// Spread is a duration of many cases. The zero value stands for no case.
type Spread struct {
	Cases       int
	Median, P90 time.Duration
}

// Empty reports whether nothing has started and nothing has ended.
func (t Turnout) Empty() bool {
	for _, n := range t.Ends {
		if n > 0 {
			return false
		}
	}
	return t.Started == 0 && t.Done == 0
}

// Tally is how often a code was counted (texts "cause.<code>").
type Tally struct {
	Code string
	N    int
}

// spanText is the duration of a spread, or a dash without any case.
func spanText(s Spread, d time.Duration) text {
	if s.Cases == 0 {
		return sameText("–")
	}
	return durationText(d)
}

// endsText lists the ends that have happened, each with its number; empty if there is none.
func endsText(ends map[string]int) text {
	var parts []text
	for _, o := range Outcomes {
		if n := ends[o]; n > 0 {
			parts = append(parts, tr("end."+o, intArg("n", n)))
		}
	}
	return join(sameText(" · "), parts...)
}

// turnoutTexts are the lines of a stretch: what has started, what is done, and each other end.
func (t Turnout) texts() []text {
	return []text{
		tr("turnout.started", intArg("started", t.Started), intArg("done", t.Done)),
		endsText(t.Ends),
	}
}

// tallyChart draws the most frequent codes, at most max of them.
func tallyChart(list []Tally, max int) node {
	var values []node
	for _, t := range list[:min(len(list), max)] {
		values = append(values, node{"what": bothLanguages(codeText("cause", t.Code)), "n": t.N})
	}
	return chart(node{
		"type":      "bar",
		"direction": "horizontal",
		"data":      node{"values": values},
		"xField":    "n",
		"yField":    "what",
		"label":     node{"visible": true},
	})
}
