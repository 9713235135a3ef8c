package workers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
)

// drawing is a surface that a job has leased, with the state of this run.
type drawing struct {
	flows.Surface
	caseVersion int64  // version of the case that was drawn last; 0 for a board
	caseRev     int64  // its revision; 0 if the card has nothing of a person
	erased      bool   // the personal data of the case is deleted
	hashBefore  []byte // RenderedHash when the drawing began
	resend      bool   // an earlier run has begun to send the message of SendingGeneration
	sendStarted bool   // this run has
}

// showSurface draws a surface from the case as it is now. One job draws a surface at a time. A job that finds the
// surface leased marks it dirty and ends; the job with the lease then draws once more. The last state always reaches
// the screen this way, and no worker waits for another. One job tries a surface again after a failure: the newest.
func (w *Workers) showSurface(ctx context.Context, j flows.Job) error {
	s, err := w.acquireSurface(ctx, j)
	if wait, ok := errors.AsType[*flows.RetryLater](err); ok && w.overdue(j, showFor) {
		w.engine.Log.Warn("card was not shown", "case", j.Case, "code", wait.Code)
		return nil // the holder of the surface draws it
	}
	if s == nil || err != nil {
		return flows.IgnoreNotFound(err)
	}
	for {
		failed := w.draw(ctx, s)
		again, err := w.releaseSurface(ctx, j, s, failed)
		if err != nil {
			return err
		}
		if failed != nil {
			if err := w.showFailed(ctx, j, &s.Surface, failed); err != nil || !again {
				return err
			}
			// Other jobs have ended because this one had the lease.
			return &flows.RetryLater{In: time.Second, Code: "show:changed"}
		}
		if !again {
			return nil
		}
		if wait := w.engine.AnswerPending(s.RenderedHash); wait > 0 {
			return answerFirst(wait) // the job keeps the lease
		}
	}
}

// acquireSurface leases the surface. It returns nil if there is nothing to draw or another job has the lease.
func (w *Workers) acquireSurface(ctx context.Context, j flows.Job) (held *drawing, err error) {
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		held = nil // the transaction may run more than once
		s, err := tx.Surface(ctx, j.SurfaceID())
		if err != nil {
			return err
		}
		if s.MessageID == "" && s.WantedGeneration == s.SentGeneration {
			return nil // the message is gone, and no other is wanted
		}
		if s.Audience == flows.AudienceBoard && (s.Unreachable || s.ID != engine.BoardID(s.To.ID)) {
			return nil // it is tried again by Engine.markBoard; or it is of a version with an announcement a day
		}
		now := w.engine.Now()
		clicked := j.Args[flows.ArgClicked]
		owner, _ := s.LeasedTo()
		foreign := owner != "" && owner != j.Key
		if foreign && j.Attempt > 1 && clicked == "" {
			return nil // a newer job has taken the surface over, and draws it or tries again
		}
		if foreign && now.Before(s.LeaseUntil) {
			if clicked != "" {
				// The mark would not carry the clicked message, so that the job itself has to come back.
				return &flows.RetryLater{In: time.Second, Snooze: true, Code: "show:held"}
			}
			if s.Dirty {
				return nil
			}
			s.Dirty = true
			return tx.PutSurface(ctx, s)
		}
		if wait := w.engine.AnswerPending(s.RenderedHash); wait > 0 {
			return answerFirst(wait)
		}
		s.Lease(j.Key, w.engine.ID(), now)
		s.Dirty = false
		s.NoteClicked(clicked)
		held = &drawing{Surface: *s, hashBefore: s.RenderedHash}
		held.planSend()
		return tx.PutSurface(ctx, &held.Surface)
	})
	return held, err
}

// planSend decides which generation is sent next, and notes it in SendingGeneration before the message is sent. A
// message that an earlier run may have sent comes first, even if a newer one is wanted by now: sending it again under
// the same uuid returns its id, and it can be replaced by a pointer like any former message.
func (s *drawing) planSend() {
	s.resend, s.sendStarted = s.SendingGeneration > s.SentGeneration, false
	if !s.resend && s.WantedGeneration > s.SentGeneration {
		s.SendingGeneration = s.WantedGeneration
	}
}

