package flows

import (
	"context"
	"slices"
	"strconv"
)

// SettingReviewChat and SettingAnnounceChat are chosen by HR in chat and outrank the configuration.
const (
	SettingReviewChat   = "review_chat"
	SettingAnnounceChat = "announce_chat"
)

// chat gives the group for a purpose: chosen in chat, else configured, else "".
func (e *Engine) chat(ctx context.Context, v View, tenantKey, setting string) (string, error) {
	chosen, err := v.Setting(ctx, tenantKey, setting)
	if err != nil || chosen != "" {
		return chosen, err
	}
	if setting == SettingReviewChat {
		return e.ReviewChat, nil
	}
	return e.AnnounceChat, nil
}

// hrReceivers says where HR's cards about a person's case go: to the review group, else to
// each admin in private, never to the person himself.
func (e *Engine) hrReceivers(ctx context.Context, v View, tenantKey, applicant string) ([]Receiver, error) {
	group, err := e.chat(ctx, v, tenantKey, SettingReviewChat)
	if err != nil {
		return nil, err
	}
	if group != "" {
		return []Receiver{{Type: "chat_id", ID: group}}, nil
	}
	var to []Receiver
	for _, a := range e.Policy.AdminsOf(tenantKey) {
		if a != applicant {
			to = append(to, Receiver{Type: "open_id", ID: a})
		}
	}
	return to, nil
}

// surfaces turns "show" and "anew" into surface rows and jobs that draw them. clicked is the
// message whose click is being answered with the same card.
func (e *Engine) surfaces(ctx context.Context, tx Tx, c *Case, ch Change, clicked string) ([]Job, error) {
	var jobs []Job
	for _, audience := range ch.Show {
		anew := slices.Contains(ch.Anew, audience)
		var list []*Surface
		var err error
		switch audience {
		case toApplicant:
			list, err = e.applicantSurface(ctx, tx, c)
		case toHR:
			list, err = e.hrSurfaces(ctx, tx, c, anew)
		case toBoard:
			list, err = e.boardSurface(ctx, tx, c)
		}
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			if anew || s.Gen == 0 {
				s.Gen++
				s.Dead = false
			}
			j := Job{Kind: JobShow, Case: c.ID, Ref: s.ID}
			if clicked != "" && s.MessageID == clicked && s.Gen == s.Sent {
				j.At = e.Now().Add(answered)
				s.Shown = e.answeredWith(s.Shown)
			}
			if err := tx.PutSurface(ctx, s); err != nil {
				return nil, err
			}
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

func (e *Engine) applicantSurface(ctx context.Context, tx Tx, c *Case) ([]*Surface, error) {
	s, err := surfaceOr(ctx, tx, &Surface{ID: "case/" + c.ID + "/applicant", CaseID: c.ID, Audience: toApplicant,
		To: Receiver{Type: "open_id", ID: c.OpenID}})
	return []*Surface{s}, err
}

// hrSurfaces returns HR's cards of the case. New ones are made only when HR is asked anew.
func (e *Engine) hrSurfaces(ctx context.Context, tx Tx, c *Case, anew bool) ([]*Surface, error) {
	if !anew {
		return tx.SurfacesOf(ctx, c.ID, toHR)
	}
	to, err := e.hrReceivers(ctx, tx, c.TenantKey, c.OpenID)
	if err != nil {
		return nil, err
	}
	if len(to) == 0 {
		return nil, e.nobodyReviews(ctx, tx, c)
	}
	var out []*Surface
	for _, r := range to {
		s, err := surfaceOr(ctx, tx, &Surface{ID: "case/" + c.ID + "/hr/" + r.ID, CaseID: c.ID, Audience: toHR, To: r})
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// nobodyReviews tells the applicant that there is nobody whom a card could go to, since nobody else
// would ever know: the only admin registers himself, or a marketplace app's new tenant has none yet.
func (e *Engine) nobodyReviews(ctx context.Context, tx Tx, c *Case) error {
	code, why := "no_reviewer", "the only admin is its applicant"
	if len(e.Policy.AdminsOf(c.TenantKey)) == 0 {
		code, why = "no_admin", "hr.admins names nobody of its tenant"
	}
	e.Log.Error("nobody can review this case: "+why, "case", c.ID, "tenant", c.TenantKey)
	return e.enqueue(ctx, tx, "alone/"+c.ID+"/"+strconv.FormatInt(c.Rev, 10), personally(Job{Kind: JobReply, Ref: ReplyNotice,
		To: c.OpenID, ToType: "open_id", Args: map[string]string{"code": code}}, c.TenantKey, c.OpenID))
}

// boardSurface is the announcement of the day.
func (e *Engine) boardSurface(ctx context.Context, tx Tx, c *Case) ([]*Surface, error) {
	chat, err := e.chat(ctx, tx, c.TenantKey, SettingAnnounceChat)
	if err != nil || chat == "" {
		return nil, err
	}
	day := c.EnteredAt.In(china).Format("2006-01-02")
	s, err := surfaceOr(ctx, tx, &Surface{ID: "board/" + chat + "/" + day, Audience: toBoard, To: Receiver{Type: "chat_id", ID: chat}, TenantKey: c.TenantKey})
	return []*Surface{s}, err
}

// surfaceOr loads the surface, or returns the given one if there is none yet.
func surfaceOr(ctx context.Context, v View, fresh *Surface) (*Surface, error) {
	s, err := v.Surface(ctx, fresh.ID)
	if isNotFound(err) {
		return fresh, nil
	}
	return s, err
}

// passOn has the card of a shared cause counted anew when a case has left it, and shows HR
// another case when the one on that card has ended without the cause being dealt with.
func (e *Engine) passOn(ctx context.Context, tx Tx, c *Case, ev Event, ch Change) ([]Job, error) {
	s := c.Settled
	if ch.From != NeedsAttention || c.State == NeedsAttention || s == nil || s.Attention.Incident == "" {
		return nil, nil
	}
	if ev.Role == Bot || ev.Kind == Retry {
		return e.recountSoon(ctx, tx, c, s.Attention.Incident)
	}
	shown, err := tx.SurfacesOf(ctx, c.ID, toHR)
	if err != nil {
		return nil, err
	}
	if len(shown) == 0 {
		return e.recountSoon(ctx, tx, c, s.Attention.Incident)
	}
	others, err := tx.WithIncident(ctx, c.TenantKey, s.Attention.Incident, 1)
	if err != nil || len(others) == 0 {
		return nil, err
	}
	return e.surfaces(ctx, tx, others[0], Change{Show: []string{toHR}, Anew: []string{toHR}}, "")
}

// incident tells HR once about a cause that many cases share.
func (e *Engine) incident(ctx context.Context, tx Tx, c *Case, ch Change) ([]Job, error) {
	others, err := tx.WithIncident(ctx, c.TenantKey, ch.Incident, 2)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if o.ID != c.ID { // HR knows
			return e.recountSoon(ctx, tx, c, ch.Incident)
		}
	}
	return e.surfaces(ctx, tx, c, Change{Show: []string{toHR}, Anew: []string{toHR}}, "")
}
