package playground

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"shiming/sim"
	"shiming/sim/scenario"
)

// itemScenarios is the kind of the stream's item that lists the armed scenarios by name.
const itemScenarios = "scenarios"

// Kinds of scenarios.
const (
	scenarioState = "state" // brings a person's case to a state
	scenarioPlay  = "play"  // somebody new runs into something, up to the right end
	scenarioShape = "shape" // a platform sends something in its other documented form, until it is disarmed
	scenarioFault = "fault" // a call fails in one of the ways that apply to every call
	scenarioCode  = "code"  // a call is answered with a documented error code
)

// shownScenario is a scenario in the page's list.
type shownScenario struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Group string `json:"group"` // platform, "state", or the name of an encounter up to the slash
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
	for _, e := range scenario.Encounters() {
		group, _, _ := strings.Cut(e.Name, "/")
		kind := scenarioPlay
		if e.Shape != nil {
			kind = scenarioShape
		}
		out = append(out, shownScenario{
			Name:  e.Name,
			Kind:  kind,
			Group: group,
			Text:  say(e.Text),
			End:   say(e.End),
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

// markScenarios makes the page show the armed scenarios again.
func (pg *Server) markScenarios() {
	pg.feed.mark(itemFaults, "")
	pg.feed.mark(itemScenarios, "")
}

func scenarioName(r *http.Request) string { return r.PathValue("group") + "/" + r.PathValue("row") }

// postScenario arms a scenario. A scenario of kind state takes {"person":"ou_…"} and hires a new person without it; one
// of kind play always hires somebody. The answer does not wait for the state or the end.
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
	if e, ok := scenario.EncounterNamed(name); ok && e.Shape == nil {
		who, err := pg.play(e)
		if err != nil {
			return nil, err
		}
		return map[string]any{"name": name, "person": who.OpenID, "profile": pg.profile(who)}, nil
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

// play lets somebody new play an encounter in the background. GET /sim/crew shows the run and its error.
func (pg *Server) play(e scenario.Encounter) (*sim.Employee, error) {
	move, err := pg.clockFor(sim.MovesClock(e.Moves))
	if err != nil {
		return nil, err
	}
	who := e.Hire(pg.World)
	run, ok := pg.begin(who)
	if !ok {
		return nil, bad("a robot is on the way with this person already")
	}
	pg.serving.Go(func() {
		ctx, cancel := context.WithTimeout(pg.life, bringTimeout)
		defer cancel()
		pg.robots.end(run, e.Play(ctx, &sim.Scene{
			Person:  who,
			Admin:   pg.World.LastHR().OpenID,
			Desk:    true,
			Advance: move,
			Tell:    func(p sim.Progress) { pg.robots.note(run, p) },
		}, func() {}))
	})
	return who, nil
}

// clockFor returns what moves the clock of the world and the bot. It refuses a scenario that needs it where there is
// none.
func (pg *Server) clockFor(needed bool) (move func(context.Context, time.Duration) error, err error) {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	if needed && pg.onClock == nil {
		return nil, &refusal{http.StatusNotImplemented, "the clock of this world cannot be moved"}
	}
	return pg.onClock, nil
}

// bring registers a person up to a state in the background. GET /sim/crew shows the run and its error.
func (pg *Server) bring(openID string, to scenario.State) (*sim.Employee, error) {
	move, err := pg.clockFor(to.Days > 0)
	if err != nil {
		return nil, err
	}
	e := pg.World.Employee(openID)
	switch {
	case to.Child: // whoever was named is older
		e = pg.World.HireChild()
	case to.Permit:
		e = pg.World.HirePermit()
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
	if to.Others {
		pg.World.RegisterToAnother(e)
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
	only := func() (all []*sim.Employee) {
		if to.Decides() && !decided.Load() {
			all = append(all, e)
		}
		return all
	}
	go func() { hr <- pg.World.LastHR().WorkFor(ctx, only, policyFor(to, &decided)) }()
	goal := sim.CardStage(to.Stage)
	if to.Days > 0 {
		goal = sim.StageConfirmation // the reminders and the expiry follow with the clock
	}
	reached := false
	script := sim.Script{Faces: to.Faces, DeclineConsent: to.Declines, CancelAt: sim.CardStage(to.Cancels)}
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

// policyFor is an admin's policy for the person whom a state is about. It sets decided at the decision, because the
// person may never see the stage of the review if the decision comes at once.
func policyFor(to scenario.State, decided *atomic.Bool) sim.Policy {
	return func(c sim.HRCard) sim.Decision {
		if c.Kind != "review" {
			return sim.Decision{}
		}
		decided.Store(true)
		switch {
		case to.Approved:
			return sim.Approve()
		case to.OnFile:
			return sim.KeepOnFile()
		case to.Rejected:
			return sim.Reject("not_employee", "")
		case to.SentBack:
			return sim.SendBack("details_wrong", "details", "")
		}
		return sim.Decision{}
	}
}
