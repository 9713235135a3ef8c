package workers

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"shiming/failure"
	"shiming/flows"
)

const (
	upstreamFeishu = "feishu"
	upstreamEsign  = "esign"
)

const (
	// reconcilePatience is after how many attempts a page goes on without an upstream that does
	// not answer; with the backoff, some ten minutes.
	reconcileMaxAttempts = 8
	// pageReserve is what a page leaves of its job's time for the case it is at and for storing.
	pageReserve = 45 * time.Second
)

// reconcile compares one page of cases with what the platforms can be asked, and queues the next.
func (w *Workers) reconcile(ctx context.Context, j flows.Job) error {
	night, err := flows.ParseNight(j.Night())
	if err != nil {
		return err
	}
	if early := night.Sub(w.engine.Now()); early > 0 { // our clock and the database's differ
		return &flows.RetryLater{In: early, Snooze: true, Code: "reconcile:early"}
	}
	r, was, err := w.beginPage(ctx, j, night)
	if r == nil || err != nil {
		return err
	}
	var list []pageEntry
	var end position
	var working map[string]bool
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		if list, end, err = r.page(ctx, v, j.Args[flows.ArgTenant]); err != nil {
			return err
		}
		working, err = v.Working(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, visit := range list {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pageReserve {
			end = r.At
			break
		}
		again, err := w.compareCase(ctx, j, r, visit.c, working)
		if err != nil {
			return err
		}
		if again != nil {
			if _, err := w.saveProgress(ctx, j, r, was, nil); err != nil {
				return err
			}
			return again
		}
		r.At = visit.at
	}
	r.At = end
	return w.endPage(ctx, j, r, was)
}

// beginPage takes up the run, or begins it and queues the next night's in the same transaction.
// nil: another job has done this page.
func (w *Workers) beginPage(ctx context.Context, j flows.Job, night time.Time) (r *reconcileRun, was string,
	err error) {
	tenantKey := j.Args[flows.ArgTenant]
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		if r, was, err = loadRun(ctx, tx, tenantKey, settingRun); err != nil {
			return err
		}
		if r != nil && r.Night == j.Night() && r.Page == j.Page() && r.Finished.IsZero() {
			return nil
		}
		if j.Page() != 0 || r != nil && r.Night >= j.Night() {
			r = nil
			return nil
		}
		last, _, err := loadRun(ctx, tx, tenantKey, settingCompared)
		if err != nil {
			return err
		}
		r = newRun(j.Night(), w.engine.Now(), last)
		if err := saveRun(ctx, tx, tenantKey, settingRun, r); err != nil {
			return err
		}
		if was, err = tx.Setting(ctx, tenantKey, settingRun); err != nil {
			return err
		}
		from := w.engine.Now()
		if night.After(from) {
			from = night
		}
		return w.engine.QueueNightly(ctx, tx, tenantKey, flows.NightAfter(from))
	})
	return r, was, err
}

// storeRun stores how far the run is, unless another job of the same page was faster.
func (w *Workers) saveProgress(ctx context.Context, j flows.Job, r *reconcileRun, was string,
	also func(flows.Tx) error) (stored bool, err error) {
	tenantKey := j.Args[flows.ArgTenant]
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		stored = false
		now, err := tx.Setting(ctx, tenantKey, settingRun)
		if err != nil || now != was {
			return err
		}
		stored = true
		if err := saveRun(ctx, tx, tenantKey, settingRun, r); err != nil || also == nil {
			return err
		}
		return also(tx)
	})
	return stored, err
}

