package e2e

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// readyz returns the status of /readyz.
func readyz(h *harness.Harness) int {
	h.Helper()
	resp, err := http.Get(h.App.URL() + "/readyz")
	if err != nil {
		h.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// lockTime is longer than SQLite waits for a lock (_busy_timeout, 10 s).
const lockTime = 11 * time.Second

// TestDatabaseLocked holds the write lock longer than the bot waits for it, as an administrator's shell may do.
// Feishu gets 503 in time and repeats the push, a click is answered with a request to click again, and nothing is
// lost.
func TestDatabaseLocked(t *testing.T) {
	h := harness.Start(t, harness.Setup{Noisy: true})
	path, onSQLite := strings.CutPrefix(h.Values["store.dsn"], "sqlite:")
	if !onSQLite {
		t.Skip("PostgreSQL has no such lock")
	}
	p, q, z := h.Hire(), h.Hire(), h.Hire()
	q.ToForm()
	z.ToReview()
	waitIdle(h)
	foreign, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)") // the bot writes from time to time
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = foreign.Close() }()
	conn, err := foreign.Conn(h.Ctx)
	if err != nil {
		t.Fatal(err)
	}
	// The lock begins during an outside write, so the bot cannot store the outcome.
	h.DelayNext("feishu", "identities.create")
	h.Admin(0).Decides(z, "approve", nil)
	h.Until("the identity is being written", func() bool { return len(h.World.Faults.List()) == 0 })
	if _, err := conn.ExecContext(h.Ctx, `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	began := time.Now()

	sent, err := h.World.Feishu.SendText(h.Ctx, p.OpenID, "实名")
	if err != nil {
		t.Fatal(err)
	}
	s := q.See(sim.StageConfirmation)
	clicked := time.Now()
	res, err := h.World.Feishu.Click(h.Ctx, q.OpenID, s.Msg.ID, feishu.ByAct("confirm"), nil)
	for err == nil && res.Took > 3*time.Second && time.Since(began) < lockTime/2 { // possible on a busy machine
		res, err = h.World.Feishu.Click(h.Ctx, q.OpenID, s.Msg.ID, feishu.ByAct("confirm"), nil)
	}
	if err != nil || res.Toast == nil || !strings.Contains(res.Toast.Text("zh_cn"), "现在有点忙，请过几秒再点一次") {
		t.Errorf("got %+v after %s and %v, want a request to click again", res, time.Since(clicked), err)
	}
	if code := readyz(h); code != http.StatusServiceUnavailable {
		t.Errorf("/readyz says %d, want %v", code, http.StatusServiceUnavailable)
	}
	h.Until("the lock outlasts our waiting", func() bool { return time.Since(began) > lockTime })
	if h.CaseOf(p.OpenID) != nil || h.CaseOf(q.OpenID).State != flows.AwaitingConfirmation {
		t.Error("got an outside write under the lock, want none")
	}
	if _, err := conn.ExecContext(h.Ctx, `ROLLBACK`); err != nil {
		t.Fatal(err)
	}

	d, err := h.World.Feishu.WaitDelivered(h.Ctx, sent.Delivery.EventID)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range d.Attempts[:len(d.Attempts)-1] {
		// 0: no answer within Feishu's three seconds, possible on a busy machine.
		if a.Status != http.StatusServiceUnavailable && a.Status != 0 {
			t.Errorf("attempt %d: got status %d after %s, want 503", i, a.Status, a.Took)
		}
	}
	if !strings.Contains(h.Logs.String(), `"msg":"event not stored"`) ||
		!strings.Contains(h.Logs.String(), `"msg":"click not stored"`) {
		t.Error("got no log line about the lock, want one")
	}
	h.Until("ready again", func() bool { return readyz(h) == http.StatusOK })
	p.See(sim.StageConsent)
	p.Consent()
	p.SendBoth()
	for _, who := range []harness.Person{p, q} {
		submitForm(who)
		who.See(sim.StageReview)
		h.Admin(0).Decides(who, "approve", nil)
	}
	for _, who := range []harness.Person{p, q, z} {
		who.CheckFiled()
		if j := h.World.Journey(who.OpenID); len(j.Cases) != 1 || j.SMS != 1 {
			t.Errorf("got the journey %+v, want it filed once", j)
		}
	}
}
