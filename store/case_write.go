package store

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"shiming/flows"
)

// InsertCase stores a new case, with the Version that it carries.
func (t *txn) InsertCase(ctx context.Context, c *flows.Case) error {
	data, sealed, err := t.encode(c)
	if err != nil {
		return err
	}
	var l stateTimes
	l.note(c)
	n, err := t.exec(ctx, "insert case", `INSERT INTO cases (id, tenant_key, open_id, state, live, rev, version,
			created_ms, entered_ms, submitted_ms, reviewed_ms, done_ms, incident, data, sealed)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)
		ON CONFLICT (tenant_key, open_id) WHERE live = 1 DO NOTHING`,
		c.ID, c.TenantKey, c.OpenID, string(c.State), boolInt(!c.State.Terminal()), c.Rev, c.Version,
		millis(c.CreatedAt), millis(c.EnteredAt), l.submitted, l.reviewed, l.done, waitingIncident(c), data, sealed)
	if err != nil {
		return err
	}
	if n == 0 {
		return flows.ErrStale
	}
	if err := t.moveStateCount(ctx, c, "", c.State); err != nil {
		return err
	}
	if err := t.addToDay(ctx, c, c.CreatedAt, 1, 0); err != nil || len(c.Photos) == 0 {
		return err
	}
	return t.notePhotos(ctx, c)
}

// UpdateCase writes c if nobody else has since it was read. A case that is not there is
// flows.ErrNotFound.
func (t *txn) UpdateCase(ctx context.Context, c *flows.Case) error {
	var (
		was     string
		version int64
		l       stateTimes
	)
	err := t.q.QueryRowContext(ctx,
		`SELECT state, version, submitted_ms, done_ms FROM cases WHERE id = $1`, c.ID).
		Scan(&was, &version, &l.submitted, &l.done)
	if err := orNotFound("update case", err); err != nil {
		return err
	}
	if version != c.Version {
		return flows.ErrStale
	}
	old := flows.State(was)
	l.note(c)

	c.Version++
	written := false
	defer func() {
		if !written {
			c.Version--
		}
	}()
	data, sealed, err := t.encode(c)
	if err != nil {
		return err
	}
	n, err := t.exec(ctx, "update case", `UPDATE cases SET state = $1, live = $2, rev = $3, version = $4,
			entered_ms = $5, submitted_ms = $6, reviewed_ms = $7, done_ms = $8, incident = $9, data = $10, sealed = $11
		WHERE id = $12 AND version = $13`,
		string(c.State), boolInt(!c.State.Terminal()), c.Rev, c.Version, millis(c.EnteredAt),
		l.submitted, l.reviewed, l.done, waitingIncident(c), data, sealed, c.ID, version)
	if err != nil {
		return err
	}
	if n == 0 {
		return flows.ErrStale
	}
	if old != c.State {
		if err := t.moveStateCount(ctx, c, old, c.State); err != nil {
			return err
		}
		if c.State == flows.Done {
			if err := t.addToDay(ctx, c, c.EnteredAt, 0, 1); err != nil {
				return err
			}
		}
	}
	if err := t.notePhotos(ctx, c); err != nil {
		return err
	}
	written = true
	return nil
}

// stateTimes carries the moments that a case's own fields forget when it moves on.
type stateTimes struct{ submitted, reviewed, done int64 }

// enter notes what the state of c adds.
func (st *stateTimes) note(c *flows.Case) {
	switch c.State {
	case flows.AwaitingReview:
		st.submitted = millis(c.EnteredAt)
	case flows.Done:
		st.done = millis(c.EnteredAt)
	}
	if c.Review != nil {
		st.reviewed = millis(c.Review.At)
	}
}

// incident is the shared cause that a case waits for.
func waitingIncident(c *flows.Case) string {
	if c.Attention == nil || c.State.Terminal() {
		return ""
	}
	return c.Attention.Incident
}

func (t *txn) encode(c *flows.Case) (data string, sealed []byte, err error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", nil, fmt.Errorf("store: case %s: %w", c.ID, err)
	}
	sealed, err = sealPersonal(t.keys, c.ID, c.Personal)
	return string(raw), sealed, err
}

// SetBlindIndex sets (or with nil clears) the index of the case's number.
func (t *txn) SetBlindIndex(ctx context.Context, caseID string, index []byte) error {
	var value any // NULL keeps the row out of the index
	if len(index) > 0 {
		value = index
	}
	n, err := t.exec(ctx, "number index", `UPDATE cases SET number_index = $1 WHERE id = $2`, value, caseID)
	if err == nil && n == 0 {
		return flows.ErrNotFound
	}
	return err
}

// shards is how many rows a counter is spread over.
const shards = 8

func shard(caseID string) int64 {
	h := fnv.New32a()
	h.Write([]byte(caseID))
	return int64(h.Sum32() % shards)
}

// count moves a case from one state's counter to another's; "" is nowhere. Counters are
// always touched in the same order, so that two writers cannot wait for each other.
func (t *txn) moveStateCount(ctx context.Context, c *flows.Case, from, to flows.State) error {
	type step struct {
		state flows.State
		n     int
	}
	steps := []step{{from, -1}, {to, +1}}
	slices.SortFunc(steps, func(a, b step) int { return strings.Compare(string(a.state), string(b.state)) })
	for _, s := range steps {
		if s.state == "" {
			continue
		}
		_, err := t.exec(ctx, "count state", `INSERT INTO state_counts (tenant_key, state, shard, n) VALUES ($1,$2,$3,$4)
			ON CONFLICT (tenant_key, state, shard) DO UPDATE SET n = state_counts.n + excluded.n`,
			c.TenantKey, string(s.state), shard(c.ID), s.n)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) addToDay(ctx context.Context, c *flows.Case, at time.Time, started, done int) error {
	_, err := t.exec(ctx, "count day",
		`INSERT INTO day_counts (tenant_key, day, shard, started, done) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (tenant_key, day, shard) DO UPDATE
		SET started = day_counts.started + excluded.started, done = day_counts.done + excluded.done`,
		c.TenantKey, day(at), shard(c.ID), started, done)
	return err
}

// Seen inserts the keys and reports whether any was there already. On a server, two
// transactions with the same key wait for each other here, in the order of the keys.
func (t *txn) Seen(ctx context.Context, at time.Time, keys ...string) (bool, error) {
	args := []any{millis(at)}
	var rows []string
	for _, key := range slices.Sorted(slices.Values(keys)) {
		if key != "" {
			args = append(args, key)
			rows = append(rows, fmt.Sprintf("($%d,$1)", len(args)))
		}
	}
	if len(rows) == 0 {
		return false, nil
	}
	n, err := t.exec(ctx, "event key",
		`INSERT INTO event_keys (key, at_ms) VALUES `+strings.Join(rows, ",")+` ON CONFLICT (key) DO NOTHING`, args...)
	return err == nil && n < int64(len(rows)), err
}
