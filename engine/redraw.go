package engine

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"time"

	"shiming/flows"
)

// Feishu replaces the clicked card by the card in the callback's answer. The answer may be lost, and it may arrive
// after a drawing that is newer. The bot therefore draws a clicked card once more, a moment after the click.

// redrawAfter is the delay between a click and that drawing. Most cases change again before it ends.
const redrawAfter = 2 * time.Second

// answerHold is how long after its decision the answer to a click may still be on the way to the screen. Feishu
// discards an answer that comes 3 s after the click (page "卡片回传交互回调").
const answerHold = 3 * time.Second

// answered is the RenderedHash of a surface whose message shows the answer to a click. The bot does not know then what
// the message shows.
var answered = []byte(flows.AnsweredHash)

// answering begins the RenderedHash of a surface while the answer to a click is on its way. The whole value is
// "answered ENGINE UNIXMILLIS", where ENGINE is the id of the engine that answers.
var answering = []byte(flows.AnsweredHash + " ")

// severalEngines stands for ENGINE while the answers of more than one engine are on the way.
const severalEngines = "several"

// markAnswering returns the RenderedHash of a surface whose message is about to show the answer of this engine. hash is
// its RenderedHash before the click.
func (e *Engine) markAnswering(hash []byte) []byte {
	by := e.id
	if other, at, ok := parseAnswering(hash); ok && other != by && e.Now().Sub(at) < answerHold {
		by = severalEngines
	}
	return []byte(string(answering) + by + " " + strconv.FormatInt(e.Now().UnixMilli(), 10))
}

// parseAnswering reads a value of markAnswering. ok is false for any other.
func parseAnswering(hash []byte) (by string, at time.Time, ok bool) {
	rest, ok := bytes.CutPrefix(hash, answering)
	if !ok {
		return "", time.Time{}, false
	}
	name, ms, ok := bytes.Cut(rest, []byte(" "))
	n, err := strconv.ParseInt(string(ms), 10, 64)
	return string(name), time.UnixMilli(n), ok && err == nil
}

// AnswerPending returns how long a card must not be changed, because another engine answers a click on it: Feishu
// would show the answer over the newer card. hash is the surface's RenderedHash. Within one engine drawings wait for
// the answer itself (bot.PatchOrder).
func (e *Engine) AnswerPending(hash []byte) time.Duration {
	by, at, ok := parseAnswering(hash)
	if !ok || !e.Shared || by == e.id {
		return 0
	}
	return min(max(answerHold-e.Now().Sub(at), 0), answerHold)
}

// AnswerLeft reports whether a surface has changed from before to after only because the answer to a click has left.
func AnswerLeft(before, after []byte) bool {
	_, _, ok := parseAnswering(before)
	return ok && bytes.Equal(after, answered)
}

// releaseAnswer returns the function to call when the answer to a click on the message has left: the engines that share
// the database may then change the card at once, and not only after answerHold.
func (e *Engine) releaseAnswer(messageID string) func() {
	decided := e.Now()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), answerHold)
		defer cancel()
		err := e.Store.Tx(ctx, func(tx flows.Tx) error {
			found, err := tx.SurfaceByMessage(ctx, messageID)
			if err != nil {
				return flows.IgnoreNotFound(err)
			}
			s, err := tx.Surface(ctx, found.ID)
			if err != nil {
				return err
			}
			// A later click may be under way.
			if by, at, ok := parseAnswering(s.RenderedHash); !ok || by != e.id || at.After(decided) {
				return nil
			}
			s.RenderedHash = answered
			return tx.PutSurface(ctx, s)
		})
		if err != nil {
			e.Log.Warn("the card of a click is held for three seconds", "error", err)
		}
	}
}

// A drawing by another engine that began less than drawingTime before a click may be on its way to the screen with the
// card from before the click. The answer waits for it, or it would be followed by the older card. A drawing that takes
// longer probably waits for a limit, and sees the click before it leaves; so does one that begins after the click.
const (
	drawingTime = 500 * time.Millisecond
	drawingPoll = 20 * time.Millisecond
)

