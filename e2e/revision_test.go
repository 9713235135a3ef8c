package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

// TestRevisionThatDiffers: the configured revision is not the one that e签宝 takes. One identity is written, HR learns
// what is wrong, and after the operator has set the right revision those who waited are filed under it.
func TestRevisionThatDiffers(t *testing.T) {
	t.Run("2025-10 where 2024 is taken", func(t *testing.T) {
		h, first, second := otherRevision(t, "2024", "2025-10")
		setRevision(h, "2024")
		h.Advance(flows.ProbeEvery)
		first.CheckFiled()
		h.InState(second.OpenID, flows.NeedsAttention) // it keeps its revision until e签宝 has refused it
		waitIdle(h)
		h.Advance(flows.ProbeEvery)
		for _, p := range []harness.Person{first, second} {
			p.CheckFiled()
			if c := h.CaseOf(p.OpenID); c.EvidenceRevision() != flows.Revision2024 || c.Reading == nil {
				t.Errorf("got revision %s, want 2024 with the reading on record", c.Revision)
			}
		}
	})
	t.Run("2024 where 2025-10 is taken", func(t *testing.T) {
		h, first, second := otherRevision(t, "2025-10", "2024", "certAgreementRead")
		setRevision(h, "2025-10")
		h.Advance(flows.ProbeEvery)
		second.See(sim.StageConsent, "协议有变化")
		second.Consent()
		second.CheckFiled()
		if c := h.CaseOf(second.OpenID); c.Revision != flows.Revision202510 || c.Reading == nil ||
			c.Review.What != flows.ReviewApproved {
			t.Errorf("got revision %s and the reading %+v, want 2025-10 and HR's decision kept", c.Revision, c.Reading)
		}
		h.Admin(0).Decides(first, "close", nil)
		first.Say("实名")
		first.See(sim.StageConsent)
		first.Consent()
		first.See(sim.StagePhotos)
	})
}

// otherRevision has two people approved where e签宝 takes another revision than the configured one, and checks that one
// identity is written, and that HR's card names the setting and has the words.
func otherRevision(
	t *testing.T, taken, configured string, words ...string,
) (h *harness.Harness, first, second harness.Person) {
	h = harness.Start(t, harness.Setup{
		World:    sim.Config{EsignRevision: taken},
		Settings: map[string]string{"esign.evidence_revision": configured},
	})
	first, second = h.Hire(), h.Hire()
	for _, p := range []harness.Person{first, second} {
		p.ToReview()
	}
	h.Admin(0).Decides(first, "approve", nil)
	h.InState(first.OpenID, flows.NeedsAttention)
	h.Admin(0).Sees(h.World.ReviewChat(), first, "retry", append(words, "esign.evidence_revision")...)
	h.Admin(0).Decides(second, "approve", nil)
	h.Until("the second waits", func() bool { return h.CaseOf(second.OpenID).Hold != nil })
	if n, points := h.CountCalls("feishu", "identities.create"), len(h.World.ESign.Points()); n != 1 || points != 0 {
		t.Errorf("got %d identities and %d points, want 1 and none", n, points)
	}
	waitIdle(h) // the next attempts are planned
	return h, first, second
}

// setRevision restarts the bot with another revision.
func setRevision(h *harness.Harness, revision string) {
	h.StopBot()
	h.Values["esign.evidence_revision"] = revision
	h.StartBot()
}
