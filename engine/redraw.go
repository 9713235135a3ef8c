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

// answerInFlight is how long after its decision the answer to a click may still be on the way to the screen.
const answerInFlight = redrawAfter / 2

// answeredPrefix begins the RenderedHash of a surface whose message shows the answer to a click. The bot does not know
// then what the message shows. The whole value is "answered ENGINE UNIXMILLIS", where ENGINE is the id of the engine
// that answered.
var answeredPrefix = []byte("answered ")

// severalEngines stands for ENGINE while the answers of more than one engine are on the way.
const severalEngines = "several"

// markAnswered returns the RenderedHash of a surface whose message is about to show the answer of this engine. hash is
// its RenderedHash before the click.
func (e *Engine) markAnswered(hash []byte) []byte {
	by := e.id
	if other, at, ok := parseAnswered(hash); ok && other != by && e.Now().Sub(at) < answerInFlight {
		by = severalEngines
	}
	return []byte(string(answeredPrefix) + by + " " + strconv.FormatInt(e.Now().UnixMilli(), 10))
}

// parseAnswered reads a value of markAnswered. ok is false for the hash of a card.
func parseAnswered(hash []byte) (by string, at time.Time, ok bool) {
	rest, ok := bytes.CutPrefix(hash, answeredPrefix)
	if !ok {
		return "", time.Time{}, false
	}
	name, ms, ok := bytes.Cut(rest, []byte(" "))
	n, err := strconv.ParseInt(string(ms), 10, 64)
	return string(name), time.UnixMilli(n), ok && err == nil
}

// AnswerMayFollow reports whether another engine's answer to a click may still replace a card that was drawn just now.
// The caller then keeps hash, so that the drawing after the answer is not skipped as a repetition. Within one engine
// this cannot happen, because drawings wait for the answer.
func (e *Engine) AnswerMayFollow(hash []byte) bool {
	by, at, ok := parseAnswered(hash)
	return ok && by != e.id && e.Now().Sub(at) < answerInFlight
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
	s.RenderedHash = e.markAnswered(s.RenderedHash)
	if err := tx.PutSurface(ctx, s); err != nil {
		return err
	}
	return e.Enqueue(ctx, tx, "answered/"+k.EventID, e.redrawJob(caseID, s.ID))
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
