package cards

import (
	"encoding/json"
	"slices"
	"time"
)

// Stats draws the figures that HR asks for.
type Stats struct {
	ByState                 map[string]int
	DoneToday, StartedToday int
	Done, Open, Unfinished  int
	Days                    []DayCount // last days, oldest first
	MedianToDone            time.Duration
	MedianReview            time.Duration
	At                      time.Time
}

// DayCount is a day's figures.
type DayCount struct {
	Day           string // 2006-01-02, Asia/Shanghai
	Started, Done int
}

// States are the states of a case in the order of the way (texts "state.<code>").
var States = []string{
	"awaiting_consent", "awaiting_photos", "awaiting_confirmation", "awaiting_code", "awaiting_face", "checking",
	"awaiting_review", "recording", "filing", "needs_attention", "done", "rejected", "declined", "withdrawn", "expired",
	"closed",
}

// maxDays is the number of days that the chart shows.
const maxDays = 31

// JSON draws the figures of the day, the days as bars and where the cases stand.
func (v Stats) JSON() json.RawMessage {
	e := []node{
		line(tr("stats.today", num("started", v.StartedToday), num("done", v.DoneToday)), sizeHead),
		line(tr("stats.total", num("done", v.Done), num("open", v.Open), num("unfinished", v.Unfinished))),
	}
	if v.MedianToDone > 0 {
		e = append(e, line(tr("stats.median_done", own("span", span(v.MedianToDone)))))
	}
	if v.MedianReview > 0 {
		e = append(e, line(tr("stats.median_review", own("span", span(v.MedianReview)))))
	}
	if len(v.Days) > 0 {
		e = append(e, headline(tr("stats.days")), v.days())
	}
	if bars := v.states(); bars != nil {
		e = append(e, headline(tr("stats.states")), bars)
	}
	if v.Open > 0 {
		e = append(e, asking(button("remind", plainButton, Ref{}.act(ActRemind)), "remind"))
	}
	e = append(e, asOf(v.At)...)
	return frame{title: tr("stats.title"), mood: "indigo", elements: e}.json()
}

// days is a bar for started and one for done per day. A chart_spec has no languages, so its few words carry both.
func (v Stats) days() node {
	started, done := both("stats.started"), both("stats.done")
	var values []node
	for _, d := range v.Days[max(0, len(v.Days)-maxDays):] {
		day := clean(d.Day, 10)
		if t, err := time.Parse("2006-01-02", d.Day); err == nil {
			day = t.Format("01-02")
		}
		values = append(values,
			node{"day": day, "kind": started, "n": d.Started},
			node{"day": day, "kind": done, "n": d.Done})
	}
	return chart(node{
		"type": "bar", "data": node{"values": values},
		"xField": []string{"day", "kind"}, "yField": "n", "seriesField": "kind",
		"legends": node{"visible": true, "orient": "bottom"},
	})
}

// states is a bar per state that has cases, in the order of the way; states of a newer version come last.
func (v Stats) states() node {
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
			values = append(values, node{"state": both("state." + s), "n": n})
		}
	}
	if more > 0 {
		values = append(values, node{"state": both("state.other"), "n": more})
	}
	if len(values) == 0 {
		return nil
	}
	return chart(node{
		"type": "bar", "direction": "horizontal", "data": node{"values": values},
		"xField": "n", "yField": "state", "label": node{"visible": true},
	})
}

// both is a text in both languages at once.
func both(id string) string {
	t := tr(id)
	return t.zh + " " + t.en
}

// chart draws a VChart specification; charts stay out of forms.
func chart(spec node) node {
	return node{"tag": "chart", "aspect_ratio": "16:9", "chart_spec": spec}
}

// asOf says when the figures were taken.
func asOf(t time.Time) []node {
	if t.IsZero() {
		return nil
	}
	return []node{small(tr("as_of", at("at", t)))}
}
