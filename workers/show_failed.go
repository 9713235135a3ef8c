package workers

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
)

// showFailed handles a card that could not be shown. It never suspends the case: the next change of the case shows a
// card again. j.Attempt does not count towards an end, because a card that is late is better than none.
func (w *Workers) showFailed(ctx context.Context, j flows.Job, s *flows.Surface, cause error) error {
	if again, ok := errors.AsType[*flows.RetryLater](cause); ok {
		return again // the rate limiter has no slot soon
	}
	if !failure.OfPlatform(cause) {
		return cause // a failure of the database says nothing about the card
	}
	d := failure.Of(cause, false)
	w.logFailedCall(s.CaseID, d, "job", j.Kind, "audience", s.Audience, "attempt", j.Attempt)
	newForHR := s.Audience == flows.AudienceHR && s.WantedGeneration > s.SentGeneration
	if newForHR && s.To.Type == "chat_id" && groupUnreachable(d) {
		w.engine.Log.Error("the review group cannot be reached; the card goes to each admin", "case", s.CaseID,
			"code", d.Code, "upstream", d.Upstream, "log_id", d.LogID)
		return w.sendToAdmins(ctx, s)
	}
	code := "show:" + d.Code + ":" + d.Upstream
	switch d.Class {
	case failure.Retry:
		return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: code}
	case failure.Operator:
		w.engine.Log.Error("cards cannot be shown", "case", s.CaseID, "audience", s.Audience,
			"code", d.Code, "upstream", d.Upstream, "log_id", d.LogID)
		return &flows.RetryLater{In: flows.ProbeEvery, Snooze: true, Code: code}
	case failure.DLP:
		c, masked, err := w.engine.Report(ctx, s.CaseID, flows.Event{Kind: flows.FormTooClear})
		if err != nil || masked {
			return flows.IgnoreNotFound(err) // the event has queued a drawing of the masked form
		}
		w.engine.Log.Error("a masked card was refused by the tenant's data-loss prevention", "case", c.ID, "state", c.State)
	}
	if newForHR && d.Class != failure.Gone {
		if err := w.sendDigestInstead(ctx, s); err != nil {
			return err
		}
	}
	w.engine.Log.Warn("card was not shown", "case", s.CaseID, "audience", s.Audience, "class", d.Class,
		"upstream", d.Upstream, "log_id", d.LogID)
	if d.Class != failure.Gone || s.MessageID == "" {
		return nil
	}
	return w.markUnreachable(ctx, s)
}

// sendDigestInstead queues HR's list of waiting cases, because Feishu refuses the case's own card. Otherwise HR would
// not learn that the case waits.
func (w *Workers) sendDigestInstead(ctx context.Context, s *flows.Surface) error {
	digest := flows.Reply(flows.ReplyDigest).ToHR().With(flows.ArgNow, "1").Of(s.CaseID)
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		return w.engine.Enqueue(ctx, tx, "refused/"+s.ID+"/"+strconv.Itoa(s.WantedGeneration), digest)
	})
}

// groupUnreachable reports whether a failed call says that this group cannot be reached, although Feishu can be.
// 230027 means that the bot has no permission there, or that the group is external (page 发送消息).
func groupUnreachable(d failure.Details) bool {
	if d.Class == failure.Gone {
		return true
	}
	return d.Class == failure.Operator && (d.Code == "config" || strings.HasPrefix(d.Upstream, "230027"))
}

// sendToAdmins gives each admin except the applicant a surface of the case, in place of the review group's, so that no
// case waits unseen.
func (w *Workers) sendToAdmins(ctx context.Context, group *flows.Surface) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, group.CaseID)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		var jobs []flows.Job
		for _, admin := range w.engine.Policy.AdminsOf(c.TenantKey) {
			if admin == c.OpenID {
				continue
			}
			s, err := engine.SurfaceOrNew(ctx, tx, &flows.Surface{
				ID:       "case/" + c.ID + "/hr/" + admin,
				CaseID:   c.ID,
				Audience: flows.AudienceHR,
				To:       flows.Receiver{Type: "open_id", ID: admin},
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
		unreachable, err := tx.Surface(ctx, group.ID)
		if err != nil {
			return err
		}
		unreachable.SentGeneration, unreachable.Unreachable = unreachable.WantedGeneration, true
		if err := tx.PutSurface(ctx, unreachable); err != nil {
			return err
		}
		return w.engine.Enqueue(ctx, tx, "admins/"+group.ID+"/"+strconv.Itoa(group.WantedGeneration), jobs...)
	})
}

// markUnreachable notes that a message can no longer be changed: it is older than 14 days or was recalled. While the
// case is open, a new message takes its place.
func (w *Workers) markUnreachable(ctx context.Context, seen *flows.Surface) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		s, err := tx.Surface(ctx, seen.ID)
		if err != nil {
			return err
		}
		if s.MessageID != seen.MessageID || s.Unreachable {
			return nil
		}
		s.Unreachable, s.MessageID, s.OldID = true, "", ""
		var jobs []flows.Job
		c, err := tx.Case(ctx, s.CaseID)
		if err != nil && !flows.IsNotFound(err) {
			return err
		}
		if err == nil && !c.State.Terminal() {
			s.WantedGeneration++
			s.Unreachable = false
			jobs = append(jobs, flows.ShowSurface(s.CaseID, s.ID))
		}
		if err := tx.PutSurface(ctx, s); err != nil {
			return err
		}
		return w.engine.Enqueue(ctx, tx, "bury/"+s.ID+"/"+seen.MessageID, jobs...)
	})
}
