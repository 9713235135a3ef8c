package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// overLongConn is a rig whose bot has no webhook and no keys for one.
func overLongConn(t *testing.T, s setup) *rig {
	t.Helper()
	s.settings = map[string]string{"feishu.transport": "websocket", "feishu.encrypt_key": "", "feishu.verification_token": ""}
	return start(t, s)
}

// TestLongConnection goes the whole way without a webhook, while the connection is broken twice.
func TestLongConnection(t *testing.T) {
	r := overLongConn(t, setup{})
	p, hr := r.hire(), r.admin(0)
	p.toReview()
	_, before := r.world.Feishu.LongConnections()
	r.world.Feishu.DropLongConnections()
	r.until("the bot connects again", func() bool {
		open, made := r.world.Feishu.LongConnections()
		return open == 1 && made > before
	})
	if toast := hr.decides(p, "approve", nil); toast != "已通过" {
		t.Errorf("toast %q", toast)
	}
	r.world.Feishu.DropLongConnections()
	p.filed()
	r.in(p.OpenID, flows.Done)
	if got := len(r.world.ESign.Points()); got != 1 {
		t.Errorf("%d evidence points", got)
	}
	if body := r.get("/metrics"); !strings.Contains(body, "shiming_long_connection_lost_total ") || strings.Contains(body, "shiming_long_connection_lost_total 0") {
		t.Error("lost connections are not counted")
	}
	resp, err := http.Post(r.app.URL()+"/webhook/event", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("the webhook is open: %d", resp.StatusCode)
	}
}

func (r *rig) get(path string) string {
	r.Helper()
	resp, err := http.Get(r.app.URL() + path)
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.Fatal(err)
	}
	return string(body)
}

// TestLongConnectionRepeats: a push that was stored, but whose answer was lost with the connection, comes again and does nothing.
func TestLongConnectionRepeats(t *testing.T) {
	r := overLongConn(t, setup{})
	p := r.hire()
	sent, err := r.world.Feishu.SendText(r.ctx, p.OpenID, "帮助")
	if err != nil {
		t.Fatal(err)
	}
	helps := func() (n int) {
		for _, m := range r.world.Feishu.Messages(p.ChatID) {
			if m.FromBot {
				n++
			}
		}
		return n
	}
	r.until("an answer", func() bool { return helps() == 1 })
	for range 3 {
		if d, err := r.world.Feishu.Redeliver(r.ctx, sent.Delivery.EventID); err != nil || !d.Delivered {
			t.Fatalf("%+v %v", d, err)
		}
	}
	if _, err := r.world.Feishu.SendText(r.ctx, p.OpenID, "进度"); err != nil {
		t.Fatal(err)
	}
	r.until("the next answer", func() bool { return helps() >= 2 })
	if n := helps(); n != 2 {
		t.Errorf("%d answers to two messages", n)
	}
}

// TestLongConnectionLarge: a push that the platform cuts into several frames arrives whole.
func TestLongConnectionLarge(t *testing.T) {
	r := overLongConn(t, setup{})
	p := r.hire()
	d, err := r.world.Feishu.SendText(r.ctx, p.OpenID, "帮助 "+strings.Repeat("说明", 30_000))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.world.Feishu.WaitDelivered(r.ctx, d.Delivery.EventID); err != nil || len(got.Attempts) != 1 {
		t.Errorf("%+v %v", got, err)
	}
}

// TestLongConnectionNotReady: until the first connection stands the program is alive, but not ready.
func TestLongConnectionNotReady(t *testing.T) {
	r := overLongConn(t, setup{before: func(w *sim.World, _ map[string]string) {
		w.Faults.Arm(wire.Fault{Upstream: "feishu", Operation: "ws.endpoint", Kind: wire.Error, Times: 3, Status: 500, Body: `{"code":1,"msg":"system busy"}`})
	}, unready: true})
	if body := r.get("/readyz"); !strings.Contains(body, "not_ready") {
		t.Errorf("ready without a connection: %s", body)
	}
	if body := r.get("/healthz"); !strings.Contains(body, "ok") {
		t.Errorf("not alive: %s", body)
	}
	r.until("readiness", func() bool { return strings.Contains(r.get("/readyz"), `"ready"`) })
	if n := r.calls("feishu", "ws.endpoint"); n != 4 {
		t.Errorf("asked %d times where to connect", n)
	}
}

// TestLongConnectionDrains: a push that is being worked on when the program is told to stop is stored and answered.
func TestLongConnectionDrains(t *testing.T) {
	r := overLongConn(t, setup{})
	p := r.hire()
	answered := make(chan feishu.Delivery, 1)
	for range 20 {
		go func() {
			if d, err := r.world.Feishu.SendText(r.ctx, p.OpenID, "帮助"); err == nil {
				answered <- d.Delivery
			} else {
				answered <- feishu.Delivery{}
			}
		}()
	}
	<-answered
	began := time.Now()
	r.stop()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the stop took %v", took)
	}
	if open, _ := r.world.Feishu.LongConnections(); open != 0 {
		r.until("the connection is gone", func() bool { open, _ := r.world.Feishu.LongConnections(); return open == 0 })
	}
	r.run()
	for range 19 {
		d := <-answered
		got, err := r.world.Feishu.WaitDelivered(r.ctx, d.EventID)
		if err != nil {
			raw, _ := json.Marshal(got)
			t.Errorf("lost: %s %v", raw, err)
		}
	}
}
