package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/flows"
)

func TestRetryLater(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		const in = 200 * time.Millisecond
		for _, snooze := range []bool{false, true} {
			runs := make(jobRuns, 10)
			answers := make(chan error, 2)
			var first time.Time
			answers <- fmt.Errorf("wrapped: %w", &flows.RetryLater{In: in, Snooze: snooze, Code: "ocr.2110010"})
			answers <- nil
			ts.startJobs(t, func(_ context.Context, j flows.Job) error {
				if first.IsZero() {
					first = time.Now()
				}
				runs <- j
				return <-answers
			})
			ts.enqueue(t, flows.Job{Kind: flows.JobCheck, Case: "c1"})
			a, b := runs.next(t), runs.next(t)
			if took := time.Since(first); took < in {
				t.Errorf("snooze %v: retry after %s, want at least %s", snooze, took, in)
			}
			want := 2
			if snooze {
				want = 1
			}
			if a.ID != b.ID || a.Attempt != 1 || b.Attempt != want {
				t.Errorf("snooze %v: runs %d/%d and %d/%d, want 1, %v", snooze, a.ID, a.Attempt, b.ID, b.Attempt, want)
			}
			must(t, ts.Stop(t.Context()))
			if n := ts.countRows(t, "river_job WHERE "+ts.jobErrors()+" LIKE '%ocr.2110010%'"); n != want-1 {
				t.Errorf("snooze %v: %d stored errors, want %v", snooze, n, want-1)
			}
			_, err := ts.backend.write.ExecContext(t.Context(), "DELETE FROM river_job")
			must(t, err)
		}
	})
}

// TestJobTimeouts: a run ends after two minutes, that of an export after ten.
func TestJobTimeouts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		left := make(chan time.Duration, 1)
		ts.startJobs(t, func(ctx context.Context, _ flows.Job) error {
			end, _ := ctx.Deadline()
			left <- time.Until(end)
			return nil
		})
		for _, tt := range []struct {
			job      flows.Job
			min, max time.Duration
		}{
			{flows.Job{Kind: flows.JobCheck, Case: "c1"}, jobTimeout - hangTimeout, jobTimeout},
			{flows.MakeExport("t1", "x1"), exportTimeout - hangTimeout, exportTimeout},
		} {
			ts.enqueue(t, tt.job)
			select {
			case got := <-left:
				if got > tt.max || got < tt.min {
					t.Errorf("%s: a run ends after %s, want %s", tt.job.Kind, got, tt.max)
				}
			case <-time.After(hangTimeout):
				t.Fatalf("%s: no job ran", tt.job.Kind)
			}
		}
	})
}

// TestErrorsAreScrubbed: the text of a job's error or panic appears neither in the database nor in
// the log.
func TestErrorsAreScrubbed(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			if j.Attempt > 1 {
				return nil
			}
			switch j.Case {
			case "case-2":
				panic("secret of " + canaryName)
			case "case-3":
				panic(errors.New("secret of " + canaryName))
			}
			return fmt.Errorf("number %s: %w", canaryNumber, errors.New("secret of "+canaryName))
		})
		for _, id := range []string{"case-1", "case-2", "case-3"} {
			ts.enqueue(t, flows.CheckPerson(1).Of(id))
		}
		attempts := map[int]int{}
		for range 6 {
			attempts[runs.next(t).Attempt]++
		}
		if attempts[1] != 3 || attempts[2] != 3 {
			t.Errorf("attempts %v, want 3 of the first and 3 of the second", attempts)
		}
		must(t, ts.Stop(ctx))
		stored, err := queryStrings(ctx, ts, "SELECT "+ts.jobErrors()+" FROM river_job ORDER BY id")
		must(t, err)
		all := strings.ReplaceAll(strings.Join(stored, "\n"), `\u003c`, "<")
		for _, want := range []string{"internal error *fmt.wrapError < *errors.errorString", "internal error panic string",
			"internal error panic *errors.errorString"} {
			if !strings.Contains(all, want) {
				t.Errorf("stored errors lack %q:\n%s", want, all)
			}
		}
		for _, id := range []string{"case-1", "case-2", "case-3"} {
			if !strings.Contains(ts.log.String(), "case="+id) {
				t.Errorf("the log does not name %s", id)
			}
		}
		for where, text := range map[string]string{"database": all, "log": ts.log.String()} {
			t.Run(where, func(t *testing.T) {
				for _, canary := range []string{canaryName, canaryNumber, "secret of"} {
					if strings.Contains(text, canary) {
						t.Errorf("%s shows %q", where, canary)
					}
				}
			})
		}
	})
}

// jobErrors is the SQL expression for River's column errors as text.
func (ts *testStore) jobErrors() string {
	if ts.database == "sqlite" {
		return "json(errors)"
	}
	return "array_to_json(errors)::text"
}

func TestBackoff(t *testing.T) {
	for attempt, want := range map[int]time.Duration{
		0:    time.Second,
		1:    time.Second,
		2:    2 * time.Second,
		3:    5 * time.Second,
		4:    15 * time.Second,
		5:    30 * time.Second,
		6:    time.Minute,
		7:    2 * time.Minute,
		8:    5 * time.Minute,
		9:    5 * time.Minute,
		1000: 5 * time.Minute,
	} {
		t.Run(fmt.Sprint(attempt), func(t *testing.T) {
			for range 50 {
				if got := backoff(attempt); got < want*9/10 || got > want*11/10 {
					t.Errorf("backoff(%d) = %s, want %s ± 10 %%", attempt, got, want)
				}
			}
		})
	}
}
