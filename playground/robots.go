package playground

import (
	"context"
	"slices"
	"sync"
	"time"

	"shiming/sim"
)

// robots are those that were started over the control API. They work until they are done or the world ends.
type robots struct {
	mu   sync.Mutex
	runs map[string]*Run // by open_id
	hr   map[string]*HRRun

	charges map[string]bool // open_ids of those whom the admin of EmployHRFor decides on; nil before the first
}

// Run is how far a robot employee is.
type Run struct {
	OpenID string        `json:"open_id"`
	Stage  sim.CardStage `json:"stage"`
	Since  time.Time     `json:"since"` // of the stage
	Ended  bool          `json:"ended"`
	Error  string        `json:"error,omitempty"` // why it ended early; never a name or a number
}

// HRRun is a robot admin at work.
type HRRun struct {
	OpenID string `json:"open_id"`
	Ended  bool   `json:"ended"`
	Error  string `json:"error,omitempty"`
}

// Employ starts an employee's registration in the background. It reports false if that robot is on the way already.
func (pg *Server) Employ(e *sim.Employee, s sim.Script) bool {
	run, ok := pg.begin(e)
	if ok {
		pg.serving.Go(func() {
			_, err := e.Register(pg.life, s, func(p sim.Progress) { pg.robots.note(run, p) })
			pg.robots.end(run, err)
		})
	}
	return ok
}

// begin notes that a robot is on its way with somebody, unless one is already.
func (pg *Server) begin(e *sim.Employee) (*Run, bool) {
	c := &pg.robots
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runs == nil {
		c.runs = map[string]*Run{}
	}
	if r := c.runs[e.OpenID]; r != nil && !r.Ended {
		return nil, false
	}
	run := &Run{OpenID: e.OpenID, Since: pg.World.Now()}
	c.runs[e.OpenID] = run
	return run, true
}

func (c *robots) note(run *Run, p sim.Progress) {
	c.mu.Lock()
	defer c.mu.Unlock()
	run.Stage, run.Since = p.Stage, p.At
}

func (c *robots) end(run *Run, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if run.Ended = true; err != nil {
		run.Error = err.Error()
	}
}

// EmployHR sets the i-th admin to work, as a diligent HR, until the world ends. It reports false if he is at work
// already.
func (pg *Server) EmployHR(i int) bool {
	hr := pg.World.HR(i)
	c := &pg.robots
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hr == nil {
		c.hr = map[string]*HRRun{}
	}
	if r := c.hr[hr.OpenID]; r != nil && !r.Ended {
		return false
	}
	run := &HRRun{OpenID: hr.OpenID}
	c.hr[hr.OpenID] = run
	pg.serving.Go(func() {
		err := hr.Work(pg.life, hr.Diligent)
		c.mu.Lock()
		defer c.mu.Unlock()
		if run.Ended = true; err != nil && context.Cause(pg.life) == nil {
			run.Error = err.Error()
		}
	})
	return true
}

// EmployHRFor lets an admin approve as EmployHR does, but these people only: everybody else's cards are left to
// whoever plays HR.
func (pg *Server) EmployHRFor(people []*sim.Employee) {
	hr := pg.World.HR(0)
	c := &pg.robots
	c.mu.Lock()
	defer c.mu.Unlock()
	first := c.charges == nil
	if first {
		c.charges = map[string]bool{}
	}
	for _, e := range people {
		c.charges[e.OpenID] = true
	}
	if !first {
		return
	}
	pg.serving.Go(func() {
		_ = hr.Work(pg.life, func(card sim.HRCard) sim.Decision { // an error leaves the cards to others
			if !c.decidesOn(card.Applicant) {
				return sim.Decision{}
			}
			return hr.Diligent(card)
		})
		c.mu.Lock()
		defer c.mu.Unlock()
		c.charges = nil // the next crowd gets another
	})
}

// decidesOn tells whether somebody is among those of EmployHRFor.
func (c *robots) decidesOn(openID string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.charges[openID]
}

// Robots tells how far they are, in the order of the people.
func (pg *Server) Robots() (people []Run, hr []HRRun) {
	all, admins := pg.World.People(), pg.World.Admins()
	c := &pg.robots
	c.mu.Lock()
	defer c.mu.Unlock()
	people, hr = []Run{}, []HRRun{}
	for _, e := range all {
		if r := c.runs[e.OpenID]; r != nil {
			people = append(people, *r)
		}
	}
	for _, id := range slices.Sorted(slices.Values(admins)) {
		if r := c.hr[id]; r != nil {
			hr = append(hr, *r)
		}
	}
	return people, hr
}
