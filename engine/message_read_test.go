package engine_test

import (
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestMessageRead: the first receipt of a campaign's message counts, of its person and its tenant only, and an event
// that comes again changes nothing. A time ahead of the clock is now.
func TestMessageRead(t *testing.T) {
	w := workerstest.New(t)
	ctx := t.Context()
	var id string
	w.Must(w.Store.Tx(ctx, func(tx flows.Tx) error {
		c, _, err := w.BeginCampaign(ctx, tx, engine.CampaignRequest{
			TenantKey: workerstest.Tenant, By: "ou_hr", Target: flows.CampaignTarget{Kind: flows.TargetEveryone}, Cause: "c",
		})
		if err != nil {
			return err
		}
		id = c.ID
		p := flows.CampaignPerson{OpenID: "ou_1", Status: flows.PersonInvite}
		if _, err := tx.PutCampaignPeople(ctx, c, []flows.CampaignPerson{p}); err != nil {
			return err
		}
		p.SentAt, p.MessageID = w.Now(), "om_1"
		return tx.UpdateCampaignPerson(ctx, id, p)
	}))
	readAt := func() (at time.Time) {
		w.Must(w.Store.View(ctx, func(v flows.View) error {
			p, err := v.CampaignPerson(ctx, id, "ou_1")
			at = p.ReadAt
			return err
		}))
		return at
	}
	read := func(event, tenant, person, message string, at time.Time) {
		w.Must(w.MessageRead(ctx, flows.MessageRead{
			EventID: event, TenantKey: tenant, OpenID: person, MessageIDs: []string{"om_other", message}, At: at,
		}))
	}
	read("1", "another", "ou_1", "om_1", w.Now())
	read("2", workerstest.Tenant, "ou_2", "om_1", w.Now())
	read("3", workerstest.Tenant, "ou_1", "om_2", w.Now())
	if at := readAt(); !at.IsZero() {
		t.Fatalf("got read at %v by others' receipts, want none", at)
	}
	first := w.Now()
	read("4", workerstest.Tenant, "ou_1", "om_1", first.Add(time.Hour))
	w.Advance(time.Minute)
	read("4", workerstest.Tenant, "ou_1", "om_1", w.Now())
	read("5", workerstest.Tenant, "ou_1", "om_1", w.Now())
	if at := readAt(); !at.Equal(first) {
		t.Errorf("got read at %v, want the first receipt, %v", at, first)
	}
}

// TestMessageReadBeforeItsSending: the receipt of an invitation that comes before Feishu's answer to the sending is
// stored counts, and so does that of a reminder. Receipts of other messages leave nothing behind.
func TestMessageReadBeforeItsSending(t *testing.T) {
	w := workerstest.New(t)
	ctx := t.Context()
	var id string
	w.Must(w.Store.Tx(ctx, func(tx flows.Tx) error {
		c, _, err := w.BeginCampaign(ctx, tx, engine.CampaignRequest{
			TenantKey: workerstest.Tenant, By: "ou_hr", Target: flows.CampaignTarget{Kind: flows.TargetEveryone}, Cause: "c",
		})
		if err != nil {
			return err
		}
		id = c.ID
		c.State = flows.CampaignRunning
		if err := tx.UpdateCampaign(ctx, c); err != nil {
			return err
		}
		now := w.Now()
		for _, p := range []flows.CampaignPerson{
			{OpenID: "ou_1", SendingAt: now},
			{OpenID: "ou_2", SentAt: now, MessageID: "om_i"}, {OpenID: "ou_3"},
		} {
			p.Status = flows.PersonInvite
			if _, err := tx.PutCampaignPeople(ctx, c, []flows.CampaignPerson{p}); err != nil {
				return err
			}
			if p.OpenID == "ou_2" {
				p.Chases, p.ChasedAt = 1, now
			}
			if err := tx.UpdateCampaignPerson(ctx, id, p); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, of := range [][2]string{{"ou_1", "om_1"}, {"ou_2", "om_2"}, {"ou_3", "om_3"}} {
		w.Must(w.MessageRead(ctx, flows.MessageRead{
			EventID: of[1], TenantKey: workerstest.Tenant, OpenID: of[0], MessageIDs: []string{of[1]}, At: w.Now(),
		}))
	}
	w.Must(w.InvitationSent(ctx, id, "ou_1", "om_1", nil))
	w.Must(w.ChaseSent(ctx, id, "ou_2", "om_2"))
	w.Must(w.InvitationSent(ctx, id, "ou_3", "om_3", nil))
	w.Must(w.Store.View(ctx, func(v flows.View) error {
		for openID, want := range map[string]bool{"ou_1": true, "ou_2": true, "ou_3": false} {
			p, err := v.CampaignPerson(ctx, id, openID)
			if err != nil {
				return err
			}
			if read := !p.ReadAt.IsZero(); read != want {
				t.Errorf("%s: got read %v, want %v", openID, read, want)
			}
		}
		return nil
	}))
}
