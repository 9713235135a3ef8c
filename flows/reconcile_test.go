package flows

import (
	"slices"
	"testing"
	"time"

	"shiming/cards"
)

func doneCase(change ...func(*Case)) *Case {
	c := SampleCase(Done)
	c.Evidence = &Write{State: WriteDone, ID: "P1", At: SampleTime}
	for _, f := range change {
		f(c)
	}
	return c
}

func TestDifferences(t *testing.T) {
	unknown := func(back State, step string) *Case { return parkedCase(back, stopped(step, "unknown_outcome", "")) }
	idle := func(s State, age time.Duration) *Case {
		c := SampleCase(s)
		c.EnteredAt = SampleTime.Add(-age)
		return c
	}
	for name, tt := range map[string]struct {
		c    *Case
		s    surroundings
		want []DiffKind
	}{
		"all well":                  {doneCase(), surroundings{}, nil},
		"by hand":                   {doneCase(func(c *Case) { c.Identity = &Write{State: WriteDone, By: "ou_hr1"} }), surroundings{}, nil},
		"without method":            {doneCase(func(c *Case) { c.Method, c.Evidence = MethodNone, nil }), surroundings{}, nil},
		"no evidence":               {doneCase(func(c *Case) { c.Evidence = nil }), surroundings{}, []DiffKind{DiffEvidenceMissing}},
		"evidence without id":       {doneCase(func(c *Case) { c.Evidence.ID = "" }), surroundings{}, []DiffKind{DiffEvidenceMissing}},
		"evidence never answered":   {doneCase(func(c *Case) { c.Evidence.State = WriteStarted }), surroundings{}, []DiffKind{DiffEvidenceMissing}},
		"no identity":               {doneCase(func(c *Case) { c.Identity = nil }), surroundings{}, []DiffKind{DiffIdentityMissing}},
		"unknown evidence":          {unknown(Filing, "evidence"), surroundings{}, []DiffKind{DiffEvidenceUnknown}},
		"unknown identity":          {unknown(Recording, "identity"), surroundings{}, []DiffKind{DiffIdentityUnknown}},
		"known trouble":             {parkedCase(Filing, stopped("evidence", "quota", "x")), surroundings{}, nil},
		"idle check":                {idle(Checking, time.Hour), surroundings{}, []DiffKind{DiffStalled}},
		"idle recording":            {idle(Recording, stalledAfter), surroundings{}, []DiffKind{DiffStalled}},
		"idle filing":               {idle(Filing, time.Hour), surroundings{}, []DiffKind{DiffStalled}},
		"just begun":                {idle(Filing, stalledAfter-time.Second), surroundings{}, nil},
		"at work":                   {idle(Filing, 99*time.Hour), surroundings{Working: true}, nil},
		"applicant's turn":          {idle(AwaitingPhotos, 99*time.Hour), surroundings{}, nil},
		"everything around a case":  {doneCase(), surroundings{PhotoLost: true, PersonGone: true, ChainBroken: true}, []DiffKind{DiffPhotoLost, DiffPersonGone, DiffChain}},
		"rejected, with its photos": {SampleCase(Rejected), surroundings{}, nil},
	} {
		var got []DiffKind
		for _, d := range differences(tt.c, tt.s, SampleTime) {
			got = append(got, d.Kind)
			if d.Case != tt.c.ID || d.Since.IsZero() || d.Ended != tt.c.State.Terminal() || !holds(tt.c, d) {
				t.Errorf("%s: %+v", name, d)
			}
			if !cards.HasText("diff."+string(d.Kind)) || !cards.HasText("diff_do."+string(d.Kind)) || !slices.Contains(DiffKinds, d.Kind) {
				t.Errorf("no words for %s", d.Kind)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestWhatWasDealtWithNoLongerHolds(t *testing.T) {
	standing := SampleCase(Filing)
	moved := SampleCase(Filing)
	moved.EnteredAt = SampleTime
	for name, tt := range map[string]struct {
		c    *Case
		kind DiffKind
		want bool
	}{
		"resolved":                  {doneCase(), DiffEvidenceUnknown, false},
		"another write now":         {parkedCase(Recording, stopped("identity", "unknown_outcome", "")), DiffEvidenceUnknown, false},
		"still standing":            {standing, DiffStalled, true},
		"moved and back":            {moved, DiffStalled, false},
		"woken":                     {parkedCase(Filing, stopped("evidence", "stalled", "")), DiffStalled, true},
		"woken with a write begun":  {parkedCase(Filing, stopped("evidence", "unknown_outcome", "")), DiffStalled, true},
		"stopped for its own cause": {parkedCase(Filing, stopped("evidence", "quota", "")), DiffStalled, false},
		"gone and rejected":         {SampleCase(Rejected), DiffPersonGone, false},
		"gone and open":             {SampleCase(AwaitingReview), DiffPersonGone, true},
		"photo and withdrawn":       {SampleCase(Withdrawn), DiffPhotoLost, false},
		"photo and done":            {doneCase(), DiffPhotoLost, true},
		"chain":                     {SampleCase(Expired), DiffChain, true},
	} {
		if got := holds(tt.c, Difference{Kind: tt.kind, Case: tt.c.ID, Since: standing.EnteredAt}); got != tt.want {
			t.Errorf("%s: holds %v", name, got)
		}
	}
}

// A case that stands still is stopped, so that HR's retry lets it go on; a write that has
// begun may have happened, so that both choices are HR's.
func TestWakingStopsWhereTheCaseStands(t *testing.T) {
	for name, tt := range map[string]struct {
		state      State
		change     func(*Case)
		step, code string
		jobs       []JobKind // of HR's retry
	}{
		"check":             {Checking, func(c *Case) {}, "check", "stalled", []JobKind{JobCheck}},
		"identity":          {Recording, func(c *Case) { c.Identity = nil }, "identity", "stalled", []JobKind{JobIdentity, JobUpload, JobUpload}},
		"identity begun":    {Recording, func(c *Case) {}, "identity", "unknown_outcome", []JobKind{JobIdentity, JobUpload, JobUpload}},
		"upload":            {Filing, func(c *Case) { c.Uploads, c.Evidence = map[string]string{"front": "f1"}, nil }, "upload", "stalled", []JobKind{JobUpload}},
		"evidence":          {Filing, func(c *Case) { c.Evidence = nil }, "evidence", "stalled", []JobKind{JobEvidence}},
		"evidence begun":    {Filing, func(c *Case) {}, "evidence", "unknown_outcome", []JobKind{JobEvidence}},
		"evidence rejected": {Filing, func(c *Case) { c.Evidence.State = WriteRefused }, "evidence", "stalled", []JobKind{JobEvidence}},
	} {
		c := SampleCase(tt.state)
		tt.change(c)
		stop := wake(c)
		if stop.Step != tt.step || stop.Code != tt.code || !cards.HasText("trouble."+stop.Code) {
			t.Errorf("%s: %+v", name, stop)
		}
		d := decide(t, c, Event{Kind: StepStopped, Stop: stop}).led(NeedsAttention)
		d.drew([]string{toApplicant, toHR}, []string{toHR})
		if w := d.Case.Evidence; w != nil && tt.step == "evidence" && tt.code == "unknown_outcome" && w.State != WriteUnknown {
			t.Errorf("%s: evidence %+v", name, w)
		}
		decide(t, d.Case, Event{Kind: Retry}).led(tt.state).queued(tt.jobs...)
	}
}

func TestNights(t *testing.T) {
	utc := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for now, want := range map[string]string{
		"2026-11-21T04:00:00Z": "2026-11-21T18:30:00Z", // SampleTime in China
		"2026-11-21T18:29:59Z": "2026-11-21T18:30:00Z",
		"2026-11-21T18:30:00Z": "2026-11-22T18:30:00Z",
		"2026-12-31T20:00:00Z": "2027-01-01T18:30:00Z",
	} {
		got := nightAfter(utc(now))
		if !got.Equal(utc(want)) {
			t.Errorf("after %s: %s", now, got)
		}
		if back, err := parseNight(nightOf(got)); err != nil || !back.Equal(got) {
			t.Errorf("%s is called %s, which is %s", got, nightOf(got), back)
		}
	}
}

func TestPlanOfARun(t *testing.T) {
	night := "2026-06-02"
	if r := newRun(night, SampleTime, nil); !r.From.Equal(SampleTime.Add(-reconcileBack)) || r.Again != nil {
		t.Errorf("the first run: %+v", r)
	}
	last := &reconcileRun{Started: SampleTime.Add(-24 * time.Hour), From: SampleTime.Add(-48 * time.Hour), Differences: []Difference{{Case: "c1", Kind: DiffChain}, {Case: "c2"}, {Case: "c1"}}}
	if r := newRun(night, SampleTime, last); !r.From.Equal(last.Started) || !slices.Equal(r.Again, []string{"c1", "c2"}) {
		t.Errorf("a run after another: %+v", r)
	}
	last.Silent = map[string]string{"esign": "unavailable"}
	if r := newRun(night, SampleTime, last); !r.From.Equal(last.From) {
		t.Errorf("a run after one that got no answers: %+v", r)
	}
	last.From = SampleTime.Add(-999 * time.Hour)
	if r := newRun(night, SampleTime, last); !r.From.Equal(SampleTime.Add(-reconcileBack)) {
		t.Errorf("a run after a long time: %+v", r)
	}
	if first, tail := reconcileStates[0], reconcileStates[len(reconcileStates)-1]; len(reconcileStates) != len(States) || first.Terminal() || !tail.Terminal() {
		t.Errorf("order %v", reconcileStates)
	}
}

func TestWhatHRHearsOf(t *testing.T) {
	early := SampleTime.Add(-time.Hour)
	known := &reconcileRun{Differences: []Difference{{Kind: DiffChain, Case: "ended", Since: early, Ended: true}, {Kind: DiffPersonGone, Case: "open", Since: early}}}
	for name, tt := range map[string]struct {
		now  Difference
		last *reconcileRun
		tell bool
		told bool
	}{
		"the first night":           {Difference{Kind: DiffChain, Case: "ended", Since: SampleTime, Ended: true}, nil, true, false},
		"known of an ended case":    {Difference{Kind: DiffChain, Case: "ended", Since: SampleTime, Ended: true}, known, false, true},
		"known of an open case":     {Difference{Kind: DiffPersonGone, Case: "open", Since: SampleTime}, known, true, false},
		"another kind of that case": {Difference{Kind: DiffPhotoLost, Case: "ended", Since: SampleTime, Ended: true}, known, true, false},
	} {
		r := &reconcileRun{Differences: []Difference{tt.now}}
		tell := r.compareWith(tt.last)
		d := r.Differences[0]
		if tell != tt.tell || d.Told != tt.told || (tt.last != nil && tt.tell == false && !d.Since.Equal(early)) {
			t.Errorf("%s: tell %v, %+v", name, tell, d)
		}
	}
	if (&reconcileRun{}).compareWith(known) {
		t.Error("HR is told although nothing differs")
	}
}

func TestARunListsNoMoreThanItCanKeep(t *testing.T) {
	r := &reconcileRun{}
	for range 2 * reconcileKept {
		r.found(doneCase(), []Difference{{Kind: DiffPhotoLost, Case: "c"}})
	}
	if len(r.Differences) != reconcileKept || r.Count[DiffPhotoLost] != 2*reconcileKept || r.Compared != 2*reconcileKept {
		t.Errorf("%d listed, %d counted, %d compared", len(r.Differences), r.Count[DiffPhotoLost], r.Compared)
	}
}
