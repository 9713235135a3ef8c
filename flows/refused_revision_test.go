package flows

import "testing"

// TestRefusedRevisionIsLeft: a case of revision 2024 whose identity is not written goes on under 2025-10 only when
// e签宝 has refused the older revision to the case ahead and the operator has set up the newer one.
func TestRefusedRevisionIsLeft(t *testing.T) {
	ahead := func(s State, code StopCode) *Case {
		c := SampleCase(s)
		c.ID, c.Lead = "other", LeadRefused
		c.Attention = stopped(StepEvidence, code, "evidence/x")
		c.Attention.Return = Filing
		if s.Terminal() {
			c.Resolution = &Resolution{Attention: *c.Attention, Kind: ResolutionClosed, At: SampleTime}
			c.Attention = nil
		}
		return c
	}
	newer := ahead(NeedsAttention, StopEvidenceReading)
	newer.Revision = Revision202510
	for _, tt := range []struct {
		name   string
		change func(*Case)
		ahead  *Case
		policy func(*Policy)
		leaves bool
	}{
		{name: "refused", ahead: ahead(NeedsAttention, StopEvidenceField), leaves: true},
		{name: "refused and closed", ahead: ahead(Rejected, StopEvidenceField), leaves: true},
		{name: "its own identity was refused", ahead: ahead(NeedsAttention, StopEvidenceField), leaves: true,
			change: func(c *Case) { c.Identity = &Write{State: WriteRefused, Attempt: 1} }},
		{name: "nobody is ahead"},
		{name: "the quota is used up", ahead: ahead(NeedsAttention, "quota")},
		{name: "the newer one is refused", ahead: newer},
		{name: "2024 is set", ahead: ahead(NeedsAttention, StopEvidenceField),
			policy: withPage(func(p *Policy) { p.Revision = Revision2024 })},
		{name: "no page", ahead: ahead(NeedsAttention, StopEvidenceField),
			policy: withPage(func(p *Policy) { p.Page = nil })},
		{name: "no evidence", ahead: ahead(NeedsAttention, StopEvidenceField),
			change: func(c *Case) { c.Method = MethodNone }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(Recording)
			c.Identity = nil
			if tt.change != nil {
				tt.change(c)
			}
			policy := tt.policy
			if policy == nil {
				policy = withPage()
			}
			d := decide(t, c, Event{Kind: IdentityStarted, Job: "j", Ahead: tt.ahead}, policy)
			if !tt.leaves {
				if d.wantStay(); d.Case.EvidenceRevision() != Revision2024 {
					t.Errorf("got revision %s, want 2024", d.Case.Revision)
				}
				return
			}
			d.wantState(AwaitingConsent).wantDetail("revision", string(Revision202510))
			if d.Case.Revision != Revision202510 || d.Case.AfterConsent != Recording || d.Case.Review == nil {
				t.Errorf("got %+v, want the agreements to be read and HR's decision kept", d.Case)
			}
		})
	}
	t.Run("stopped", func(t *testing.T) {
		c := suspendedCase(Recording, stopped(StepIdentity, "permission", "identity/x"))
		c.Identity = &Write{State: WriteRefused, Attempt: 1}
		decide(t, c, Event{Kind: IdentityStarted, Job: "j", Ahead: ahead(NeedsAttention, StopEvidenceField)}, withPage()).
			wantState(AwaitingConsent)
	})
}
