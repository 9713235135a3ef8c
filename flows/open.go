package flows

import "time"

// Open creates a case in AwaitingConsent. chatID may be empty while the chat is not known.
func Open(p *Policy, id, tenantKey, openID, chatID string, at time.Time) Change {
	c := &Case{
		ID:        id,
		TenantKey: tenantKey,
		OpenID:    openID,
		ChatID:    chatID,
		CreatedAt: at,
		Method:    p.Method,
		Revision:  p.Revision,
	}
	d := &decision{policy: p, c: c, event: Event{At: at}}
	d.enter(AwaitingConsent)
	d.repost(AudienceApplicant)
	d.redraw(AudienceBoard)
	d.change.Case = c
	d.rule("case opened")
	return d.change
}
