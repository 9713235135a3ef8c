package engine

import (
	"context"
	"slices"
	"strconv"

	"shiming/flows"
)

// chat gives the group for a purpose: chosen in chat, else configured, else "".
func (e *Engine) groupFor(ctx context.Context, v flows.View, tenantKey, setting string) (string, error) {
	chosen, err := v.Setting(ctx, tenantKey, setting)
	if err != nil || chosen != "" {
		return chosen, err
	}
	if setting == flows.SettingReviewChat {
		return e.ReviewChat, nil
	}
	return e.AnnounceChat, nil
}

// HRReceivers says where HR's cards about a person's case go: to the review group, else to
// each admin in private, never to the person himself.
func (e *Engine) HRReceivers(ctx context.Context, v flows.View, tenantKey, applicant string) ([]flows.Receiver, error) {
	group, err := e.groupFor(ctx, v, tenantKey, flows.SettingReviewChat)
	if err != nil {
		return nil, err
	}
	if group != "" {
		return []flows.Receiver{{Type: "chat_id", ID: group}}, nil
	}
	var to []flows.Receiver
	for _, a := range e.Policy.AdminsOf(tenantKey) {
		if a != applicant {
			to = append(to, flows.Receiver{Type: "open_id", ID: a})
		}
	}
	return to, nil
}

