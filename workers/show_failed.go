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

// showFailed deals with a card that could not be shown. What a person cannot see must not
// stop the case; the next change tries again.
func (w *Workers) showFailed(ctx context.Context, j flows.Job, s *flows.Surface, cause error) error {
	if again, ok := errors.AsType[*flows.RetryLater](cause); ok {
		return again // the limit is booked out
	}
	if !failure.OfPlatform(cause) {
		return cause // the database's: drawn again
	}
	t := failure.Of(cause, false)
	w.logFailedCall(s.CaseID, t, "job", j.Kind, "audience", s.Audience, "attempt", j.Attempt)
	if s.Audience == flows.AudienceHR && s.To.Type == "chat_id" && s.WantedGeneration > s.SentGeneration && groupUnreachable(t) {
		w.engine.Log.Error("the review group cannot be reached; the card goes to each admin", "case", s.CaseID, "code",
			t.Code, "upstream", t.Upstream, "log_id", t.LogID)
		return w.sendToAdmins(ctx, s)
	}
	switch t.Class {
	case failure.Retry:
		return &flows.RetryLater{In: failure.Backoff(j.Attempt, t.After), Code: "show:" + t.Code + ":" + t.Upstream}
	case failure.Operator:
		w.engine.Log.Error("cards cannot be shown", "case", s.CaseID, "audience", s.Audience, "code", t.Code, "upstream",
			t.Upstream, "log_id", t.LogID)
		return &flows.RetryLater{In: flows.ProbeEvery, Snooze: true, Code: "show:" + t.Code + ":" + t.Upstream}
	case failure.DLP:
		c, masked, err := w.engine.Report(ctx, s.CaseID, flows.Event{Kind: flows.FormTooClear})
		if err != nil || masked {
			return flows.IgnoreNotFound(err) // a fresh job draws the masked form
		}
		w.engine.Log.Error("a masked card was refused by the tenant's data-loss prevention", "case", c.ID, "state", c.State)
	}
	if s.Audience == flows.AudienceHR && s.WantedGeneration > s.SentGeneration && t.Class != failure.Gone {
		// Feishu does not take this card. HR still has to learn that something waits.
		digest := flows.Reply(flows.ReplyDigest).ToHR().With(flows.ArgNow, "1")
		digest.Case = s.CaseID
		if err := w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
			return w.engine.Enqueue(ctx, tx, "refused/"+s.ID+"/"+strconv.Itoa(s.WantedGeneration), digest)
		}); err != nil {
			return err
		}
	}
	w.engine.Log.Warn("card was not shown", "case", s.CaseID, "audience", s.Audience, "class", t.Class, "upstream",
		t.Upstream, "log_id", t.LogID)
	if t.Class != failure.Gone || s.MessageID == "" {
		return nil
	}
	return w.markUnreachable(ctx, s)
}

// outOfReach reports whether it is the group that cannot be reached, rather than Feishu.
func groupUnreachable(t failure.Details) bool {
	return t.Class == failure.Gone || t.Class == failure.Operator &&
		(t.Code == "config" || strings.HasPrefix(t.Upstream, "230027"))
}

// toEachAdmin sends a card that the review group cannot take to the admins in private, so
// that no case waits unseen.
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
		dead, err := tx.Surface(ctx, group.ID)
		if err != nil {
			return err
		}
		dead.SentGeneration, dead.Unreachable = dead.WantedGeneration, true
		if err := tx.PutSurface(ctx, dead); err != nil {
			return err
		}
		return w.engine.Enqueue(ctx, tx, "admins/"+group.ID+"/"+strconv.Itoa(group.WantedGeneration), jobs...)
	})
}

// markUnreachable notes that a message can no longer be changed (14 days, recalled). If somebody is
// waited for, a fresh one is sent; otherwise nothing is.
func (w *Workers) markUnreachable(ctx context.Context, dead *flows.Surface) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		s, err := tx.Surface(ctx, dead.ID)
		if err != nil {
			return err
		}
		if s.MessageID != dead.MessageID || s.Unreachable {
			return nil
		}
		s.Unreachable, s.MessageID, s.OldID = true, "", ""
		var jobs []flows.Job
		if c, err := tx.Case(ctx, s.CaseID); err == nil && !c.State.Terminal() {
			s.WantedGeneration++
			s.Unreachable = false
			jobs = append(jobs, flows.ShowSurface(s.CaseID, s.ID))
		} else if err != nil && !flows.IsNotFound(err) {
			return err
		}
		if err := tx.PutSurface(ctx, s); err != nil {
			return err
		}
		return w.engine.Enqueue(ctx, tx, "bury/"+s.ID+"/"+dead.MessageID, jobs...)
	})
}
