package engine

import (
	"context"
	"slices"
	"strconv"

	"shiming/flows"
)

// A surface is a message that is kept up to date: one card for one audience. A change only marks its surfaces. A job
// draws each of them from the case as it is then, so that two changes in a row are drawn once.

// repostForHR draws HR's cards of a case again, at the bottom of the chat.
var repostForHR = flows.Change{
	Redraw: []string{flows.AudienceHR},
	Repost: []string{flows.AudienceHR},
}

// groupFor returns the chat_id of a group, or "" if there is none. setting is flows.SettingReviewChat or
// flows.SettingAnnounceChat. A group that was chosen in chat takes precedence over the configured one.
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

// HRReceivers returns where HR's cards about an applicant's case go: the review group, or without one the private chat
// of each admin on duty except the applicant. applicant is "" for a card that is about no single case.
func (e *Engine) HRReceivers(ctx context.Context, v flows.View, tenantKey, applicant string) ([]flows.Receiver, error) {
	group, err := e.groupFor(ctx, v, tenantKey, flows.SettingReviewChat)
	if err != nil {
		return nil, err
	}
	if group != "" {
		return []flows.Receiver{{Type: "chat_id", ID: group}}, nil
	}
	return e.AdminReceivers(ctx, v, tenantKey, applicant)
}

// AdminReceivers returns the private chats of those who are told of an applicant's case; see flows.Staff.Told.
func (e *Engine) AdminReceivers(
	ctx context.Context, v flows.View, tenantKey, applicant string,
) (to []flows.Receiver, err error) {
	staff, err := e.StaffOf(ctx, v, tenantKey)
	for _, id := range staff.Told(applicant) {
		to = append(to, flows.Receiver{Type: "open_id", ID: id})
	}
	return to, err
}

// MarkSurfaces marks the surfaces that ch.Redraw and ch.Repost name, and returns the jobs that draw them. A repost
// raises WantedGeneration: a new message is sent, and the former one becomes a pointer to it. clicked is the message
// whose click is being answered with the same card, or "". Its drawing waits until the answer is on the screen.
func (e *Engine) MarkSurfaces(
	ctx context.Context, tx flows.Tx, c *flows.Case, ch flows.Change, clicked string,
) ([]flows.Job, error) {
	var jobs []flows.Job
	for _, audience := range ch.Redraw {
		repost := slices.Contains(ch.Repost, audience)
		if audience == flows.AudienceHR && e.Policy.ReviewQueue {
			desks, err := e.markDesks(ctx, tx, c, ch, clicked)
			if err != nil {
				return nil, err
			}
			jobs = append(jobs, desks...)
			repost = repost && c.Attention != nil && c.Attention.Incident != "" // one card for all of an incident
		}
		var list []*flows.Surface
		var err error
		switch audience {
		case flows.AudienceApplicant:
			list, err = e.applicantSurface(ctx, tx, c)
		case flows.AudienceHR:
			list, err = e.hrSurfaces(ctx, tx, c, repost)
			if err == nil && repost && !e.Policy.ReviewQueue {
				err = e.lookWithCards(ctx, tx, c, list)
			}
		case flows.AudienceBoard:
			board, err := e.markBoard(ctx, tx, c)
			if err != nil {
				return nil, err
			}
			jobs = append(jobs, board...)
		}
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			// The first drawing of a surface sends a message, as a repost does. Unreachable was said of the former
			// message.
			if repost || s.WantedGeneration == 0 {
				s.WantedGeneration++
				s.Unreachable = false
			}
			j := flows.ShowSurface(c.ID, s.ID)
			if clicked != "" && s.MessageID == clicked {
				s.RenderedHash = e.markAnswering(s.RenderedHash)
				if s.WantedGeneration == s.SentGeneration {
					// The answer to the click shows this card at once. The drawing follows in case the answer gets lost.
					j.At = e.Now().Add(redrawAfter)
				}
			}
			if err := tx.PutSurface(ctx, s); err != nil {
				return nil, err
			}
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

// applicantSurface returns the applicant's card of the case.
func (e *Engine) applicantSurface(ctx context.Context, tx flows.Tx, c *flows.Case) ([]*flows.Surface, error) {
	s, err := SurfaceOrNew(ctx, tx, &flows.Surface{
		ID:       applicantSurfaceID(c),
		CaseID:   c.ID,
		Audience: flows.AudienceApplicant,
		To:       flows.Receiver{Type: "open_id", ID: c.OpenID},
	})
	return []*flows.Surface{s}, err
}

// showUnreached draws the applicant's card if Feishu has refused it before: now the applicant has written, and may be
// reached again. eventID is the applicant's event.
func (e *Engine) showUnreached(ctx context.Context, tx flows.Tx, c *flows.Case, eventID string) error {
	s, err := tx.Surface(ctx, applicantSurfaceID(c))
	if err != nil || !s.Unreachable {
		return flows.IgnoreNotFound(err)
	}
	return e.Enqueue(ctx, tx, "reached/"+eventID, flows.ShowSurface(c.ID, s.ID))
}

// applicantSurfaceID is the id of the applicant's card of the case.
func applicantSurfaceID(c *flows.Case) string { return "case/" + c.ID + "/applicant" }

// hrSurfaces returns HR's surfaces of the case. It adds surfaces for the present receivers only when the card is
// reposted; otherwise a change of the admins would bring cards of old cases to new admins.
func (e *Engine) hrSurfaces(ctx context.Context, tx flows.Tx, c *flows.Case, repost bool) ([]*flows.Surface, error) {
	if !repost {
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

// NotifyNoReviewer tells the applicant that no admin can review the case, and logs an error. Either the only admin is
// the applicant, or hr.admins names nobody of the tenant, as with a new tenant of a marketplace app. Without this card
// the case would wait unseen.
func (e *Engine) NotifyNoReviewer(ctx context.Context, tx flows.Tx, c *flows.Case) error {
	code, why := "no_reviewer", "the only admin is its applicant"
	policy, err := e.policyOf(ctx, tx, c.TenantKey)
	if err != nil {
		return err
	}
	if len(policy.AdminsOf(c.TenantKey)) == 0 && len(policy.StandInsOf(c.TenantKey)) == 0 {
		code, why = "no_admin", "hr.admins names nobody of its tenant who still works there"
	}
	e.Log.Error("nobody can review this case: "+why, "case", c.ID, "tenant", c.TenantKey)
	notice := flows.Reply(flows.ReplyNotice).
		Towards(flows.Receiver{Type: "open_id", ID: c.OpenID}).
		With(flows.ArgCode, code).
		For(c.TenantKey, c.OpenID)
	return e.Enqueue(ctx, tx, "alone/"+c.ID+"/"+strconv.FormatInt(c.Rev, 10), notice)
}

// SurfaceOrNew loads the surface with the id of fresh, or returns fresh if it is not stored yet.
func SurfaceOrNew(ctx context.Context, v flows.View, fresh *flows.Surface) (*flows.Surface, error) {
	s, err := v.Surface(ctx, fresh.ID)
	if flows.IsNotFound(err) {
		return fresh, nil
	}
	return s, err
}
