package wire

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Call is one request to an upstream. It never holds a body, a header or a query string; see Recorder.Inspect.
type Call struct {
	Seq       int64     `json:"seq"`       // 1, 2, 3, … in the order in which the calls ended
	At        time.Time `json:"at"`        // when the request arrived
	Upstream  string    `json:"upstream"`  // e.g. "feishu"
	Operation string    `json:"operation"` // e.g. "im.message.create"; "" for an unknown operation
	Method    string    `json:"method"`    // HTTP method
	Path      string    `json:"path"`      // URL path without the query
	Status    int       `json:"status"`    // HTTP status of the answer; 0 = no answer
	Code      string    `json:"code"`      // business code in the JSON answer, "" when there is none
	// from the arrival of the request to the end of the upstream's work, with delays
	Duration time.Duration `json:"duration"`
	Fault    string        `json:"fault"`   // kind of the fault that applied, or ""
	Note     string        `json:"note"`    // free text from the upstream (see Annotate), never personal data
	Subject  string        `json:"subject"` // id of what the call is about (see About), or ""
	// the client disconnected before the answer was ready, e.g. because its process was killed
	Left bool `json:"left"`
}

// Recorder keeps the latest calls and counts all of them. It is safe for concurrent use.
type Recorder struct {
	Now func() time.Time // nil = time.Now; set it before first use

	// Inspect receives every call with its bodies right after it was recorded; nil = the recorder keeps no body. Calls
	// are concurrent. Set it before first use.
	Inspect func(Exchange)

	mu     sync.Mutex
	limit  int
	seq    int64
	calls  []Call // oldest first, at most limit
	counts map[countKey]int
	subs   map[chan Call]struct{}
}

type countKey struct{ upstream, operation string }

// subscriberBuffer is how many calls a subscriber may lag behind before it misses some.
const subscriberBuffer = 256

// NewRecorder returns a recorder that keeps the last limit calls (1,000 if limit is not positive).
func NewRecorder(limit int) *Recorder {
	if limit <= 0 {
		limit = 1000
	}
	return &Recorder{limit: limit, counts: map[countKey]int{}, subs: map[chan Call]struct{}{}}
}

func (r *Recorder) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// Add records a call and sets its Seq. It replaces a zero At by the present.
func (r *Recorder) Add(c Call) { r.add(c) }

func (r *Recorder) add(c Call) Call {
	if c.At.IsZero() {
		c.At = r.now()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seq++
	c.Seq = r.seq
	r.counts[countKey{c.Upstream, c.Operation}]++
	if len(r.calls) >= r.limit {
		r.calls = append(r.calls[:0], r.calls[len(r.calls)-r.limit+1:]...)
	}
	r.calls = append(r.calls, c)
	for ch := range r.subs {
		select {
		case ch <- c:
		default: // a slow subscriber misses calls; it must not block the simulated world
		}
	}
	return c
}

// Calls returns the calls that are kept, oldest first.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Call(nil), r.calls...)
}

// Count returns how many calls were ever recorded. An empty upstream or operation matches any.
func (r *Recorder) Count(upstream, operation string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for k, v := range r.counts {
		if (upstream == "" || k.upstream == upstream) && (operation == "" || k.operation == operation) {
			n += v
		}
	}
	return n
}

// Counts returns how many calls of each kind were ever recorded, by "upstream operation".
func (r *Recorder) Counts() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make(map[string]int, len(r.counts))
	for k, n := range r.counts {
		out[strings.TrimSpace(k.upstream+" "+k.operation)] = n
	}
	return out
}

// Subscribe returns a channel of the calls from now on, and a function that ends the subscription and closes the
// channel. A subscriber that is more than 256 calls behind misses calls; Seq shows the gap.
func (r *Recorder) Subscribe() (<-chan Call, func()) {
	ch := make(chan Call, subscriberBuffer)
	r.mu.Lock()
	r.subs[ch] = struct{}{}
	r.mu.Unlock()
	return ch, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if _, ok := r.subs[ch]; ok {
			delete(r.subs, ch)
			close(ch)
		}
	}
}

type noteKey struct{}

// Annotate sets the note of the call that is being served. The note must not hold personal data. Outside Handler,
// Annotate does nothing.
func Annotate(r *http.Request, note string) {
	if c, ok := r.Context().Value(noteKey{}).(*Call); ok {
		c.Note = note
	}
}

// About sets the id of the message, picture, person or case that the served call is about. Outside Handler, it does
// nothing.
func About(r *http.Request, subject string) {
	if c, ok := r.Context().Value(noteKey{}).(*Call); ok {
		c.Subject = subject
	}
}

func withCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, noteKey{}, c)
}
