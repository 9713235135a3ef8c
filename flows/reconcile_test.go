package flows

import (
	"slices"
	"testing"
	"time"

	"shiming/cards"
)

func TestDifferences(t *testing.T) {
	unknown := func(back State, step Step) *Case { return suspendedCase(back, stopped(step, "unknown_outcome", "")) }
	idle := func(s State, age time.Duration) *Case {
		c := SampleCase(s)
		c.EnteredAt = SampleTime.Add(-age)
		return c
	}
	for name, tt := range map[string]struct {
		c    *Case
		s    Surroundings
		want []DiffKind
	}{
		"all well": {SampleDoneCase(), Surroundings{}, nil},
		"by hand": {SampleDoneCase(func(c *Case) {
			c.Identity = &Write{State: WriteDone, By: "ou_hr1"}
		}), Surroundings{}, nil},
		"without method": {SampleDoneCase(func(c *Case) {
			c.Method, c.Evidence = MethodNone, nil
		}), Surroundings{}, nil},
		"no evidence": {SampleDoneCase(func(c *Case) {
			c.Evidence = nil
		}), Surroundings{}, []DiffKind{DiffEvidenceMissing}},
		"evidence without id": {SampleDoneCase(func(c *Case) {
			c.Evidence.ID = ""
		}), Surroundings{}, []DiffKind{DiffEvidenceMissing}},
		"evidence never answered": {SampleDoneCase(func(c *Case) {
			c.Evidence.State = WriteStarted
		}), Surroundings{}, []DiffKind{DiffEvidenceMissing}},
		"no identity": {SampleDoneCase(func(c *Case) {
			c.Identity = nil
		}), Surroundings{}, []DiffKind{DiffIdentityMissing}},
		"unknown evidence": {unknown(Filing, "evidence"), Surroundings{}, []DiffKind{DiffEvidenceUnknown}},
		"unknown identity": {unknown(Recording, "identity"), Surroundings{}, []DiffKind{DiffIdentityUnknown}},
		"known trouble":    {suspendedCase(Filing, stopped("evidence", "quota", "x")), Surroundings{}, nil},
		"idle check":       {idle(Checking, time.Hour), Surroundings{}, []DiffKind{DiffStalled}},
		"idle recording":   {idle(Recording, stalledAfter), Surroundings{}, []DiffKind{DiffStalled}},
		"idle filing":      {idle(Filing, time.Hour), Surroundings{}, []DiffKind{DiffStalled}},
		"just begun":       {idle(Filing, stalledAfter-time.Second), Surroundings{}, nil},
		"at work":          {idle(Filing, 99*time.Hour), Surroundings{Working: true}, nil},
		"applicant's turn": {idle(AwaitingPhotos, 99*time.Hour), Surroundings{}, nil},
		"everything around a case": {SampleDoneCase(), Surroundings{PhotoLost: true, PersonGone: true, ChainBroken: true},
			[]DiffKind{DiffPhotoLost, DiffPersonGone, DiffChain}},
		"rejected, with its photos": {SampleCase(Rejected), Surroundings{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []DiffKind
			for _, d := range Differences(tt.c, tt.s, SampleTime) {
				got = append(got, d.Kind)
				if d.Case != tt.c.ID || d.Since.IsZero() || d.Ended != tt.c.State.Terminal() || !StillHolds(tt.c, d) {
					t.Errorf("%s: got %+v, want case, time and end of the case, and that it still holds", name, d)
				}
				if !cards.HasText("diff."+string(d.Kind)) || !cards.HasText("diff_do."+string(d.Kind)) ||
					!slices.Contains(DiffKinds, d.Kind) {
					t.Errorf("%s: got no texts, want diff and diff_do, and a place in DiffKinds", d.Kind)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: %v, want %v", name, got, tt.want)
			}
		})
	}
}

func TestStillHolds(t *testing.T) {
	standing := SampleCase(Filing)
	moved := SampleCase(Filing)
	moved.EnteredAt = SampleTime
	for name, tt := range map[string]struct {
		c    *Case
		kind DiffKind
		want bool
	}{
		"resolved": {SampleDoneCase(), DiffEvidenceUnknown, false},
		"another write now": {suspendedCase(Recording, stopped("identity", "unknown_outcome", "")), DiffEvidenceUnknown,
			false},
		"still standing":            {standing, DiffStalled, true},
		"moved and back":            {moved, DiffStalled, false},
		"woken":                     {suspendedCase(Filing, stopped("evidence", "stalled", "")), DiffStalled, true},
		"woken with a write begun":  {suspendedCase(Filing, stopped("evidence", "unknown_outcome", "")), DiffStalled, true},
		"stopped for its own cause": {suspendedCase(Filing, stopped("evidence", "quota", "")), DiffStalled, false},
		"gone and rejected":         {SampleCase(Rejected), DiffPersonGone, false},
		"gone and open":             {SampleCase(AwaitingReview), DiffPersonGone, true},
		"photo and withdrawn":       {SampleCase(Withdrawn), DiffPhotoLost, false},
		"photo and done":            {SampleDoneCase(), DiffPhotoLost, true},
		"chain":                     {SampleCase(Expired), DiffChain, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := StillHolds(tt.c, Difference{Kind: tt.kind, Case: tt.c.ID, Since: standing.EnteredAt}); got != tt.want {
				t.Errorf("%s: holds %v, want %v", name, got, tt.want)
			}
		})
	}
}

