package workday

import (
	"errors"
	"strings"
	"time"
)

// Hours are the working hours of a day, in China: from Begin to End after midnight.
type Hours struct{ Begin, End time.Duration }

// errHours says that a text names no working hours.
var errHours = errors.New("want hours as 09:00-18:00, the end after the beginning")

// ParseHours reads hours such as 09:00-18:00. The end may be 24:00.
func ParseHours(text string) (Hours, error) {
	from, to, ok := strings.Cut(strings.TrimSpace(text), "-")
	begin, ok1 := clock(from)
	end, ok2 := clock(to)
	if !ok || !ok1 || !ok2 || begin >= end {
		return Hours{}, errHours
	}
	return Hours{begin, end}, nil
}

// clock reads a time of day such as 09:00; 24:00 is the end of the day.
func clock(text string) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if text == "24:00" {
		return 24 * time.Hour, true
	}
	t, err := time.Parse("15:04", text)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err == nil
}
