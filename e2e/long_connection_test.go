package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/playground/scrape"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// overLongConn starts a harness whose bot uses the long connection and has no webhook keys.
func overLongConn(t *testing.T, s harness.Setup) *harness.Harness {
	t.Helper()
	s.Settings = map[string]string{"feishu.transport": "websocket", "feishu.encrypt_key": "",
		"feishu.verification_token": ""}
	return harness.Start(t, s)
}

// TestLongConnection registers a person over a connection that breaks twice.
func TestLongConnection(t *testing.T) {
	h := overLongConn(t, harness.Setup{})
	p, hr := h.Hire(), h.Admin(0)
	p.ToReview()
	_, before := h.World.Feishu.LongConnections()
	h.World.Feishu.DropLongConnections()
	h.Until("the bot connects again", func() bool {
		open, made := h.World.Feishu.LongConnections()
		return open == 1 && made > before
	})
	if toast := hr.Decides(p, "approve", nil); toast != "已通过" {
		t.Errorf("toast %q, want %q", toast, "已通过")
	}
	h.World.Feishu.DropLongConnections()
	p.CheckFiled()
	h.InState(p.OpenID, flows.Done)
	if got := len(h.World.ESign.Points()); got != 1 {
		t.Errorf("%d evidence points, want 1", got)
	}
	samples, err := scrape.Read(h.Ctx, h.App.URL())
	if err != nil || samples.Sum("shiming_long_connection_lost_total") == 0 {
		t.Errorf("got %v or no counted reconnection, want one", err)
	}
	resp, err := http.Post(h.App.URL()+"/webhook/event", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("the webhook is open: %d, want %v", resp.StatusCode, http.StatusNotFound)
	}
}

func getPage(h *harness.Harness, path string) string {
	h.Helper()
	resp, err := http.Get(h.App.URL() + path)
	if err != nil {
		h.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.Fatal(err)
	}
	return string(body)
}

// TestLongConnectionRepeats checks that a push that was stored but not acknowledged, because the connection broke, is
// repeated and has no second effect.
func TestLongConnectionRepeats(t *testing.T) {
	h := overLongConn(t, harness.Setup{})
	p := h.Hire()
	sent, err := h.World.Feishu.SendText(h.Ctx, p.OpenID, "帮助")
	if err != nil {
		t.Fatal(err)
	}
	helps := func() (n int) {
		for _, m := range h.World.Feishu.Messages(p.ChatID) {
			if m.FromBot {
				n++
			}
		}
		return n
	}
	h.Until("an answer", func() bool { return helps() == 1 })
	for range 3 {
		if d, err := h.World.Feishu.Redeliver(h.Ctx, sent.Delivery.EventID); err != nil || !d.Delivered {
			t.Fatalf("got %+v and %v, want the push acknowledged again", d, err)
		}
	}
	if _, err := h.World.Feishu.SendText(h.Ctx, p.OpenID, "进度"); err != nil {
		t.Fatal(err)
	}
	h.Until("the next answer", func() bool { return helps() >= 2 })
	if n := helps(); n != 2 {
		t.Errorf("%d answers to two messages, want 2", n)
	}
}

// TestLongConnectionLarge checks that a push in several frames is reassembled.
func TestLongConnectionLarge(t *testing.T) {
	h := overLongConn(t, harness.Setup{})
	p := h.Hire()
	d, err := h.World.Feishu.SendText(h.Ctx, p.OpenID, "帮助 "+strings.Repeat("说明", 30_000))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.World.Feishu.WaitDelivered(h.Ctx, d.Delivery.EventID); err != nil || len(got.Attempts) != 1 {
		t.Errorf("got %+v and %v, want one attempt", got, err)
	}
}

// TestLongConnectionNotReady checks that the program is alive but not ready until its first connection.
func TestLongConnectionNotReady(t *testing.T) {
	h := overLongConn(t, harness.Setup{Before: func(w *sim.World, _ map[string]string) {
		w.Faults.Arm(wire.Fault{
			Upstream:  "feishu",
			Operation: "ws.endpoint",
			Kind:      wire.Error,
			Times:     3,
			Status:    500,
			Body:      `{"code":1,"msg":"system busy"}`,
		})
	}, SkipReady: true})
	if body := getPage(h, "/readyz"); !strings.Contains(body, "not_ready") {
		t.Errorf("ready without a connection: %s, want %q in it", body, "not_ready")
	}
	if body := getPage(h, "/healthz"); !strings.Contains(body, "ok") {
		t.Errorf("/healthz: got %s, want ok", body)
	}
	h.Until("readiness", func() bool { return strings.Contains(getPage(h, "/readyz"), `"ready"`) })
	if n := h.CountCalls("feishu", "ws.endpoint"); n != 4 {
		t.Errorf("asked %d times where to connect, want 4", n)
	}
}

// TestLongConnectionDrains checks that a push that is being handled at a stop is stored and acknowledged.
func TestLongConnectionDrains(t *testing.T) {
	h := overLongConn(t, harness.Setup{})
	p := h.Hire()
	answered := make(chan feishu.Delivery, 1)
	for range 20 {
		go func() {
			if d, err := h.World.Feishu.SendText(h.Ctx, p.OpenID, "帮助"); err == nil {
				answered <- d.Delivery
			} else {
				answered <- feishu.Delivery{}
			}
		}()
	}
	<-answered
	h.StopBot()
	if strings.Contains(h.Logs.String(), "some jobs did not end in time") {
		t.Error("got a stop before the open push ended, want it to wait")
	}
	if open, _ := h.World.Feishu.LongConnections(); open != 0 {
		h.Until("the connection is gone", func() bool {
			open, _ := h.World.Feishu.LongConnections()
			return open == 0
		})
	}
	h.StartBot()
	for range 19 {
		d := <-answered
		got, err := h.World.Feishu.WaitDelivered(h.Ctx, d.EventID)
		if err != nil {
			raw, _ := json.Marshal(got)
			t.Errorf("got %s and %v, want the push delivered", raw, err)
		}
	}
}
