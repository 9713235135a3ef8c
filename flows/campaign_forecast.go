package flows

import (
	"slices"
	"time"
)

// pagesPerPerson is how many pages the OCR reads for one person: both sides of a card. pagesMargin is added to it in
// tenths, for photos that have to be taken again.
const (
	pagesPerPerson = 2
	pagesMargin    = 2
)

// PagesFor returns how many pages the OCR will probably read for people.
func PagesFor(people int) int { return people*pagesPerPerson + people*pagesPerPerson*pagesMargin/10 }

// MayInvite reports whether people may be written to at t unasked: in HR's working hours, and never at night. Without
// working hours only the night counts.
func (p *Policy) MayInvite(t time.Time) bool {
	return Awake(t) && (p.Work.Hours.End == 0 || p.Work.Open(t))
}

// NextInvite returns the first moment from t on at which MayInvite holds.
func (p *Policy) NextInvite(t time.Time) time.Time {
	for range 2 * 366 { // the working hours of a day may lie in the night, as 00:00-24:00 does in part
		if p.MayInvite(t) {
			return t
		}
		if p.Work.Hours.End > 0 && !p.Work.Open(t) {
			t = p.Work.NextOpen(t)
		} else {
			t = NextMorning(t)
		}
	}
	return t
}

// Spread returns the moments at which people are invited, evenly from now on, as many of them as lie within the time of
// MayInvite before until.
func (p *Policy) Spread(now, until time.Time, n int) (at []time.Time) {
	step := time.Minute / time.Duration(p.Campaign.PerMinute)
	for t := now; len(at) < n && t.Before(until) && p.MayInvite(t); t = t.Add(step) {
		at = append(at, t)
	}
	return at
}

// ForecastOf says when people will be through who have not been invited yet. spans are the times that the last finished
// ones took, newest first. The pace of the invitations bounds it, and that of the OCR.
func ForecastOf(p *Policy, people int, spans []time.Duration, now time.Time) Forecast {
	f := Forecast{People: people, Known: len(spans)}
	if people == 0 {
		return f
	}
	f.SentBy = p.afterInvitations(now, p.paceOf(people, p.Campaign.PerMinute))
	if len(spans) == 0 {
		return f
	}
	read := f.SentBy
	if perMinute := p.Campaign.OCRPerSecond * 60 / pagesPerPerson; perMinute > 0 && perMinute < p.Campaign.PerMinute {
		read = p.afterInvitations(now, p.paceOf(people, perMinute))
	}
	sorted := slices.Sorted(slices.Values(spans))
	f.DoneBy = read.Add(sorted[(len(sorted)-1)*9/10])
	return f
}

// paceOf is how long people take at a pace.
func (p *Policy) paceOf(people, perMinute int) time.Duration {
	return time.Duration(people) * time.Minute / time.Duration(max(perMinute, 1))
}

// afterInvitations returns the moment at which a time is over of which only that counts in which MayInvite holds.
func (p *Policy) afterInvitations(from time.Time, d time.Duration) time.Time {
	const step = time.Minute
	t := p.NextInvite(from)
	for d > 0 {
		part := min(d, step)
		t = p.NextInvite(t).Add(part)
		d -= part
	}
	return t
}

// OCRLeft returns how many pages are left of the quota of a month, of which read were used. known is false without a
// quota.
func (r CampaignRules) OCRLeft(read int) (left int, known bool) {
	return max(r.OCRQuota-read, 0), r.OCRQuota > 0
}
