package store

import (
	"time"

	"shiming/flows"
)

// daysWithoutHead lists the days on which a tenant has no head, from its first one to now. heads are in the order of
// tenant and day. Today is missing an hour after its time.
func daysWithoutHead(heads []*flows.PublishedHead, now time.Time) ([]HeadDays, error) {
	until := flows.RunDateOf(flows.HeadAfter(now.Add(-time.Hour)).AddDate(0, 0, -1)) // the last day that has to have one
	var missing []keptDay
	for i, h := range heads {
		next := ""
		if i+1 < len(heads) && heads[i+1].TenantKey == h.TenantKey {
			next = heads[i+1].Day
		}
		at, err := flows.ParseHeadDay(h.Day)
		if err != nil {
			return nil, err
		}
		for {
			at = at.AddDate(0, 0, 1)
			day := flows.RunDateOf(at)
			if next == "" && day > until || next != "" && day >= next {
				break
			}
			missing = append(missing, keptDay{h.TenantKey, day})
		}
	}
	return joinDays(missing), nil
}

// joinDays joins days that follow each other. They are in the order of tenant and day.
func joinDays(days []keptDay) []HeadDays {
	out := []HeadDays{}
	for _, d := range days {
		if n := len(out) - 1; n >= 0 && out[n].TenantKey == d.tenantKey && dayAfter(out[n].To) == d.day {
			out[n].To = d.day
			continue
		}
		out = append(out, HeadDays{d.tenantKey, d.day, d.day})
	}
	return out
}

// dayAfter returns the day after a day, "" for what is no day.
func dayAfter(day string) string {
	at, err := flows.ParseHeadDay(day)
	if err != nil {
		return ""
	}
	return flows.RunDateOf(at.AddDate(0, 0, 1))
}
