package sim

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"
)

// Report summarises what happened in the world.
type Report struct {
	People []Journey `json:"people"`
	Done   int       `json:"done"`
	Filed  int       `json:"filed"` // see Journey.Filed

	Calls      map[string]int `json:"calls"` // by "upstream operation"
	OCRCalls   int            `json:"ocr_calls"`
	OCRRefused int            `json:"ocr_refused"` // of these over the limit
	SMS        int            `json:"sms"`
	Points     int            `json:"points"`
	Identities int            `json:"identities"` // successful writes
	Duplicates int            `json:"duplicates"`
}

// Report summarises the journeys of all employees and the calls to the platforms.
func (w *World) Report() Report {
	r := Report{Calls: w.Recorder.Counts(), Points: len(w.ESign.Points())}
	for _, c := range w.Feishu.OCRCalls() {
		r.OCRCalls++
		if c.Refused {
			r.OCRRefused++
		}
	}
	for _, e := range w.People() {
		j := w.Journey(e.OpenID)
		r.People = append(r.People, j)
		if j.Stage == StageDone {
			r.Done++
		}
		if j.Filed() {
			r.Filed++
		}
		r.SMS += j.SMS
		r.Identities += j.Identities
		r.Duplicates += j.Duplicates
	}
	return r
}

// WriteTable prints a row for each person, and the totals.
func (r Report) WriteTable(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "person\tstage\ttook\tmessages\tupdates\tphotos\tsms\tidentity\tpoints\tduplicates")
	for _, j := range r.People {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", short(j.OpenID), stageName(j.Stage),
			j.Took().Round(10*time.Millisecond),
			j.Messages, j.Updates, j.Photos, j.SMS, j.Identities, len(j.Points), j.Duplicates)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(t, "\n%d people\tdone %d\tfiled %d\tduplicates %d\n", len(r.People), r.Done, r.Filed, r.Duplicates)
	fmt.Fprintf(t, "OCR %d (%d over the limit)\tSMS %d\tidentities %d\tpoints %d\n\n",
		r.OCRCalls, r.OCRRefused, r.SMS, r.Identities, r.Points)
	for _, op := range slices.Sorted(maps.Keys(r.Calls)) {
		fmt.Fprintf(t, "%s\t%d\n", op, r.Calls[op])
	}
	return t.Flush()
}

func stageName(s CardStage) string {
	if s == StageNone {
		return "-"
	}
	return string(s)
}

// short truncates an id; the rest is long enough to distinguish people.
func short(id string) string {
	if len(id) > 11 {
		return id[:11]
	}
	return id
}
