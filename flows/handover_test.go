package flows

import (
	"slices"
	"testing"
	"time"
)

// filed returns a case whose evidence is being filed, and a policy by which something follows.
func filed(t *testing.T, change ...func(*Policy)) (*Policy, Change) {
	t.Helper()
	p := SamplePolicy()
	p.HandsOver, p.SigningAccounts = true, true
	for _, f := range change {
		f(p)
	}
	c := SampleCase(Filing)
	c.Evidence = &Write{State: WriteStarted, Attempt: 1, Started: SampleTime}
	c.Consent.Recipients = []string{"feishu", RecipientSDK}
	ch := Decide(p, c, Event{Kind: EvidenceFiled, At: SampleTime, Role: Bot, ID: "P1"})
	if ch.Case == nil || ch.Case.State != Done {
		t.Fatalf("got %+v, want the case done", ch)
	}
	return p, ch
}

func kindsOf(jobs []Job) (kinds []JobKind) {
	for _, j := range jobs {
		kinds = append(kinds, j.Kind)
	}
	return kinds
}

// TestFollowUpsBegin: what follows is queued with the end of the case, and only what the settings and the consent name.
func TestFollowUpsBegin(t *testing.T) {
	for name, row := range map[string]struct {
		change   func(*Policy)
		handover bool
		account  bool
	}{
		"both":    {func(*Policy) {}, true, true},
		"neither": {func(p *Policy) { p.HandsOver, p.SigningAccounts = false, false }, false, false},
		"account": {func(p *Policy) { p.HandsOver = false }, false, true},
	} {
		_, ch := filed(t, row.change)
		if got := slices.Contains(kindsOf(ch.Jobs), JobHandOver); got != row.handover || got != (ch.Case.Handover != nil) {
			t.Errorf("%s: got a notification: %t, want %t", name, got, row.handover)
		}
		if got := slices.Contains(kindsOf(ch.Jobs), JobAccount); got != row.account || got != (ch.Case.Account != nil) {
			t.Errorf("%s: got an account: %t, want %t", name, got, row.account)
		}
	}
	p := SamplePolicy()
	p.HandsOver, p.SigningAccounts, p.Method = true, true, MethodNone
	c := SampleCase(Recording)
	c.Method, c.Evidence, c.Identity = MethodNone, nil, &Write{State: WriteStarted}
	ch := Decide(p, c, Event{Kind: IdentityRecorded, At: SampleTime, Role: Bot, ID: "u"})
	if ch.Case == nil || ch.Case.State != Done || ch.Case.Handover != nil || ch.Case.Account != nil {
		t.Errorf("without evidence: got %+v, want nothing to follow", ch)
	}
}

// TestNoAccountWithoutItsConsent: somebody whose consent did not name the signing service gets no account.
func TestNoAccountWithoutItsConsent(t *testing.T) {
	p := SamplePolicy()
	p.SigningAccounts = true
	c := SampleCase(Filing)
	c.Evidence = &Write{State: WriteStarted}
	for _, recipients := range [][]string{nil, {"feishu", "esign"}} {
		c.Consent.Recipients = recipients
		ch := Decide(p, c, Event{Kind: EvidenceFiled, At: SampleTime, Role: Bot, ID: "P1"})
		if slices.Contains(kindsOf(ch.Jobs), JobAccount) || ch.Case.Account.Stop == nil ||
			ch.Case.Account.Stop.Code != StopAccountUnnamed || ch.Stopped != "" {
			t.Errorf("%v: got %+v, want no account", recipients, ch.Case.Account)
		}
	}
}

