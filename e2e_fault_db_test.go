package main

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// readyz asks the bot whether it can do its work.
func (r *rig) readyz() int {
	r.Helper()
	resp, err := http.Get(r.app.URL() + "/readyz")
	if err != nil {
		r.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// held is longer than SQLite waits for a lock (_busy_timeout, 10 s).
const held = 11 * time.Second

// TestDatabaseLocked: somebody else, such as an administrator with a shell, holds the write lock for longer than we wait for it.
// Feishu is told 503 in its time and comes again, who presses a button is told to do so again, and nothing is lost.
func TestDatabaseLocked(t *testing.T) {
	r := start(t, setup{noisy: true})
	path, onSQLite := strings.CutPrefix(r.values["store.dsn"], "sqlite:")
	if !onSQLite {
		t.Skip("PostgreSQL has no such lock")
	}
	p, q, z := r.hire(), r.hire(), r.hire()
	q.toForm()
	z.toReview()
	r.idle()
	foreign, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)") // the bot writes now and then
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = foreign.Close() }()
	conn, err := foreign.Conn(r.ctx)
	if err != nil {
		t.Fatal(err)
	}
	// In the middle of a write whose outcome cannot be stored for as long.
	r.hold("feishu", "identities.create")
	r.admin(0).decides(z, "approve", nil)
	r.until("the identity is being written", func() bool { return len(r.world.Faults.List()) == 0 })
	if _, err := conn.ExecContext(r.ctx, `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	began := time.Now()

	sent, err := r.world.Feishu.SendText(r.ctx, p.OpenID, "实名")
	if err != nil {
		t.Fatal(err)
	}
	s := q.see(sim.StageConfirmation)
	clicked := time.Now()
	res, err := r.world.Feishu.Click(r.ctx, q.OpenID, s.msg.ID, feishu.ByAct("confirm"), nil)
	if err != nil || res.Toast == nil || !strings.Contains(res.Toast.Text("zh_cn"), "现在有点忙，请过几秒再点一次") {
		t.Errorf("a click is answered with %+v after %s, %v", res, time.Since(clicked), err)
	}
	if code := r.readyz(); code != http.StatusServiceUnavailable {
		t.Errorf("/readyz says %d", code)
	}
	r.until("the lock outlasts our waiting", func() bool { return time.Since(began) > held })
	if r.caseOf(p.OpenID) != nil || r.caseOf(q.OpenID).State != flows.AwaitingConfirmation {
		t.Error("something was written under the lock")
	}
	if _, err := conn.ExecContext(r.ctx, `ROLLBACK`); err != nil {
		t.Fatal(err)
	}

	d, err := r.world.Feishu.WaitDelivered(r.ctx, sent.Delivery.EventID)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range d.Attempts[:len(d.Attempts)-1] {
		if a.Status != http.StatusServiceUnavailable {
			t.Errorf("attempt %d: %d after %s", i, a.Status, a.Took)
		}
	}
	if !strings.Contains(r.logs.String(), `"msg":"event not stored"`) || !strings.Contains(r.logs.String(), `"msg":"click not stored"`) {
		t.Error("the log does not say so")
	}
	r.until("ready again", func() bool { return r.readyz() == http.StatusOK })
	p.see(sim.StageConsent)
	p.press("consent")
	p.sendBoth()
	for _, who := range []person{p, q} {
		who.confirms()
		who.see(sim.StageReview)
		r.admin(0).decides(who, "approve", nil)
	}
	for _, who := range []person{p, q, z} {
		who.filed()
		if j := r.world.Journey(who.OpenID); len(j.Cases) != 1 || j.SMS != 1 {
			t.Errorf("%+v", j)
		}
	}
}
