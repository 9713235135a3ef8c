package workers_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/engine"
	"shiming/esign"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// receiver is a fake of the system that takes evidence points.
type receiver struct {
	err   func(caseID string) error // nil takes everything
	tries []string                  // case ids, in order
	taken []string
	last  struct {
		Type string `json:"type"`
		Data struct {
			CaseID    string `json:"case_id"`
			TenantKey string `json:"tenant_key"`
			OpenID    string `json:"open_id"`
		} `json:"data"`
	}
}

func (r *receiver) Send(_ context.Context, id string, body []byte) error {
	if err := json.Unmarshal(body, &r.last); err != nil {
		return err
	}
	caseID := r.last.Data.CaseID
	if id != flows.HandoverID(caseID) {
		return workerstest.NoScope()
	}
	r.tries = append(r.tries, caseID)
	if r.err != nil {
		if err := r.err(caseID); err != nil {
			return err
		}
	}
	r.taken = append(r.taken, caseID)
	return nil
}

// accounts is a fake of the signing service.
type accounts struct {
	found   esign.SDKAccount
	findErr error
	addErr  error
	added   []esign.SDKPerson
	asked   int
}

func (a *accounts) FindPerson(context.Context, string, string) (esign.SDKAccount, error) {
	a.asked++
	return a.found, a.findErr
}

func (a *accounts) AddPerson(_ context.Context, p esign.SDKPerson) (string, error) {
	a.added = append(a.added, p)
	return "A1", a.addErr
}

// refused410 is a refusal for good.
func refused410() error { return &workerstest.UpstreamError{Class: "refused", Code: "410"} }

// following returns a harness in which both follow an evidence point.
func following(t *testing.T, change ...func(*engine.Deps)) (*workerstest.Harness, *receiver, *accounts) {
	t.Helper()
	r, a := &receiver{}, &accounts{found: esign.SDKAccount{Certain: true}}
	w := workerstest.New(t, func(d *engine.Deps, out *workers.Deps) {
		d.Policy.HandsOver, d.Policy.SigningAccounts = true, true
		out.Handover, out.Accounts = r, a
		for _, f := range change {
			f(d)
		}
	})
	return w, r, a
}

// file ends a case with an evidence point.
func file(w *workerstest.Harness, openID string, change ...func(*flows.Case)) *flows.Case {
	w.T.Helper()
	c := w.PutCase(flows.Filing, openID, append(change, func(c *flows.Case) {
		c.Evidence = &flows.Write{State: flows.WriteStarted, Attempt: 1}
		c.Consent.Recipients = []string{flows.RecipientSDK}
	})...)
	w.MustReport(c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "P_" + openID})
	w.Advance(time.Second)
	return c
}

// TestHandoverOfTenants: each notification names its tenant; each tenant's admins hear of their own cases once.
func TestHandoverOfTenants(t *testing.T) {
	t.Parallel()
	w, r, _ := following(t, func(d *engine.Deps) {
		d.Policy.Admins = []string{workerstest.Tenant + "/ou_hr_a", "tk_other/ou_hr_b"}
		d.Marketplace = true
	})
	a := file(w, "ou_1")
	b := file(w, "ou_2", func(c *flows.Case) { c.TenantKey = "tk_other" })
	w.RunJobs(flows.JobHandOver)
	if !slices.Equal(r.taken, []string{a.ID, b.ID}) || r.last.Data.TenantKey != "tk_other" || r.last.Data.OpenID != "ou_2" {
		t.Fatalf("got %v, the last %+v, want both in their order", r.taken, r.last)
	}
	r.err = func(string) error { return refused410() }
	file(w, "ou_3", func(c *flows.Case) { c.TenantKey = "tk_other" })
	file(w, "ou_4", func(c *flows.Case) { c.TenantKey = "tk_other" })
	w.RunJobs(flows.JobHandOver, flows.JobReply)
	if n, m := len(w.Messenger.SentTo("ou_hr_a")), len(w.Messenger.SentTo("ou_hr_b")); n != 0 || m != 1 {
		t.Errorf("the admins got %d and %d cards, want none and one", n, m)
	}
	r.err = nil
	w.QueueJob(flows.ReplayHandover(""))
	w.RunJobs(flows.JobReplay, flows.JobHandOver)
	if len(r.taken) != 4 {
		t.Errorf("got %d taken after the replay, want all four", len(r.taken))
	}
	r.err = func(string) error { return refused410() }
	file(w, "ou_5", func(c *flows.Case) { c.TenantKey = "tk_other" })
	w.RunJobs(flows.JobHandOver, flows.JobReply)
	if m := len(w.Messenger.SentTo("ou_hr_b")); m != 2 {
		t.Errorf("the admin got %d cards, want another one in the next outage", m)
	}
}

// TestHandoverOldestFirst: while the receiver takes nothing, the oldest one alone is tried; nothing overtakes it.
func TestHandoverOldestFirst(t *testing.T) {
	t.Parallel()
	w, r, _ := following(t)
	r.err = func(string) error { return workerstest.RetryLater() }
	var want []string
	for _, openID := range []string{"ou_1", "ou_2", "ou_3"} {
		want = append(want, file(w, openID).ID)
	}
	w.RunJobs(flows.JobHandOver)
	w.Advance(10 * time.Second)
	w.RunJobs(flows.JobHandOver)
	if len(r.tries) != 2 || slices.ContainsFunc(r.tries, func(id string) bool { return id != want[0] }) {
		t.Errorf("got the attempts %v, want two of the oldest", r.tries)
	}
	r.err = nil
	w.Advance(6 * time.Minute)
	w.RunJobs(flows.JobHandOver)
	if !slices.Equal(r.taken, want) {
		t.Errorf("got %v, want %v", r.taken, want)
	}
}

