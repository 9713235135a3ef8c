package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"shiming/flows"
)

// StateFigures describes the cases in one state.
type StateFigures struct {
	Cases  int
	Oldest time.Duration // how long the oldest one has been in it; 0 for terminal states and no cases
}

// StatesNow returns the figures of every state over all tenants. It reads the counters and one index
// entry for each tenant and open state, so that its cost does not grow with the number of cases.
func (s *Store) StatesNow(ctx context.Context) (map[flows.State]StateFigures, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	type row struct {
		state  flows.State
		n      int
		oldest int64 // Unix milliseconds, 0 for none
	}
	scan := func(scan scanner) (r row, err error) {
		err = scan(&r.state, &r.n, &r.oldest)
		return r, err
	}
	var open []string
	for _, state := range flows.States {
		if !state.Terminal() {
			open = append(open, "'"+string(state)+"'")
		}
	}
	rows, err := collect(ctx, s.backend.read, "states now", scan, `
		WITH counted AS (
			SELECT tenant_key, state, CAST(sum(n) AS BIGINT) AS n
			FROM state_counts
			GROUP BY tenant_key, state
			HAVING sum(n) <> 0
		), waiting AS (
			SELECT
				tenant_key,
				state,
				n,
				CASE WHEN state IN (`+strings.Join(open, ",")+`) THEN (
					SELECT c.entered_ms
					FROM cases AS c
					WHERE c.tenant_key = counted.tenant_key AND c.state = counted.state
					ORDER BY c.entered_ms, c.id
					LIMIT 1
				) END AS oldest
			FROM counted
		)
		SELECT state, CAST(sum(n) AS BIGINT), coalesce(min(oldest), 0)
		FROM waiting
		GROUP BY state`)
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

// LimitUse describes how much of a shared limit is in use.
type LimitUse struct {
	// Ahead is how far in the future the next free slot lies. Calls wait when it exceeds the
	// limit's burst, and jobs are postponed when it exceeds 30 s.
	Ahead time.Duration
	// Calls counts the calls of an exact limit within the last second; 0 for a burst limit.
	Calls int
}

// limitKinds are the limits that LimitsNow reports. Every other limit belongs to one person, group
// or message.
var limitKinds = []string{"ocr", "message"}

// LimitsNow returns the use of the limits in limitKinds. The kind of a limit is the part of its key
// before the first "/". Of several tenants or APIs it reports the highest use.
func (s *Store) LimitsNow(ctx context.Context) (map[string]LimitUse, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	type row struct {
		key   string
		ahead int64 // microseconds
		calls int64
	}
	scan := func(scan scanner) (r row, err error) {
		err = scan(&r.key, &r.ahead, &r.calls)
		return r, err
	}
	rows, err := collect(ctx, s.backend.read, "limits now", scan, fmt.Sprintf(`
		SELECT
			r.key,
			r.tat_us - %[1]s,
			CASE WHEN r.seq = 0 THEN 0 ELSE (
				SELECT count(*)
				FROM rate_marks AS m
				WHERE m.key = r.key
				  AND m.seq > r.seq - %[2]d
				  AND m.at_us > %[1]s - 1000000
				  AND m.at_us <= %[1]s
			) END
		FROM rate_limits AS r
		WHERE r.tat_us > %[1]s - 1000000
		  AND (r.key = 'ocr' OR r.key LIKE 'ocr/%%' OR r.key LIKE 'message/%%')`,
		s.backend.nowMicros, paceHistory,
	))
	if err != nil {
		return nil, err
	}
	out := make(map[string]LimitUse, len(limitKinds))
	for _, kind := range limitKinds {
		out[kind] = LimitUse{}
	}
	for _, r := range rows {
		kind, _, _ := strings.Cut(r.key, "/")
		use := out[kind]
		use.Ahead = max(use.Ahead, time.Duration(r.ahead)*time.Microsecond)
		use.Calls = max(use.Calls, int(r.calls))
		out[kind] = use
	}
	return out, nil
}
