package store

import (
	"context"

	"shiming/flows"
)

// Values of the column sample; see the migration.
const (
	sampleNone = iota
	sampleDrawn
	sampleWaiting
	sampleFine
	sampleFault
)

// sampleMark holds the columns by_policy and sample of a case.
type sampleMark struct{ byPolicy, sample int64 }

// next returns the columns after a change of the case. A case that the policy has approved once counts as such, also if
// HR decides on it later.
func (m sampleMark) next(c *flows.Case) sampleMark {
	m.byPolicy = max(m.byPolicy, boolInt(c.ApprovedByPolicy()))
	switch s := c.Sampled; {
	case s == nil:
		m.sample = sampleNone
	case s.Outcome == flows.SampleIsFine:
		m.sample = sampleFine
	case s.Outcome == flows.SampleIsFaulty:
		m.sample = sampleFault
	case c.AwaitsLook():
		m.sample = sampleWaiting
	default:
		m.sample = sampleDrawn
	}
	return m
}

// countSamples adds the change of the columns to the figures of the day of each thing.
func (t *txn) countSamples(ctx context.Context, c *flows.Case, before, after sampleMark) error {
	if before == after {
		return nil
	}
	const add = `
		INSERT INTO day_counts (tenant_key, day, shard, started, done, by_policy, sampled, looked, faults)
		VALUES ($1,$2,$3,0,0,$4,$5,$6,$7)
		ON CONFLICT (tenant_key, day, shard) DO UPDATE
		SET by_policy = day_counts.by_policy + excluded.by_policy,
		    sampled = day_counts.sampled + excluded.sampled,
		    looked = day_counts.looked + excluded.looked,
		    faults = day_counts.faults + excluded.faults`
	approved := after.byPolicy - before.byPolicy
	drawn := boolInt(before.sample == sampleNone && after.sample != sampleNone)
	if approved+drawn > 0 {
		_, err := t.exec(ctx, "count samples", add, c.TenantKey, day(c.Review.At), shard(c.ID), approved, drawn, 0, 0)
		if err != nil {
			return err
		}
	}
	if after.sample < sampleFine || before.sample >= sampleFine {
		return nil
	}
	_, err := t.exec(ctx, "count looks", add, c.TenantKey, day(c.Sampled.LookedAt), shard(c.ID), 0, 0, 1,
		boolInt(after.sample == sampleFault))
	return err
}