// TestHandoverStopsWithTheProgram: an attempt that the end of the program cuts off counts as none.
func TestHandoverStopsWithTheProgram(t *testing.T) {
	t.Parallel()
	w, r, _ := following(t)
	ctx, cancel := context.WithCancel(t.Context())
	r.err = func(string) error { cancel(); return context.Canceled }
	c := file(w, "ou_1")
	if err := w.Run(ctx, flows.HandOver().Of(c.ID)); err == nil {
		t.Error("the job ended, want it to run again")
	}
	if h := w.CaseNow(c.ID).Handover; h.State != flows.HandoverWaiting || h.Attempts != 0 {
		t.Errorf("got %+v, want it waiting as before", h)
	}
}

// TestSigningAccountPaths: what each answer of the signing service leads to.
func TestSigningAccountPaths(t *testing.T) {
	t.Parallel()
	certain := esign.SDKAccount{Certain: true}
	for name, row := range map[string]struct {
		found   esign.SDKAccount
		findErr error
		addErr  error
		change  func(*flows.Case)
		stop    flows.StopCode // "" = none
		added   int
		open    bool
		again   bool // a job waits
	}{
		"opened":                  {found: certain, added: 1, open: true},
		"unknown number by code":  {found: esign.SDKAccount{Code: "1500011"}, added: 1, open: true},
		"found":                   {found: esign.SDKAccount{ID: "A9", Name: flows.SampleName}, open: true},
		"found without a name":    {found: esign.SDKAccount{ID: "A9"}, open: true},
		"found, another name":     {found: esign.SDKAccount{ID: "A9", Name: "别人"}, stop: flows.StopAccountOther},
		"refused":                 {found: certain, addErr: refused410(), added: 1, stop: "refused"},
		"query fails":             {findErr: workerstest.RetryLater(), again: true},
		"add fails, not sent":     {found: certain, addErr: workerstest.RetryLater(), added: 1, again: true},
		"add unknown":             {found: certain, addErr: workerstest.UnknownOutcome(), added: 1, again: true},
		"another program answers": {findErr: workerstest.NoScope(), stop: "permission", again: true},
		"erased before": {found: certain, stop: flows.StopAccountErased, change: func(c *flows.Case) {
			c.Personal = flows.Personal{}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, a := following(t)
			a.found, a.findErr, a.addErr = row.found, row.findErr, row.addErr
			var changes []func(*flows.Case)
			if row.change != nil {
				changes = append(changes, row.change)
			}
			c := w.CaseNow(file(w, "ou_1", changes...).ID)
			j := w.TakeJob(flows.JobAccount)
			err := w.Run(t.Context(), j)
			now := w.CaseNow(c.ID)
			if (err != nil) != row.again {
				t.Errorf("got %v, want it to run again: %t", err, row.again)
			}
			got := flows.StopCode("")
			if now.Account.Stop != nil {
				got = now.Account.Stop.Code
			}
			if got != row.stop || now.AccountDone() != row.open || len(a.added) != row.added {
				t.Errorf("got the stop %q, open %t, %d calls; want %q, %t, %d", got, now.AccountDone(), len(a.added), row.stop,
					row.open, row.added)
			}
			if row.addErr == nil && row.added == 1 {
				if p := a.added[0]; p.Name != flows.SampleName || p.IDNoType != esign.IDMainland || p.EviPointID != "P_ou_1" {
					t.Errorf("got the type %s and the point %s", p.IDNoType, p.EviPointID)
				}
			}
		})
	}
}

// TestSigningAccountQuiet: after a call without an answer the service is asked at once, and nothing is opened before the
// call can no longer be under way.
func TestSigningAccountQuiet(t *testing.T) {
	t.Parallel()
	w, _, a := following(t)
	a.addErr = workerstest.UnknownOutcome()
	c := file(w, "ou_1")
	j := w.TakeJob(flows.JobAccount)
	_ = w.Run(t.Context(), j) // a *RetryLater
	a.addErr = nil
	if err := w.Run(t.Context(), j); err == nil || len(a.added) != 1 || a.asked != 2 {
		t.Errorf("got %v after %d calls and %d questions, want a pause", err, len(a.added), a.asked)
	}
	w.Advance(2 * flows.DefaultWriteQuiet)
	w.Must(w.Run(t.Context(), j))
	if len(a.added) != 2 || !w.CaseNow(c.ID).AccountDone() {
		t.Errorf("got %d calls, want another one after the pause", len(a.added))
	}
}

// TestFollowUpsOnHRCard: HR's card of a case says what has stopped, and nothing while it waits.
func TestFollowUpsOnHRCard(t *testing.T) {
	t.Parallel()
	w, r, a := following(t)
	r.err = func(string) error { return refused410() }
	a.found = esign.SDKAccount{ID: "A9", Name: "别人"}
	c := file(w, "ou_1")
	card := func() string {
		return string(flows.HRCard(w.CaseNow(c.ID), flows.ViewContext{Now: w.Now(), Policy: &w.Policy}).JSON())
	}
	for _, words := range []string{"没能交给接收系统", "没有开签署账号"} {
		if strings.Contains(card(), words) {
			t.Errorf("the card says %s before anything has stopped", words)
		}
	}
	w.RunJobs(flows.JobHandOver, flows.JobAccount)
	for _, words := range []string{"没能交给接收系统", "没有开签署账号"} {
		if !strings.Contains(card(), words) {
			t.Errorf("the card does not say %s", words)
		}
	}
}
