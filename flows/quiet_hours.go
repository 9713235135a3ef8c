package flows

import "time"

// ChinaTime is the time zone of every day and hour on cards and in rules. China has no summer time, so a fixed zone is
// exact and needs no time zone database.
var ChinaTime = time.FixedZone("Asia/Shanghai", 8*60*60)

// Reminders are sent from morningHour to eveningHour, in China time.
const (
	morningHour = 9
	eveningHour = 21
)

// Awake reports whether people may be disturbed at t.
func Awake(t time.Time) bool {
	h := t.In(ChinaTime).Hour()
	return h >= morningHour && h < eveningHour
}

// DayOf returns the beginning of t's day in China.
func DayOf(t time.Time) time.Time {
	l := t.In(ChinaTime)
	return time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, ChinaTime)
}

// NextMorning returns the first 09:00 in China after t.
func NextMorning(t time.Time) time.Time {
	l := t.In(ChinaTime)
	m := time.Date(l.Year(), l.Month(), l.Day(), morningHour, 0, 0, 0, ChinaTime)
	if !m.After(t) {
		m = m.AddDate(0, 0, 1)
	}
	return m
}

// SameDay reports whether two times lie on one day in China.
func SameDay(a, b time.Time) bool {
	return a.In(ChinaTime).Format(time.DateOnly) == b.In(ChinaTime).Format(time.DateOnly)
}
