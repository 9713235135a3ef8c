package store

import (
	"context"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"shiming/flows"
)

// shards is the number of rows that each counter is split into, so that concurrent writers on
// PostgreSQL rarely wait for the same row.
const shards = 8

// shard returns the counter row that a case adds to.
func shard(caseID string) int64 {
	h := fnv.New32a()
	h.Write([]byte(caseID))
	return int64(h.Sum32() % shards)
}

// countTransition updates the counters after c has left the state from.
func (t *txn) countTransition(ctx context.Context, c *flows.Case, from flows.State) error {
	if from == c.State {
		return nil
	}
	if err := t.moveStateCount(ctx, c, from, c.State); err != nil {
		return err
	}
	if c.State != flows.Done {
		return nil
	}
	return t.addToDay(ctx, c, c.EnteredAt, 0, 1)
}

// moveStateCount moves a case from one state's counter to another's. "" stands for no state. The
// counters change in the order of their names, so that two writers cannot deadlock.
func (t *txn) moveStateCount(ctx context.Context, c *flows.Case, from, to flows.State) error {
	type change struct {
		state flows.State
		delta int
	}
	changes := []change{{from, -1}, {to, +1}}
	slices.SortFunc(changes, func(a, b change) int { return strings.Compare(string(a.state), string(b.state)) })
	for _, ch := range changes {
		if ch.state == "" {
			continue
		}
		_, err := t.exec(ctx, "count state", `
			INSERT INTO state_counts (tenant_key, state, shard, n)
			VALUES ($1,$2,$3,$4)
			ON CONFLICT (tenant_key, state, shard) DO UPDATE
			SET n = state_counts.n + excluded.n`,
			c.TenantKey, string(ch.state), shard(c.ID), ch.delta,
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// addToDay adds to the figures of the day that at falls on, in China time.
func (t *txn) addToDay(ctx context.Context, c *flows.Case, at time.Time, started, done int) error {
	_, err := t.exec(ctx, "count day", `
		INSERT INTO day_counts (tenant_key, day, shard, started, done)
		VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (tenant_key, day, shard) DO UPDATE
		SET started = day_counts.started + excluded.started,
		    done = day_counts.done + excluded.done`,
		c.TenantKey, day(at), shard(c.ID), started, done,
	)
	return err
}
