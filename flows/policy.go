package flows

import (
	"strings"
	"time"

	"shiming/cards"
)

// Policy is what the owner of the installation decided.
type Policy struct {
	Method       Method
	ReviewAlways bool     // false = an all-green case needs no HR
	Admins       []string // open_ids, or tenant_key/open_id; see AdminsOf
	Agreement    cards.Agreement

	ReminderAfter  time.Duration
	ExpireAfter    time.Duration
	CodeTTL        time.Duration
	CodeResend     time.Duration
	PhotoGrace     time.Duration // photos live this long after the case has ended
	FieldRetention time.Duration // fields live this long after the case is done; 0 = for ever
	// WriteQuiet is how long after the intent of a write whose outcome is unknown 重试 waits: a
	// platform may still be applying what a dead process has sent. Longer than any call takes.
	WriteQuiet time.Duration

	// NameOf gives a colleague's display name for toasts, "" if it is not known.
	NameOf func(openID string) string
}

// Limits that are not the owner's to choose.
const (
	MaxCodeTries   = 5             // wrong codes before a new one is needed
	MaxCodesPerDay = 10            // codes of one case within 24 h
	MaxPhotos      = 40            // photos of one case; more are refused
	MaxReminders   = 3             // reminders of one case in one state, by clock or by HR
	NudgeEvery     = 4 * time.Hour // between two reminders by HR
	// DefaultWriteQuiet is three times what a call to Feishu (two attempts of 10 s, when a token
	// has to be renewed) or e签宝 (10 s) can take.
	DefaultWriteQuiet = time.Minute
	// how often a step that was stopped by the operator's settings tries again by itself
	ProbeEvery = 2 * time.Minute
)

// AdminsOf returns the open_ids of those who decide on the tenant's cases: entries of the form
// tenant_key/open_id that name it, and those without a tenant.
func (p *Policy) AdminsOf(tenantKey string) (ids []string) {
	for _, a := range p.Admins {
		if of, id, ok := strings.Cut(a, "/"); !ok {
			ids = append(ids, a)
		} else if of == tenantKey {
			ids = append(ids, id)
		}
	}
	return ids
}
