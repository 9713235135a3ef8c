package cards

import "time"

// chinaTime is the time zone of all times on cards. China has had no summer time since 1991, so a fixed zone is exact
// and needs no time zone database.
var chinaTime = time.FixedZone("Asia/Shanghai", 8*60*60)

// Stamp formats a time as "2026-11-21 14:05" in Asia/Shanghai; "–" for the zero time.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(chinaTime).Format("2006-01-02 15:04")
}

// Clock formats the time of day as "14:05:30" in Asia/Shanghai; "–" for the zero time.
func Clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(chinaTime).Format("15:04:05")
}

// year is a year of 365 days, as settings write it: 8760h.
const year = 365 * 24 * time.Hour

// durationText formats a duration in seconds below a minute, minutes below 2 hours, hours below 72 hours, days, or whole
// years.
func durationText(d time.Duration) text {
	switch {
	case d <= 0:
		return tr("span.none")
	case d < time.Minute:
		return tr("span.seconds", intArg("n", int((d+time.Second-1)/time.Second)))
	case d < 2*time.Hour:
		return tr("span.minutes", intArg("n", int(d.Round(time.Minute)/time.Minute)))
	case d < 72*time.Hour:
		return tr("span.hours", intArg("n", int(d.Round(time.Hour)/time.Hour)))
	case d >= year && d%year == 0:
		return tr("span.years", intArg("n", int(d/year)))
	default:
		return tr("span.days", intArg("n", int(d.Round(24*time.Hour)/(24*time.Hour))))
	}
}
