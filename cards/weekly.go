package cards

import (
	"encoding/json"
	"time"
)

// Weekly is HR's card of a week's first working day: last week beside the week before. It names nobody.
type Weekly struct {
	Week, Before WeekFigures
	At           time.Time
}

// WeekFigures holds the figures of one week.
type WeekFigures struct {
	From, To string // first and last day, 2006-01-02
	Turnout
	// SidesRead is the number of cases of which both sides of the card were read for the first time, FirstPhotos that of
	// those without any photo that could not be used.
	SidesRead, FirstPhotos int
	// Why, the most frequent first; the card shows maxCauses of each.
	SentBack, Rejected, Photos []Tally
}

// maxCauses is the number of bars of a chart of causes.
const maxCauses = 5

// Empty reports whether the card would say nothing.
func (v Weekly) Empty() bool { return v.Week.Turnout.Empty() && v.Before.Turnout.Empty() }

// JSON draws a chart of the ends, the durations, the share of good first photos, and charts of the causes.
func (v Weekly) JSON() json.RawMessage {
	now, before := v.Week, v.Before
	e := []node{
		line(tr("weekly.done", intArg("done", now.Done), intArg("before", before.Done)), sizeHead),
		v.endsChart(),
	}
	e = append(e, facts(
		tr("weekly.to_done", textArg("now", spanText(now.ToDone, now.ToDone.Median)),
			textArg("before", spanText(before.ToDone, before.ToDone.Median)),
			textArg("most", spanText(now.ToDone, now.ToDone.P90))),
		tr("weekly.review", textArg("now", spanText(now.Review, now.Review.Median)),
			textArg("before", spanText(before.Review, before.Review.Median)),
			textArg("most", spanText(now.Review, now.Review.P90))),
		tr("weekly.first_photos", textArg("now", shareText(now.FirstPhotos, now.SidesRead)),
			textArg("before", shareText(before.FirstPhotos, before.SidesRead)), intArg("n", now.SidesRead)),
	)...)
	for _, c := range []struct {
		title string
		list  []Tally
	}{
		{"weekly.sent_back", now.SentBack},
		{"weekly.rejected", now.Rejected},
		{"weekly.photos", now.Photos},
	} {
		if len(c.list) > 0 {
			e = append(e, headline(tr(c.title)), tallyChart(c.list, maxCauses))
		}
	}
	e = append(e, asOf(v.At)...)
	return frame{title: tr("weekly.title"), header: "indigo", elements: e}.json()
}

// shareText is a share in percent, rounded down so that 100 means all; a dash of nothing.
func shareText(part, whole int) text {
	if whole <= 0 {
		return sameText("–")
	}
	return intArg("n", part*100/whole).val
}

// endsChart draws two bars for each number: the week before, and last week. A chart has one language only, so that its
// labels contain both.
func (v Weekly) endsChart() node {
	var values []node
	add := func(what string, before, now int) {
		if before == 0 && now == 0 && what != "stats.started" && what != "stats.done" {
			return
		}
		for _, w := range []struct {
			of WeekFigures
			n  int
		}{{v.Before, before}, {v.Week, now}} {
			values = append(values, node{"what": bilingual(what), "week": weekLabel(w.of), "n": w.n})
		}
	}
	add("stats.started", v.Before.Started, v.Week.Started)
	add("stats.done", v.Before.Done, v.Week.Done)
	for _, o := range Outcomes {
		add("outcome."+o, v.Before.Ends[o], v.Week.Ends[o])
	}
	return chart(node{
		"type":        "bar",
		"data":        node{"values": values},
		"xField":      []string{"what", "week"},
		"yField":      "n",
		"seriesField": "week",
		"legends":     node{"visible": true, "orient": "bottom"},
		"label":       node{"visible": true},
	})
}

// weekLabel names a week by its first and last day.
func weekLabel(w WeekFigures) string { return dayLabel(w.From) + "–" + dayLabel(w.To) }

// dayLabel is the month and day of 2006-01-02.
func dayLabel(s string) string {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.Format("01-02")
	}
	return cleanText(s, 10)
}