// awaitDrawing waits until a drawing of the message by another engine, which began before the click was decided on, has
// ended, for at most drawingTime.
func (e *Engine) awaitDrawing(ctx context.Context, messageID string) {
	decided := e.Now()
	ctx, cancel := context.WithTimeout(ctx, drawingTime)
	defer cancel()
	for {
		var drawing bool
		err := e.Store.View(ctx, func(v flows.View) error {
			s, err := v.SurfaceByMessage(ctx, messageID)
			drawing = err == nil && e.drawnElsewhere(s, decided)
			return err
		})
		if err != nil || !drawing {
			return // the order is only better than none: the answer leaves in any case
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(drawingPoll):
		}
	}
}

// drawnElsewhere reports whether another engine has begun to draw the surface within drawingTime before a moment.
func (e *Engine) drawnElsewhere(s *flows.Surface, moment time.Time) bool {
	job, by := s.LeasedTo()
	age := moment.Sub(s.LeaseUntil.Add(-flows.LeaseDuration))
	return job != "" && by != e.id && age >= 0 && age < drawingTime
}

// redrawAfterClick queues the drawing of the clicked message, unless the change that the click made has queued it.
// Two cases need it: the card in the answer may be older than what another engine has drawn, and the answer may have
// replaced the pointer to a newer message.
func (e *Engine) redrawAfterClick(ctx context.Context, tx flows.Tx, k click, out outcome) error {
	if k.MessageID == "" {
		return nil
	}
	s, err := tx.SurfaceByMessage(ctx, k.MessageID)
	switch {
	case err == nil && out.Changed():
		return nil
	case err == nil:
		return e.redrawCurrent(ctx, tx, k, out.Case.ID, s.ID)
	case flows.IsNotFound(err):
		return e.redrawFormer(ctx, tx, k, out.Case.ID)
	}
	return err
}

// redrawJob draws a surface after redrawAfter.
func (e *Engine) redrawJob(caseID, surfaceID string) flows.Job {
	j := flows.ShowSurface(caseID, surfaceID)
	j.At = e.Now().Add(redrawAfter)
	return j
}

// redrawCurrent handles a click on the message that the surface shows.
func (e *Engine) redrawCurrent(ctx context.Context, tx flows.Tx, k click, caseID, surfaceID string) error {
	s, err := tx.Surface(ctx, surfaceID)
	if err != nil || s.MessageID != k.MessageID {
		return flows.IgnoreNotFound(err)
	}
	s.RenderedHash = e.markAnswering(s.RenderedHash)
	if err := tx.PutSurface(ctx, s); err != nil {
		return err
	}
	return e.Enqueue(ctx, tx, "answered/"+k.EventID, e.redrawJob(caseID, s.ID).With(flows.ArgTenant, k.TenantKey))
}

// redrawFormer handles a click on a message that no surface shows: a former message, or a message that was sent a
// moment ago and whose id is not stored yet.
func (e *Engine) redrawFormer(ctx context.Context, tx flows.Tx, k click, caseID string) error {
	audience := flows.AudienceHR
	if _, own := flows.ApplicantActs[k.Action.Act]; own {
		audience = flows.AudienceApplicant
	}
	list, err := tx.SurfacesOf(ctx, caseID, audience)
	if err != nil {
		return err
	}
	if audience == flows.AudienceHR {
		// The card of HR's queue belongs to no surface. Only a message that is being sent can be meant.
		list = slices.DeleteFunc(list, func(s *flows.Surface) bool { return s.SendingGeneration <= s.SentGeneration })
	}
	for _, s := range list {
		j := e.redrawJob(caseID, s.ID).With(flows.ArgClicked, k.MessageID)
		if err := e.Enqueue(ctx, tx, "answered/"+k.EventID+"/"+s.ID, j); err != nil {
			return err
		}
	}
	return nil
}
