package playground

import (
	"context"
	"slices"
	"sync"
	"time"

	"shiming/sim"
)

// robots are the runs that were started over the control API. They last until they are done or the playground closes.
type robots struct {
	mu   sync.Mutex
	runs map[string]*Run // by open_id
	hr   map[string]*HRRun

	// hired holds the employees whom the admin of EmployHRFor decides on; nil while none works.
	hired []*sim.Employee
}

// Run is the progress of a robot employee.
type Run struct {
	OpenID string        `json:"open_id"`
	Stage  sim.CardStage `json:"stage"`
	Since  time.Time     `json:"since"` // when the stage began
	Ended  bool          `json:"ended"`
	Error  string        `json:"error,omitempty"` // why the run ended early; never contains personal data
}

// HRRun is the state of a robot admin.
type HRRun struct {
	OpenID string `json:"open_id"`
	Ended  bool   `json:"ended"`
	Error  string `json:"error,omitempty"`
}

// Employ starts an employee's registration in the background. It returns false if a robot already registers this
// employee.
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

// begin creates the run of an employee. It returns false if the employee has a run that has not ended.
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
	run.Ended = true
	if err != nil {
		run.Error = err.Error()
	}
}

// EmployHR lets the i-th admin work with the policy Diligent until the playground closes. It returns false if that
// admin already works.
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
		run.Ended = true
		if err != nil && context.Cause(pg.life) == nil {
			run.Error = err.Error()
		}
	})
	return true
}

// EmployHRFor lets the last admin decide as EmployHR does, but on these employees only. All other cases are left to the
// player.
func (pg *Server) EmployHRFor(people []*sim.Employee) {
	hr := pg.World.LastHR()
	c := &pg.robots
	c.mu.Lock()
	defer c.mu.Unlock()
	first := c.hired == nil
	c.hired = append(c.hired, people...)
	if !first {
		return
	}
	pg.serving.Go(func() {
		_ = hr.WorkFor(pg.life, c.covered, hr.Diligent) // after an error the player decides
		c.mu.Lock()
		defer c.mu.Unlock()
		c.hired = nil // the next call starts a new admin
	})
}

// covered returns the employees whom EmployHRFor covers, without those whose run has ended.
func (c *robots) covered() []*sim.Employee {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.hired), func(e *sim.Employee) bool {
		r := c.runs[e.OpenID]
		return r != nil && r.Ended
	})
}

// Robots returns the progress of all robots, in the order of the company's people.
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
