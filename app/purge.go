package app

import (
	"context"
	"log/slog"

	"shiming/config"
	"shiming/engine"
	"shiming/flows"
	"shiming/store"
)

// Purge deletes what is kept too long, for commands in the shell, also while serve works on the same database. Close
// releases it.
type Purge struct {
	store  *store.Store
	engine *engine.Engine
}

// OverdueCase is a case of which something is due, or was deleted.
type OverdueCase struct {
	TenantKey, CaseID string
	Deletions         []flows.Deletion
}

// Overdue is what is due, or was deleted: cases, and rows about people who have left, beside the cases.
type Overdue struct {
	Cases   []OverdueCase
	Leavers int
}

// OpenPurge opens the database beside a serve that may be running. It creates nothing.
func OpenPurge(ctx context.Context, cfg config.Config) (*Purge, error) {
	s, _, err := openBeside(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return newPurge(s, Policy(cfg)), nil
}

func newPurge(s *store.Store, p flows.Policy) *Purge {
	return &Purge{s, engine.New(engine.Deps{
		Store:  s,
		Policy: p,
		Shared: true,
		Log:    slog.New(slog.DiscardHandler),
		Now:    s.Now,
	})}
}

// Close closes the database.
func (p *Purge) Close() error { return p.store.Close() }

// overduePage is how many cases are looked up at once.
const overduePage = 100

// Run deletes what is due by the rules of the settings, or with dryRun only returns it. Each case is a transaction of
// its own, so that a bot which runs at the same time is not in the way, and an interrupted run may be repeated.
func (p *Purge) Run(ctx context.Context, dryRun bool) (out Overdue, err error) {
	tenants, err := p.store.Tenants(ctx)
	if err != nil {
		return out, err
	}
	for _, tenantKey := range tenants {
		for after := ""; ; {
			var ids []string
			err := p.store.View(ctx, func(v flows.View) (err error) {
				ids, err = p.engine.Overdue(ctx, v, tenantKey, after, overduePage)
				return err
			})
			if err != nil {
				return out, err
			}
			for _, id := range ids {
				done, err := p.one(ctx, id, dryRun)
				if err != nil {
					return out, err
				}
				if len(done) > 0 {
					out.Cases = append(out.Cases, OverdueCase{tenantKey, id, done})
				}
			}
			if len(ids) < overduePage {
				break
			}
			after = ids[len(ids)-1]
		}
		n, err := p.leavers(ctx, tenantKey, dryRun)
		if err != nil {
			return out, err
		}
		out.Leavers += n
	}
	return out, nil
}

// one returns what is due of a case, and deletes it unless dryRun.
func (p *Purge) one(ctx context.Context, id string, dryRun bool) (due []flows.Deletion, err error) {
	if !dryRun {
		err = p.store.Tx(ctx, func(tx flows.Tx) error {
			c, err := tx.Case(ctx, id)
			if err != nil {
				return err
			}
			due, _, err = p.engine.DeleteOverdue(ctx, tx, c)
			return err
		})
		return due, err
	}
	err = p.store.View(ctx, func(v flows.View) error {
		c, err := v.Case(ctx, id)
		if err != nil {
			return err
		}
		all, err := p.engine.Deletions(ctx, v, c)
		for _, d := range all {
			if !d.At.After(p.engine.Now()) {
				due = append(due, d)
			}
		}
		return err
	})
	return due, err
}

// leavers deletes what is kept beside the cases of people who have left. With dryRun it counts those of whom nothing
// else is kept any more.
func (p *Purge) leavers(ctx context.Context, tenantKey string, dryRun bool) (total int, err error) {
	if dryRun {
		err = p.store.View(ctx, func(v flows.View) error {
			total, err = p.engine.CountLeavers(ctx, v, tenantKey)
			return err
		})
		return total, err
	}
	for {
		n := 0
		err = p.store.Tx(ctx, func(tx flows.Tx) (err error) {
			n, err = p.engine.ForgetLeavers(ctx, tx, tenantKey, overduePage)
			return err
		})
		if total += n; n == 0 || err != nil {
			return total, err
		}
	}
}
