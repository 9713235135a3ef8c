package workers

import (
	"slices"
	"testing"
	"time"

	"shiming/flows"
)

// TestNewRun: from when on a run compares ended cases, and which cases it compares again.
func TestNewRun(t *testing.T) {
	now := flows.SampleTime
	lastStarted, lastFrom, week := now.Add(-24*time.Hour), now.Add(-48*time.Hour), now.Add(-maxLookback)
	differences := []flows.Difference{{Case: "c1", Kind: flows.DiffChain}, {Case: "c2"}, {Case: "c1"}}
	silent := map[string]string{"esign": "unavailable"}
	for name, tt := range map[string]struct {
		last    *reconcileRun
		from    time.Time
		recheck []string
	}{
		"first run": {nil, week, nil},
		"after another run": {
			last:    &reconcileRun{Started: lastStarted, From: lastFrom, Differences: differences},
			from:    lastStarted,
			recheck: []string{"c1", "c2"},
		},
		"after a run without an answer": {
			last: &reconcileRun{Started: lastStarted, From: lastFrom, Unreachable: silent},
			from: lastFrom,
		},
		"after a long time": {
			last: &reconcileRun{Started: lastStarted, From: now.Add(-999 * time.Hour), Unreachable: silent},
			from: week,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun("2026-06-02", now, tt.last)
			if !r.From.Equal(tt.from) {
				t.Errorf("from: got %s, want %s", r.From, tt.from)
			}
			if !slices.Equal(r.Recheck, tt.recheck) {
				t.Errorf("recheck: got %q, want %q", r.Recheck, tt.recheck)
			}
		})
	}
}

// TestReconcileStates: a run compares all states, the open ones first.
func TestReconcileStates(t *testing.T) {
	first, last := reconcileStates[0], reconcileStates[len(reconcileStates)-1]
	if len(reconcileStates) != len(flows.States) || first.Terminal() || !last.Terminal() {
		t.Errorf("got %v, want all states, the open ones first", reconcileStates)
	}
}

// TestMergePrevious: HR is told once of an ended case, and every time of an open one.
func TestMergePrevious(t *testing.T) {
	early := flows.SampleTime.Add(-time.Hour)
	difference := func(kind flows.DiffKind, caseID string, since time.Time) flows.Difference {
		return flows.Difference{
			Kind:  kind,
			Case:  caseID,
			Since: since,
			Ended: caseID == "ended",
		}
	}
	known := &reconcileRun{Differences: []flows.Difference{
		difference(flows.DiffChain, "ended", early),
		difference(flows.DiffPersonGone, "open", early),
	}}
	for name, tt := range map[string]struct {
		kind     flows.DiffKind
		caseID   string
		last     *reconcileRun
		since    time.Time
		tell     bool
		reported bool
	}{
		"first run":           {flows.DiffChain, "ended", nil, flows.SampleTime, true, false},
		"known, ended case":   {flows.DiffChain, "ended", known, early, false, true},
		"known, open case":    {flows.DiffPersonGone, "open", known, early, true, false},
		"another kind, ended": {flows.DiffPhotoLost, "ended", known, flows.SampleTime, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := &reconcileRun{Differences: []flows.Difference{difference(tt.kind, tt.caseID, flows.SampleTime)}}
			if tell := r.mergePrevious(tt.last); tell != tt.tell {
				t.Errorf("tell: got %t, want %t", tell, tt.tell)
			}
			d := r.Differences[0]
			if d.Reported != tt.reported || !d.Since.Equal(tt.since) {
				t.Errorf("got reported %t since %s, want %t since %s", d.Reported, d.Since, tt.reported, tt.since)
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
