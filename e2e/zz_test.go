package e2e
import ("testing";"time")
func TestZZ(t *testing.T) {
	c := startCampaigns(t, withCampaigns(t, "campaign.joiners", "auto"))
	h := c.Harness
	p := h.Hire()
	waitIdle(h)
	h.Advance(13*time.Hour + 50*time.Minute)
	joins(h, p)
	time.Sleep(time.Second)
	restartBot(h)
	time.Sleep(3*time.Second)
	pending, _ := h.App.Store().PendingJobs(h.Ctx)
	u, _, _ := h.App.Store().PushesNow(h.Ctx)
	s := h.Logs.String()
	t.Logf("pending %v undecided %d employment %+v\n%s", pending, u, employmentOf(h, p.OpenID), s[max(0,len(s)-5000):])
}
