package playground

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"shiming/sim"
	"shiming/sim/scenario"
	"shiming/sim/wire"
)

// itemScenarios is the kind of the stream's item that lists the armed scenarios by name.
const itemScenarios = "scenarios"

// Kinds of scenarios.
const (
	scenarioState = "state" // brings a person's case to a state
	scenarioFault = "fault" // a call fails in one of the ways that apply to every call
	scenarioCode  = "code"  // a call is answered with a documented error code
)

// armedScenarios are the scenarios that have not happened yet, by name.
type armedScenarios struct {
	mu  sync.Mutex
	all map[string]armedScenario
}

// armedScenario is what one scenario has armed.
type armedScenario struct {
	disarm func()
	fault  int // id of its fault, 0 if the scenario changes the platform's behaviour instead
}

// shownScenario is a scenario in the page's list.
type shownScenario struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Group string `json:"group"` // platform, or "state"
	Text  string `json:"text"`
	End   string `json:"end"` // how the case ends, "" for states
	Code  string `json:"code,omitempty"`
	HTTP  int    `json:"http,omitempty"`
	Armed bool   `json:"armed"`
}

// getScenarios lists all scenarios, in English with ?lang=en.
func (pg *Server) getScenarios(r *http.Request) (any, error) {
	say := func(t scenario.Text) string { return t.ZH }
	if r.URL.Query().Get("lang") == "en" {
		say = func(t scenario.Text) string { return t.EN }
	}
	now := pg.armedScenarios()
	out := []shownScenario{}
	for _, s := range scenario.States() {
		out = append(out, shownScenario{
			Name:  s.Name,
			Kind:  scenarioState,
			Group: "state",
			Text:  say(s.Text),
		})
	}
	for _, s := range scenario.All() {
		out = append(out, shownScenario{
			Name:  s.Name,
			Kind:  scenarioFault,
			Group: s.Call.Upstream,
			Text:  say(s.Text),
			End:   say(s.End.Text),
		})
	}
	for _, s := range scenario.Refusals() {
		out = append(out, shownScenario{
			Name:  s.Name,
			Kind:  scenarioCode,
			Group: s.Call.Upstream,
			Text:  say(s.Text),
			End:   say(s.End()),
			Code:  s.Code,
			HTTP:  s.Status,
		})
	}
	for i := range out {
		out[i].Armed = slices.Contains(now, out[i].Name)
	}
	return out, nil
}

// armedScenarios returns the names of the scenarios that have not happened yet.
func (pg *Server) armedScenarios() []string {
	a := &pg.armed
	a.mu.Lock()
	defer a.mu.Unlock()
	left := map[int]bool{0: true}
	for _, f := range pg.World.Faults.List() {
		left[f.ID] = true
	}
	out := []string{}
	for name, s := range a.all {
		if left[s.fault] {
			out = append(out, name)
		} else {
			delete(a.all, name) // its fault has happened
		}
	}
	slices.Sort(out)
	return out
}

