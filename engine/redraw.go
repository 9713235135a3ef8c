package engine

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"time"

	"shiming/flows"
)

// answered is how long the card that a click was answered with is taken to be on the screen
// before it is drawn again, in case the answer was lost. Most cases move on before.
const redrawAfter = 2 * time.Second

// overtaking is how long after a click was decided its answer may still be on the way.
const answerInFlight = redrawAfter / 2

// The answer to a click replaces what was drawn last, and is no surface's drawing: what the
// message shows is not known then. Shown says so, and by which engine the click was answered
// and when, as "answered BY UNIXMILLIS".
var answeredPrefix = []byte("answered ")

// several: answers of more than one engine are on the way.
const severalEngines = "several"

// answeredWith is what Shown becomes when a click on the message is answered.
func (e *Engine) markAnswered(shown []byte) []byte {
	by := e.id
	if other, at, ok := parseAnswered(shown); ok && other != by && e.Now().Sub(at) < answerInFlight {
		by = severalEngines
	}
	return []byte(string(answeredPrefix) + by + " " + strconv.FormatInt(e.Now().UnixMilli(), 10))
}

func parseAnswered(shown []byte) (by string, at time.Time, ok bool) {
	rest, ok := bytes.CutPrefix(shown, answeredPrefix)
	if !ok {
		return "", time.Time{}, false
	}
	name, ms, ok := bytes.Cut(rest, []byte(" "))
	n, err := strconv.ParseInt(string(ms), 10, 64)
	return string(name), time.UnixMilli(n), ok && err == nil
}

// MayPrecedeAnswer reports whether a drawing that was just made may have come before an answer that
// is older: one that another engine gives at this moment. Within an engine drawings wait for
// the answer. What the message shows stays unknown then, so that the job that draws it after
// the answer does so.
func (e *Engine) AnswerMayFollow(shown []byte) bool {
	by, at, ok := parseAnswered(shown)
	return ok && by != e.id && e.Now().Sub(at) < answerInFlight
}

// redrawSoon sees to the message that a click was answered on, when that is not done by
// drawing what the click has changed. The card in the answer may be older by then than what
// another engine has drawn, and it may have replaced the pointer to a newer message.
func (e *Engine) redrawAfterClick(ctx context.Context, tx flows.Tx, k flows.CardAction, out outcome) error {
	if k.MessageID == "" {
		return nil
	}
	show := func(s *flows.Surface) flows.Job {
		j := flows.ShowSurface(out.Case.ID, s.ID)
		j.At = e.Now().Add(redrawAfter)
		return j
	}
	s, err := tx.SurfaceByMessage(ctx, k.MessageID)
	switch {
	case err == nil && out.Changed():
		return nil
	case err == nil:
		if s, err = tx.Surface(ctx, s.ID); err != nil || s.MessageID != k.MessageID {
			return flows.IgnoreNotFound(err)
		}
		s.RenderedHash = e.markAnswered(s.RenderedHash)
		if err := tx.PutSurface(ctx, s); err != nil {
			return err
		}
		return e.Enqueue(ctx, tx, "answered/"+k.EventID, show(s))
	case !flows.IsNotFound(err):
		return err
	}
	// A former message of the surface, or one that has just been sent: its id comes with the answer.
	var list []*flows.Surface
	if _, own := flows.ApplicantActs[k.Action.Act]; own {
		list, err = tx.SurfacesOf(ctx, out.Case.ID, flows.AudienceApplicant)
	} else {
		list, err = tx.SurfacesOf(ctx, out.Case.ID, flows.AudienceHR)
		// else it is a card of the queue
		list = slices.DeleteFunc(list, func(s *flows.Surface) bool { return s.SendingGeneration <= s.SentGeneration })
	}
	if err != nil {
		return err
	}
	for _, s := range list {
		j := show(s).With(flows.ArgClicked, k.MessageID)
		if err := e.Enqueue(ctx, tx, "answered/"+k.EventID+"/"+s.ID, j); err != nil {
			return err
		}
	}
	return nil
}
