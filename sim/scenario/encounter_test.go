package scenario_test

import (
	"regexp"
	"slices"
	"testing"

	"shiming/sim"
	"shiming/sim/scenario"
	"shiming/sim/specimen"
)

var encounterName = regexp.MustCompile(`^(shape|words|sender|card|document|match)/[a-z_0-9]+$`)

func TestEncountersAreWhole(t *testing.T) {
	seen, taken := map[string]bool{}, map[sim.Shot]bool{}
	for _, e := range scenario.Encounters() {
		t.Run(e.Name, func(t *testing.T) {
			if !encounterName.MatchString(e.Name) || seen[e.Name] {
				t.Errorf("got the name %q, want a new one such as card/expired", e.Name)
			}
			seen[e.Name] = true
			if got, ok := scenario.EncounterNamed(e.Name); !ok || got.Name != e.Name {
				t.Errorf("got %q by its name, want it", got.Name)
			}
			for _, text := range []scenario.Text{e.Text, e.End} {
				if text.ZH == "" || text.EN == "" {
					t.Errorf("got the text %+v, want both languages", text)
				}
			}
			if len(e.Moves) == 0 {
				t.Error("got no moves, want some")
			}
			// Who has to act reads why.
			reader := map[scenario.Who]sim.Actor{scenario.Person: sim.ThePerson, scenario.HR: sim.TheHR}
			told := func(m sim.Move) bool {
				return m.By == reader[e.By] && (len(m.Reads) > 0 && m.Stage != sim.StageCode || m.Toast != "")
			}
			if e.By != scenario.Itself && !slices.ContainsFunc(e.Moves, told) {
				t.Errorf("got no move in which %s reads something, want one", e.By)
			}
			for _, m := range e.Moves {
				for _, shot := range m.Sends {
					if taken[shot] {
						continue
					}
					taken[shot] = true
					if _, known, err := shot.Take(specimen.NewPerson(1)); err != nil || !known {
						t.Errorf("got %v for the photo %+v, want it taken", err, shot)
					}
				}
			}
		})
	}
}