// arm arms a fault or an error code for the next call of its operation.
func (pg *Server) arm(name string) error {
	var do func() (disarm func())
	if s, ok := scenario.Named(name); ok {
		do = func() func() { return s.Arm(pg.World.Faults, pg.World.Feishu) }
	} else if c, ok := scenario.RefusalNamed(name); ok {
		do = func() func() { return c.Arm(pg.World.Faults, pg.World.Feishu) }
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
			s.fault = f.ID
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

// markScenarios makes the page show the armed scenarios again.
func (pg *Server) markScenarios() {
	pg.feed.mark(itemFaults, "")
	pg.feed.mark(itemScenarios, "")
}

func scenarioName(r *http.Request) string { return r.PathValue("group") + "/" + r.PathValue("row") }

// postScenario arms a scenario. A scenario of kind state takes {"person":"ou_…"} and hires a new person without it.
// The answer does not wait for the state.
func (pg *Server) postScenario(r *http.Request) (any, error) {
	var in struct {
		Person string `json:"person"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	name := scenarioName(r)
	if s, ok := scenario.StateNamed(name); ok {
		e, err := pg.bring(in.Person, s)
		if err != nil {
			return nil, err
		}
		return map[string]any{"name": name, "person": e.OpenID, "profile": pg.profile(e)}, nil
	}
	if err := pg.arm(name); err != nil {
		return nil, err
	}
	pg.markScenarios()
	return map[string]any{"name": name, "armed": pg.armedScenarios()}, nil
}

func (pg *Server) deleteScenario(r *http.Request) (any, error) {
	if !pg.disarm(scenarioName(r)) {
		return nil, missing("armed scenario")
	}
	pg.markScenarios()
	return map[string]any{"armed": pg.armedScenarios()}, nil
}

// bringTimeout bounds how long bringing a case to a state may take, in real time.
const bringTimeout = 2 * time.Minute

// bring registers a person up to a state in the background. GET /sim/crew shows the run and its error.
func (pg *Server) bring(openID string, to scenario.State) (*sim.Employee, error) {
	pg.mu.Lock()
	move := pg.onClock
	pg.mu.Unlock()
	if to.Days > 0 && move == nil {
		return nil, &refusal{http.StatusNotImplemented, "the clock of this world cannot be moved"}
	}
	e := pg.World.Employee(openID)
	switch {
	case to.Child: // whoever was named is older
		e = pg.World.HireChild()
	case openID == "":
		e = pg.World.Hire(1)[0]
	case e == nil:
		return nil, missing("employee")
	}
	if st := pg.World.Journey(e.OpenID).Stage; st != sim.StageNone && !st.Ended() {
		return nil, bad("this person is on the way already; take somebody else, or leave person out")
	}
	run, ok := pg.begin(e)
	if !ok {
		return nil, bad("a robot is on the way with this person already")
	}
	pg.serving.Go(func() {
		ctx, cancel := context.WithTimeout(pg.life, bringTimeout)
		defer cancel()
		err := pg.registerUntil(ctx, e, to, func(p sim.Progress) { pg.robots.note(run, p) })
		if err == nil && to.Days > 0 {
			err = move(ctx, time.Duration(to.Days)*24*time.Hour)
		}
		pg.robots.end(run, err)
	})
	return e, nil
}

// registerUntil registers a person until the card shows the state's stage. Where the state needs a decision, an admin
// decides on this person only.
func (pg *Server) registerUntil(
	ctx context.Context, e *sim.Employee, to scenario.State, tell func(sim.Progress),
) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if to.Fault != "" {
		if err := pg.waitForPlatforms(ctx, e); err != nil {
			return err
		}
		s, _ := scenario.Named(to.Fault) // a test checks that the name exists
		defer s.Arm(pg.World.Faults, pg.World.Feishu)()
		pg.markScenarios()
	}
	var decided atomic.Bool
	hr := make(chan error, 1)
	go func() { hr <- pg.World.HR(0).Work(ctx, policyFor(e.OpenID, to, &decided)) }()
	goal := sim.CardStage(to.Stage)
	if to.Days > 0 {
		goal = sim.StageConfirmation // the reminders and the expiry follow with the clock
	}
	reached := false
	script := sim.Script{DeclineConsent: to.Declines, CancelAt: sim.CardStage(to.Cancels)}
	_, err := e.Register(ctx, script, func(p sim.Progress) {
		tell(p)
		if p.Stage == goal && (!to.SentBack || decided.Load()) {
			reached = true
			stop()
		}
	})
	stop()
	hrErr := <-hr
	if reached {
		return nil
	}
	if err == nil {
		err = hrErr
	}
	if err == nil {
		err = &sim.StuckError{OpenID: e.OpenID, Stage: pg.World.Journey(e.OpenID).Stage, Why: "the case went another way"}
	}
	return err
}

// waitForPlatforms waits until no other case calls a platform, because a fault applies to the next call whoever makes
// it.
func (pg *Server) waitForPlatforms(ctx context.Context, e *sim.Employee) error {
	busy := func(o *sim.Employee) bool {
		st := pg.World.Journey(o.OpenID).Stage
		return o != e && (st == sim.StageChecking || st == sim.StageRecording || st == sim.StageFiling)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for slices.ContainsFunc(pg.World.People(), busy) {
		select {
		case <-tick.C: // polled, because one wait cannot cover several chats
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// policyFor is an admin's policy for one person. It sets decided at the decision, because the person may never see
// the stage of the review if the decision comes at once.
func policyFor(openID string, to scenario.State, decided *atomic.Bool) sim.Policy {
	return func(c sim.HRCard) sim.Decision {
		if c.Applicant != openID || c.Kind != "review" {
			return sim.Decision{}
		}
		decided.Store(true)
		switch {
		case to.Approved:
			return sim.Approve()
		case to.Rejected:
			return sim.Reject("not_employee", "")
		case to.SentBack:
			return sim.SendBack("details_wrong", "details", "")
		}
		return sim.Decision{}
	}
}
