package e2e

import (
	"sync"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/wire"
)

// TestAHangingPlatform lets one platform after the other not answer, with more calls than its queue has workers.
// Meanwhile the steps of others that need another platform come to their end. No call ends before.
func TestAHangingPlatform(t *testing.T) {
	h := harness.Start(t, harness.Setup{CallTimeout: 10 * time.Minute})
	hr := h.Admin(0)
	all := h.HireAll(12) // the queues of SMS and of checks have eight workers, that of e签宝 has sixteen for two photos each
	crowd, reviewed := all[:10], all[10:]
	together := func(people []harness.Person, do func(harness.Person)) {
		var wg sync.WaitGroup
		for _, p := range people {
			wg.Go(func() { do(p) })
		}
		wg.Wait()
	}
	// hang lets an operation hang until release is called, and waits until workers calls of cause hang in it.
	hang := func(upstream, operation string, workers int, cause func()) (release func()) {
		const most = 1000
		end := make(chan bool)
		h.World.Faults.Arm(wire.Fault{
			Upstream:  upstream,
			Operation: operation,
			Kind:      wire.Delay,
			Until:     end,
			Times:     most,
		})
		cause()
		h.Until("all workers hang in "+operation, func() bool {
			left := h.World.Faults.List()
			return len(left) == 1 && left[0].Times <= most-workers
		})
		return func() {
			h.World.Faults.Clear()
			close(end)
		}
	}
	approve := func(p harness.Person) { hr.Decides(p, "approve", nil) }

	together(crowd, func(p harness.Person) { p.ToForm() })
	together(reviewed, func(p harness.Person) { p.ToReview() })
	newcomer := h.Hire()

	release := hang("tencent", "SendSms", 8, func() {
		together(crowd, func(p harness.Person) { p.Press("confirm") })
	})
	approve(reviewed[0])
	reviewed[0].CheckFiled()
	newcomer.ToForm()
	release()
	together(crowd, func(p harness.Person) { p.SentCode(0) })

	release = hang("tencent", "PhoneVerification", 8, func() {
		together(crowd, func(p harness.Person) { p.TypeCode() })
	})
	approve(reviewed[1])
	reviewed[1].CheckFiled()
	newcomer.Press("confirm")
	newcomer.SentCode(0)
	release()
	together(crowd, func(p harness.Person) { p.See(sim.StageReview) })

	release = hang("esign", "files.upload_url", 16, func() {
		for _, p := range crowd {
			approve(p)
		}
	})
	newcomer.TypeCode()
	newcomer.See(sim.StageReview)
	h.Hire().ToForm()
	release()
	together(crowd, func(p harness.Person) { p.CheckFiled() })
}
