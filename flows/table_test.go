package flows

import (
	"flag"
	"os"
	"reflect"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestTableIsComplete(t *testing.T) {
	seen := map[tableKey]bool{}
	leadsTo := map[State][]State{}
	for _, r := range Table {
		p := tableKey{r.From, r.On}
		if seen[p] {
			t.Errorf("%s × %s: got two rows, want one", r.From, r.On)
		}
		seen[p] = true
		if len(r.To) == 0 {
			t.Errorf("%s × %s: got no target, want one", r.From, r.On)
		}
		for _, to := range r.To {
			if !slices.Contains(States, to) {
				t.Errorf("%s × %s: got target %q, want a state", r.From, r.On, to)
			}
			if to != r.From {
				leadsTo[r.From] = append(leadsTo[r.From], to)
			}
		}
	}

	reached := map[State]bool{}
	var walk func(State)
	walk = func(s State) {
		if reached[s] {
			return
		}
		reached[s] = true
		for _, to := range leadsTo[s] {
			walk(to)
		}
	}
	walk(AwaitingConsent)
	for _, s := range States {
		if !reached[s] {
			t.Errorf("%s: got no way to it, want one", s)
		}
		if s.Terminal() != (len(leadsTo[s]) == 0) {
			t.Errorf("%s: terminal is %v, ways out are %v, want %v", s, s.Terminal(), leadsTo[s], (len(leadsTo[s]) == 0))
		}
		waits := s.Turn() == Applicant || s.Turn() == HR
		for _, on := range []Kind{ReminderDue, ExpiryDue} {
			if seen[tableKey{s, on}] != waits {
				t.Errorf("%s × %s: got a row: %v, want one: %v", s, on, !waits, waits)
			}
		}
	}
}

// TestPairsOutsideTable checks that an event without a row changes nothing and is answered by a toast.
func TestPairsOutsideTable(t *testing.T) {
	kinds := map[Kind]bool{}
	for _, r := range Table {
		kinds[r.On] = true
	}
	outside := 0
	for _, s := range States {
		for k := range kinds {
			if findRow(s, k) != nil {
				continue
			}
			outside++
			c := SampleCase(s)
			before := c.clone()
			ch := Decide(SamplePolicy(), c, Event{
				Kind:  k,
				At:    SampleTime,
				Role:  Applicant,
				Actor: c.OpenID,
			})
			if ch.Case != nil || len(ch.Jobs) > 0 {
				t.Errorf("%s × %s: got a change, want none", s, k)
			}
			if ch.Toast == nil || ch.Toast.ZH == "" || ch.Toast.EN == "" {
				t.Errorf("%s × %s: got no toast, want one", s, k)
			}
			if !reflect.DeepEqual(before, c.clone()) {
				t.Errorf("%s × %s: got a changed input, want it unchanged", s, k)
			}
		}
	}
	if outside == 0 {
		t.Fatal("got no pair outside the table, want some")
	}
}

// TestRowsRefuseOtherRoles runs each row with every other role.
func TestRowsRefuseOtherRoles(t *testing.T) {
	for _, r := range Table {
		for _, role := range []Role{Applicant, HR, Bot, Clock} {
			if role == r.By {
				continue
			}
			if ch := Decide(SamplePolicy(), SampleCase(r.From), Event{Kind: r.On, At: SampleTime, Role: role}); ch.Case != nil {
				t.Errorf("%s × %s: got a change by %s, want a refusal", r.From, r.On, role)
			}
		}
	}
}

// TestRowsRefuseOwnCase runs each row of HR with the applicant as the admin.
func TestRowsRefuseOwnCase(t *testing.T) {
	tried := 0
	for _, r := range Table {
		if r.By != HR {
			continue
		}
		tried++
		c := SampleCase(r.From)
		ch := Decide(SamplePolicy(), c, Event{
			Kind:  r.On,
			At:    SampleTime,
			Role:  HR,
			Actor: c.OpenID,
		})
		if ch.Case != nil {
			t.Errorf("%s × %s: got a change of the own case, want a refusal", r.From, r.On)
		}
	}
	if tried < 5 {
		t.Fatalf("got %d rows of HR, want at least 5", tried)
	}
}

// TestRowsRefuseStaleRevisions runs each row with other revisions.
func TestRowsRefuseStaleRevisions(t *testing.T) {
	for _, r := range Table {
		for _, off := range []int64{-1, 1, 1000} {
			c := SampleCase(r.From)
			rev := c.Rev + off
			e := Event{
				Kind:  r.On,
				At:    SampleTime,
				Role:  r.By,
				Actor: "ou_other",
				Rev:   &rev,
			}
			if ch := Decide(SamplePolicy(), c, e); ch.Case != nil {
				t.Errorf("%s × %s: got a change with revision %+d, want a refusal", r.From, r.On, off)
			}
		}
	}
}

func TestDiagramIsCurrent(t *testing.T) {
	const file = "testdata/flow.mmd"
	got := Diagram()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("got another diagram than testdata/flow.mmd, want the same; run: go test ./flows -run Diagram -update")
	}
}
