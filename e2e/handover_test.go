package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/esign"
	"shiming/sim/wire"
)

// registerAll lets people register one after another until they are done, and returns the ids of their cases.
func registerAll(h *harness.Harness, n int) (ids []string) {
	h.Helper()
	for _, p := range h.HireAll(n) {
		wholeWayTo(p, func() { submitForm(p) })
		ids = append(ids, h.InState(p.OpenID, flows.Done).ID)
	}
	return ids
}

// takenCases returns the cases whose notification was taken, in the order in which it was.
func takenCases(h *harness.Harness) (ids []string) {
	for _, d := range h.World.Handover.Taken() {
		ids = append(ids, d.CaseID)
	}
	return ids
}

func handoverOf(h *harness.Harness, id string) (out flows.Handover) {
	h.Helper()
	h.ReadStore(func(v flows.View) error {
		c, err := v.Case(h.Ctx, id)
		if err == nil && c.Handover != nil {
			out = *c.Handover
		}
		return err
	})
	return out
}

// answerHandover answers every notification with a status until the returned function is called.
func answerHandover(h *harness.Harness, f wire.Fault) (end func()) {
	f.Upstream = sim.UpstreamHandover
	id := h.World.Faults.Arm(f)
	return func() { h.World.Faults.Disarm(id) }
}

// TestHandedOn: the receiver and the signing service each hear of a person once, after the evidence point is filed, and
// the receiver of nothing personal.
func TestHandedOn(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	p := h.Hire()
	wholeWayTo(p, func() { submitForm(p) })
	p.CheckFiled()
	h.Until("both are done", func() bool {
		c := h.CaseOf(p.OpenID)
		return c.AccountDone() && c.Handover.State == flows.HandoverDone
	})
	c := h.CaseOf(p.OpenID)
	got, accounts := h.World.Handover.Deliveries(), h.World.SDK.Accounts()
	if len(got) != 1 || got[0].CaseID != c.ID || got[0].OpenID != p.OpenID || got[0].PointID != c.Evidence.ID ||
		got[0].TenantKey != harness.Tenant || got[0].ID != "evidence_"+c.ID {
		t.Errorf("got the deliveries %+v, want one of the case %s", got, c.ID)
	}
	if len(accounts) != 1 || accounts[0].ID != c.Account.Write.ID || accounts[0].PointID != c.Evidence.ID ||
		accounts[0].IDNo != p.Person.Code {
		t.Errorf("got the accounts %v, want one with the point", accounts)
	}
	for _, d := range got {
		for _, secret := range []string{p.Person.Name, p.Person.Code, p.Person.Mobile} {
			if strings.Contains(string(d.Body), secret) {
				t.Errorf("the notification has something personal: %s", d.Body)
			}
		}
	}
	if refused := h.World.Handover.Refusals(); len(refused) > 0 {
		t.Errorf("the receiver refused %v", refused)
	}
}

// TestHandoverOutage: a receiver that answers 500 for a day loses nothing. When it works again, everything comes in the
// order of the filing, once, within one interval of the schedule.
func TestHandoverOutage(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	end := answerHandover(h, wire.Fault{Kind: wire.Error, Status: http.StatusInternalServerError})
	ids := registerAll(h, 3)
	h.Until("the first attempt", func() bool { return handoverOf(h, ids[0]).Attempts > 0 })
	for range 8 {
		waitIdle(h)
		h.Advance(3 * time.Hour)
	}
	waitIdle(h)
	attempts := h.CountCalls(sim.UpstreamHandover, "notify")
	if attempts > 40 { // three notifications with at most 8 offsets a day, and what the oldest one's turn adds
		t.Errorf("got %d attempts within a day, want the schedule's", attempts)
	}
	for _, id := range ids {
		if ho := handoverOf(h, id); ho.State != flows.HandoverWaiting || ho.Code != "500" && ho.Attempts > 0 {
			t.Errorf("got %+v after a day, want it waiting", ho)
		}
	}
	end()
	h.Advance(14 * time.Hour)
	h.Until("all are taken", func() bool { return len(takenCases(h)) == len(ids) })
	if got := takenCases(h); !slices.Equal(got, ids) {
		t.Errorf("got %v, want the order of the filing %v", got, ids)
	}
	if n := len(h.World.Handover.Deliveries()); n != len(ids) {
		t.Errorf("got %d deliveries, want each once", n)
	}
	if n := countNotices(h, "没能交给接收系统"); n != 0 {
		t.Errorf("HR got %d notices, want none before anything is given up", n)
	}
}

// countNotices counts the cards in the first admin's chat that say something.
func countNotices(h *harness.Harness, words string) int {
	return countEverShown(h, h.Admin(0).Chat(), func(s harness.CardView) bool { return s.Says(words) })
}

