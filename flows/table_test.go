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
			t.Errorf("%s × %s stands in the table twice", r.From, r.On)
		}
		seen[p] = true
		if len(r.To) == 0 {
			t.Errorf("%s × %s leads nowhere", r.From, r.On)
		}
		for _, to := range r.To {
			if !slices.Contains(States, to) {
				t.Errorf("%s × %s leads to %q, which is no state", r.From, r.On, to)
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
			t.Errorf("%s cannot be reached", s)
		}
		if s.Terminal() != (len(leadsTo[s]) == 0) {
			t.Errorf("%s: terminal is %v, ways out are %v, want %v", s, s.Terminal(), leadsTo[s], (len(leadsTo[s]) == 0))
		}
		waits := s.Turn() == Applicant || s.Turn() == HR
		for _, on := range []Kind{ReminderDue, ExpiryDue} {
			if seen[tableKey{s, on}] != waits {
				t.Errorf("%s × %s: in the table %v, waits for a person %v", s, on, !waits, waits)
			}
		}
	}
}

// Every pair that is not in the table changes nothing and says so politely.
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
				t.Errorf("%s × %s changed the case", s, k)
			}
			if ch.Toast == nil || ch.Toast.ZH == "" || ch.Toast.EN == "" {
				t.Errorf("%s × %s has no answer", s, k)
			}
			if !reflect.DeepEqual(before, c.clone()) {
				t.Errorf("%s × %s: Decide changed its input", s, k)
			}
		}
	}
	if outside == 0 {
		t.Fatal("no such pair was tried")
	}
}

// Every row refuses everybody but the one whose event it is.
func TestRowsRefuseOtherRoles(t *testing.T) {
	for _, r := range Table {
		for _, role := range []Role{Applicant, HR, Bot, Clock} {
			if role == r.By {
				continue
			}
			if ch := Decide(SamplePolicy(), SampleCase(r.From), Event{Kind: r.On, At: SampleTime, Role: role}); ch.Case != nil {
				t.Errorf("%s × %s was done by %s", r.From, r.On, role)
			}
		}
	}
}

// Nobody decides on himself, whatever the act.
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
			t.Errorf("%s × %s: decided on himself", r.From, r.On)
		}
	}
	if tried < 5 {
		t.Fatalf("only %d rows of HR", tried)
	}
}

// A click that saw another revision changes nothing.
func TestRowsRefuseStaleRevisions(t *testing.T) {
	for _, r := range Table {
		for _, off := range []int64{-1, 1, 1000} {
			c := SampleCase(r.From)
			rev := c.Rev + off
			if ch := Decide(SamplePolicy(), c, Event{
				Kind:  r.On,
				At:    SampleTime,
				Role:  r.By,
				Actor: "ou_other",
				Rev:   &rev,
			}); ch.Case != nil {
				t.Errorf("%s × %s was done with revision %+d", r.From, r.On, off)
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
		t.Error("the diagram has changed; run: go test ./flows -run Diagram -update")
	}
}
