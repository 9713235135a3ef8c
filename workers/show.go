package workers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"shiming/cards"
	"shiming/failure"
	"shiming/flows"
)

// lease is how long one job may be drawing a surface before another may take over.
const leaseDuration = 45 * time.Second

// drawing is a surface that a job holds and draws, and what is known while it does.
type drawing struct {
	flows.Surface
	caseVersion int64  // of the case that was drawn last
	hashBefore  []byte // Shown when the drawing began
	resend      bool   // an earlier run has begun to send SendingGeneration
	sendStarted bool   // this run has
}

// showSurface draws a surface as it is now. One job draws at a time; what changes meanwhile
// marks the surface dirty and is drawn by the same job before it ends, so that the last
// state wins and nobody waits in line.
func (w *Workers) showSurface(ctx context.Context, j flows.Job) error {
	s, err := w.acquireSurface(ctx, j)
	if s == nil || err != nil {
		return flows.IgnoreNotFound(err)
	}
	for {
		cause := w.draw(ctx, s)
		again, err := w.releaseSurface(ctx, j, s, cause == nil)
		if err != nil {
			return err
		}
		if cause != nil {
			if err := w.showFailed(ctx, j, &s.Surface, cause); err != nil || !again {
				return err
			}
			return &flows.RetryLater{In: time.Second, Code: "show:changed"} // others left it to this job
		}
		if !again {
			return nil
		}
	}
}

// acquireSurface takes the surface for drawing, or leaves a mark for the job that holds it.
func (w *Workers) acquireSurface(ctx context.Context, j flows.Job) (held *drawing, err error) {
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		held = nil
		s, err := tx.Surface(ctx, j.SurfaceID())
		if err != nil {
			return err
		}
		if s.Unreachable && s.WantedGeneration == s.SentGeneration {
			return nil
		}
		now := w.engine.Now()
		if s.LeaseOwner != "" && s.LeaseOwner != j.Key && now.Before(s.LeaseUntil) {
			if j.Args[flows.ArgClicked] != "" {
				return &flows.RetryLater{In: time.Second, Snooze: true, Code: "show:held"}
			}
			if s.Dirty {
				return nil
			}
			s.Dirty = true
			return tx.PutSurface(ctx, s)
		}
		s.LeaseOwner, s.LeaseUntil, s.Dirty = j.Key, now.Add(leaseDuration), false
		s.NoteClicked(j.Args[flows.ArgClicked])
		held = &drawing{Surface: *s, hashBefore: s.RenderedHash}
		held.planSend()
		return tx.PutSurface(ctx, &held.Surface)
	})
	return held, err
}

// post notes which message is about to be sent. One that an earlier run may have sent comes
// first, also when a newer one is wanted by now: its uuid brings it to light, so that it can
// be turned into a pointer like any other.
func (s *drawing) planSend() {
	s.resend, s.sendStarted = s.SendingGeneration > s.SentGeneration, false
	if !s.resend && s.WantedGeneration > s.SentGeneration {
		s.SendingGeneration = s.WantedGeneration
	}
}

// releaseSurface stores what is shown now. again: something changed meanwhile; after a card was drawn
// the surface stays held then, and s is fresh.
func (w *Workers) releaseSurface(ctx context.Context, j flows.Job, s *drawing, drawn bool) (again bool, err error) {
	drew := *s // the transaction may run more than once
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		*s = drew
		now, err := tx.Surface(ctx, s.ID)
		if err != nil {
			return err
		}
		if now.LeaseOwner != j.Key {
			again = false
			return nil // the lease ran out and somebody else draws
		}
		shown := s.RenderedHash
		if !bytes.Equal(now.RenderedHash, s.hashBefore) {
			shown = now.RenderedHash // a click was answered meanwhile, with another card than this one
		}
		now.SentGeneration, now.MessageID, now.OldID, now.RenderedHash, now.Unreachable = s.SentGeneration, s.MessageID,
			s.OldID, shown, s.Unreachable && now.WantedGeneration == s.WantedGeneration
		again = now.Dirty || drawn && (now.WantedGeneration > now.SentGeneration || now.RenderedHash == nil) &&
			!now.Unreachable
		if drawn && !again && s.caseVersion != 0 {
			// A click may have changed the case while its card was on the way.
			c, err := tx.Case(ctx, s.CaseID)
			if err != nil {
				return err
			}
			again = c.Version != s.caseVersion
		}
		now.Dirty = false
		if !drawn && !drew.resend && !drew.sendStarted {
			now.SendingGeneration = 0 // it never left
		}
		*s = drawing{Surface: *now, hashBefore: now.RenderedHash}
		if again && drawn {
			s.LeaseUntil = w.engine.Now().Add(leaseDuration)
			s.planSend()
		} else {
			s.LeaseOwner = ""
		}
		return tx.PutSurface(ctx, &s.Surface)
	})
	return again, err
}

