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

// readyz asks the bot whether it can do its work.
func readyz(r *harness.Harness) int {
	r.Helper()
	resp, err := http.Get(r.App.URL() + "/readyz")
	if err != nil {
		r.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// held is longer than SQLite waits for a lock (_busy_timeout, 10 s).
const held = 11 * time.Second

// TestDatabaseLocked: somebody else, such as an administrator with a shell, holds the write lock for longer than we
// wait for it. Feishu is told 503 in its time and comes again, who presses a button is told to do so again, and
// nothing is lost.
func TestDatabaseLocked(t *testing.T) {
	r := harness.Start(t, harness.Setup{Noisy: true})
	path, onSQLite := strings.CutPrefix(r.Values["store.dsn"], "sqlite:")
	if !onSQLite {
		t.Skip("PostgreSQL has no such lock")
	}
	p, q, z := r.Hire(), r.Hire(), r.Hire()
	q.ToForm()
	z.ToReview()
	waitIdle(r)
	foreign, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)") // the bot writes now and then
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = foreign.Close() }()
	conn, err := foreign.Conn(r.Ctx)
	if err != nil {
		t.Fatal(err)
	}
	// In the middle of a write whose outcome cannot be stored for as long.
	r.Hold("feishu", "identities.create")
	r.Admin(0).Decides(z, "approve", nil)
	r.Until("the identity is being written", func() bool { return len(r.World.Faults.List()) == 0 })
	if _, err := conn.ExecContext(r.Ctx, `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	began := time.Now()

	sent, err := r.World.Feishu.SendText(r.Ctx, p.OpenID, "实名")
	if err != nil {
		t.Fatal(err)
	}
	s := q.See(sim.StageConfirmation)
	clicked := time.Now()
	res, err := r.World.Feishu.Click(r.Ctx, q.OpenID, s.Msg.ID, feishu.ByAct("confirm"), nil)
	if err != nil || res.Toast == nil || !strings.Contains(res.Toast.Text("zh_cn"), "现在有点忙，请过几秒再点一次") {
		t.Errorf("a click is answered with %+v after %s, %v", res, time.Since(clicked), err)
	}
	if code := readyz(r); code != http.StatusServiceUnavailable {
		t.Errorf("/readyz says %d, want %v", code, http.StatusServiceUnavailable)
	}
	r.Until("the lock outlasts our waiting", func() bool { return time.Since(began) > held })
	if r.CaseOf(p.OpenID) != nil || r.CaseOf(q.OpenID).State != flows.AwaitingConfirmation {
		t.Error("something was written under the lock")
	}
	if _, err := conn.ExecContext(r.Ctx, `ROLLBACK`); err != nil {
		t.Fatal(err)
	}

	d, err := r.World.Feishu.WaitDelivered(r.Ctx, sent.Delivery.EventID)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range d.Attempts[:len(d.Attempts)-1] {
		// 0: no answer in Feishu's three seconds, which a busy machine may bring about.
		if a.Status != http.StatusServiceUnavailable && a.Status != 0 {
			t.Errorf("attempt %d: got status %d after %s, want 503", i, a.Status, a.Took)
		}
	}
	if !strings.Contains(r.Logs.String(), `"msg":"event not stored"`) ||
		!strings.Contains(r.Logs.String(), `"msg":"click not stored"`) {
		t.Error("the log does not say so")
	}
	r.Until("ready again", func() bool { return readyz(r) == http.StatusOK })
	p.See(sim.StageConsent)
	p.Press("consent")
	p.SendBoth()
	for _, who := range []harness.Person{p, q} {
		confirms(who)
		who.See(sim.StageReview)
		r.Admin(0).Decides(who, "approve", nil)
	}
	for _, who := range []harness.Person{p, q, z} {
		who.Filed()
		if j := r.World.Journey(who.OpenID); len(j.Cases) != 1 || j.SMS != 1 {
			t.Errorf("%+v", j)
		}
	}
}
