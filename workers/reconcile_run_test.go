package workers

import (
	"slices"
	"testing"
	"time"

	"shiming/flows"
)

// TestNewRun: which cases a run compares after another run.
func TestNewRun(t *testing.T) {
	night := "2026-06-02"
	if r := newRun(night, flows.SampleTime, nil); !r.From.Equal(flows.SampleTime.Add(-maxLookback)) || r.Recheck != nil {
		t.Errorf("the first run: %+v", r)
	}
	last := &reconcileRun{Started: flows.SampleTime.Add(-24 * time.Hour), From: flows.SampleTime.Add(-48 * time.Hour),
		Differences: []flows.Difference{{Case: "c1", Kind: flows.DiffChain}, {Case: "c2"}, {Case: "c1"}}}
	if r := newRun(night, flows.SampleTime, last); !r.From.Equal(last.Started) ||
		!slices.Equal(r.Recheck, []string{"c1", "c2"}) {
		t.Errorf("a run after another: %+v", r)
	}
	last.Unreachable = map[string]string{"esign": "unavailable"}
	if r := newRun(night, flows.SampleTime, last); !r.From.Equal(last.From) {
		t.Errorf("a run after one that got no answers: %+v", r)
	}
	last.From = flows.SampleTime.Add(-999 * time.Hour)
	if r := newRun(night, flows.SampleTime, last); !r.From.Equal(flows.SampleTime.Add(-maxLookback)) {
		t.Errorf("a run after a long time: %+v", r)
	}
	if first, tail := reconcileStates[0],
		reconcileStates[len(reconcileStates)-1]; len(reconcileStates) != len(flows.States) || first.Terminal() ||
		!tail.Terminal() {
		t.Errorf("order %v", reconcileStates)
	}
}

// TestMergePrevious: HR is told once of an ended case, and every time of an open one.
func TestMergePrevious(t *testing.T) {
	early := flows.SampleTime.Add(-time.Hour)
	known := &reconcileRun{Differences: []flows.Difference{{Kind: flows.DiffChain, Case: "ended", Since: early,
		Ended: true}, {Kind: flows.DiffPersonGone, Case: "open", Since: early}}}
	for name, tt := range map[string]struct {
		now  flows.Difference
		last *reconcileRun
		tell bool
		told bool
	}{
		"the first night": {flows.Difference{
			Kind:  flows.DiffChain,
			Case:  "ended",
			Since: flows.SampleTime,
			Ended: true,
		}, nil, true, false},
		"known of an ended case": {flows.Difference{
			Kind:  flows.DiffChain,
			Case:  "ended",
			Since: flows.SampleTime,
			Ended: true,
		}, known, false, true},
		"known of an open case": {flows.Difference{Kind: flows.DiffPersonGone, Case: "open", Since: flows.SampleTime}, known,
			true, false},
		"another kind of that case": {flows.Difference{
			Kind:  flows.DiffPhotoLost,
			Case:  "ended",
			Since: flows.SampleTime,
			Ended: true,
		}, known, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := &reconcileRun{Differences: []flows.Difference{tt.now}}
			tell := r.mergePrevious(tt.last)
			d := r.Differences[0]
			if tell != tt.tell || d.Reported != tt.told || (tt.last != nil && tt.tell == false && !d.Since.Equal(early)) {
				t.Errorf("tell %v, %+v, want %v", tell, d, tt.tell)
			}
		})
	}
	if (&reconcileRun{}).mergePrevious(known) {
		t.Error("HR is told although nothing differs")
	}
}

// TestListedDifferencesAreBounded: a run counts all differences and keeps a bounded number by case.
func TestListedDifferencesAreBounded(t *testing.T) {
	r := &reconcileRun{}
	for range 2 * maxListedDifferences {
		r.addDifferences(flows.SampleDoneCase(), []flows.Difference{{Kind: flows.DiffPhotoLost, Case: "c"}})
	}
	if len(r.Differences) != maxListedDifferences || r.Count[flows.DiffPhotoLost] != 2*maxListedDifferences ||
		r.Compared != 2*maxListedDifferences {
		t.Errorf("%d listed, %d counted, %d compared, want %v, %v, %v", len(r.Differences), r.Count[flows.DiffPhotoLost],
			r.Compared, maxListedDifferences, 2*maxListedDifferences, 2*maxListedDifferences)
	}
}
