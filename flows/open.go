package flows

import "time"

// Open begins a case: the applicant is asked for consent.
func Open(p *Policy, id, tenantKey, openID, chatID string, at time.Time) Change {
	c := &Case{
		ID:        id,
		TenantKey: tenantKey,
		OpenID:    openID,
		ChatID:    chatID,
		CreatedAt: at,
		Method:    p.Method,
	}
	d := &decision{p: p, c: c, e: Event{At: at}}
	d.enter(AwaitingConsent)
	d.repost(AudienceApplicant)
	d.ch.Case = c
	d.rule("case opened")
	return d.ch
}
