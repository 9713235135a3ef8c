package scenario

import (
	"slices"
	"time"

	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// Scenario is one row: one call that meets one fault.
type Scenario struct {
	Name  string // stable, e.g. feishu.ocr/lost_answer
	Call  Call
	Fault Fault
	Text  Text // one line

	// Wire is the fault to arm; its Kind is "" for feishu.push, which a knob of the platform spoils.
	Wire wire.Fault
	End  End
	Sees []Sight
	// Applied: the platform did what was asked, once.
	Applied bool
	// Unclear: the bot cannot know whether the write happened, and must not repeat it by itself.
	Unclear bool
	// Quiet: the bot may have no failure to tell of. It got what it needed in the end within the same call, or needs
	// nothing of what the answer lacks.
	Quiet bool
}

// All lists the catalogue, call by call in the order of the way. The rows are the caller's.
func All() []Scenario {
	var out []Scenario
	for _, c := range calls {
		for _, f := range faults {
			if c.can(f) {
				out = append(out, row(c, f))
			}
		}
	}
	return out
}

// Named finds a row.
func Named(name string) (Scenario, bool) {
	all := All()
	i := slices.IndexFunc(all, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, false
	}
	return all[i], true
}

func row(c Call, f Fault) Scenario {
	s := Scenario{
		Name:    c.Name + "/" + f.Name,
		Call:    c,
		Fault:   f,
		Applied: f.applied,
		Text:    Text{c.Text.ZH + "：" + f.Text.ZH, c.Text.EN + ": " + f.Text.EN},
	}
	s.End, s.Sees, s.Unclear = expect(c, f)
	s.Quiet = c.quiet(f)
	if c.Repeat != Redeliver {
		s.Wire = wireOf(c, f)
	}
	return s
}

// wireOf arms the call.
func wireOf(c Call, f Fault) wire.Fault {
	w := wire.Fault{
		Upstream:  c.Upstream,
		Operation: c.Operation,
		Kind:      f.kind,
		Times:     1,
	}
	switch f.kind {
	case wire.Delay:
		w.Delay = slowBy
	case wire.Refuse: // about all of the platform's calls, since nobody can tell what a connection was for
		w.Delay, w.Operation, w.Times = awayFor, c.After, max(c.Many, 1)
	}
	if c.lasts(f) {
		w.Times = 3
		if c.Twice {
			w.Times = 6
		}
	}
	if f.body != nil {
		a := f.body(c)
		w.Status, w.Header, w.Body = a.status, a.header, a.body
	}
	return w
}

// pushOff is farther than the window of eight hours in which the bot takes a push.
const pushOff = 9 * time.Hour

// Arm lets the fault happen from now on, and returns what ends it: for feishu.push when the clock is to be right
// again, for the rest when the fault was not met. Tokens are forgotten where the call is about getting one.
func (s Scenario) Arm(faults *wire.Faults, f *feishu.Server) (disarm func()) {
	if s.Wire.Kind == "" {
		f.Set(func(k *feishu.Behaviour) { k.ResignRetries = true })
		f.ClockOff(pushOff)
		return func() { f.ClockOff(0) }
	}
	id := faults.Arm(s.Wire)
	if s.Call.Proof == Secret {
		f.KillTokens()
	}
	return func() { faults.Disarm(id) }
}
