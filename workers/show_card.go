package workers

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"shiming/cards"
	"shiming/flows"
)

// render returns the card that the surface has to show now, and its SHA-256. It returns nil if there is no card to
// show.
func (w *Workers) render(ctx context.Context, s *drawing) (raw json.RawMessage, sum []byte, err error) {
	card, err := w.cardOf(ctx, s)
	if card == nil || err != nil {
		return nil, nil, err
	}
	raw = card.JSON()
	hash := sha256.Sum256(raw)
	return raw, hash[:], nil
}

// cardOf builds the card that the surface has to show now, and notes the version of the case in s.
func (w *Workers) cardOf(ctx context.Context, s *drawing) (card cards.Card, err error) {
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		switch s.Audience {
		case flows.AudienceBoard:
			card, err = w.boardCard(ctx, v, &s.Surface)
			return err
		case flows.AudienceDesk:
			card, err = w.engine.DeskCard(ctx, v, s.TenantKey, s.To.ID)
			return err
		case flows.AudienceOverdue:
			card, err = w.engine.OverdueCard(ctx, v, s.TenantKey)
			return err
		case flows.AudienceCampaign:
			var c *flows.Campaign
			if c, err = v.Campaign(ctx, flows.CampaignOfSurface(s.ID)); err == nil {
				card, err = w.engine.CampaignCard(ctx, v, c, s.To.ID)
			}
			return err
		case flows.AudienceInvitation:
			card, err = w.invitationCard(ctx, v, s.TenantKey, s.To.ID)
			return err
		case flows.AudienceQueue:
			card, err = w.engine.QueueCard(ctx, v, s.TenantKey)
			return err
		}
		c, err := v.Case(ctx, s.CaseID)
		if err != nil {
			return err
		}
		s.caseVersion, s.caseRev, s.erased = c.Version, 0, !c.Erased.IsZero()
		if c.Erased.IsZero() {
			s.caseRev = c.Rev
		}
		if s.Audience == flows.AudienceHR {
			vc, err := w.engine.HRView(ctx, v, c)
			if err != nil {
				return err
			}
			if vc.Others, err = w.othersWithIncident(ctx, v, c); err != nil {
				return err
			}
			card = flows.HRCard(c, vc)
			return nil
		}
		vc := flows.ViewContext{Now: w.engine.Now(), Policy: &w.engine.Policy}
		if c.State == flows.AwaitingPhotos {
			if vc.Ahead, err = w.photosAhead(ctx, v, c); err != nil {
				return err
			}
		}
		card = flows.ApplicantCard(c, vc)
		return nil
	})
	return card, err
}

// photosAhead counts the photos of other people that are read before the first unread photo of the case. It returns 0
// if they take less than two seconds. It also returns 0 for a marketplace app: the store counts the photos of all
// tenants, but tenants do not wait for each other.
func (w *Workers) photosAhead(ctx context.Context, v flows.View, c *flows.Case) (int, error) {
	if w.engine.Marketplace {
		return 0, nil
	}
	for _, p := range c.Photos {
		if p.State != flows.PhotoWaiting && p.State != flows.PhotoStored {
			continue
		}
		n, err := v.CountUnreadPhotos(ctx, p.At, c.ID)
		if n < 2*w.OCRPerSecond {
			return 0, err
		}
		return n, err
	}
	return 0, nil
}