// TestHandoverSchedule walks through all attempts.
func TestHandoverSchedule(t *testing.T) {
	p, ch := filed(t)
	c, at := ch.Case, SampleTime
	var pauses []time.Duration
	for c.Handover.State == HandoverWaiting {
		if at.Before(c.Handover.NextAt) {
			at = c.Handover.NextAt
		}
		ch = Decide(p, c, Event{Kind: HandoverFailed, At: at, Role: Bot, Refusal: "500"})
		if c = ch.Case; c.Handover.State == HandoverWaiting {
			pauses = append(pauses, c.Handover.NextAt.Sub(at))
		}
	}
	want := handoverDelays[1:]
	if !slices.Equal(pauses, want) {
		t.Errorf("got the pauses %v, want %v", pauses, want)
	}
	if ch.Stopped != FollowUpHandover || c.Handover.Attempts != 10 || at.Sub(SampleTime) != handoverFor || ch.Silent {
		t.Errorf("got %+v after %v, want it given up in an audit row after all attempts", c.Handover, at.Sub(SampleTime))
	}
	if again := Decide(p, c, Event{Kind: HandedOver, At: at, Role: Bot}); again.Case != nil {
		t.Error("a notification that was given up was taken without a replay")
	}
	ch = Decide(p, c, Event{Kind: Replayed, At: at, Role: Bot})
	if h := ch.Case.Handover; h.State != HandoverWaiting || h.Attempts != 0 || !h.NextAt.Equal(at) {
		t.Errorf("got %+v after a replay, want all attempts again", h)
	}
}

// TestHandoverAfterOthers: one that waited behind others for days still has an attempt, and one more at most.
func TestHandoverAfterOthers(t *testing.T) {
	p, ch := filed(t)
	at := SampleTime.Add(handoverFor - time.Minute)
	ch = Decide(p, ch.Case, Event{Kind: HandoverFailed, At: at, Role: Bot, Refusal: "500"})
	if h := ch.Case.Handover; h.State != HandoverWaiting || h.NextAt.Sub(at) > time.Minute {
		t.Errorf("got %+v, want another attempt within the time", h)
	}
	ch = Decide(p, ch.Case, Event{Kind: HandoverFailed, At: SampleTime.Add(handoverFor), Role: Bot, Refusal: "500"})
	if ch.Case.Handover.State != HandoverStopped {
		t.Errorf("got %+v, want it given up", ch.Case.Handover)
	}
}

// TestHandoverRetryAfter: a longer pause of the receiver counts, a shorter one does not.
func TestHandoverRetryAfter(t *testing.T) {
	for after, want := range map[time.Duration]time.Duration{
		0: 5 * time.Second, time.Second: 5 * time.Second, time.Hour: time.Hour,
	} {
		p, ch := filed(t)
		ch = Decide(p, ch.Case, Event{Kind: HandoverFailed, At: SampleTime, Role: Bot, Refusal: "503", After: after})
		if got := ch.Case.Handover.NextAt.Sub(SampleTime); got != want {
			t.Errorf("%v: got a pause of %v, want %v", after, got, want)
		}
	}
	p, ch := filed(t)
	ch = Decide(p, ch.Case, Event{Kind: HandoverFailed, At: SampleTime, Role: Bot, Refusal: "410", Final: true})
	if ch.Case.Handover.State != HandoverStopped || ch.Stopped != FollowUpHandover {
		t.Errorf("got %+v after 410, want it given up", ch.Case.Handover)
	}
}

// TestReplayOfAnUnknownAccount: the operator has looked, and the next attempt may begin.
func TestReplayOfAnUnknownAccount(t *testing.T) {
	p, ch := filed(t)
	for _, e := range []Event{
		{Kind: AccountStarted, Job: "j"},
		{Kind: AccountUnknown},
		{Kind: AccountStopped, Stop: &Attention{Code: StopUnknownOutcome}},
	} {
		e.At, e.Role = SampleTime, Bot
		if ch = Decide(p, ch.Case, e); ch.Case == nil {
			t.Fatalf("%s was refused: %s", e.Kind, ch.Rule)
		}
	}
	if ch.Stopped != FollowUpAccount || ch.Case.Account.Write.State != WriteUnknown {
		t.Errorf("got %+v, want an unknown account that stopped", ch.Case.Account)
	}
	ch = Decide(p, ch.Case, Event{Kind: Replayed, At: SampleTime, Role: Bot})
	a := ch.Case.Account
	if a.Stop != nil || a.Write.State != WriteRefused || !slices.Contains(kindsOf(ch.Jobs), JobAccount) {
		t.Errorf("got %+v, want another attempt", a)
	}
}
