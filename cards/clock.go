package cards

import "time"

// chinaTime is the zone of every time on a card. China has had no summer time since 1991, so a fixed zone is exact and
// works without a time zone database.
var chinaTime = time.FixedZone("Asia/Shanghai", 8*60*60)

// Stamp writes a moment as people read it on a card: "2026-11-21 14:05" in Asia/Shanghai, "–" for the zero time.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(chinaTime).Format("2006-01-02 15:04")
}

// Clock writes the time of day, "14:05:30" in Asia/Shanghai, "–" for the zero time.
func Clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(chinaTime).Format("15:04:05")
}

// span writes a length of time in the largest unit that keeps it readable.
func span(d time.Duration) text {
	switch {
	case d <= 0:
		return tr("span.none")
	case d < time.Minute:
		return tr("span.seconds", num("n", int((d+time.Second-1)/time.Second)))
	case d < 2*time.Hour:
		return tr("span.minutes", num("n", int(d.Round(time.Minute)/time.Minute)))
	case d < 72*time.Hour:
		return tr("span.hours", num("n", int(d.Round(time.Hour)/time.Hour)))
	default:
		return tr("span.days", num("n", int(d.Round(24*time.Hour)/(24*time.Hour))))
	}
}
