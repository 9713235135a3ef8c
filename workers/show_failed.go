package workers

import (
	"context"
	"errors"
	"strconv"
	"time"

	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
)

// showFailed handles a card that could not be shown, as card_ends.go says. It never suspends the case: the next change
// of the case shows a card again.
func (w *Workers) showFailed(ctx context.Context, j flows.Job, s *flows.Surface, cause error) error {
	if again, ok := errors.AsType[*flows.RetryLater](cause); ok { // no slot soon, or a click is being answered
		if !w.overdue(j, showFor) {
			return again
		}
		return w.endShow(ctx, j, s, failure.Details{Class: failure.Retry, Code: again.Code})
	}
	if !failure.OfPlatform(cause) {
		return cause // a failure of the database says nothing about the card
	}
	d := cardFault(failure.Of(cause, false), s.To, s.WantedGeneration > s.SentGeneration)
	w.logFailedCall(s.CaseID, d, "job", j.Kind, "audience", s.Audience, "attempt", j.Attempt)
	if endOf(d.Class).repeat && !w.triedEnough(j, d.Class, showFor) {
		again := &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "show:" + d.Code + ":" + d.Upstream}
		if d.Class == failure.Operator {
			again.In, again.Snooze = max(again.In, flows.ProbeEvery), true
			if !w.overdue(j, flows.ProbeEvery) { // the first time
				w.engine.Log.Error("cards cannot be shown", "case", s.CaseID, "audience", s.Audience,
					"code", d.Code, "upstream", d.Upstream, "log_id", d.LogID)
			}
		}
		return again
	}
	if endOf(d.Class).then[audienceOf(s)] == mask {
		_, masked, err := w.engine.Report(ctx, s.CaseID, flows.Event{Kind: flows.FormTooClear})
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		if masked {
			return nil // the event has queued a drawing of the masked form, which takes the surface over
		}
	}
	return w.endShow(ctx, j, s, d)
}

// endShow says the last word about a card that is not tried any more.
func (w *Workers) endShow(ctx context.Context, j flows.Job, seen *flows.Surface, d failure.Details) error {
	audience := audienceOf(seen)
	w.engine.Log.Log(ctx, lastWordLevel(d.Class, audience), "card was not shown", "case", seen.CaseID,
		"audience", audience, "fault", endOf(d.Class).fault, "class", d.Class, "code", d.Code, "upstream", d.Upstream,
		"log_id", d.LogID)
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		s, err := tx.Surface(ctx, seen.ID)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		if owner, _ := s.LeasedTo(); owner != j.Key {
			return nil // a newer job has taken the surface over
		}
		s.LeaseOwner, s.LeaseUntil = "", time.Time{}
		// What follows a refusal is not repeated by every further change of the case.
		news := s.WantedGeneration > s.SentGeneration || !s.Unreachable
		switch follows := endOf(d.Class).then[audience]; {
		case endOf(d.Class).repeat:
			s.RenderedHash = nil // outdated: the nightly run draws it
		case follows == renew:
			err = w.renewMessage(ctx, tx, s, seen.MessageID)
		default:
			s.Unreachable = true
			if news || follows == tellHR { // it may be the applicant's turn only now
				err = w.followRefusal(ctx, tx, follows, s, d)
			}
		}
		if err != nil {
			return err
		}
		return tx.PutSurface(ctx, s)
	})
}

// followRefusal does what follows a refused card.
func (w *Workers) followRefusal(
	ctx context.Context, tx flows.Tx, follows followUp, s *flows.Surface, d failure.Details,
) error {
	switch follows {
	case tellGroup:
		return w.tellGroupLost(ctx, tx, s, d)
	case tellHR:
		return w.tellUnreached(ctx, tx, s.CaseID)
	case toAdmins:
		return w.sendToAdmins(ctx, tx, s)
	case sendList:
		// Otherwise HR would not learn that the case waits.
		digest := flows.Reply(flows.ReplyDigest).ToHR().With(flows.ArgNow, "1").Of(s.CaseID)
		return w.engine.Enqueue(ctx, tx, "refused/"+s.ID+"/"+strconv.Itoa(s.WantedGeneration), digest)
	}
	return nil
}

// tellUnreached tells HR that the applicant cannot be reached, if it is the applicant's turn. HR hears of it once in
// each state.
func (w *Workers) tellUnreached(ctx context.Context, tx flows.Tx, caseID string) error {
	c, err := tx.Case(ctx, caseID)
	if err != nil || c.State.Turn() != flows.Applicant {
		return flows.IgnoreNotFound(err)
	}
	cause := "unreached/" + c.ID + "/" + string(c.State)
	if told, err := tx.InsertEventKeys(ctx, w.engine.Now(), cause); told || err != nil {
		return err
	}
	to, err := w.engine.HRReceivers(ctx, tx, c.TenantKey, c.OpenID)
	if err != nil {
		return err
	}
	notice := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, noticeUnreached).Of(c.ID)
	return w.enqueueForEach(ctx, tx, c.TenantKey, cause, notice, to)
}

// sendToAdmins gives each admin except the applicant a surface of the case, in place of the review group's, so that no
// case waits unseen. The caller stores the group's surface.
func (w *Workers) sendToAdmins(ctx context.Context, tx flows.Tx, group *flows.Surface) error {
	c, err := tx.Case(ctx, group.CaseID)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	wanted := group.WantedGeneration
	if group.SentGeneration == wanted && c.State.Terminal() {
		return nil // the group has seen the case, and nobody has to act
	}
	group.SentGeneration = wanted
	admins, err := w.engine.AdminReceivers(ctx, tx, c.TenantKey, c.OpenID)
	if err != nil {
		return err
	}
	var jobs []flows.Job
	for _, admin := range admins {
		s, err := engine.SurfaceOrNew(ctx, tx, &flows.Surface{
			ID:       "case/" + c.ID + "/hr/" + admin.ID,
			CaseID:   c.ID,
			Audience: flows.AudienceHR,
			To:       admin,
		})
		if err != nil {
			return err
		}
		s.WantedGeneration++
		s.Unreachable = false
		if err := tx.PutSurface(ctx, s); err != nil {
			return err
		}
		jobs = append(jobs, flows.ShowSurface(c.ID, s.ID))
	}
	if len(jobs) == 0 {
		if err := w.engine.NotifyNoReviewer(ctx, tx, c); err != nil {
			return err
		}
	}
	return w.engine.Enqueue(ctx, tx, "admins/"+group.ID+"/"+strconv.Itoa(wanted), jobs...)
}

// renewMessage notes that a message can no longer be changed: it is older than 14 days or was recalled. While the case
// is open, a new message takes its place, and so it is with a group's announcement. The caller stores the surface.
func (w *Workers) renewMessage(ctx context.Context, tx flows.Tx, s *flows.Surface, lost string) error {
	if s.MessageID != lost {
		return nil
	}
	s.Unreachable, s.MessageID, s.OldID = true, "", ""
	if s.Audience != flows.AudienceBoard {
		c, err := tx.Case(ctx, s.CaseID)
		if err != nil || c.State.Terminal() {
			return flows.IgnoreNotFound(err)
		}
	}
	s.WantedGeneration++
	s.Unreachable = false
	return w.engine.Enqueue(ctx, tx, "bury/"+s.ID+"/"+lost, flows.ShowSurface(s.CaseID, s.ID))
}
