package workerstest

import (
	"github.com/google/uuid"

	"shiming/flows"
)

// CaseNow loads a case.
func (w *Harness) CaseNow(id string) (c *flows.Case) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		c, err = v.Case(w.T.Context(), id)
		return err
	}))
	return c
}

// LatestCase loads a person's newest case.
func (w *Harness) LatestCase(openID string) (c *flows.Case) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		c, err = v.LatestCase(w.T.Context(), Tenant, openID)
		return err
	}))
	return c
}

// InState loads a case and ends the test if it is in another state.
func (w *Harness) InState(id string, s flows.State) *flows.Case {
	w.T.Helper()
	c := w.CaseNow(id)
	if c.State != s {
		w.T.Fatalf("the case is in %s, want %s (attention %+v)", c.State, s, c.Attention)
	}
	return c
}

// PutCase stores a sample case of the state, with its pictures. change may alter it before.
func (w *Harness) PutCase(s flows.State, openID string, change ...func(*flows.Case)) *flows.Case {
	w.T.Helper()
	c := flows.SampleCase(s)
	c.ID, c.OpenID, c.TenantKey = uuid.Must(uuid.NewV7()).String(), openID, Tenant
	for i := range c.Photos {
		c.Photos[i].ID = uuid.Must(uuid.NewV7()).String()
		c.Photos[i].MessageID += "_" + openID
		c.Photos[i].FileKey += "_" + openID
	}
	for _, f := range change {
		f(c)
	}
	w.Must(w.Store.Tx(w.T.Context(), func(tx flows.Tx) error {
		if err := tx.InsertCase(w.T.Context(), c); err != nil {
			return err
		}
		for _, p := range c.Photos {
			if p.State != flows.PhotoWaiting {
				if err := tx.PutPicture(w.T.Context(), c.ID, p.ID, Picture(p.FileKey)); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	return c
}

// ProveFiling files the evidence of one case, so that no identity waits until a first filing has succeeded.
func (w *Harness) ProveFiling() {
	w.T.Helper()
	c := w.PutCase(flows.Filing, "ou_filed")
	w.MustReport(c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "P0"})
}

// CountAudits counts the audit rows of a case for an event.
func (w *Harness) CountAudits(caseID string, event flows.Kind) (n int) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) error {
		rows, err := v.AuditOf(w.T.Context(), caseID)
		for _, r := range rows {
			if r.Event == string(event) {
				n++
			}
		}
		return err
	}))
	return n
}
