// Package workday computes working time: how much of it lies between two moments, and when an amount of it is over. It
// is pure: it reads no clock and no file beyond the calendar of mainland China that is built in.
//
// In reading order: calendar.go (which days are working days), hours.go (the hours of a day), schedule.go (both
// together).
package workday

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// zone is China's time. China has no summer time, so that a fixed zone is exact.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

//go:embed mainland.txt
var mainland string

// Calendar knows the days that differ from their weekday: rest days, and Saturdays and Sundays on which people work.
// The zero value knows none.
type Calendar struct {
	days map[string]bool // 2006-01-02 -> it is a working day
}

// Mainland returns the calendar of mainland China, as far as it was published when this version was made.
func Mainland() Calendar {
	c, err := Parse(mainland)
	if err != nil {
		panic("workday: mainland.txt: " + err.Error()) // a test parses it
	}
	return c
}

// LineError is a line of a calendar that cannot be read.
type LineError struct{ Line int }

func (e *LineError) Error() string { return fmt.Sprintf("line %d: want DATE rest|work NAME", e.Line) }

// Parse reads a calendar: a day on each line, as "2026-02-17 rest 春节". The name may be missing. Empty lines and lines
// that begin with # say nothing. The error is a *LineError. Two lines about one day must agree.
func Parse(text string) (Calendar, error) {
	c := Calendar{days: map[string]bool{}}
	n := 0
	for l := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		n++
		fields := strings.Fields(l)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 2 || fields[1] != "rest" && fields[1] != "work" {
			return Calendar{}, &LineError{n}
		}
		day, err := time.Parse(time.DateOnly, fields[0])
		if err != nil {
			return Calendar{}, &LineError{n}
		}
		name, works := day.Format(time.DateOnly), fields[1] == "work"
		if before, twice := c.days[name]; twice && before != works {
			return Calendar{}, &LineError{n}
		}
		c.days[name] = works
	}
	return c, nil
}

// With returns the calendar with the days of another one in place of its own. Notices reach over New Year, so that
// days are replaced one by one and not year by year.
func (c Calendar) With(other Calendar) Calendar {
	out := Calendar{days: maps.Clone(c.days)}
	if out.days == nil {
		out.days = map[string]bool{}
	}
	maps.Copy(out.days, other.days)
	return out
}

// Covers reports whether the calendar knows the year: National Day is a rest day in every year's notice, while the days
// around New Year also stand in the notices of other years.
func (c Calendar) Covers(year int) bool {
	works, known := c.days[time.Date(year, time.October, 1, 0, 0, 0, 0, zone).Format(time.DateOnly)]
	return known && !works
}

// Missing returns the years that the calendar should know at a time and does not: the present one and, from 1 November
// on, when the notice for it is usually out, the next one.
func (c Calendar) Missing(now time.Time) (years []int) {
	local := now.In(zone)
	want := []int{local.Year()}
	if local.Month() >= time.November {
		want = append(want, local.Year()+1)
	}
	return slices.DeleteFunc(want, c.Covers)
}

// Works reports whether people work on the day of t, in China. In a year that the calendar does not know, and on days
// that it does not name, they work from Monday to Friday.
func (c Calendar) Works(t time.Time) bool {
	local := t.In(zone)
	if works, known := c.days[local.Format(time.DateOnly)]; known {
		return works
	}
	return local.Weekday() != time.Saturday && local.Weekday() != time.Sunday
}
