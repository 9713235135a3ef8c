package workers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestFunnelAgreesWithTheRecord drives people of a campaign at random. Then it counts what the audit chains, the
// messages and the receipts say, and compares it with every number on the card, by department too, and with those that
// the announcement group reads.
func TestFunnelAgreesWithTheRecord(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 16))
			c := newCampaigns(t)
			c.Messenger.DepartmentFunc = func(_ context.Context, id string) (flows.Department, error) {
				return flows.Department{ID: id, Name: "部门" + id}, nil
			}
			ids := people(12)
			rec := funnelRecord{department: map[string]string{}, read: map[string]bool{}}
			for _, id := range ids {
				rec.department[id] = fmt.Sprint("od_", r.IntN(3))
				c.Directory.Staff = append(c.Directory.Staff,
					flows.DirectoryPerson{OpenID: id, Departments: []string{rec.department[id]}})
			}
			blocked := ids[r.IntN(12)]
			c.Messenger.SendFunc = func(
				_ context.Context, to flows.Receiver, card json.RawMessage, uuid string,
			) (string, error) {
				if to.ID == blocked {
					rec.refused++
					return "", &workerstest.UpstreamError{Class: "receiver", Code: "230053"}
				}
				return c.Messenger.Post(to, card, uuid), nil
			}
			of := c.invites("ou_hr1", ids...)
			c.confirms(of)
			c.pass(time.Minute, 10*time.Second)
			states := []flows.State{"", flows.AwaitingConsent, flows.AwaitingPhotos, flows.AwaitingConfirmation,
				flows.AwaitingCode, flows.AwaitingReview, flows.Done}
			for i, id := range ids {
				if id != blocked && r.IntN(2) == 0 {
					rec.read[id] = true
					c.Must(c.MessageRead(t.Context(), flows.MessageRead{
						EventID: c.NextID(), TenantKey: workerstest.Tenant, OpenID: id, At: c.Now(),
						MessageIDs: []string{c.Messenger.SentTo(id)[0].ID},
					}))
				}
				to := states[r.IntN(len(states))]
				if to == "" || id == blocked {
					continue
				}
				at := c.Walk(id, numbers[i%len(numbers)], to)
				if !at.State.Terminal() && at.State.Turn() == flows.Applicant && r.IntN(2) == 0 {
					c.Say(id, "取消")
				}
				c.pass(time.Minute, 30*time.Second)
			}
			c.pass(2*time.Minute, 10*time.Second)

			want := rec.funnel(c, ids)
			got := c.press("ou_hr1", of, cards.ActCampaign, "main").Card.(cards.Campaign)
			if fmt.Sprintf("%+v", got.Funnel) != fmt.Sprintf("%+v", want) {
				t.Errorf("the card says %+v, the record %+v", got.Funnel, want)
			}
			for _, d := range got.Departments {
				of := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return rec.department[id] != d.ID })
				want := rec.funnel(c, of)
				if d.Sent != want.Sent || d.Started != want.Started || d.Done != want.Done {
					t.Errorf("the card says %+v of a department, the record %+v", d, want)
				}
			}
			boards := c.Messenger.SentTo("oc_all")
			if numbers := fmt.Sprintf("%d 人，完成 %d", want.Invited, want.Done); !strings.Contains(
				boards[len(boards)-1].Current(), numbers) {
				t.Errorf("the group does not read %q on %s", numbers, boards[len(boards)-1].Current())
			}
		})
	}
}

// funnelRecord is what a test knows of a campaign's people besides messages and audit chains.
type funnelRecord struct {
	department map[string]string
	read       map[string]bool
	refused    int // calls
}

// funnel counts what the record, messages and audit chains say about people of a campaign.
func (r funnelRecord) funnel(c campaigns, ids []string) (f cards.CampaignFunnel) {
	c.t.Helper()
	for _, id := range ids {
		if c.got(id, "invitation.why") == 0 {
			if r.refused == 1 {
				f.Unreachable = []cards.CampaignTally{{Code: string(flows.CodeBlocked), N: 1}}
			}
			continue
		}
		f.Invited++
		f.Sent++
		if r.read[id] {
			f.Read++
		}
		reached := reachedBy(c, id)
		if reached == 0 {
			f.Missing++
		}
		for i, n := range []*int{&f.Started, &f.Submitted, &f.Done} {
			if int(reached) > i {
				*n++
			}
		}
	}
	f.ReadKnown = f.Read > 0
	return f
}

// reachedBy returns how far the audit chains say that a person has come.
func reachedBy(c campaigns, id string) (reached flows.StepReached) {
	c.t.Helper()
	submitted := []flows.State{
		flows.Checking, flows.AwaitingReview, flows.Decided, flows.Recording, flows.Filing, flows.Done,
	}
	c.Must(c.Store.View(c.t.Context(), func(v flows.View) error {
		all, err := v.CasesOf(c.t.Context(), workerstest.Tenant, id)
		for _, each := range all {
			rows, err := v.AuditOf(c.t.Context(), each.ID)
			if err != nil {
				return err
			}
			for _, row := range rows {
				reached = max(reached, flows.StepStarted)
				if slices.Contains(submitted, row.To) {
					reached = max(reached, flows.StepSubmitted)
				}
				if row.To == flows.Done {
					reached = flows.StepDone
				}
			}
		}
		return err
	}))
	return reached
}