// draw sends or patches the message so that it shows the present state. What is sent is
// drawn after all waiting, so that it is not out of date when it arrives.
func (w *Workers) draw(ctx context.Context, s *drawing) error {
	raw, sum, err := w.render(ctx, s)
	if raw == nil || err != nil {
		return err
	}
	switch {
	case s.WantedGeneration > s.SentGeneration:
		if s.OldID != "" && s.MessageID != "" {
			// There is room for one: another former message must not push it out.
			if err := w.replaceByPointer(ctx, s); err != nil {
				return err
			}
			s.OldID = ""
		}
		if err := w.waitToPost(ctx, "create", s.To.ID); err != nil {
			return err
		}
		if raw, sum, err = w.render(ctx, s); raw == nil || err != nil {
			return err
		}
		s.sendStarted = true
		id, err := w.Messenger.Send(ctx, s.To, raw, messageUUID("surface", s.ID, s.SendingGeneration))
		if err != nil {
			return err
		}
		if s.MessageID != "" {
			s.OldID = s.MessageID
		}
		s.MessageID, s.SentGeneration, s.RenderedHash = id, s.SendingGeneration, sum
		if s.resend {
			s.RenderedHash = nil // it may be the earlier message, which shows what was true then
		}
	case !bytes.Equal(s.RenderedHash, sum) && !s.Unreachable:
		if err := w.waitToPatch(ctx, s.Audience, s.MessageID); err != nil {
			return err
		}
		err := w.Messenger.Patch(ctx, s.MessageID, func() (json.RawMessage, error) {
			raw, sum, err = w.render(ctx, s)
			return raw, err
		})
		if raw == nil || err != nil {
			return err
		}
		if !w.engine.AnswerMayFollow(s.RenderedHash) {
			s.RenderedHash = sum
		}
	}
	if s.OldID != "" {
		if err := w.replaceByPointer(ctx, s); err != nil {
			return err
		}
		s.OldID = ""
	}
	return nil
}

// replaceByPointer turns the former message into a pointer, so that nobody presses its buttons.
func (w *Workers) replaceByPointer(ctx context.Context, s *drawing) error {
	if err := w.waitToPatch(ctx, s.Audience, s.OldID); err != nil {
		return err
	}
	pointer := cards.Superseded{Ref: cards.Ref{Case: s.CaseID}, HR: s.Audience != flows.AudienceApplicant}.JSON()
	err := w.Messenger.Patch(ctx, s.OldID, func() (json.RawMessage, error) { return pointer, nil })
	if err != nil {
		if t := failure.Of(err, false); t.Class != failure.Retry && t.Class != failure.Operator {
			return nil // it is gone or too old; the buttons answer late clicks anyway
		}
	}
	return err
}

// render draws the card that the surface shows now, and its SHA-256.
func (w *Workers) render(ctx context.Context, s *drawing) (raw json.RawMessage, sum []byte, err error) {
	card, err := w.cardOf(ctx, s)
	if card == nil || err != nil {
		return nil, nil, err
	}
	raw = card.JSON()
	hash := sha256.Sum256(raw)
	return raw, hash[:], nil
}

// cardOf builds the card that the surface shows now.
func (w *Workers) cardOf(ctx context.Context, s *drawing) (card cards.Card, err error) {
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		if s.Audience == flows.AudienceBoard {
			card, err = w.boardCard(ctx, v, &s.Surface)
			return err
		}
		c, err := v.Case(ctx, s.CaseID)
		if err != nil {
			return err
		}
		s.caseVersion = c.Version
		scene := flows.ViewContext{Now: w.engine.Now(), Policy: &w.engine.Policy}
		if s.Audience == flows.AudienceHR {
			if scene.Others, err = w.othersWithIncident(ctx, v, c); err != nil {
				return err
			}
			card = flows.HRCard(c, scene)
			return nil
		}
		if c.State == flows.AwaitingPhotos {
			if scene.Ahead, err = w.photosAhead(ctx, v, c); err != nil {
				return err
			}
		}
		card = flows.ApplicantCard(c, scene)
		return nil
	})
	return card, err
}

// ahead counts the photos of others before the case's own first unread photo, when there
// are so many that it is worth saying. The store counts those of all tenants, which do not wait
// for each other: with several of them nothing is said.
func (w *Workers) photosAhead(ctx context.Context, v flows.View, c *flows.Case) (int, error) {
	if w.engine.Marketplace {
		return 0, nil
	}
	for _, p := range c.Photos {
		if p.State != flows.PhotoWaiting && p.State != flows.PhotoStored {
			continue
		}
		n, err := v.Unread(ctx, p.At, c.ID)
		if n < 2*w.OCRPerSecond { // read within two seconds
			return 0, err
		}
		return n, err
	}
	return 0, nil
}

// board counts the day that the surface is named after: the last one of a day may be drawn
// after midnight.
func (w *Workers) boardCard(ctx context.Context, v flows.View, s *flows.Surface) (cards.Card, error) {
	now := w.engine.Now()
	day := s.ID[strings.LastIndex(s.ID, "/")+1:]
	midnight, err := time.ParseInLocation(time.DateOnly, day, flows.ChinaTime)
	if err != nil {
		return nil, err
	}
	people, today, err := v.DoneSince(ctx, s.TenantKey, midnight, 20)
	if err != nil {
		return nil, err
	}
	counts, err := v.CountByState(ctx, s.TenantKey)
	if err != nil {
		return nil, err
	}
	b := cards.Board{
		Day:       day,
		DoneToday: today,
		DoneTotal: counts[flows.Done],
		People:    people,
		At:        now,
	}
	for state, n := range counts {
		if !state.Terminal() {
			b.Open += n
		}
	}
	return b, nil
}

// uuidOf derives the uuid of a message, which Feishu sends at most once within an hour.
func messageUUID(parts ...any) string {
	raw, err := json.Marshal(parts)
	if err != nil {
		panic(err) // strings and numbers
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}
