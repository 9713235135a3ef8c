package wire

import (
	"net/http"
	"sync"
	"time"
)

// Kinds of fault. "Applied" means that the upstream did what was asked, so that a repetition would do it twice.
const (
	Delay      = "delay"       // applied, answered after Fault.Delay
	DropBefore = "drop_before" // not applied, connection closed without an answer
	DropAfter  = "drop_after"  // applied, connection closed without an answer
	Reset      = "reset"       // not applied, connection reset (TCP RST)
	Error      = "error"       // not applied, answered with Fault.Status (500), Header and Body
	ErrorAfter = "error_after" // applied, answered with Fault.Status (500), Header and Body
	Truncate   = "truncate"    // applied, answered with the first half of the body and a matching Content-Length
	NotJSON    = "not_json"    // applied, answered with Fault.Status (200) and an HTML page, as a proxy in between would
	// applied, answered with HTTP 200 and JSON of another shape than promised: Body, or WrongShapeBody
	WrongShape = "wrong_shape"
	Hang       = "hang"   // not applied, never answered; ends when the client leaves
	Refuse     = "refuse" // nobody can connect to the upstream, so that nothing is sent; see Fault
)

// WrongShapeBody is what WrongShape answers with if the fault has no Body: a success whose data is a list.
const WrongShapeBody = `{"code":0,"data":[]}`

// Kinds lists every kind of fault.
func Kinds() []string {
	return []string{Delay, DropBefore, DropAfter, Reset, Error, ErrorAfter, Truncate, NotJSON, WrongShape, Hang, Refuse}
}

// Fault describes how matching requests are to go wrong.
//
// Refuse is about connections, of which nobody can tell what they were for. It begins at once, or with an Operation
// after as many of its answers as Times says (0 = one), which are good; and it ends after Delay, or without a Delay
// when it is disarmed. It needs Faults.Listener.
//
// Note that net/http clients by themselves repeat a GET whose reused connection was dropped or reset; Times: 1 is
// then not noticed.
type Fault struct {
	ID        int    `json:"id"`        // set by Arm
	Upstream  string `json:"upstream"`  // "" = any
	Operation string `json:"operation"` // "" = any
	Kind      string `json:"kind"`      // one of Kinds
	Times     int    `json:"times"`     // how many requests it hits; 0 = all until cleared
	// waited before the answer (or the end of the connection), whatever the kind
	Delay  time.Duration `json:"delay"`
	Until  <-chan bool   `json:"-"`      // if not nil, its close is waited for, too
	Status int           `json:"status"` // for error, error_after, not_json, wrong_shape
	Header http.Header   `json:"header"` // added to the answer of the same kinds
	Body   string        `json:"body"`   // of the answer of the same kinds
}

// Faults is the set of armed faults. It is safe for concurrent use; the zero value has none.
type Faults struct {
	// Ended is called when a Refuse has ended by itself; may be nil. Set it before first use.
	Ended func()

	mu        sync.Mutex
	lastID    int
	armed     []Fault
	listeners map[string][]*refusableListener // by upstream
	refusing  map[int][]*refusableListener    // by id of the Refuse that keeps them shut
}

// Arm adds a fault and returns its id. When several match a request, the one armed first is applied, and only that one.
func (f *Faults) Arm(x Fault) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lastID++
	x.ID = f.lastID
	x.Header = x.Header.Clone()
	f.armed = append(f.armed, x)
	if x.Kind == Refuse && x.Operation == "" {
		f.refuse(x)
	}
	return x.ID
}

// refuse shuts the listeners of a Refuse. The caller holds the lock.
func (f *Faults) refuse(x Fault) {
	if f.refusing == nil {
		f.refusing = map[int][]*refusableListener{}
	}
	f.refusing[x.ID] = f.listenersOf(x.Upstream)
	for _, d := range f.refusing[x.ID] {
		d.refuse()
	}
	if x.Delay > 0 {
		time.AfterFunc(x.Delay, func() {
			if f.Disarm(x.ID) && f.Ended != nil {
				f.Ended()
			}
		})
	}
}

// endRefusal opens the listeners that a fault kept shut. The caller holds the lock.
func (f *Faults) endRefusal(id int) {
	for _, d := range f.refusing[id] {
		d.admit()
	}
	delete(f.refusing, id)
}

// Clear disarms all faults.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = nil
	for id := range f.refusing {
		f.endRefusal(id)
	}
}

// Disarm removes one fault. It reports whether the fault was still armed.
func (f *Faults) Disarm(id int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, x := range f.armed {
		if x.ID == id {
			f.armed = append(f.armed[:i:i], f.armed[i+1:]...)
			f.endRefusal(id)
			return true
		}
	}
	return false
}

// List returns the armed faults in order, with the number of times that is left.
func (f *Faults) List() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Fault(nil), f.armed...)
}

// take returns the fault that applies to a request and uses up one of its times.
func (f *Faults) take(upstream, operation string) (Fault, bool) {
	if f == nil {
		return Fault{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, x := range f.armed {
		if (x.Upstream != "" && x.Upstream != upstream) || (x.Operation != "" && x.Operation != operation) {
			continue
		}
		if x.Kind == Refuse {
			if _, begun := f.refusing[x.ID]; !begun && x.Operation != "" {
				if f.armed[i].Times--; f.armed[i].Times <= 0 {
					f.refuse(x) // this request has a connection, and is answered
				}
			}
			continue
		}
		switch {
		case x.Times == 1:
			f.armed = append(f.armed[:i:i], f.armed[i+1:]...)
		case x.Times > 1:
			f.armed[i].Times--
		}
		return x, true
	}
	return Fault{}, false
}