// MarkSurfaces turns "show" and "anew" into surface rows and jobs that draw them. clicked is the
// message whose click is being answered with the same card.
func (e *Engine) MarkSurfaces(ctx context.Context, tx flows.Tx, c *flows.Case, ch flows.Change,
	clicked string) ([]flows.Job, error) {
	var jobs []flows.Job
	for _, audience := range ch.Redraw {
		anew := slices.Contains(ch.Repost, audience)
		var list []*flows.Surface
		var err error
		switch audience {
		case flows.AudienceApplicant:
			list, err = e.applicantSurface(ctx, tx, c)
		case flows.AudienceHR:
			list, err = e.hrSurfaces(ctx, tx, c, anew)
		case flows.AudienceBoard:
			list, err = e.boardSurface(ctx, tx, c)
		}
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			if anew || s.WantedGeneration == 0 {
				s.WantedGeneration++
				s.Unreachable = false
			}
			j := flows.ShowSurface(c.ID, s.ID)
			if clicked != "" && s.MessageID == clicked && s.WantedGeneration == s.SentGeneration {
				j.At = e.Now().Add(redrawAfter)
				s.RenderedHash = e.markAnswered(s.RenderedHash)
			}
			if err := tx.PutSurface(ctx, s); err != nil {
				return nil, err
			}
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

func (e *Engine) applicantSurface(ctx context.Context, tx flows.Tx, c *flows.Case) ([]*flows.Surface, error) {
	s, err := SurfaceOrNew(ctx, tx, &flows.Surface{
		ID:       "case/" + c.ID + "/applicant",
		CaseID:   c.ID,
		Audience: flows.AudienceApplicant,
		To:       flows.Receiver{Type: "open_id", ID: c.OpenID},
	})
	return []*flows.Surface{s}, err
}

// hrSurfaces returns HR's cards of the case. New ones are made only when HR is asked anew.
func (e *Engine) hrSurfaces(ctx context.Context, tx flows.Tx, c *flows.Case, anew bool) ([]*flows.Surface, error) {
	if !anew {
		return tx.SurfacesOf(ctx, c.ID, flows.AudienceHR)
	}
	to, err := e.HRReceivers(ctx, tx, c.TenantKey, c.OpenID)
	if err != nil {
		return nil, err
	}
	if len(to) == 0 {
		return nil, e.NotifyNoReviewer(ctx, tx, c)
	}
	var out []*flows.Surface
	for _, r := range to {
		s, err := SurfaceOrNew(ctx, tx, &flows.Surface{
			ID:       "case/" + c.ID + "/hr/" + r.ID,
			CaseID:   c.ID,
			Audience: flows.AudienceHR,
			To:       r,
		})
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// TellNobodyReviews tells the applicant that there is nobody whom a card could go to, since nobody else
// would ever know: the only admin registers himself, or a marketplace app's new tenant has none yet.
func (e *Engine) NotifyNoReviewer(ctx context.Context, tx flows.Tx, c *flows.Case) error {
	code, why := "no_reviewer", "the only admin is its applicant"
	if len(e.Policy.AdminsOf(c.TenantKey)) == 0 {
		code, why = "no_admin", "hr.admins names nobody of its tenant"
	}
	e.Log.Error("nobody can review this case: "+why, "case", c.ID, "tenant", c.TenantKey)
	return e.Enqueue(ctx, tx, "alone/"+c.ID+"/"+strconv.FormatInt(c.Rev, 10), flows.Reply(flows.ReplyNotice).
		Towards(flows.Receiver{Type: "open_id", ID: c.OpenID}).With(flows.ArgCode, code).For(c.TenantKey, c.OpenID))
}

// boardSurface is the announcement of the day.
func (e *Engine) boardSurface(ctx context.Context, tx flows.Tx, c *flows.Case) ([]*flows.Surface, error) {
	chat, err := e.groupFor(ctx, tx, c.TenantKey, flows.SettingAnnounceChat)
	if err != nil || chat == "" {
		return nil, err
	}
	day := c.EnteredAt.In(flows.ChinaTime).Format("2006-01-02")
	s, err := SurfaceOrNew(ctx, tx, &flows.Surface{
		ID:        "board/" + chat + "/" + day,
		Audience:  flows.AudienceBoard,
		To:        flows.Receiver{Type: "chat_id", ID: chat},
		TenantKey: c.TenantKey,
	})
	return []*flows.Surface{s}, err
}

// SurfaceOr loads the surface, or returns the given one if there is none yet.
func SurfaceOrNew(ctx context.Context, v flows.View, fresh *flows.Surface) (*flows.Surface, error) {
	s, err := v.Surface(ctx, fresh.ID)
	if flows.IsNotFound(err) {
		return fresh, nil
	}
	return s, err
}

// handOverIncident has the card of a shared cause counted anew when a case has left it, and shows HR
// another case when the one on that card has ended without the cause being dealt with.
func (e *Engine) handOverIncident(ctx context.Context, tx flows.Tx, c *flows.Case, ev flows.Event,
	ch flows.Change) ([]flows.Job, error) {
	s := c.Resolution
	if ch.From != flows.NeedsAttention || c.State == flows.NeedsAttention || s == nil || s.Attention.Incident == "" {
		return nil, nil
	}
	if ev.Role == flows.Bot || ev.Kind == flows.Retry {
		return e.queueRecount(ctx, tx, c, s.Attention.Incident)
	}
	shown, err := tx.SurfacesOf(ctx, c.ID, flows.AudienceHR)
	if err != nil {
		return nil, err
	}
	if len(shown) == 0 {
		return e.queueRecount(ctx, tx, c, s.Attention.Incident)
	}
	others, err := tx.WithIncident(ctx, c.TenantKey, s.Attention.Incident, 1)
	if err != nil || len(others) == 0 {
		return nil, err
	}
	return e.MarkSurfaces(ctx, tx, others[0], flows.Change{Redraw: []string{flows.AudienceHR},
		Repost: []string{flows.AudienceHR}}, "")
}

// incident tells HR once about a cause that many cases share.
func (e *Engine) notifyIncident(ctx context.Context, tx flows.Tx, c *flows.Case, ch flows.Change) ([]flows.Job, error) {
	others, err := tx.WithIncident(ctx, c.TenantKey, ch.Incident, 2)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if o.ID != c.ID { // HR knows
			return e.queueRecount(ctx, tx, c, ch.Incident)
		}
	}
	return e.MarkSurfaces(ctx, tx, c, flows.Change{Redraw: []string{flows.AudienceHR}, Repost: []string{flows.AudienceHR}},
		"")
}
