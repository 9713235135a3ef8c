package e2e

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// hold makes Feishu keep back the event of what do does, until Release.
func hold(h *harness.Harness, do func()) {
	h.Helper()
	h.World.Feishu.Set(func(k *feishu.Behaviour) { k.Reorder = 2 })
	do()
	h.World.Feishu.Set(func(k *feishu.Behaviour) { k.Reorder = 0 })
}

// TestLateEvents: what was sent an hour ago, and is delivered now, changes nothing that is newer, and the sender is told.
func TestLateEvents(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.Say("实名")
	p.See(sim.StageConsent)
	said := h.World.Now().In(flows.ChinaTime).Format("15:04")
	hold(h, func() { p.Say("取消") })
	p.ToForm()
	h.Advance(time.Hour)
	h.World.Feishu.Release(h.Ctx)
	h.Find(p.ChatID, "the answer to the late word", func(s harness.CardView) bool {
		return s.Says(said) && s.Says("现在才收到") && s.Says("没有处理")
	})
	h.InState(p.OpenID, flows.AwaitingConfirmation)
}

// TestOlderEventFirst: an event that a process acknowledged and did not live to decide on is decided on before a newer
// one of its chat.
func TestOlderEventFirst(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToPhotos()
	first := h.CaseOf(p.OpenID)
	now := strconv.FormatInt(h.World.Now().UnixMilli(), 10)
	cancel := fmt.Sprintf(`{"schema":"2.0","header":{"event_id":"ev_left","event_type":"im.message.receive_v1",`+
		`"create_time":%q,"tenant_key":%q},"event":{"sender":{"sender_id":{"open_id":%q},"sender_type":"user"},`+
		`"message":{"message_id":"om_left","create_time":%q,"chat_id":%q,"chat_type":"p2p","message_type":"text",`+
		`"content":"{\"text\":\"取消\"}"}}}`, now, harness.Tenant, p.OpenID, now, p.ChatID)
	if _, err := h.App.Store().SavePush(h.Ctx, p.ChatID, []byte(cancel)); err != nil {
		t.Fatal(err)
	}
	p.Say("实名")
	h.Until("a second case is open", func() bool {
		c := h.CaseOf(p.OpenID)
		return c != nil && c.ID != first.ID && c.State == flows.AwaitingConsent
	})
	h.ReadStore(func(v flows.View) error {
		c, err := v.Case(h.Ctx, first.ID)
		if err == nil && c.State != flows.Withdrawn {
			t.Errorf("the first case is in %s, want %s", c.State, flows.Withdrawn)
		}
		return err
	})
}
