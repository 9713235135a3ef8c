package cards

import (
	"encoding/json"
	"slices"
	"time"
)

// Stats shows the figures of a tenant in answer to 统计.
type Stats struct {
	ByState                 map[string]int // state -> number of cases
	DoneToday, StartedToday int
	Done                    int
	// Open cases, by whose turn it is.
	WithApplicant, WithHR, WithBot int
	Days                           []DayCount // latest days, oldest first
	Today, Week                    Turnout    // today so far, and the seven days before
	// Over the days: cases that the policy approved without HR, those drawn for a look, looks, and faults found by them.
	ByPolicy, Sampled, Looked, Faults int
	At                                time.Time
}

// DayCount holds the figures of one day.
type DayCount struct {
	Day           string // 2006-01-02, Asia/Shanghai
	Started, Done int
}

// States lists the states of a case in the order of a registration (texts "state.<code>").
var States = []string{
	"awaiting_consent", "awaiting_photos", "awaiting_confirmation", "awaiting_bank_card", "awaiting_code", "awaiting_face",
	"checking",
	"awaiting_review", "decided", "recording", "filing", "needs_attention", "done", "on_file", "rejected", "declined", "withdrawn", "expired",
	"closed",
}

// maxDays is the number of days on the chart.
const maxDays = 31

// JSON draws figures, medians, a chart of the days and a chart of the states.
func (v Stats) JSON() json.RawMessage {
	e := []node{
		line(tr("stats.today", intArg("started", v.StartedToday), intArg("done", v.DoneToday)), sizeHead),
		line(tr("stats.total", intArg("done", v.Done), intArg("open", v.WithApplicant+v.WithHR+v.WithBot))),
		line(tr("stats.turns", intArg("applicant", v.WithApplicant), intArg("hr", v.WithHR), intArg("bot", v.WithBot))),
	}
	e = append(e, v.ended()...)
	e = append(e, facts(
		tr("stats.median_done", textArg("week", spanText(v.Week.ToDone, v.Week.ToDone.Median)),
			textArg("today", spanText(v.Today.ToDone, v.Today.ToDone.Median))),
		tr("stats.median_review", textArg("week", spanText(v.Week.Review, v.Week.Review.Median)),
			textArg("today", spanText(v.Today.Review, v.Today.Review.Median))),
	)...)
	if v.ByPolicy+v.Looked > 0 {
		e = append(e, line(tr("stats.by_policy", intArg("days", len(v.Days)), intArg("n", v.ByPolicy),
			intArg("sampled", v.Sampled), intArg("looked", v.Looked), intArg("faults", v.Faults))))
	}
	if len(v.Days) > 0 {
		e = append(e, headline(tr("stats.days")), v.daysChart())
	}
	if bars := v.statesChart(); bars != nil {
		e = append(e, headline(tr("stats.states")), bars)
	}
	if v.WithApplicant+v.WithHR+v.WithBot > 0 {
		e = append(e, button("remind", plainButton, Ref{}.act(ActRemind)), small(tr("remind_whom")))
	}
	e = append(e, asOf(v.At)...)
	return frame{title: tr("stats.title"), header: "indigo", elements: e}.json()
}

// ended lists the states in which cases have ended, done apart, each with its number.
func (v Stats) ended() []node {
	ends := map[string]int{}
	for _, s := range Outcomes {
		ends[s] = v.ByState[s]
	}
	if list := endsText(ends); !list.empty() {
		return []node{line(tr("stats.ended", textArg("list", list)))}
	}
	return nil
}

// daysChart draws a bar for started and one for done cases a day. A chart_spec has one language only, so its labels
// contain both.
func (v Stats) daysChart() node {
	started, done := bilingual("stats.started"), bilingual("stats.done")
	var values []node
	for _, d := range v.Days[max(0, len(v.Days)-maxDays):] {
		day := dayLabel(d.Day)
		values = append(values,
			node{"day": day, "kind": started, "n": d.Started},
			node{"day": day, "kind": done, "n": d.Done})
	}
	return chart(node{
		"type":        "bar",
		"data":        node{"values": values},
		"xField":      []string{"day", "kind"},
		"yField":      "n",
		"seriesField": "kind",
		"legends":     node{"visible": true, "orient": "bottom"},
	})
}

// statesChart draws a bar for each state with cases. States of a newer version are summed up at the end.
func (v Stats) statesChart() node {
	known := slices.Clone(States)
	var others []string
	for s := range v.ByState {
		if !slices.Contains(known, s) {
			others = append(others, s)
		}
	}
	slices.Sort(others)
	var values []node
	more := 0
	for _, s := range append(known, others...) {
		n := v.ByState[s]
		switch {
		case n == 0:
		case slices.Contains(others, s):
			more += n
		default:
			values = append(values, node{"state": bilingual("state." + s), "n": n})
		}
	}
	if more > 0 {
		values = append(values, node{"state": bilingual("state.other"), "n": more})
	}
	if len(values) == 0 {
		return nil
	}
	return chart(node{
		"type":      "bar",
		"direction": "horizontal",
		"data":      node{"values": values},
		"xField":    "n",
		"yField":    "state",
		"label":     node{"visible": true},
	})
}

// bilingual returns a text in both languages.
func bilingual(id string) string { return bothLanguages(tr(id)) }

func bothLanguages(t text) string { return t.zh + " " + t.en }

// chart draws a VChart specification. A form must not contain a chart.
func chart(spec node) node {
	return node{"tag": "chart", "aspect_ratio": "16:9", "chart_spec": spec}
}

// asOf draws the time of the figures; nothing for the zero time.
func asOf(t time.Time) []node {
	if t.IsZero() {
		return nil
	}
	return []node{small(tr("as_of", timeArg("at", t)))}
}
