package wire

import (
	"net/http"
	"sync"
	"time"
)

// Kinds of fault. "Applied" means that the upstream did what the request asked, so that a repetition does it twice.
const (
	Delay      = "delay"       // applied, answered after Fault.Delay
	DropBefore = "drop_before" // not applied, connection closed without an answer
	DropAfter  = "drop_after"  // applied, connection closed without an answer
	Reset      = "reset"       // not applied, connection reset (TCP RST)
	Error      = "error"       // not applied, answered with Fault.Status (500), Header and Body
	ErrorAfter = "error_after" // applied, answered with Fault.Status (500), Header and Body
	Truncate   = "truncate"    // applied, answered with the first half of the body and a matching Content-Length
	NotJSON    = "not_json"    // applied, answered with Fault.Status (200) and an HTML page, as by a proxy in between
	WrongShape = "wrong_shape" // applied, answered with JSON of an undocumented shape: Fault.Body or WrongShapeBody
	Hang       = "hang"        // not applied, never answered; ends when the client disconnects
	Refuse     = "refuse"      // no connection to the upstream is possible, so nothing is sent; see Fault
	Altered    = "altered"     // applied, answered with Fault.Set in the JSON; no failure, and not among Kinds
)

// WrongShapeBody is the answer of a WrongShape without a Body: a success whose data is a list.
const WrongShapeBody = `{"code":0,"data":[]}`

// Kinds returns all kinds of failure.
func Kinds() []string {
	return []string{Delay, DropBefore, DropAfter, Reset, Error, ErrorAfter, Truncate, NotJSON, WrongShape, Hang, Refuse}
}

// Fault describes what goes wrong with matching requests.
//
// Refuse affects all connections to the upstream, because a connection does not show for which operation it is. Without
// an Operation it begins at once. With an Operation it begins after Times good answers to that operation (0 = one). It
// ends after Delay, or without a Delay when it is disarmed. It needs Faults.Listener.
//
// A net/http client repeats a GET by itself if its reused connection was dropped or reset; it then does not notice a
// fault with Times: 1.
type Fault struct {
	ID        int    `json:"id"`        // set by Arm
	Upstream  string `json:"upstream"`  // "" = any
	Operation string `json:"operation"` // "" = any
	Kind      string `json:"kind"`      // one of Kinds
	Times     int    `json:"times"`     // how many requests it affects; 0 = all until it is disarmed
	// waited before the answer or before the end of the connection, for every kind
	Delay  time.Duration `json:"delay"`
	Until  <-chan bool   `json:"-"`      // if not nil, the fault also waits until it is closed
	Status int           `json:"status"` // of error, error_after, not_json, wrong_shape
	Header http.Header   `json:"header"` // added to the answer of these kinds
	Body   string        `json:"body"`   // of the answer of these kinds
	// Set is what stands at dotted paths of an altered answer; see Alter.
	Set map[string]any `json:"-"`
}

// Faults is the set of armed faults. It is safe for concurrent use; the zero value has none.
type Faults struct {
	// Ended is called when a Refuse has expired; may be nil. Set it before first use.
	Ended func()

	mu        sync.Mutex
	lastID    int
	armed     []Fault
	listeners map[string][]*refusableListener // by upstream
	refusing  map[int][]*refusableListener    // by id of the Refuse that closes them
}

// Arm adds a fault and returns its id. If several faults match a request, only the one that was armed first applies.
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

// refuse closes the listeners for a Refuse. The caller holds the lock.
func (f *Faults) refuse(x Fault) {
	if f.refusing == nil {
		f.refusing = map[int][]*refusableListener{}
	}
	f.refusing[x.ID] = f.listenersOf(x.Upstream)
	for _, l := range f.refusing[x.ID] {
		l.refuse()
	}
	if x.Delay > 0 {
		time.AfterFunc(x.Delay, func() {
			if f.Disarm(x.ID) && f.Ended != nil {
				f.Ended()
			}
		})
	}
}

// endRefusal reopens the listeners that a Refuse has closed. The caller holds the lock.
func (f *Faults) endRefusal(id int) {
	for _, l := range f.refusing[id] {
		l.admit()
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

// List returns the armed faults in the order of arming. Times is the remaining number.
func (f *Faults) List() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Fault(nil), f.armed...)
}

// take returns the fault that applies to a request and decrements its Times.
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
					f.refuse(x) // this request has its connection already and gets an answer
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