// releaseSurface stores what the message shows now. failed is the error of draw. again reports that the surface has
// changed meanwhile. If draw succeeded, the job then keeps the lease and s is the surface as it is now.
func (w *Workers) releaseSurface(ctx context.Context, j flows.Job, s *drawing, failed error) (again bool, err error) {
	drew, drawn := *s, failed == nil
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		*s = drew // the transaction may run more than once
		now, err := tx.Surface(ctx, s.ID)
		if err != nil {
			return err
		}
		if owner, _ := now.LeasedTo(); owner != j.Key {
			again = false
			return nil // the lease has run out and another job draws
		}
		shown := s.RenderedHash
		if !bytes.Equal(now.RenderedHash, s.hashBefore) && !engine.AnswerLeft(s.hashBefore, now.RenderedHash) {
			shown = now.RenderedHash // a click was answered meanwhile with another card
		}
		now.RenderedHash = shown
		now.SentGeneration, now.MessageID, now.OldID = s.SentGeneration, s.MessageID, s.OldID
		now.Unreachable = now.Unreachable && !drawn
		if drawn {
			if err := w.noteGroupFound(ctx, tx, s); err != nil {
				return err
			}
		}
		again = now.Dirty || drawn && now.Outdated()
		if drawn && !again && s.caseVersion != 0 {
			// A click may have changed the case while this card was on its way, and this card may have replaced the
			// answer to the click.
			c, err := tx.Case(ctx, s.CaseID)
			if err != nil {
				return err
			}
			again = c.Version != s.caseVersion
		}
		now.Dirty = false
		if !drawn && !drew.resend && !drew.sendStarted {
			now.SendingGeneration = 0 // no request was made, so that no message can exist
		}
		*s = drawing{Surface: *now, hashBefore: now.RenderedHash}
		switch {
		case again && drawn:
			s.Lease(j.Key, w.engine.ID(), w.engine.Now())
			s.planSend()
		case drawn:
			s.LeaseOwner = ""
		default:
			s.LeaseUntil = w.leaseAfter(failed)
		}
		return tx.PutSurface(ctx, &s.Surface)
	})
	return again, err
}

// leaseAfter returns until when a job that could not draw keeps other jobs from the surface. One that waits for the rate
// limiter keeps its lease, because the others would have to wait as well. After a failure a newer job may take over: its
// event may be the one that repairs what has failed.
func (w *Workers) leaseAfter(failed error) time.Time {
	if wait, ok := errors.AsType[*flows.RetryLater](failed); ok && wait.Snooze {
		return w.engine.Now().Add(wait.In + flows.LeaseDuration)
	}
	return time.Time{}
}

// draw sends a message or patches it, so that it shows the present card. Cards are built after all waiting, so that
// they are not out of date when they arrive.
func (w *Workers) draw(ctx context.Context, s *drawing) error {
	if err := w.keepOut(ctx, s); err != nil {
		return err
	}
	raw, sum, err := w.render(ctx, s)
	if raw == nil || err != nil {
		return err
	}
	switch {
	case s.WantedGeneration > s.SentGeneration:
		if sent, err := w.sendMessage(ctx, s); err != nil || !sent {
			return err
		}
	case !bytes.Equal(s.RenderedHash, sum) && s.MessageID != "":
		if patched, err := w.patchMessage(ctx, s); err != nil || !patched {
			return err
		}
	}
	return w.replaceFormer(ctx, s)
}

