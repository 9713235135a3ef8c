package workers

import (
	"context"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// escalate does a step about overdue cases. A job that starts outside working hours waits for the next ones.
func (w *Workers) escalate(ctx context.Context, j flows.Job) error {
	now := w.engine.Now()
	if open := w.engine.Policy.Work.NextOpen(now); open.After(now) {
		return &flows.RetryLater{In: open.Sub(now), Snooze: true, Code: "escalate:closed"}
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		return w.engine.Escalate(ctx, tx, j.Args[flows.ArgTenant], j.Step(), j.Key)
	})
}

// urgentFor is how long a call by 加急 is tried.
const urgentFor = 30 * time.Minute

// urgentIntents is the key of the uses that note a call by 加急 before it is made.
const urgentIntents = "urgent"

// callUrgently sends the message of an admin's surface by 加急. Feishu has no way to tell whether a call without an
// answer has rung, and a second one would ring again: the intent is stored first, and a call whose outcome is not known
// is not repeated. The next step of the escalation goes to the leads.
func (w *Workers) callUrgently(ctx context.Context, j flows.Job) error {
	s, wanted, err := w.urgentSurface(ctx, j)
	if err != nil || !wanted {
		return flows.IgnoreNotFound(err)
	}
	if s.MessageID == "" || s.SentGeneration < s.WantedGeneration {
		if w.overdue(j, urgentFor) || s.Unreachable {
			w.engine.Log.Warn("nobody was called by 加急: the card was not sent", "admin", s.To.ID)
			return nil
		}
		return &flows.RetryLater{In: time.Second, Snooze: true, Code: "urgent:unsent"}
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiUrgent)); err != nil {
		return err
	}
	begun, err := w.beginUrgent(ctx, j)
	if err != nil || !begun {
		return err
	}
	reached, err := w.Messenger.Urgent(ctx, s.MessageID, s.To.ID)
	switch {
	case err != nil:
		return w.urgentFailed(ctx, j, s, err)
	case !reached:
		w.engine.Log.Warn("the person is not in the chat of the message for 加急", "admin", s.To.ID)
	}
	return nil
}

// urgentSurface returns the surface of the job, and whether its admin is still to be called.
func (w *Workers) urgentSurface(ctx context.Context, j flows.Job) (s *flows.Surface, wanted bool, err error) {
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		if s, err = v.Surface(ctx, j.SurfaceID()); err != nil {
			return err
		}
		wanted, err = w.engine.StillUrgent(ctx, v, s)
		return err
	})
	return s, wanted, err
}

// beginUrgent stores the intent of the call. It reports false if one is stored: a process has died during the call.
func (w *Workers) beginUrgent(ctx context.Context, j flows.Job) (begun bool, err error) {
	now := w.engine.Now()
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		uses, err := tx.Uses(ctx, urgentIntents+"/"+j.Key, now.Add(-24*time.Hour))
		if begun = len(uses) == 0; err != nil || !begun {
			return err
		}
		return tx.PutUse(ctx, urgentIntents+"/"+j.Key, j.Key, now)
	})
	if err == nil && !begun {
		w.engine.Log.Warn("it is not known whether a call by 加急 was made; it is not repeated", "job", j.Kind)
	}
	return begun, err
}

// urgentFailed handles a call that Feishu has refused, or that got no answer. Only what was certainly not applied and
// may succeed later is tried again.
func (w *Workers) urgentFailed(ctx context.Context, j flows.Job, s *flows.Surface, cause error) error {
	if !failure.OfPlatform(cause) {
		return cause
	}
	d := failure.Of(cause, true)
	w.logFailedCall("", d, "job", j.Kind, "attempt", j.Attempt)
	if d.Class == failure.Retry && !w.overdue(j, urgentFor) {
		err := w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
			return tx.DeleteUse(ctx, urgentIntents+"/"+j.Key, j.Key)
		})
		if err != nil {
			return err
		}
		return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "urgent:" + d.Code + ":" + d.Upstream}
	}
	if d.Class != failure.Operator {
		w.engine.Log.Warn("nobody was called by 加急", "admin", s.To.ID, "class", d.Class, "code", d.Code,
			"upstream", d.Upstream, "log_id", d.LogID)
		return nil
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error { // once while the key is kept, a week at least
		told, err := tx.InsertEventKeys(ctx, w.engine.Now(), "urgent_refused:"+s.TenantKey+":"+d.Code+":"+d.Upstream)
		if err == nil && !told {
			w.engine.Log.Error("加急 cannot be used; the step is left out", "class", d.Class, "code", d.Code,
				"upstream", d.Upstream, "log_id", d.LogID)
		}
		return err
	})
}
