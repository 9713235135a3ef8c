package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"shiming/flows"
)

// StateFigures is how many cases are in a state and how long the longest of them has been there.
type StateFigures struct {
	Cases  int
	Oldest time.Duration // 0 for terminal states and where there is none
}

// StatesNow returns the figures of every state over all tenants. It reads the counters and, for
// each tenant and state in which somebody waits, one entry of an index, however many cases are stored.
func (s *Store) StatesNow(ctx context.Context) (map[flows.State]StateFigures, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	type row struct {
		state  flows.State
		n      int
		oldest int64
	}
	var live []string
	for _, state := range flows.States {
		if !state.Terminal() {
			live = append(live, "'"+string(state)+"'")
		}
	}
	rows, err := collect(ctx, s.backend.read, "states now", func(r *sql.Rows) (x row, err error) {
		err = r.Scan(&x.state, &x.n, &x.oldest)
		return
	}, `WITH counted AS (
			SELECT tenant_key, state, CAST(sum(n) AS BIGINT) AS n FROM state_counts GROUP BY tenant_key, state HAVING sum(n) <> 0),
		waiting AS (
			SELECT tenant_key, state, n, CASE WHEN state IN (`+strings.Join(live, ",")+`) THEN
				(SELECT c.entered_ms FROM cases AS c WHERE c.tenant_key = counted.tenant_key AND c.state = counted.state
				 ORDER BY c.entered_ms, c.id LIMIT 1) END AS oldest FROM counted)
		SELECT state, CAST(sum(n) AS BIGINT), coalesce(min(oldest), 0) FROM waiting GROUP BY state`)
	if err != nil {
		return nil, err
	}
	out := make(map[flows.State]StateFigures, len(flows.States))
	for _, state := range flows.States {
		out[state] = StateFigures{}
	}
	for _, r := range rows {
		f := StateFigures{Cases: r.n}
		if r.oldest > 0 {
			f.Oldest = max(0, s.Now().Sub(fromMillis(r.oldest)))
		}
		out[r.state] = f
	}
	return out, nil
}

// LimitUse is how much of a shared limit is taken.
type LimitUse struct {
	// Ahead is how far ahead of now its slots are taken. As long as it is no more than the limit's
	// burst nobody waits; jobs are put off when it passes 30 s.
	Ahead time.Duration
	// Calls is how many calls of an exact limit left within the last second; 0 for others.
	Calls int
}

// limitKinds are the limits worth a figure: those that everybody shares. The others belong to one
// person, group or message each.
var limitKinds = []string{"ocr", "message"}

// LimitsNow returns the use of the limits that everybody shares, by what stands before the first
// "/" of their keys; of several tenants or APIs the one that is used most.
func (s *Store) LimitsNow(ctx context.Context) (map[string]LimitUse, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	type row struct {
		key         string
		ahead, left int64
	}
	rows, err := collect(ctx, s.backend.read, "limits now", func(r *sql.Rows) (x row, err error) {
		err = r.Scan(&x.key, &x.ahead, &x.left)
		return
	}, fmt.Sprintf(`SELECT r.key, r.tat_us - %[1]s, CASE WHEN r.seq = 0 THEN 0 ELSE
			(SELECT count(*) FROM rate_marks AS m WHERE m.key = r.key AND m.seq > r.seq - %[2]d AND m.at_us > %[1]s - 1000000 AND m.at_us <= %[1]s) END
		FROM rate_limits AS r WHERE r.tat_us > %[1]s - 1000000 AND (r.key = 'ocr' OR r.key LIKE 'ocr/%%' OR r.key LIKE 'message/%%')`,
		s.backend.nowMicros, paceHistory))
	if err != nil {
		return nil, err
	}
	out := make(map[string]LimitUse, len(limitKinds))
	for _, kind := range limitKinds {
		out[kind] = LimitUse{}
	}
	for _, r := range rows {
		kind, _, _ := strings.Cut(r.key, "/")
		u := out[kind]
		u.Ahead = max(u.Ahead, time.Duration(r.ahead)*time.Microsecond)
		u.Calls = max(u.Calls, int(r.left))
		out[kind] = u
	}
	return out, nil
}