// sendMessage posts the card as a new message at the bottom of the chat. It returns false if there is no card any more.
func (w *Workers) sendMessage(ctx context.Context, s *drawing) (sent bool, err error) {
	if s.OldID != "" && s.MessageID != "" {
		// A surface remembers one former message. The one before must become a pointer first.
		if err := w.replaceFormer(ctx, s); err != nil {
			return false, err
		}
	}
	if err := w.waitToPost(ctx, "create", s.To.ID); err != nil {
		return false, err
	}
	raw, sum, err := w.render(ctx, s)
	if raw == nil || err != nil {
		return false, err
	}
	if err := w.noteShown(ctx, s); err != nil {
		return false, err
	}
	s.sendStarted = true
	id, err := w.Messenger.Send(ctx, s.To, raw, messageUUID("surface", s.ID, s.SendingGeneration))
	if err != nil {
		return false, err
	}
	if s.MessageID != "" {
		s.OldID = s.MessageID
	}
	s.MessageID, s.SentGeneration, s.RenderedHash = id, s.SendingGeneration, sum
	if s.resend {
		s.RenderedHash = nil // Feishu may have returned the earlier message, with the card of that time
	}
	return true, nil
}

// patchMessage replaces the card of the message. It returns false if there is no card any more.
func (w *Workers) patchMessage(ctx context.Context, s *drawing) (patched bool, err error) {
	if err := w.waitToPatch(ctx, s.MessageID); err != nil {
		return false, err
	}
	var raw json.RawMessage
	var sum []byte
	draw := func() (json.RawMessage, error) {
		var err error
		if raw, sum, err = w.render(ctx, s); raw == nil || err != nil {
			return nil, err
		}
		if err = w.answersFirst(ctx, s.ID); err != nil {
			raw = nil
		}
		return raw, err
	}
	if err := w.noteShown(ctx, s); err != nil {
		return false, err
	}
	err = w.Messenger.Patch(ctx, s.MessageID, draw)
	if err != nil && s.erased && failure.Of(err, false).Class == failure.Gone {
		return w.recallErased(ctx, s, sum, err)
	}
	if raw == nil || err != nil {
		return false, err
	}
	s.RenderedHash = sum
	return true, nil
}

// answersFirst returns an error if another engine is answering a click on the card. It is called when the card is drawn:
// what a click has changed is on the card only if the click has been committed, and then this sees the click, too.
func (w *Workers) answersFirst(ctx context.Context, surfaceID string) error {
	if !w.engine.Shared {
		return nil
	}
	return w.engine.Store.View(ctx, func(v flows.View) error {
		s, err := v.Surface(ctx, surfaceID)
		if err != nil {
			return err
		}
		if wait := w.engine.AnswerPending(s.RenderedHash); wait > 0 {
			return answerFirst(wait)
		}
		return nil
	})
}

// answerPoll is how often a job looks whether the answer to a click has left.
const answerPoll = 200 * time.Millisecond

// answerFirst puts a job off while another engine answers a click on its card, for at most wait in all.
func answerFirst(wait time.Duration) error {
	return &flows.RetryLater{In: min(wait, answerPoll), Snooze: true, Code: "show:answering"}
}

// replaceFormer replaces the card of the former message by a pointer to the new one, so that nobody presses its
// buttons. It does nothing without a former message.
func (w *Workers) replaceFormer(ctx context.Context, s *drawing) error {
	if s.OldID == "" {
		return nil
	}
	if err := w.waitToPatch(ctx, s.OldID); err != nil {
		return err
	}
	pointer := cards.Superseded{Ref: cards.Ref{Case: s.CaseID}, HR: s.Audience != flows.AudienceApplicant}.JSON()
	draw := func() (json.RawMessage, error) { return pointer, w.answersFirst(ctx, s.ID) }
	err := w.Messenger.Patch(ctx, s.OldID, draw)
	if err != nil {
		if again, ok := errors.AsType[*flows.RetryLater](err); ok {
			return again
		}
		class := failure.Of(err, false).Class
		if class == failure.Retry || class == failure.Operator {
			return err
		}
		// The message is gone or too old to be changed. Its buttons still answer that they are out of date.
	}
	s.OldID = ""
	return nil
}

// messageUUID derives the uuid of a message from what the message is. Feishu sends messages of one uuid at most once
// within an hour.
func messageUUID(parts ...any) string {
	raw, err := json.Marshal(parts)
	if err != nil {
		panic(err) // strings and numbers can be marshalled
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}
