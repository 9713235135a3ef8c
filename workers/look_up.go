package workers

import (
	"context"
	"slices"
	"strings"

	"shiming/cards"
	"shiming/flows"
)

// A name is compared with those of at most maxLookUp cases, loaded lookUpPage at a time: open ones before ended ones,
// the newest first.
const (
	maxLookUp  = 2000
	lookUpPage = 200
)

// lookUpRows is how many people the answer lists.
const lookUpRows = 5

// lookUpCard answers an admin's question about a person. Each case on it gets an audit row, once however often the
// answer is tried.
func (w *Workers) lookUpCard(ctx context.Context, j flows.Job) (cards.Card, error) {
	tenantKey, asker := j.Args[flows.ArgTenant], j.Args[flows.ArgWho]
	var admin bool
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		admin, err = w.engine.IsAdmin(ctx, v, tenantKey, asker)
		return err
	})
	if err != nil || !admin { // no longer
		return nil, err
	}
	out := cards.LookUp{ByID: j.Args[flows.ArgPerson] != ""}
	why := "looked up by name"
	var found []string
	if out.ByID {
		why = "looked up by open_id"
		found, err = w.latestOf(ctx, tenantKey, j.Args[flows.ArgPerson])
	} else {
		found, out.Bounded, err = w.byName(ctx, tenantKey, strings.Fields(j.Args[flows.ArgNames]))
	}
	if err != nil {
		return nil, err
	}
	out.Total = len(found)
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		out.Rows = nil // the transaction may run more than once
		again, err := tx.InsertEventKeys(ctx, w.engine.Now(), "look_up:"+j.Key)
		if err != nil {
			return err
		}
		for _, id := range found[:min(len(found), lookUpRows)] {
			c, err := tx.Case(ctx, id)
			if flows.IsNotFound(err) {
				continue
			}
			if err != nil {
				return err
			}
			if !again {
				if err := w.engine.AuditView(ctx, tx, c, asker, why); err != nil {
					return err
				}
			}
			out.Rows = append(out.Rows, cards.LookUpRow{
				Ref:        flows.CardRef(c),
				Applicant:  c.OpenID,
				MaskedName: flows.MaskedName(c),
				State:      string(c.State),
				Since:      c.EnteredAt,
				Opens:      c.State.Turn() == flows.HR && c.OpenID != asker,
				Filed:      flows.HasFiledEvidence(c) && c.OpenID != asker,
			})
		}
		return nil
	})
	return out, err
}

// latestOf returns the id of the person's newest case; none for somebody without a case.
func (w *Workers) latestOf(ctx context.Context, tenantKey, openID string) (ids []string, err error) {
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		c, err := v.LatestCase(ctx, tenantKey, openID)
		if err == nil {
			ids = []string{c.ID}
		}
		return flows.IgnoreNotFound(err)
	})
	return ids, err
}

// byName returns the ids of cases of people with one of the names, one a person, and whether there are more cases than
// it has compared.
func (w *Workers) byName(
	ctx context.Context, tenantKey string, hashes []string,
) (ids []string, bounded bool, err error) {
	var open, ended []flows.State
	for _, s := range flows.States {
		if s.Terminal() {
			ended = append(ended, s)
		} else {
			open = append(open, s)
		}
	}
	left, seen := maxLookUp, map[string]bool{}
	for _, states := range [][]flows.State{open, ended} {
		for offset := 0; ; offset += lookUpPage {
			if left <= 0 {
				return ids, true, nil
			}
			var page []*flows.Case
			err := w.engine.Store.View(ctx, func(v flows.View) error {
				var err error
				page, err = v.NewestIn(ctx, tenantKey, states, min(lookUpPage, left), offset)
				return err
			})
			if err != nil {
				return nil, false, err
			}
			left -= len(page)
			for _, c := range page {
				if seen[c.OpenID] || !w.isNamed(c, hashes) {
					continue
				}
				seen[c.OpenID] = true
				ids = append(ids, c.ID)
			}
			if len(page) < lookUpPage {
				break
			}
		}
	}
	return ids, false, nil
}

// isNamed reports whether the person of a case has a name with one of the hashes.
func (w *Workers) isNamed(c *flows.Case, hashes []string) bool {
	return slices.ContainsFunc(flows.NamesOf(c), func(name string) bool {
		h := w.engine.NameHash(c.TenantKey, name)
		return h != "" && slices.Contains(hashes, h)
	})
}
