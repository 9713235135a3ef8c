package wire

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Call is one request that an upstream received. It never holds a body, a header or a query string; see
// Recorder.Inspect.
type Call struct {
	Seq       int64     `json:"seq"`       // 1, 2, 3, … in the order in which the calls ended
	At        time.Time `json:"at"`        // when the request came in
	Upstream  string    `json:"upstream"`  // e.g. "feishu"
	Operation string    `json:"operation"` // e.g. "im.message.create"; "" when the upstream has no such operation
	Method    string    `json:"method"`    // HTTP method
	Path      string    `json:"path"`      // URL path without the query
	Status    int       `json:"status"`    // HTTP status that the client got; 0 = no answer
	Code      string    `json:"code"`      // business code in the JSON answer, "" when there is none
	// from the request's arrival to the end of the upstream's work, delays included
	Duration time.Duration `json:"duration"`
	Fault    string        `json:"fault"`   // kind of the fault that was applied, or ""
	Note     string        `json:"note"`    // free text from the upstream (see Annotate), never personal data
	Subject  string        `json:"subject"` // id of what it was about (see About), "" when the upstream did not say
	// the client had gone before the answer was ready, as a process that was killed
	Left bool `json:"left"`
}

// Recorder keeps the latest calls and counts all of them. It is safe for concurrent use.
type Recorder struct {
	Now func() time.Time // time.Now when nil; set it before first use

	// Inspect gets every call together with its bodies, right after it was recorded; nil = no body is kept anywhere. Set
	// it before first use. It may be called concurrently.
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

// NewRecorder returns a recorder that remembers the last limit calls (1,000 when limit is not positive).
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

// Add records a call and gives it its sequence number. A zero At becomes the present.
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
		default: // a slow reader misses calls rather than stopping the simulated world
		}
	}
	return c
}

// Calls returns the remembered calls, oldest first.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Call(nil), r.calls...)
}

// Count returns how many calls were ever recorded, also those no longer remembered. An empty upstream or operation
// stands for any.
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

// Subscribe returns a channel of the calls recorded from now on, and a function that ends the subscription and closes
// the channel. A reader more than 256 calls behind misses calls; the gap shows in Seq.
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

// Annotate sets the note of the call that is being served. Outside Handler it does nothing. The note must not carry
// personal data.
func Annotate(r *http.Request, note string) {
	if c, ok := r.Context().Value(noteKey{}).(*Call); ok {
		c.Note = note
	}
}

// About says which message, picture, person or case the call that is being served is about, by an id. Outside Handler
// it does nothing.
func About(r *http.Request, subject string) {
	if c, ok := r.Context().Value(noteKey{}).(*Call); ok {
		c.Subject = subject
	}
}

func withCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, noteKey{}, c)
}