// TestProbeStalled checks the stop of a stalled case and that HR's retry queues the missing jobs.
func TestProbeStalled(t *testing.T) {
	for name, tt := range map[string]struct {
		state  State
		change func(*Case)
		step   Step
		code   StopCode
		jobs   []JobKind // of HR's retry
	}{
		"check": {Checking, func(c *Case) {}, "check", "stalled", []JobKind{JobCheck}},
		"identity": {Recording, func(c *Case) {
			c.Identity = nil
		}, "identity", "stalled", []JobKind{JobIdentity}},
		"identity begun": {Recording, func(c *Case) {}, "identity", "unknown_outcome",
			[]JobKind{JobIdentity}},
		"upload before the identity": {Recording, func(c *Case) {
			c.Uploads, c.Identity = map[string]string{"front": "f1"}, nil
		}, "upload", "stalled", []JobKind{JobUpload}},
		"upload": {Filing, func(c *Case) {
			c.Uploads, c.Evidence = map[string]string{"front": "f1"}, nil
		}, "upload", "stalled", []JobKind{JobUpload}},
		"evidence":       {Filing, func(c *Case) { c.Evidence = nil }, "evidence", "stalled", []JobKind{JobEvidence}},
		"evidence begun": {Filing, func(c *Case) {}, "evidence", "unknown_outcome", []JobKind{JobEvidence}},
		"evidence rejected": {Filing, func(c *Case) {
			c.Evidence.State = WriteRefused
		}, "evidence", "stalled", []JobKind{JobEvidence}},
	} {
		t.Run(name, func(t *testing.T) {
			c := SampleCase(tt.state)
			tt.change(c)
			stop := ProbeStalled(c)
			if stop.Step != tt.step || stop.Code != tt.code || !cards.HasText("trouble."+string(stop.Code)) {
				t.Errorf("%s: got %+v, want step %s, code %s and a text", name, stop, tt.step, tt.code)
			}
			d := decide(t, c, Event{Kind: StepStopped, Stop: stop}).wantState(NeedsAttention)
			d.wantCards([]string{AudienceApplicant, AudienceHR}, []string{AudienceHR})
			if w := d.Case.Evidence; w != nil && tt.step == "evidence" && tt.code == "unknown_outcome" &&
				w.State != WriteUnknown {
				t.Errorf("%s: got evidence %+v, want state %s", name, w, WriteUnknown)
			}
			decide(t, d.Case, Event{Kind: Retry}).wantState(tt.state).wantJobs(tt.jobs...)
		})
	}
}

func TestNightAfter(t *testing.T) {
	at := func(s string) time.Time {
		at, err := time.ParseInLocation(time.DateTime, s, ChinaTime)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for name, tt := range map[string]struct{ now, want string }{
		"before dawn":             {"2026-06-01 03:00:00", "2026-06-02 02:30:00"},
		"morning":                 {"2026-06-01 09:00:00", "2026-06-02 02:30:00"},
		"afternoon":               {"2026-06-01 15:30:00", "2026-06-02 02:30:00"},
		"before quiet hours":      {"2026-06-01 20:59:00", "2026-06-02 02:30:00"},
		"end of a day":            {"2026-06-01 23:59:00", "2026-06-02 02:30:00"},
		"28 February":             {"2026-02-28 20:59:00", "2026-03-01 02:30:00"},
		"31 December":             {"2026-12-31 23:59:00", "2027-01-01 02:30:00"},
		"Friday evening":          {"2026-11-27 20:59:00", "2026-11-28 02:30:00"},
		"a second before the run": {"2026-11-22 02:29:59", "2026-11-22 02:30:00"},
		"at the run":              {"2026-11-22 02:30:00", "2026-11-23 02:30:00"},
	} {
		t.Run(name, func(t *testing.T) {
			got, want := NightAfter(at(tt.now).UTC()), at(tt.want) // in whatever zone a time comes
			if !got.Equal(want) {
				t.Errorf("after %s: got %s, want %s", tt.now, got, want)
			}
			if back, err := ParseRunDate(RunDateOf(got)); err != nil || !back.Equal(got) {
				t.Errorf("its name %s: got %s (%v), want %s", RunDateOf(got), back, err, got)
			}
		})
	}
}
