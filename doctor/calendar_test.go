package doctor_test

import (
	"strings"
	"testing"
	"time"

	"shiming/doctor"
	"shiming/e2e/files"
)

// TestCalendar: a year without its rest days is a warning, the next one from 1 November on; the operator's file helps.
func TestCalendar(t *testing.T) {
	for _, tt := range []struct {
		name, now, own, sla string
		want                doctor.Outcome
		years               string
	}{
		{"known", "2026-12-01", "", "4h", doctor.OK, ""},
		{"the next year in October", "2027-10-31", "", "4h", doctor.OK, ""},
		{"the next year in November", "2027-11-01", "", "4h", doctor.Warning, "2028"},
		{"with a file", "2027-11-01", "2028-10-01 rest 国庆节", "4h", doctor.OK, ""},
		{"the present year", "2028-01-01", "2028-01-01 rest 元旦", "4h", doctor.Warning, "2028"},
		{"without an SLA", "2028-01-01", "", "0s", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChecked(t)
			now, err := time.Parse(time.DateOnly, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			c.fast = time.Until(now.Add(time.Hour))
			c.values["review.sla"] = tt.sla
			if tt.own != "" {
				c.values["review.calendar"] = files.WriteTemp(t, "calendar.txt", tt.own)
			}
			said, findings, _ := c.run("en") // the clock is a problem of its own
			if got := findings["review.calendar"]; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.years != "" && !strings.Contains(said, "the rest days of "+tt.years+" are not known") {
				t.Errorf("the report does not name %s:\n%s", tt.years, said)
			}
		})
	}
}
