package workday

import "time"

// Schedule says when people work. The zero value has no hours: nobody ever works.
type Schedule struct {
	Calendar Calendar
	Hours    Hours
}

// horizon bounds the search for a working day. No calendar has that many rest days in a row, but a file may.
const horizon = 400

// midnight is the beginning of the day of t, some days later.
func midnight(t time.Time, days int) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day()+days, 0, 0, 0, 0, zone)
}

// span returns the working hours of the day that begins at a midnight; ok is false on a rest day.
func (s Schedule) span(day time.Time) (begin, end time.Time, ok bool) {
	return day.Add(s.Hours.Begin), day.Add(s.Hours.End), s.Hours.End > s.Hours.Begin && s.Calendar.Works(day)
}

// Open reports whether people work at t.
func (s Schedule) Open(t time.Time) bool {
	begin, end, ok := s.span(midnight(t, 0))
	return ok && !t.Before(begin) && t.Before(end)
}

// NextOpen returns the first moment from t on at which people work: t itself within the hours.
func (s Schedule) NextOpen(t time.Time) time.Time {
	for n := range horizon {
		if begin, end, ok := s.span(midnight(t, n)); ok && t.Before(end) {
			return latest(t, begin)
		}
	}
	return midnight(t, horizon)
}

// NextDay returns the beginning of the first working day after the day of t.
func (s Schedule) NextDay(t time.Time) time.Time { return s.NextOpen(midnight(t, 1)) }

// Between returns how much working time lies between two moments; 0 if to is not after from.
func (s Schedule) Between(from, to time.Time) (sum time.Duration) {
	for n := 0; ; n++ {
		day := midnight(from, n)
		if !day.Before(to) {
			return sum
		}
		if begin, end, ok := s.span(day); ok {
			sum += max(0, earliest(to, end).Sub(latest(from, begin)))
		}
	}
}

// After returns the moment at which d of working time since from is over. It is the end of a day rather than the
// beginning of the next one.
func (s Schedule) After(from time.Time, d time.Duration) time.Time {
	for n := range horizon {
		begin, end, ok := s.span(midnight(from, n))
		if !ok || !from.Before(end) {
			continue
		}
		at := latest(from, begin).Add(d)
		if !at.After(end) {
			return at
		}
		d = at.Sub(end)
	}
	return midnight(from, horizon)
}

// Before returns the latest moment since which d of working time has passed at to: whatever began at this moment or
// earlier has lasted for d.
func (s Schedule) Before(to time.Time, d time.Duration) time.Time {
	for n := range horizon {
		begin, end, ok := s.span(midnight(to, -n))
		if !ok || !begin.Before(to) {
			continue
		}
		at := earliest(to, end).Add(-d)
		if !at.Before(begin) {
			return at
		}
		d = begin.Sub(at)
	}
	return midnight(to, -horizon)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
