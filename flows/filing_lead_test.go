package flows

import (
	"testing"

	"shiming/cards"
)

// TestWhoGoesAhead: until a filing has succeeded, one identity is written and the others wait.
func TestWhoGoesAhead(t *testing.T) {
	other := func(s State, change ...func(*Case)) *Case {
		c := SampleCase(s)
		c.ID, c.Lead = "other", LeadFirst
		for _, f := range change {
			f(c)
		}
		return c
	}
	stop := func(step Step, incident string) func(*Case) {
		return func(c *Case) {
			c.State, c.Attention = NeedsAttention, stopped(step, "quota", incident)
			c.Attention.Return = Filing
		}
	}
	unknown := func(step Step) func(*Case) {
		return func(c *Case) { stop(step, "")(c); c.Attention.Code = StopUnknownOutcome }
	}
	refusing := func(c *Case) { stop(StepEvidence, "x")(c); c.Lead = LeadRefused }
	for _, tt := range []struct {
		name   string
		proven bool
		ahead  *Case
		held   LeadReason // "" if the identity is written
		lead   LeadReason // with which the case goes ahead
	}{
		{name: "a filing has succeeded", proven: true},
		{name: "nobody yet", lead: LeadFirst},
		{name: "one writes its identity", ahead: other(Recording), held: LeadFirst},
		{name: "one files its evidence", ahead: other(Filing), held: LeadFirst},
		{name: "e签宝 refuses", ahead: other(Filing, refusing), held: LeadRefused},
		{name: "e签宝 refuses new uploads", ahead: other(Filing, stop(StepUpload, "x")), held: LeadFirst},
		{name: "stopped by Feishu", ahead: other(Recording, stop(StepIdentity, "x")), lead: LeadFirst},
		{name: "stopped by its own photo", ahead: other(Filing, stop(StepUpload, "")), lead: LeadFirst},
		{name: "its filing may have succeeded", ahead: other(Filing, unknown(StepEvidence)), held: LeadFirst},
		{name: "its identity may be written", ahead: other(Recording, unknown(StepIdentity)), lead: LeadFirst},
		{name: "stopped by its own evidence", ahead: other(Filing, stop(StepEvidence, "")), lead: LeadFirst},
		{name: "closed", ahead: other(Rejected), lead: LeadFirst},
		{name: "closed after a refusal", ahead: other(Rejected, func(c *Case) { c.Lead = LeadRefused }), lead: LeadRefused},
		{name: "sent back", ahead: other(AwaitingConfirmation), lead: LeadFirst},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(Recording)
			c.Identity = nil
			d := decide(t, c, Event{Kind: IdentityStarted, Job: "j", Proven: tt.proven, Ahead: tt.ahead}).wantStay()
			held := d.Case.Hold != nil
			if held != (tt.held != "") || held == (d.Case.Identity != nil) {
				t.Fatalf("got hold %+v, identity %+v, want held: %t", d.Case.Hold, d.Case.Identity, tt.held != "")
			}
			if d.Case.Lead != tt.lead || d.TakesLead != (tt.lead != "") {
				t.Errorf("got lead %q (%t), want %q", d.Case.Lead, d.TakesLead, tt.lead)
			}
			if held && (d.Case.Hold.Why != tt.held || d.Case.Hold.Behind != "other" || d.Case.Hold.Job != "j" || !d.Silent) {
				t.Errorf("got hold %+v (silent %t), want %s behind other", d.Case.Hold, d.Silent, tt.held)
			}
			order, line := HRCard(d.Case, sampleView()).(cards.Review).Decision.Order, string(tt.held)
			want := string(tt.lead)
			if held {
				want = "held_" + string(tt.held)
			}
			if mine := ApplicantCard(d.Case, sampleView()).(cards.Progress).Held; order != want || mine != line {
				t.Errorf("got HR's line %q and the applicant's %q, want %q and %q", order, mine, want, line)
			}
		})
	}

	t.Run("again", func(t *testing.T) {
		c := SampleCase(Recording)
		c.Identity = nil
		d := decide(t, c, Event{Kind: IdentityStarted, Job: "j", Ahead: other(Filing)})
		decide(t, d.Case, Event{Kind: IdentityStarted, Job: "j", Ahead: other(Filing)}).
			wantRefused("waits behind another case", "")
		d = decide(t, d.Case, Event{Kind: IdentityStarted, Job: "k", Ahead: other(Filing, refusing)}).wantStay()
		if h := d.Case.Hold; h.Why != LeadRefused || h.Job != "j" {
			t.Errorf("got %+v, want the new reason and the job that waits", h)
		}
		d = decide(t, d.Case, Event{Kind: IdentityStarted, Job: "k", Proven: true}).wantStay().
			wantDetail("held_behind", "other", "held_since", "2026-06-01T12:00:00.000+08:00")
		if d.Case.Hold != nil || d.Case.Identity.State != WriteStarted || d.Silent {
			t.Errorf("got %+v, want the intent", d.Case)
		}
	})
	t.Run("the one that goes ahead", func(t *testing.T) {
		c := SampleCase(Recording)
		c.Identity, c.Lead = nil, LeadRefused
		d := decide(t, c, Event{Kind: IdentityStarted, Job: "j", Ahead: c}).wantStay()
		if d.Case.Hold != nil || d.Case.Lead != LeadRefused || d.TakesLead {
			t.Errorf("got %+v, want it to go on", d.Case)
		}
	})
	t.Run("no evidence", func(t *testing.T) {
		c := SampleCase(Recording)
		c.Identity, c.Method, c.Uploads = nil, MethodNone, nil
		d := decide(t, c, Event{Kind: IdentityStarted, Job: "j", Ahead: other(Filing)}).wantStay()
		if d.Case.Identity == nil || d.TakesLead {
			t.Errorf("got %+v, want the identity at once", d.Case)
		}
	})
}