// TestHandoverGivenUp: after the schedule's last attempt, or at once when the receiver wants no more, HR hears of it
// once however many cases it stops. A replay hands them on with the id that they had.
func TestHandoverGivenUp(t *testing.T) {
	for name, status := range map[string]int{"after days": http.StatusBadGateway, "gone": http.StatusGone} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{HR: harness.Diligent})
			end := answerHandover(h, wire.Fault{Kind: wire.Error, Status: status})
			ids := registerAll(h, 2)
			h.Until("the first attempt", func() bool { return h.CountCalls(sim.UpstreamHandover, "notify") > 0 })
			stopped := func() bool {
				return !slices.ContainsFunc(ids, func(id string) bool { return handoverOf(h, id).State != flows.HandoverStopped })
			}
			for range 12 {
				waitIdle(h)
				if stopped() {
					break
				}
				h.Advance(10 * time.Hour)
			}
			h.Until("both are given up", stopped)
			h.Until("HR's notice", func() bool { return countNotices(h, "没能交给接收系统") > 0 })
			h.Find(h.World.ReviewChat(), "the line on HR's card", func(s harness.CardView) bool {
				return s.Says("证据点没能交给接收系统") || s.Says("证据点编号没能交给接收系统")
			})
			end()
			waitIdle(h)
			if n := countNotices(h, "没能交给接收系统"); n != 1 {
				t.Errorf("the admin got %d notices, want one", n)
			}
			if len(takenCases(h)) != 0 {
				t.Error("something was taken before the replay")
			}
			h.Enqueue(flows.ReplayHandover(""))
			h.Until("both are taken", func() bool { return len(takenCases(h)) == 2 })
			h.Until("both are done", func() bool { return handoverOf(h, ids[0]).State == flows.HandoverDone })
			h.Enqueue(flows.ReplayHandover(ids[0]))
			h.Until("the first one again", func() bool { return len(h.World.Handover.Deliveries()) == 3 })
			if got := h.World.Handover.Deliveries()[2]; !got.Repeated || got.CaseID != ids[0] {
				t.Errorf("got %+v, want the first one with its id", got)
			}
		})
	}
}

// TestHandoverOfOneCaseRefused: a notification that alone is refused holds up the others for minutes only.
func TestHandoverOfOneCaseRefused(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	first := registerOne(h, func(id string) {
		h.World.Handover.RefuseCases(func(caseID string) int {
			if caseID == id {
				return http.StatusInternalServerError
			}
			return 0
		})
	})
	others := registerAll(h, 2)
	for range 4 {
		waitIdle(h)
		h.Advance(6 * time.Minute)
	}
	h.Until("the others are taken", func() bool { return slices.Equal(takenCases(h), others) })
	if ho := handoverOf(h, first); ho.State != flows.HandoverWaiting || !ho.Aside {
		t.Errorf("got %+v, want it set aside and waiting", ho)
	}
	h.World.Handover.RefuseCases(nil)
	waitIdle(h)
	h.Advance(6 * time.Hour)
	h.Until("it is taken as well", func() bool { return len(takenCases(h)) == 3 })
}

// registerOne registers a person and calls ready before HR approves.
func registerOne(h *harness.Harness, ready func(caseID string)) string {
	h.Helper()
	p := h.Hire()
	wholeWayTo(p, func() {
		ready(h.CaseOf(p.OpenID).ID)
		submitForm(p)
	})
	return h.InState(p.OpenID, flows.Done).ID
}

// TestHandoverAnswers: a redirect is not followed, a hanging receiver is left, Retry-After is honoured.
func TestHandoverAnswers(t *testing.T) {
	for name, f := range map[string]wire.Fault{
		"redirect": {Kind: wire.Error, Status: http.StatusTemporaryRedirect, Times: 1},
		"hang":     {Kind: wire.Hang, Times: 1},
		"busy":     {Kind: wire.Error, Status: http.StatusServiceUnavailable, Times: 1, Header: http.Header{"Retry-After": {"7"}}},
	} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{HR: harness.Diligent, CallTimeout: 3 * time.Second})
			if name == "redirect" {
				f.Header = http.Header{"Location": {h.World.SDKURL + "/elsewhere"}}
			}
			answerHandover(h, f)
			id := registerAll(h, 1)[0]
			h.Until("the attempt", func() bool { return handoverOf(h, id).Attempts == 1 })
			ho := handoverOf(h, id)
			if wait := ho.NextAt.Sub(ho.Queued); name == "busy" && wait < 7*time.Second {
				t.Errorf("got a pause of %v, want the receiver's 7 s", wait)
			}
			h.Advance(time.Minute)
			h.Until("it is taken", func() bool { return len(takenCases(h)) == 1 })
			for _, c := range h.World.Recorder.Calls() {
				if c.Path == "/elsewhere" {
					t.Error("the redirect was followed")
				}
			}
		})
	}
}

