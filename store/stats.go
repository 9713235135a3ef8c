package store

import (
	"context"
	"fmt"
	"time"

	"shiming/flows"
)

// day returns the key of the daily figures: the date in China.
func day(t time.Time) string { return t.In(flows.ChinaTime).Format(time.DateOnly) }

// CountByState returns how many cases are in each state. States without cases are absent.
func (v *view) CountByState(ctx context.Context, tenantKey string) (map[flows.State]int, error) {
	type count struct {
		state flows.State
		n     int
	}
	scan := func(scan scanner) (c count, err error) {
		err = scan(&c.state, &c.n)
		return c, err
	}
	rows, err := collect(ctx, v.q, "count by state", scan, `
		SELECT state, CAST(sum(n) AS BIGINT)
		FROM state_counts
		WHERE tenant_key = $1
		GROUP BY state
		HAVING sum(n) <> 0`,
		tenantKey,
	)
	if err != nil {
		return nil, err
	}
	out := make(map[flows.State]int, len(rows))
	for _, c := range rows {
		out[c.state] = c.n
	}
	return out, nil
}

// DaysSince returns the figures of each whole day, from the day of since on, oldest first. Days
// without events are absent.
func (v *view) DaysSince(ctx context.Context, tenantKey string, since time.Time) ([]flows.Day, error) {
	scan := func(scan scanner) (d flows.Day, err error) {
		err = scan(&d.Day, &d.Started, &d.Done, &d.ByPolicy, &d.Sampled, &d.Looked, &d.Faults)
		return d, err
	}
	return collect(ctx, v.q, "days", scan, `
		SELECT day, CAST(sum(started) AS BIGINT), CAST(sum(done) AS BIGINT), CAST(sum(by_policy) AS BIGINT),
		       CAST(sum(sampled) AS BIGINT), CAST(sum(looked) AS BIGINT), CAST(sum(faults) AS BIGINT)
		FROM day_counts
		WHERE tenant_key = $1 AND day >= $2
		GROUP BY day
		ORDER BY day`,
		tenantKey, day(since),
	)
}

// DoneSince returns the open_ids of the applicants who were done since a time, newest first, and
// the number of their cases. It counts the rows of the first day and reads the daily figures for
// the others, so that the cost does not grow with the period.
func (v *view) DoneSince(ctx context.Context, tenantKey string, since time.Time, limit int) ([]string, int, error) {
	ids, err := collect(ctx, v.q, "done since", scanString, `
		SELECT open_id
		FROM cases
		WHERE tenant_key = $1
		  AND done_ms >= $2
		  AND done_ms > 0
		ORDER BY done_ms DESC
		LIMIT $3`,
		tenantKey, millis(since), limit,
	)
	if err != nil {
		return nil, 0, err
	}

	year, month, dayOfMonth := since.In(flows.ChinaTime).Date()
	nextDay := time.Date(year, month, dayOfMonth+1, 0, 0, 0, 0, flows.ChinaTime)
	var total int
	err = v.q.QueryRowContext(ctx, `
		SELECT (
			SELECT count(*)
			FROM cases
			WHERE tenant_key = $1
			  AND done_ms >= $2
			  AND done_ms < $3
			  AND done_ms > 0
		) + (
			SELECT CAST(coalesce(sum(done), 0) AS BIGINT)
			FROM day_counts
			WHERE tenant_key = $1 AND day >= $4
		)`,
		tenantKey, millis(since), millis(nextDay), day(nextDay),
	).Scan(&total)
	if err != nil {
		return nil, 0, fmt.Errorf("store: done since: %w", err)
	}
	return ids, total, nil
}
