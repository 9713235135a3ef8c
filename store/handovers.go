package store

import (
	"context"
	"fmt"
	"time"

	"shiming/flows"
)

// States of rows in the table handovers.
const (
	followUpWaiting = "waiting"
	followUpAside   = "aside" // waits as well, and others do not wait for it
	followUpStopped = "stopped"
)

// FollowUp is a notification or a signing account that follows an evidence point and is not done.
type FollowUp struct {
	CaseID, TenantKey string
	Kind              flows.FollowUp
	State             string // waiting | aside | stopped
	Since             time.Time
	Next              time.Time // of the next attempt; zero if none is planned
	Attempts          int       // failed ones
	Code              string    // why the last one failed
}

// followUps returns the rows that the table handovers has of a case.
func followUps(c *flows.Case) (all []FollowUp) {
	if h := c.Handover; h != nil && h.State != flows.HandoverDone {
		f := FollowUp{Kind: flows.FollowUpHandover, State: followUpStopped, Since: h.Queued, Attempts: h.Attempts, Code: h.Code}
		if h.State == flows.HandoverWaiting {
			f.State, f.Next = followUpWaiting, h.NextAt
			if h.Aside {
				f.State = followUpAside
			}
		}
		all = append(all, f)
	}
	if a := c.Account; a != nil && !c.AccountDone() {
		f := FollowUp{Kind: flows.FollowUpAccount, State: followUpWaiting, Since: c.EnteredAt}
		if a.Write != nil {
			f.Attempts = a.Write.Attempt
		}
		if a.Stop != nil {
			f.State, f.Code = followUpStopped, string(a.Stop.Code)
		}
		all = append(all, f)
	}
	return all
}

// syncFollowUps brings the table handovers up to the case.
func (t *txn) syncFollowUps(ctx context.Context, c *flows.Case) error {
	if c.Handover == nil && c.Account == nil {
		return nil
	}
	if _, err := t.exec(ctx, "handovers", `DELETE FROM handovers WHERE case_id = $1`, c.ID); err != nil {
		return err
	}
	for _, f := range followUps(c) {
		_, err := t.exec(ctx, "handovers", `
			INSERT INTO handovers (case_id, kind, tenant_key, state, since_ms, next_ms, attempts, code)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
			c.ID, string(f.Kind), c.TenantKey, f.State, millis(f.Since), millis(f.Next), f.Attempts, f.Code,
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// Handovers returns the cases whose notification waits and is not set aside, oldest first.
func (v *view) Handovers(ctx context.Context, limit int) ([]*flows.Case, error) {
	return v.manyCases(ctx, "handovers", `
		SELECT `+caseColumns+`
		FROM handovers h
		JOIN cases c ON c.id = h.case_id
		WHERE h.kind = $1 AND h.state = $2
		ORDER BY h.since_ms, h.case_id
		LIMIT $3`,
		string(flows.FollowUpHandover), followUpWaiting, limit,
	)
}

// StoppedFollowUps returns ids of cases whose notification or signing account has stopped, in their order.
func (v *view) StoppedFollowUps(ctx context.Context, after string, limit int) ([]string, error) {
	return collect(ctx, v.q, "stopped handovers", scanString, `
		SELECT DISTINCT case_id
		FROM handovers
		WHERE case_id > $1 AND state = $2
		ORDER BY case_id
		LIMIT $3`,
		after, followUpStopped, limit,
	)
}

// readFollowUps returns all rows, oldest first.
func readFollowUps(ctx context.Context, q querier) ([]FollowUp, error) {
	scan := func(scan scanner) (f FollowUp, err error) {
		var since, next int64
		err = scan(&f.CaseID, &f.TenantKey, &f.Kind, &f.State, &since, &next, &f.Attempts, &f.Code)
		f.Since, f.Next = fromMillis(since), fromMillis(next)
		return f, err
	}
	return collect(ctx, q, "handovers", scan, `
		SELECT case_id, tenant_key, kind, state, since_ms, next_ms, attempts, code
		FROM handovers
		ORDER BY since_ms, case_id, kind`)
}

// FollowUpFigures counts the follow-ups of one kind and state.
type FollowUpFigures struct {
	N      int
	Oldest time.Duration // how long the oldest one has been waiting since it was queued
}

// FollowUpsNow returns the figures by kind and state, with zeros for those without rows.
func (s *Store) FollowUpsNow(ctx context.Context) (map[flows.FollowUp]map[string]FollowUpFigures, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	type row struct {
		kind   flows.FollowUp
		state  string
		n      int
		oldest int64
	}
	scan := func(scan scanner) (r row, err error) {
		err = scan(&r.kind, &r.state, &r.n, &r.oldest)
		return r, err
	}
	rows, err := collect(ctx, s.backend.read, "handovers now", scan, `
		SELECT kind, state, count(*), min(since_ms)
		FROM handovers
		GROUP BY kind, state`)
	if err != nil {
		return nil, fmt.Errorf("store: handovers now: %w", err)
	}
	out := map[flows.FollowUp]map[string]FollowUpFigures{}
	for _, kind := range []flows.FollowUp{flows.FollowUpHandover, flows.FollowUpAccount} {
		out[kind] = map[string]FollowUpFigures{followUpWaiting: {}, followUpStopped: {}}
	}
	for _, r := range rows {
		state := r.state
		if state == followUpAside {
			state = followUpWaiting
		}
		f := out[r.kind][state]
		f.N += r.n
		f.Oldest = max(f.Oldest, s.Now().Sub(fromMillis(r.oldest)))
		out[r.kind][state] = f
	}
	return out, nil
}
