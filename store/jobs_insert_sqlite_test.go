package store

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"shiming/flows"
)

// TestInsertedLikeRiver inserts the same jobs by our statement and by River's, and compares every
// column and its type.
func TestInsertedLikeRiver(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		local := &localDriver{Driver: riversqlite.New(ts.backend.write), notifier: ts.notifier}
		ours, err := river.NewClient(local, &river.Config{Hooks: insertHooks()})
		must(t, err)
		theirs, err := river.NewClient(riversqlite.New(ts.backend.write), &river.Config{Hooks: insertHooks()})
		must(t, err)
		jobs := func() (list []river.InsertManyParams) {
			for i, at := range []time.Time{{}, time.Now().Add(time.Second), time.Now().Add(time.Hour)} {
				list = append(list, river.InsertManyParams{
					Args: jobArgs{ID: int64(i + 1), Job: flows.Job{Kind: flows.JobReply, Case: "c1",
						Args: map[flows.Arg]string{"who": "ou_1", "词": "实名\u2028<&>"}}},
					InsertOpts: &river.InsertOpts{
						Queue:       "cards",
						Priority:    i + 1,
						MaxAttempts: maxAttempts,
						ScheduledAt: at,
					},
				})
			}
			list = append(list, river.InsertManyParams{Args: jobArgs{ID: 9},
				InsertOpts: &river.InsertOpts{Tags: []string{"tag"}}})
			return list
		}()
		tx, err := ts.backend.write.BeginTx(ctx, nil)
		must(t, err)
		_, err = ours.InsertManyFastTx(ctx, tx, jobs[:3]) // by our statement
		must(t, err)
		_, err = ours.InsertManyFastTx(ctx, tx, jobs[3:]) // left to River
		must(t, err)
		_, err = theirs.InsertManyFastTx(ctx, tx, jobs)
		must(t, err)
		must(t, tx.Commit())

		rows, err := queryStrings(ctx, ts,
			`SELECT json_array(
				hex(args), typeof(args), attempt, attempted_at, hex(attempted_by),
				length(created_at), typeof(created_at), errors, finalized_at, kind, max_attempts,
				hex(metadata), typeof(metadata), priority, queue, state,
				length(scheduled_at), typeof(scheduled_at), substr(scheduled_at, 1, 13),
				hex(tags), typeof(tags), unique_key, unique_states
			)
			FROM river_job
			ORDER BY id`)
		must(t, err)
		if len(rows) != 2*len(jobs) {
			t.Fatalf("%d rows, want %v", len(rows), 2*len(jobs))
		}
		for i := range jobs {
			if rows[i] != rows[i+len(jobs)] {
				t.Errorf("job %d: got\n%s\nwant, as River inserts it,\n%s", i, rows[i], rows[i+len(jobs)])
			}
			if !json.Valid([]byte(rows[i])) {
				t.Errorf("row %d is not JSON", i)
			}
		}
	})
}
