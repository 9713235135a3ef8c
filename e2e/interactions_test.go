package e2e

import (
	"context"
	"slices"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
)

// TestInteractions checks what a person does who makes no mistake: the photos, the agreement page, one press on the form,
// the code. Each tap more is one for every employee.
func TestInteractions(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	enterChat(p)
	p.WaitForCard("你好，我是实名助手")
	ctx, submitted := context.WithCancel(h.Ctx)
	defer submitted()
	reached := false
	script := sim.Script{PhotosFirst: true, CodeInChat: true, SMSPatience: time.Minute}
	_, err := p.Register(ctx, script, func(now sim.Progress) {
		if now.Stage == sim.StageReview {
			reached = true
			submitted()
		}
	})
	if !reached {
		t.Fatalf("got %v, want a submitted registration", err)
	}
	var did []string
	for _, one := range h.World.Interactions(p.OpenID) {
		did = append(did, string(one.Kind)+" "+one.What)
	}
	want := []string{"photo ", "photo ", "tap link", "tap read-1", "tap submit", "tap confirm", "message "}
	if !slices.Equal(did, want) {
		t.Errorf("got %q, want %q", did, want)
	}
}
