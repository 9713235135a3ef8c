package flows

import (
	"time"

	"shiming/cards"
)

// DeletionRule says by which rule personal data was deleted. The values are stored, and labels of a metric.
type DeletionRule string

// Rules of deletions. The comments name the settings.
const (
	RulePhotoGrace  DeletionRule = "photo_grace"          // timing.photo_grace
	RuleUnfinished  DeletionRule = "unfinished_retention" // timing.unfinished_retention
	RuleFields      DeletionRule = "field_retention"      // timing.field_retention
	RuleLeaver      DeletionRule = "leaver_retention"     // timing.leaver_retention
	RuleUninstalled DeletionRule = "uninstalled"          // timing.leaver_retention, of a company
	RuleRequest     DeletionRule = "request"              // the person asked for it
	RuleRestored    DeletionRule = "restored"             // it had been deleted after the backup that was restored
)

// DeletionRules lists the rules in the order of a report.
var DeletionRules = []DeletionRule{
	RulePhotoGrace, RuleUnfinished, RuleFields, RuleLeaver, RuleUninstalled, RuleRequest, RuleRestored,
}

// Deletion is the deletion of photos or of everything personal of a case: one that is due, or one that has happened.
type Deletion struct {
	Scope PurgeScope
	Rule  DeletionRule
	At    time.Time
}

// Departure is when the applicant, or the whole company, has left; zero: not.
type Departure struct{ Left, Uninstalled time.Time }

// Deletions returns when the photos of an ended case have to be deleted and when everything personal, by the rule that
// comes first. It returns nothing that is deleted already, and nothing of an open case.
func (p *Policy) Deletions(c *Case, gone Departure) (due []Deletion) {
	if !c.State.Terminal() || !c.Erased.IsZero() {
		return nil
	}
	if len(c.Photos) > 0 && c.PhotosGoneAt.IsZero() {
		due = append(due, Deletion{PurgePhotos, RulePhotoGrace, c.EnteredAt.Add(p.PhotoGrace)})
	}
	all := Deletion{Scope: PurgeAll}
	add := func(rule DeletionRule, at time.Time) {
		if all.Rule == "" || at.Before(all.At) {
			all.Rule, all.At = rule, at
		}
	}
	if !c.Registered() {
		add(RuleUnfinished, c.EnteredAt.Add(p.UnfinishedRetention))
	} else if p.FieldRetention > 0 {
		add(RuleFields, c.EnteredAt.Add(p.FieldRetention))
	}
	if p.LeaverRetention > 0 && !gone.Left.IsZero() {
		add(RuleLeaver, gone.Left.Add(p.LeaverRetention))
	}
	if p.LeaverRetention > 0 && !gone.Uninstalled.IsZero() {
		add(RuleUninstalled, gone.Uninstalled.Add(p.LeaverRetention))
	}
	if all.Rule != "" {
		due = append(due, all)
	}
	return due
}

// Registered reports whether the case has ended with a registration: recorded, or looked at and kept on file.
func (c *Case) Registered() bool { return c.State == Done || c.State == OnFile }

// Retention returns how long personal data is kept, for texts.
func (p *Policy) Retention() cards.Retention {
	return cards.Retention{
		Photos:     p.PhotoGrace,
		Unfinished: p.UnfinishedRetention,
		Fields:     p.FieldRetention,
		Leavers:    p.LeaverRetention,
	}
}

// DeletionCount is how many deletions there were by a rule.
type DeletionCount struct {
	Scope    PurgeScope   `json:"scope"`
	Rule     DeletionRule `json:"rule"`
	Cases    int          `json:"cases"`
	Pictures int          `json:"pictures"`
}

// DeletionReport is what was deleted within a span of time. Proof is the SHA-256 over the proofs of the deletions, in
// the order of their times and ids; "" without any. Whoever has the audit chains can compute it again.
type DeletionReport struct {
	Counts []DeletionCount `json:"counts"`
	Proof  string          `json:"proof,omitempty"` // hex
}

// ByRule sums up the deletions of each rule, in the order of DeletionRules.
func (r DeletionReport) ByRule() (out []cards.Deletion) {
	for _, rule := range DeletionRules {
		sum := cards.Deletion{Rule: string(rule)}
		for _, n := range r.Counts {
			if n.Rule == rule {
				sum.Cases += n.Cases
				sum.Pictures += n.Pictures
			}
		}
		if sum.Cases > 0 {
			out = append(out, sum)
		}
	}
	return out
}

// MaxPhotoGrace is how long photos should be kept at most after the end of a case. A longer setting counts, with a
// warning.
const MaxPhotoGrace = 24 * time.Hour

// Overdue holds the moments before which something must have happened so that a deletion is due; zero: the rule deletes
// nothing. The store finds cases by it, and Deletions decides.
type Overdue struct {
	Photos     time.Time // end of a case
	Unfinished time.Time // end of a case that registered nobody
	Fields     time.Time // end of a case that registered somebody
	Left       time.Time // departure of the applicant
	Tenant     bool      // everything: the company has gone
}

// OverdueAt returns what is due at a moment. uninstalled is when the company has uninstalled the app, or zero.
func (p *Policy) OverdueAt(now, uninstalled time.Time) Overdue {
	o := Overdue{Photos: now.Add(-p.PhotoGrace), Unfinished: now.Add(-p.UnfinishedRetention)}
	if p.FieldRetention > 0 {
		o.Fields = now.Add(-p.FieldRetention)
	}
	if p.LeaverRetention > 0 {
		o.Left = now.Add(-p.LeaverRetention)
		o.Tenant = !uninstalled.IsZero() && !uninstalled.After(o.Left)
	}
	return o
}

// retentionHour and retentionMinute are when overdue data is deleted each day, in China: after the reconciliation, and
// before HR's morning card, which reports it.
const (
	retentionHour   = 5
	retentionMinute = 23
)

// RetentionAfter returns the first 05:23 in China after t.
func RetentionAfter(t time.Time) time.Time {
	at := DayOf(t).Add(retentionHour*time.Hour + retentionMinute*time.Minute)
	if !at.After(t) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// SettingRetention is the key of the time of the queued daily deletion, as RFC 3339; "" if none was ever queued.
const SettingRetention = "retention/next"
