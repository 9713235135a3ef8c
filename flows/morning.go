package flows

import "time"

// HR's morning card is sent at 09:07, China time: at full and half hours Feishu delivers late (code 11232).
const (
	morningCardHour   = 9
	morningCardMinute = 7
)

// MorningAfter returns the first 09:07 in China after t.
func MorningAfter(t time.Time) time.Time {
	m := morningOf(t)
	if !m.After(t) {
		m = m.AddDate(0, 0, 1)
	}
	return m
}

// morningOf returns 09:07 of t's day in China.
func morningOf(t time.Time) time.Time {
	return DayOf(t).Add(morningCardHour*time.Hour + morningCardMinute*time.Minute)
}

// ParseMorning returns 09:07 of a day with a name of RunDateOf.
func ParseMorning(day string) (time.Time, error) {
	d, err := time.ParseInLocation(time.DateOnly, day, ChinaTime)
	return morningOf(d), err
}

// SettingMorning is the key of the time of the queued morning, as RFC 3339; "" if none was ever queued.
const SettingMorning = "morning/next"

// IsWorkday reports whether HR works on the day of t in China.
func (p *Policy) IsWorkday(t time.Time) bool {
	return p.Work.Calendar.Works(t)
}

// longestHoliday bounds the search for a working day.
const longestHoliday = 31

// WorkdayBefore returns the beginning of the last working day before the day of t: a Friday's on a Monday. What has
// happened since then is news on t's day.
func (p *Policy) WorkdayBefore(t time.Time) time.Time {
	day := DayOf(t)
	for i := 1; i <= longestHoliday; i++ {
		if before := day.AddDate(0, 0, -i); p.IsWorkday(before) {
			return before
		}
	}
	return day.AddDate(0, 0, -1)
}

// BeginsWeek reports whether the day of t is the first working day of its week, which begins on Monday.
func (p *Policy) BeginsWeek(t time.Time) bool {
	return p.IsWorkday(t) && p.WorkdayBefore(t).Before(MondayOf(t))
}

// MondayOf returns the beginning of the week of t, in China.
func MondayOf(t time.Time) time.Time {
	day := DayOf(t)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}