// TestHandoverRotation: while both secrets are set, a receiver with either of them takes notifications.
func TestHandoverRotation(t *testing.T) {
	const newer = "whsec_bmV3ZXItc2VjcmV0LW9mLXRoZS1yZWNlaXZlci1FWEFNUExF"
	older := ""
	h := harness.Start(t, harness.Setup{HR: harness.Diligent, Before: func(_ *sim.World, settings map[string]string) {
		older = settings["handover.secret"]
		settings["handover.secret"] = newer + "," + older
	}})
	registerAll(h, 1)
	h.Until("with the older secret", func() bool { return len(takenCases(h)) == 1 })
	h.World.Handover.SetSecrets(newer)
	registerAll(h, 1)
	h.Until("with the newer secret", func() bool { return len(takenCases(h)) == 2 })
	if refused := h.World.Handover.Refusals(); len(refused) > 0 {
		t.Errorf("the receiver refused %v", refused)
	}
}

// TestNothingToHandOn: without an evidence point nobody is told of anything.
func TestNothingToHandOn(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent, Settings: map[string]string{"verification.method": "none"}})
	p := h.Hire()
	wholeWayTo(p, func() { p.Press("confirm") })
	c := h.InState(p.OpenID, flows.Done)
	waitIdle(h)
	if c.Handover != nil || c.Account != nil || len(h.World.Handover.Deliveries()) > 0 || len(h.World.SDK.Accounts()) > 0 {
		t.Error("something was handed on without an evidence point")
	}
}

// TestSigningAccountFound: an account that is there is taken and none is opened beside it; one under another name stops.
func TestSigningAccountFound(t *testing.T) {
	for name, other := range map[string]bool{"same name": false, "another name": true} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{HR: harness.Diligent})
			p := h.Hire()
			there := esign.Account{ID: "A1", Name: p.Person.Name, IDNo: p.Person.Code, IDNoType: "MAINLAND"}
			if other {
				there.Name = "别人"
			}
			h.World.SDK.Open(there)
			wholeWayTo(p, func() { submitForm(p) })
			h.InState(p.OpenID, flows.Done)
			h.Until("the account's end", func() bool {
				a := h.CaseOf(p.OpenID).Account
				return a.Stop != nil || a.Write != nil && a.Write.State == flows.WriteDone
			})
			a := h.CaseOf(p.OpenID).Account
			if other != (a.Stop != nil && a.Stop.Code == flows.StopAccountOther) || !other && a.Write.ID != "A1" {
				t.Errorf("got %+v", a)
			}
			if n := len(h.World.SDK.Accounts()); n != 1 {
				t.Errorf("got %d accounts, want the one that was there", n)
			}
			if other {
				h.Until("HR's notice", func() bool { return countNotices(h, "没能在 e签宝 签署服务") == 1 })
			}
		})
	}
}

// TestSigningAccountUnknown: an answer that was lost opens no second account. If the service does not say for certain
// that there is none, an admin decides.
func TestSigningAccountUnknown(t *testing.T) {
	for name, row := range map[string]struct {
		kind     string
		code     int // of the query for an unknown number
		accounts int
		stops    bool
	}{
		"opened, answer lost":      {wire.DropAfter, 0, 1, false},
		"not opened, certain":      {wire.DropBefore, 0, 1, false},
		"not opened, not certain":  {wire.DropBefore, 1500011, 0, true},
		"opened, an error instead": {wire.ErrorAfter, 1500011, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{HR: harness.Diligent})
			h.World.SDK.UnknownCode(row.code)
			h.World.Faults.Arm(wire.Fault{Upstream: sim.UpstreamSDK, Operation: esign.OpAddPerson, Kind: row.kind, Times: 1})
			p := h.Hire()
			wholeWayTo(p, func() { submitForm(p) })
			h.InState(p.OpenID, flows.Done)
			h.Until("the account's end", func() bool {
				a := h.CaseOf(p.OpenID).Account
				return a.Stop != nil || a.Write != nil && a.Write.State == flows.WriteDone
			})
			a := h.CaseOf(p.OpenID).Account
			if row.stops != (a.Stop != nil && a.Stop.Code == flows.StopUnknownOutcome) {
				t.Errorf("got the stop %+v, want an unknown outcome: %t", a.Stop, row.stops)
			}
			if row.stops {
				waitIdle(h)
				h.Enqueue(flows.ReplayHandover(h.CaseOf(p.OpenID).ID))
				h.Until("the account after the replay", func() bool { return h.CaseOf(p.OpenID).AccountDone() })
				row.accounts++
			}
			if n := len(h.World.SDK.Accounts()); n != row.accounts {
				t.Errorf("got %d accounts, want %d", n, row.accounts)
			}
		})
	}
}