// TestRefusedFilingTakesTheLead: after a refusal for the set-up the refused case goes ahead, until a filing succeeds.
func TestRefusedFilingTakesTheLead(t *testing.T) {
	d := decide(t, SampleCase(Filing), Event{Kind: StepStopped, Stop: stopped(StepEvidence, "quota", "evidence/quota/1")}).
		wantState(NeedsAttention)
	if d.Case.Lead != LeadRefused || !d.TakesLead {
		t.Errorf("got lead %q, want %q", d.Case.Lead, LeadRefused)
	}
	if card := HRCard(d.Case, sampleView()).(cards.Attention); !card.Holds {
		t.Error("HR's card does not say that the others wait")
	}
	d = decide(t, d.Case, Event{Kind: EvidenceStarted, Job: "j"}).wantStay()
	d = decide(t, d.Case, Event{Kind: EvidenceFiled, ID: "P1"}).wantState(Done)
	if d.Case.Lead != "" || !d.Proven {
		t.Errorf("got lead %q, proven %t, want neither to wait", d.Case.Lead, d.Proven)
	}
	// A stop of the case itself takes no lead, and holds nobody.
	d = decide(t, SampleCase(Filing), Event{Kind: StepStopped, Stop: stopped(StepEvidence, "refused", "")})
	if d.TakesLead || d.Case.HoldsOthers() {
		t.Error("a refusal of one person's evidence holds the others")
	}
	// Nor does an unknown outcome take the lead once a filing has succeeded. The first filing keeps it.
	first := SampleCase(Filing)
	first.Lead = LeadFirst
	for _, c := range []*Case{SampleCase(Filing), first} {
		d = decide(t, c, Event{Kind: StepStopped, Stop: stopped(StepEvidence, StopUnknownOutcome, "")})
		card := HRCard(d.Case, sampleView()).(cards.Attention)
		if d.TakesLead || d.Case.Lead != c.Lead || card.Holds != (c.Lead != "") {
			t.Errorf("lead %q: got %q, holds %t, want HR's card to tell of the first only", c.Lead, d.Case.Lead, card.Holds)
		}
	}
}