// endPage queues the next page, or ends the run: what was found is kept, and goes to HR in the
// morning if there is something to say.
func (w *Workers) endPage(ctx context.Context, j flows.Job, r *reconcileRun, was string) error {
	r.Page++
	cause := strings.Join([]string{"night", j.Args[flows.ArgTenant], r.Night, strconv.FormatInt(r.Page, 10)}, "/")
	if !r.atEnd(r.At) {
		next := flows.Reconcile(j.Args[flows.ArgTenant], j.Night(), r.Page, time.Time{})
		_, err := w.saveProgress(ctx, j, r, was, func(tx flows.Tx) error { return w.engine.Enqueue(ctx, tx, cause, next) })
		return err
	}
	r.Finished = w.engine.Now()
	tell := false
	stored, err := w.saveProgress(ctx, j, r, was, func(tx flows.Tx) error {
		last, _, err := loadRun(ctx, tx, j.Args[flows.ArgTenant], settingCompared)
		if err != nil {
			return err
		}
		tell = r.mergePrevious(last)
		if err := saveRun(ctx, tx, j.Args[flows.ArgTenant], settingCompared, r); err != nil || !tell {
			return err
		}
		report := flows.Reply(flows.ReplyReconcile).ToHR().With(flows.ArgTenant, j.Args[flows.ArgTenant])
		if !flows.Awake(r.Finished) {
			report.At = flows.NextMorning(r.Finished)
		}
		return w.engine.Enqueue(ctx, tx, cause, report)
	})
	if stored {
		w.engine.Log.Info("reconciled", "night", r.Night, "cases", r.Compared, "photos", r.Photos, "people", r.People,
			"differences", len(r.Differences), "silent", len(r.Unreachable), "tell", tell)
	}
	return err
}

// compare asks for one case and notes what differs. again: an upstream has trouble; the page
// goes on with this case later.
func (w *Workers) compareCase(ctx context.Context, j flows.Job, r *reconcileRun, c *flows.Case,
	working map[string]bool) (again *flows.RetryLater, err error) {
	if c == nil {
		return nil, nil
	}
	s := flows.Surroundings{Working: working[c.ID]}
	switch err := w.engine.Store.VerifyChain(ctx, c.ID); {
	case errors.Is(err, flows.ErrChain):
		w.engine.Log.Error("an audit chain does not verify", "case", c.ID, "error", err)
		s.ChainBroken = true
	case err != nil:
		return nil, err
	}
	people, photos := 0, 0
	for _, ask := range []struct {
		upstream string
		wanted   bool
		do       func() (failure.Details, error)
	}{
		{upstreamFeishu, flows.AsksDirectory(c), func() (t failure.Details, err error) {
			s.PersonGone, t, err = w.personGone(ctx, c.OpenID)
			people++
			return t, err
		}},
		{upstreamEsign, flows.AsksEsign(c) && w.EvidenceClient != nil, func() (t failure.Details, err error) {
			for _, side := range []string{"front", "back"} {
				if id := c.Uploads[side]; id != "" {
					var lost bool
					if lost, t, err = w.photoLost(ctx, id); t.Class != "" || err != nil {
						return t, err
					}
					s.PhotoLost = s.PhotoLost || lost
					photos++
				}
			}
			return t, nil
		}},
	} {
		if !ask.wanted || r.Unreachable[ask.upstream] != "" {
			continue
		}
		t, err := ask.do()
		if later, ok := errors.AsType[*flows.RetryLater](err); ok {
			return later, nil // the limit is booked out
		}
		if err != nil {
			return nil, err
		}
		if t.Class == "" {
			continue
		}
		code := t.Code
		if t.Upstream != "" {
			code += ":" + t.Upstream
		}
		w.engine.Log.Warn("cannot compare", "case", c.ID, "upstream", ask.upstream, "class", t.Class, "code", code, "log_id",
			t.LogID, "attempt", j.Attempt)
		if t.Class == failure.Retry && j.Attempt < reconcileMaxAttempts {
			return &flows.RetryLater{In: failure.Backoff(j.Attempt, t.After), Code: "reconcile:" + code}, nil
		}
		r.noteUnreachable(ask.upstream, code)
	}
	r.People, r.Photos = r.People+people, r.Photos+photos
	r.addDifferences(c, flows.Differences(c, s, w.engine.Now()))
	return nil, nil
}
