package workers

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"shiming/cards"
	"shiming/failure"
	"shiming/flows"
)

// uuidKept is how long a message can be found by its uuid: a little less than the hour of Feishu.
const uuidKept = 50 * time.Minute

// recallFor is how long a recall is tried in an outage.
const recallFor = 26 * time.Hour

// Codes that say of a recall that the message is gone already (page 撤回消息).
var goneAlready = map[string]bool{"230110": true, "230011": true}

// recallOriginal ends a look at the originals: it recalls the message, and finds it first if a process has died between
// sending it and storing its id.
func (w *Workers) recallOriginal(ctx context.Context, j flows.Job) error {
	var s *flows.Surface
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		s, err = v.Surface(ctx, j.SurfaceID())
		return err
	})
	if err != nil || s.Unreachable {
		return flows.IgnoreNotFound(err)
	}
	switch {
	case s.MessageID == "" && s.SendingGeneration == 0:
		return w.endUnshown(ctx, j)
	case s.MessageID == "" && w.engine.Now().Before(s.LeaseUntil):
		return sendingNow()
	case s.MessageID == "":
		if s.MessageID, err = w.findOriginal(ctx, s); err != nil {
			return w.recallFailed(ctx, j, s, err)
		}
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiRecall)); err != nil {
		return err
	}
	if err := w.Messenger.Recall(ctx, s.MessageID); err != nil && !goneAlready[failure.Of(err, false).Upstream] {
		return w.recallFailed(ctx, j, s, err)
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		s, err := tx.Surface(ctx, j.SurfaceID())
		if err != nil || s.Unreachable { // another job has recalled it as well
			return flows.IgnoreNotFound(err)
		}
		return w.endLook(ctx, tx, s, flows.EventOriginalRecalled, failure.Details{})
	})
}

// sendingNow puts a recall off while another job sends the message.
func sendingNow() error {
	return &flows.RetryLater{In: time.Second, Snooze: true, Code: "recall:sending"}
}

// endUnshown ends a look that has not begun. After its time the admin is told; a look at a case that has moved on ends
// in silence, because the admin sees the decision.
func (w *Workers) endUnshown(ctx context.Context, j flows.Job) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		s, err := tx.Surface(ctx, j.SurfaceID())
		switch {
		case err != nil || s.Unreachable:
			return flows.IgnoreNotFound(err)
		case s.SendingGeneration != 0:
			return sendingNow()
		case j.Args[flows.ArgUntil] != "":
			return w.endUnsent(ctx, tx, s, failure.Details{})
		}
		return w.endLook(ctx, tx, s, flows.EventOriginalNotShown, failure.Details{})
	})
}

// errMessageUnknown says that a message may exist whose id nobody knows.
var errMessageUnknown = errors.New("workers: the message of a look cannot be found any more")

// findOriginal returns the id of a message that may have been sent: Feishu answers a second message of one uuid with
// the first. If there is none, this sends a card without photos.
func (w *Workers) findOriginal(ctx context.Context, s *flows.Surface) (id string, err error) {
	if w.engine.Now().Sub(s.LeaseUntil.Add(-flows.LeaseDuration)) > uuidKept {
		return "", errMessageUnknown
	}
	if err := w.waitToPost(ctx, "create", s.To.ID); err != nil {
		return "", err
	}
	if id, err = w.Messenger.Send(ctx, s.To, cards.Original{}.JSON(), originalUUID(s.ID)); err != nil {
		return "", err
	}
	return id, w.storeOriginal(ctx, s.ID, id)
}

// recallFailed tries a recall again in an outage. Any other refusal is final: Feishu may accept that the photos are
// taken off the card at least, and HR is told.
func (w *Workers) recallFailed(ctx context.Context, j flows.Job, s *flows.Surface, cause error) error {
	if again, ok := errors.AsType[*flows.RetryLater](cause); ok {
		return again
	}
	unknown := errors.Is(cause, errMessageUnknown)
	if !unknown && !failure.OfPlatform(cause) {
		return cause
	}
	d := failure.Of(cause, false)
	if unknown {
		d.Code = failure.CodeUnknownOutcome
	} else {
		w.logFailedCall(s.CaseID, d, "job", j.Kind, "attempt", j.Attempt)
	}
	if endOf(d.Class).repeat && !w.triedEnough(j, d.Class, recallFor) {
		again := &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "recall:" + d.Code + ":" + d.Upstream}
		if d.Class == failure.Operator {
			again.In, again.Snooze = max(again.In, flows.ProbeEvery), true
		}
		return again
	}
	emptied := w.emptyOriginal(ctx, s)
	w.engine.Log.Error("originals could not be recalled", "case", s.CaseID, "admin", s.To.ID, "emptied", emptied,
		"class", d.Class, "code", d.Code, "upstream", d.Upstream, "log_id", d.LogID)
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		s, err := tx.Surface(ctx, j.SurfaceID())
		if err != nil || s.Unreachable {
			return flows.IgnoreNotFound(err)
		}
		if err := w.endLook(ctx, tx, s, flows.EventOriginalKept, d); err != nil {
			return err
		}
		return w.tellKept(ctx, tx, s, emptied)
	})
}

// emptyOriginal replaces the card of a look by one without photos, and reports whether Feishu has done so.
func (w *Workers) emptyOriginal(ctx context.Context, s *flows.Surface) bool {
	if s.MessageID == "" || w.waitToPatch(ctx, s.MessageID) != nil {
		return false
	}
	over := func() (json.RawMessage, error) { return cards.Original{}.JSON(), nil }
	return w.Messenger.Patch(ctx, s.MessageID, over) == nil
}

// tellKept tells HR of a message that could not be recalled. If the photos are off its card, once a week is enough.
func (w *Workers) tellKept(ctx context.Context, tx flows.Tx, s *flows.Surface, emptied bool) error {
	c, err := tx.Case(ctx, s.CaseID)
	if err != nil {
		return err
	}
	code, cause := flows.NoticeOriginalKept, "kept/"+s.ID
	if emptied {
		code, cause = flows.NoticeOriginalEmptied, "emptied/"+c.TenantKey
	}
	if told, err := tx.InsertEventKeys(ctx, w.engine.Now(), cause); told || err != nil {
		return err
	}
	to, err := w.engine.HRReceivers(ctx, tx, c.TenantKey, c.OpenID)
	if err != nil {
		return err
	}
	notice := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, code).With(flows.ArgAbout, s.To.ID).Of(c.ID)
	return w.enqueueForEach(ctx, tx, c.TenantKey, cause, notice, to)
}
