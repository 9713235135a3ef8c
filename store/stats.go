package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"shiming/flows"
)

// day is the day of the day figures.
func day(t time.Time) string { return t.In(flows.ChinaTime).Format(time.DateOnly) }

// CountByState returns how many cases are in each state; states without cases are absent.
func (v *view) CountByState(ctx context.Context, tenantKey string) (map[flows.State]int, error) {
	type count struct {
		state flows.State
		n     int
	}
	rows, err := collect(ctx, v.q, "count by state", func(r *sql.Rows) (c count, err error) {
		err = r.Scan(&c.state, &c.n)
		return
	}, `SELECT state, CAST(sum(n) AS BIGINT) FROM state_counts WHERE tenant_key = $1 GROUP BY state HAVING sum(n) <> 0`,
		tenantKey)
	if err != nil {
		return nil, err
	}
	out := make(map[flows.State]int, len(rows))
	for _, c := range rows {
		out[c.state] = c.n
	}
	return out, nil
}

// DaysSince returns the figures of whole days, from the day of since on, oldest first. Days
// on which nothing happened are absent.
func (v *view) DaysSince(ctx context.Context, tenantKey string, since time.Time) ([]flows.Day, error) {
	return collect(ctx, v.q, "days", func(r *sql.Rows) (d flows.Day, err error) {
		err = r.Scan(&d.Day, &d.Started, &d.Done)
		return
	}, `SELECT day, CAST(sum(started) AS BIGINT), CAST(sum(done) AS BIGINT) FROM day_counts WHERE tenant_key = $1 AND day >= $2
		GROUP BY day ORDER BY day`, tenantKey, day(since))
}

// DoneSince returns open_ids of people done since the moment, newest first, and how many
// cases that are. Only the first day is counted row by row, the others are counters.
func (v *view) DoneSince(ctx context.Context, tenantKey string, since time.Time, limit int) ([]string, int, error) {
	ids, err := collect(ctx, v.q, "done since", func(r *sql.Rows) (id string, err error) {
		err = r.Scan(&id)
		return
	}, `SELECT open_id FROM cases WHERE tenant_key = $1 AND done_ms >= $2 AND done_ms > 0
		ORDER BY done_ms DESC LIMIT $3`, tenantKey, millis(since), limit)
	if err != nil {
		return nil, 0, err
	}
	y, m, d := since.In(flows.ChinaTime).Date()
	tomorrow := time.Date(y, m, d+1, 0, 0, 0, 0, flows.ChinaTime)
	var total int
	err = v.q.QueryRowContext(ctx, `SELECT
			(SELECT count(*) FROM cases WHERE tenant_key = $1 AND done_ms >= $2 AND done_ms < $3 AND done_ms > 0)
			+ (SELECT CAST(coalesce(sum(done), 0) AS BIGINT) FROM day_counts WHERE tenant_key = $1 AND day >= $4)`,
		tenantKey, millis(since), millis(tomorrow), day(tomorrow)).Scan(&total)
	if err != nil {
		return nil, 0, fmt.Errorf("store: done since: %w", err)
	}
	return ids, total, nil
}

// durationsOver is how many of the newest done cases the medians are taken over.
const maxDurations = 500

// Durations returns medians over the newest done cases since the moment, 500 at most.
// toReview runs from the last submission to HR's decision; cases that the policy let
// through without HR do not count in it.
func (v *view) Durations(ctx context.Context, tenantKey string, since time.Time) (toDone, toReview time.Duration,
	err error) {
	type span struct{ created, submitted, reviewed, done int64 }
	rows, err := collect(ctx, v.q, "durations", func(r *sql.Rows) (s span, err error) {
		err = r.Scan(&s.created, &s.submitted, &s.reviewed, &s.done)
		return
	}, `SELECT created_ms, submitted_ms, reviewed_ms, done_ms FROM cases
		WHERE tenant_key = $1 AND done_ms >= $2 AND done_ms > 0 ORDER BY done_ms DESC LIMIT $3`,
		tenantKey, millis(since), maxDurations)
	if err != nil {
		return 0, 0, err
	}
	var done, review []int64
	for _, s := range rows {
		done = append(done, s.done-s.created)
		if s.submitted > 0 && s.reviewed >= s.submitted {
			review = append(review, s.reviewed-s.submitted)
		}
	}
	return median(done), median(review), nil
}

// median of milliseconds; 0 of none.
func median(ms []int64) time.Duration {
	if len(ms) == 0 {
		return 0
	}
	slices.Sort(ms)
	mid := len(ms) / 2
	if len(ms)%2 == 1 {
		return time.Duration(ms[mid]) * time.Millisecond
	}
	return time.Duration(ms[mid-1]+ms[mid]) * time.Millisecond / 2
}
