package flows

import "time"

// Awake reports whether people may be disturbed.
func Awake(t time.Time) bool {
	h := t.In(ChinaTime).Hour()
	return h >= morning && h < evening
}

// NextMorning is the next moment at which people may be disturbed.
func NextMorning(t time.Time) time.Time {
	l := t.In(ChinaTime)
	m := time.Date(l.Year(), l.Month(), l.Day(), morning, 0, 0, 0, ChinaTime)
	if !m.After(t) {
		m = m.AddDate(0, 0, 1)
	}
	return m
}
