package playground

import (
	"slices"
	"sync"

	"shiming/sim/scenario"
	"shiming/sim/wire"
)

// armedScenarios are the scenarios that have not happened yet, by name.
type armedScenarios struct {
	mu  sync.Mutex
	all map[string]armedScenario
}

// armedScenario is what one scenario has armed.
type armedScenario struct {
	disarm func()
	faults []int // ids of its faults; none if the scenario changes the platform's behaviour instead
}

// armedScenarios returns the names of the scenarios that have not happened yet.
func (pg *Server) armedScenarios() []string {
	a := &pg.armed
	a.mu.Lock()
	defer a.mu.Unlock()
	left := map[int]bool{}
	for _, f := range pg.World.Faults.List() {
		left[f.ID] = true
	}
	out := []string{}
	for name, s := range a.all {
		if len(s.faults) == 0 || slices.ContainsFunc(s.faults, func(id int) bool { return left[id] }) {
			out = append(out, name)
		} else {
			delete(a.all, name) // its faults have happened
		}
	}
	slices.Sort(out)
	return out
}

// arm arms a fault or an error code for the next call of its operation, or a shape.
func (pg *Server) arm(name string) error {
	var do func() (disarm func())
	if s, ok := scenario.Named(name); ok {
		do = func() func() { return s.Arm(pg.World.Faults, pg.World.Feishu) }
	} else if c, ok := scenario.RefusalNamed(name); ok {
		do = func() func() { return c.Arm(pg.World.Faults, pg.World.Feishu) }
	} else if e, ok := scenario.EncounterNamed(name); ok && e.Shape != nil {
		do = func() func() { return e.Shape(pg.World) }
	} else {
		return missing("scenario")
	}
	pg.disarm(name)
	a := &pg.armed
	a.mu.Lock()
	defer a.mu.Unlock()
	before := pg.World.Faults.List()
	disarm := do()
	s := armedScenario{disarm: disarm}
	for _, f := range pg.World.Faults.List() {
		if !slices.ContainsFunc(before, func(b wire.Fault) bool { return b.ID == f.ID }) {
			s.faults = append(s.faults, f.ID)
		}
	}
	if a.all == nil {
		a.all = map[string]armedScenario{}
	}
	a.all[name] = s
	return nil
}

// disarm removes an armed scenario. It reports whether the scenario was still armed.
func (pg *Server) disarm(name string) bool {
	a := &pg.armed
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.all[name]
	if ok {
		delete(a.all, name)
		s.disarm()
	}
	return ok
}
