package flows

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/workday"
)

// TestRequestDue: the deadline counts working days by the calendar and ends with the last one, whenever on a day, or on a
// rest day, the request was made.
func TestRequestDue(t *testing.T) {
	p := &Policy{RequestDays: 15, Work: workday.Schedule{Calendar: workday.Mainland()}}
	for _, tt := range []struct{ at, want string }{
		{"2026-06-01 00:00", "2026-06-24 00:00"}, // the Dragon Boat Festival, 19 June, is no working day
		{"2026-06-01 23:59", "2026-06-24 00:00"},
		{"2026-06-06 12:00", "2026-06-30 00:00"}, // a Saturday
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, ChinaTime)
		if err != nil {
			t.Fatal(err)
		}
		for _, zone := range []*time.Location{ChinaTime, time.UTC, time.FixedZone("", -8*3600)} {
			if got := p.RequestDue(at.In(zone)).In(ChinaTime).Format("2006-01-02 15:04"); got != tt.want {
				t.Errorf("asked at %s: got %s, want %s", tt.at, got, tt.want)
			}
		}
	}
}

// TestRequestDueByTheCalendar: rest days do not count, weekend days on which people work do, and the operator's own
// calendar (review.calendar) replaces the built-in one day by day.
func TestRequestDueByTheCalendar(t *testing.T) {
	own, err := workday.Parse("2026-10-05 work\n2026-10-10 rest\n2026-10-12 rest\n")
	if err != nil {
		t.Fatal(err)
	}
	mainland := workday.Mainland()
	for _, tt := range []struct {
		name, at, want string
		days           int
		calendar       workday.Calendar
	}{
		{"across Golden Week", "2026-09-30 18:00", "2026-10-09 00:00", 1, mainland},
		{"to the Saturday on which people work", "2026-10-08 09:00", "2026-10-11 00:00", 2, mainland},
		{"made on a Saturday on which people work", "2026-10-10 09:00", "2026-10-13 00:00", 1, mainland},
		{"over a Sunday on which people work", "2026-09-18 09:00", "2026-09-21 00:00", 1, mainland},
		{"made within Golden Week", "2026-10-03 12:00", "2026-10-10 00:00", 2, mainland},
		{"fifteen days around the Spring Festival", "2026-02-10 09:00", "2026-03-10 00:00", 15, mainland},
		{"over New Year into a year that is known in part", "2026-12-31 09:00", "2027-01-05 00:00", 1, mainland},
		{"own calendar: a day of Golden Week is worked", "2026-09-30 18:00", "2026-10-06 00:00", 1, mainland.With(own)},
		{"own calendar: the make-up day and a Monday are free", "2026-10-09 09:00", "2026-10-14 00:00", 1,
			mainland.With(own)},
		{"own calendar: other days stay as they are", "2026-09-18 09:00", "2026-09-21 00:00", 1, mainland.With(own)},
		{"no calendar: Monday to Friday", "2026-09-30 18:00", "2026-10-02 00:00", 1, workday.Calendar{}},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, ChinaTime)
		if err != nil {
			t.Fatal(err)
		}
		p := &Policy{RequestDays: tt.days, Work: workday.Schedule{Calendar: tt.calendar}}
		if got := p.RequestDue(at).In(ChinaTime).Format("2006-01-02 15:04"); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestRequestIsOverdueFromTheEndOfItsDeadlineOn: an answered one is not.
func TestRequestIsOverdueFromTheEndOfItsDeadlineOn(t *testing.T) {
	r := &DataRequest{State: RequestOpen, DueAt: SampleTime}
	if r.IsOverdue(SampleTime.Add(-time.Millisecond)) || !r.IsOverdue(SampleTime) {
		t.Error("got another moment, want a request overdue from the end of its deadline on")
	}
	if r.State = RequestDeclined; r.IsOverdue(SampleTime.Add(time.Hour)) {
		t.Error("an answered request is overdue")
	}
}

// TestRequestWordsMaskThemselves: printing, logging and marshalling a request show none of its texts.
func TestRequestWordsMaskThemselves(t *testing.T) {
	r := DataRequest{Text: RequestWords{Words: "secret-words", Reason: "secret-reason"}}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	words, err := json.Marshal(r.Text)
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%v %+v %#v %s %s %v", r, r, r.Text, raw, words, r.Text.LogValue())
	if strings.Contains(all, "secret") {
		t.Errorf("got %s, want no text", all)
	}
	clear, err := r.Text.Clear()
	if err != nil {
		t.Fatal(err)
	}
	if back, err := WordsFromClear(clear); err != nil || back != r.Text {
		t.Errorf("got %v, want the texts back", err)
	}
}

// TestHeadCoversEverything: another tenant, day, head before, end or order makes another hash.
func TestHeadCoversEverything(t *testing.T) {
	head := func(tenant, day string, previous []byte, ends ...ChainEnd) string {
		h := NewHeadHasher(tenant, day, previous)
		for _, e := range ends {
			h.Add(e)
		}
		return string(h.Sum())
	}
	a, b := ChainEnd{"a", 1, []byte{1}}, ChainEnd{"b", 2, []byte{2}}
	seen := map[string]string{}
	for name, hash := range map[string]string{
		"as it is":      head("t", "2026-06-01", NoHead(), a, b),
		"other tenant":  head("u", "2026-06-01", NoHead(), a, b),
		"other day":     head("t", "2026-06-02", NoHead(), a, b),
		"other before":  head("t", "2026-06-01", []byte(head("t", "2026-05-31", NoHead())), a, b),
		"an end less":   head("t", "2026-06-01", NoHead(), a),
		"other order":   head("t", "2026-06-01", NoHead(), b, a),
		"other row":     head("t", "2026-06-01", NoHead(), ChainEnd{"a", 2, []byte{1}}, b),
		"other content": head("t", "2026-06-01", NoHead(), ChainEnd{"a", 1, []byte{3}}, b),
	} {
		if other, twice := seen[hash]; twice {
			t.Errorf("%s and %s have the same head", name, other)
		}
		seen[hash] = name
	}
}
