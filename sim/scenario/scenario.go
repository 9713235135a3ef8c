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

	// Wire is the fault to arm. Its Kind is "" for feishu.push, which Arm spoils through feishu.Behaviour.
	Wire wire.Fault
	End  End
	Sees []Sight
	// Applied: the platform did what the call asked, once.
	Applied bool
	// Unclear: the bot cannot know whether the write happened, and must not repeat it by itself.
	Unclear bool
	// Quiet: the bot may have no failure to report, because it got its answer within the same call in the end, or does
	// not need what the answer lacks.
	Quiet bool
}

// All returns the catalogue, call by call in the order of a registration. The caller may change the rows.
func All() []Scenario {
	var out []Scenario
	for _, c := range calls {
		for _, f := range faults {
			if c.canFail(f) {
				out = append(out, row(c, f))
			}
		}
	}
	return out
}

// Named returns the row with this name.
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

// wireOf returns the fault to arm for a call.
func wireOf(c Call, f Fault) wire.Fault {
	w := wire.Fault{
		Upstream:  c.Upstream,
		Operation: c.Operation,
		Kind:      f.kind,
		Times:     1,
	}
	switch f.kind {
	case wire.Delay:
		w.Delay = slowDelay
	case wire.Refuse: // closes the whole platform, because a connection does not show for which call it is
		w.Delay, w.Operation, w.Times = unreachableFor, c.After, max(c.Many, 1)
	}
	if c.isPersistent(f) {
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

// clockSkew is larger than the eight hours within which the bot accepts the timestamp of a push.
const clockSkew = 9 * time.Hour

// Arm arms the fault and returns a function that ends it. For feishu.push that function corrects the clock; otherwise
// it disarms a fault that was not met. For a call that fetches a token Arm also invalidates the current tokens, so that
// the bot makes the call.
func (s Scenario) Arm(faults *wire.Faults, f *feishu.Server) (disarm func()) {
	if s.Wire.Kind == "" {
		f.Set(func(k *feishu.Behaviour) { k.ResignRetries = true })
		f.ClockOff(clockSkew)
		return func() { f.ClockOff(0) }
	}
	id := faults.Arm(s.Wire)
	if s.Call.Proof == Secret {
		f.KillTokens()
	}
	return func() { faults.Disarm(id) }
}
