package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"shiming/bench/harness"
	"shiming/flows"
	"shiming/store"
)

// batch is how many people one transaction loads, and departments how many departments they are of.
const (
	batch       = 250
	departments = 40
)

// states are those of the people, in turn: most are done.
var states = []flows.State{flows.Done, flows.Done, flows.Done, flows.Done, flows.Done, flows.Done, flows.AwaitingReview,
	flows.AwaitingConfirmation, flows.Expired, flows.Withdrawn}

// fillDatabase stores people with the ids, sealed data and audit chains that real ones have.
func fillDatabase(ctx context.Context, cfg store.Config, people int) error {
	s, err := store.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	err = s.Tx(ctx, func(tx flows.Tx) error {
		for i := range departments {
			d := flows.Department{ID: fmt.Sprintf("od-%032x", i), Name: fmt.Sprintf("第%d营业部", i)}
			if err := tx.PutDepartment(ctx, tenant, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	bar := harness.Progress(people, "filling")
	for from := 0; from < people; from += batch {
		var list []store.ImportedCase
		for i := from; i < min(from+batch, people); i++ {
			list = append(list, person(i, people))
		}
		if err := s.BulkLoad(ctx, list); err != nil {
			return err
		}
		_ = bar.Add(len(list))
	}
	return nil
}

// tenant is the tenant key of the simulated company.
const tenant = "tk_sim"

// person is the i-th person with the history of a registration.
func person(i, people int) store.ImportedCase {
	began := time.Now().Add(-time.Duration(people-i) * time.Minute)
	c := flows.SampleCase(states[i%len(states)])
	sum := sha256.Sum256(fmt.Appendf(nil, "person %d", i))
	c.ID, c.TenantKey, c.OpenID = uuid.Must(uuid.NewV7()).String(), tenant, "ou_"+hex.EncodeToString(sum[:16])
	c.Department = fmt.Sprintf("od-%032x", i%departments)
	c.CreatedAt, c.EnteredAt = began, began.Add(20*time.Minute)
	for k := range c.Photos {
		c.Photos[k].ID, c.Photos[k].MessageID = uuid.NewString(), "om_"+hex.EncodeToString(sum[16:])+fmt.Sprint(k)
	}
	c.Review = &flows.Review{By: "ou_hr", What: flows.ReviewApproved, At: began.Add(10 * time.Minute)}
	if c.State == flows.Done {
		c.Evidence = &flows.Write{State: flows.WriteDone, ID: hex.EncodeToString(sum[4:20]), At: c.EnteredAt}
	}
	out := store.ImportedCase{Case: c, Submitted: began.Add(5 * time.Minute)}
	for k := range 12 {
		out.Audit = append(out.Audit, flows.AuditRow{CaseID: c.ID, At: began.Add(time.Duration(k) * time.Minute),
			Actor: c.OpenID, Event: "confirmed", From: c.State, To: c.State})
	}
	return out
}
