package workers

import (
	"context"
	"strconv"
	"strings"
	"time"

	"shiming/flows"
)

// Every night a run compares a tenant's cases with what the platforms can be asked. A run consists of pages, each of
// them a job, and keeps its state in a setting. reconcile_compare.go compares one case, reconcile_report.go tells HR.

const (
	// reconcileMaxAttempts is after how many attempts a page goes on without a platform that gives no answer. With the
	// pauses of failure.Backoff that takes about ten minutes.
	reconcileMaxAttempts = 8
	// pageReserve is how much of the job's time a page leaves for its last case and for storing the run.
	pageReserve = 45 * time.Second
)

// reconcile compares one page of cases and queues the next page.
func (w *Workers) reconcile(ctx context.Context, j flows.Job) error {
	night, err := flows.ParseRunDate(j.RunDate())
	if err != nil {
		return err
	}
	if early := night.Sub(w.engine.Now()); early > 0 { // the clocks of database and process differ
		return &flows.RetryLater{In: early, Snooze: true, Code: "reconcile:early"}
	}
	r, stored, err := w.beginPage(ctx, j, night)
	if r == nil || err != nil {
		return err
	}
	var entries []pageEntry
	var end position
	var working map[string]bool // cases that have a job
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		if entries, end, err = r.page(ctx, v, j.Args[flows.ArgTenant]); err != nil {
			return err
		}
		working, err = v.CasesWithJobs(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pageReserve {
			end = r.At
			break
		}
		again, err := w.compareCase(ctx, j, r, entry.c, working)
		if err != nil {
			return err
		}
		if again != nil {
			if _, err := w.saveProgress(ctx, j, r, stored, nil); err != nil {
				return err
			}
			return again
		}
		r.At = entry.at
	}
	r.At = end
	return w.endPage(ctx, j, r, stored)
}

// beginPage loads the run of the night. The first page begins the run and queues the job of the next night, in the same
// transaction. stored is the setting's value, for saveProgress. beginPage returns no run if another job has done the
// page.
func (w *Workers) beginPage(
	ctx context.Context, j flows.Job, night time.Time,
) (r *reconcileRun, stored string, err error) {
	tenantKey := j.Args[flows.ArgTenant]
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		if r, stored, err = loadRun(ctx, tx, tenantKey, settingRun); err != nil {
			return err
		}
		if r != nil && r.Night == j.RunDate() && r.Page == j.Page() && r.Finished.IsZero() {
			return nil
		}
		if j.Page() != 0 || r != nil && r.Night >= j.RunDate() {
			r = nil
			return nil
		}
		last, _, err := loadRun(ctx, tx, tenantKey, settingCompared)
		if err != nil {
			return err
		}
		r = newRun(j.RunDate(), w.engine.Now(), last)
		if err := saveRun(ctx, tx, tenantKey, settingRun, r); err != nil {
			return err
		}
		if stored, err = tx.Setting(ctx, tenantKey, settingRun); err != nil {
			return err
		}
		if err := w.engine.EnsureHead(ctx, tx, tenantKey); err != nil {
			return err
		}
		if err := w.engine.EnsureMorning(ctx, tx, tenantKey); err != nil {
			return err
		}
		from := w.engine.Now()
		if night.After(from) {
			from = night
		}
		return w.engine.QueueNightly(ctx, tx, tenantKey, flows.NightAfter(from))
	})
	return r, stored, err
}

// saveProgress stores the run and calls also in the same transaction; also may be nil. It stores nothing and returns
// false if the setting is no longer before: another job of the same page was faster.
func (w *Workers) saveProgress(
	ctx context.Context, j flows.Job, r *reconcileRun, before string, also func(flows.Tx) error,
) (stored bool, err error) {
	tenantKey := j.Args[flows.ArgTenant]
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		stored = false
		now, err := tx.Setting(ctx, tenantKey, settingRun)
		if err != nil || now != before {
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

// endPage queues the next page, or ends the run after the last case.
func (w *Workers) endPage(ctx context.Context, j flows.Job, r *reconcileRun, before string) error {
	r.Page++
	tenantKey := j.Args[flows.ArgTenant]
	cause := strings.Join([]string{"night", tenantKey, r.Night, strconv.FormatInt(r.Page, 10)}, "/")
	if r.atEnd(r.At) {
		return w.endRun(ctx, j, r, before, cause)
	}
	next := flows.Reconcile(tenantKey, j.RunDate(), r.Page, time.Time{})
	_, err := w.saveProgress(ctx, j, r, before, func(tx flows.Tx) error {
		return w.engine.Enqueue(ctx, tx, cause, next)
	})
	return err
}

// endRun keeps what the run has found. If HR should know of it, endRun queues the report, for the morning if HR is not
// to be disturbed now.
func (w *Workers) endRun(ctx context.Context, j flows.Job, r *reconcileRun, before, cause string) error {
	r.Finished = w.engine.Now()
	tenantKey := j.Args[flows.ArgTenant]
	tell := false
	stored, err := w.saveProgress(ctx, j, r, before, func(tx flows.Tx) error {
		last, _, err := loadRun(ctx, tx, tenantKey, settingCompared)
		if err != nil {
			return err
		}
		tell = r.mergePrevious(last)
		if err := saveRun(ctx, tx, tenantKey, settingCompared, r); err != nil || !tell {
			return err
		}
		report := flows.Reply(flows.ReplyReconcile).ToHR().With(flows.ArgTenant, tenantKey)
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
