package app

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shiming/shape"
	"shiming/store"
)

const (
	// maxSurprises limits the distinct surprises that are named, also across restarts. Further ones are "KIND:other".
	maxSurprises = 300
	// flushSurprisesEvery is how old a count may be that a killed process loses. The first of its kind is stored at once.
	flushSurprisesEvery = 30 * time.Second
	// otherName replaces a name that may be data, or that is one too many.
	otherName = "other"
)

// surpriseStore keeps the counts. *store.Store implements it.
type surpriseStore interface {
	AddSurprises(context.Context, []store.Surprise) error
	Surprises(context.Context) ([]store.Surprise, error)
}

// surprises collects how answers and pushes of the platforms differ from their published pages: it counts each, logs it
// once a process, and keeps it in the database. It holds names of fields and codes, never values. It is safe for
// concurrent use, and note does not wait.
type surprises struct {
	store   surpriseStore
	log     *slog.Logger
	now     func() time.Time
	counted *prometheus.CounterVec
	fresh   chan struct{} // holds a value while a surprise waits that was never stored

	mu      sync.Mutex
	known   map[surpriseKey]bool // stored or noted; limits the number
	logged  map[surpriseKey]bool
	pending map[surpriseKey]store.Surprise
}

type surpriseKey struct{ upstream, operation, what string }

// newSurprises reads what earlier processes have stored, so that the limit holds across restarts.
func newSurprises(ctx context.Context, kept surpriseStore, m *metrics, log *slog.Logger, now func() time.Time) (
	*surprises, error,
) {
	s := &surprises{
		store:   kept,
		log:     log,
		now:     now,
		counted: m.surprises,
		fresh:   make(chan struct{}, 1),
		known:   map[surpriseKey]bool{},
		logged:  map[surpriseKey]bool{},
		pending: map[surpriseKey]store.Surprise{},
	}
	all, err := kept.Surprises(ctx)
	for _, x := range all {
		s.known[surpriseKey{x.Upstream, x.Operation, x.What}] = true
	}
	return s, err
}

// of returns the function by which the client of a platform reports.
func (s *surprises) of(upstream string) func(operation, difference string) {
	return func(operation, difference string) { s.note(upstream, operation, difference) }
}

// note counts one difference.
func (s *surprises) note(upstream, operation, difference string) {
	key := surpriseKey{upstream, operation, named(difference)}
	at := s.now()
	s.mu.Lock()
	if !s.known[key] && len(s.known) >= maxSurprises {
		kind, _, _ := strings.Cut(key.what, ":")
		key.what = kind + ":" + otherName
	}
	x, waits := s.pending[key]
	if !waits {
		x = store.Surprise{Upstream: upstream, Operation: operation, What: key.what, First: at}
	}
	x.Count, x.Last = x.Count+1, at
	s.pending[key] = x
	first, fresh := !s.logged[key], !s.known[key]
	s.logged[key], s.known[key] = true, true
	s.mu.Unlock()

	s.counted.WithLabelValues(upstream, operation, key.what).Inc()
	if first {
		level := slog.LevelWarn
		if strings.HasPrefix(key.what, shape.UnknownField+":") {
			level = slog.LevelInfo // platforms add fields
		}
		s.log.Log(context.Background(), level, "platform differs from its published page",
			"upstream", upstream, "operation", operation, "what", key.what)
	}
	if fresh {
		select {
		case s.fresh <- struct{}{}:
		default:
		}
	}
}

// start stores the counts from now on. The caller calls stop last, which stores the rest.
func (s *surprises) start(ctx context.Context) (stop func(context.Context)) {
	var running sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	running.Go(func() { s.run(ctx) })
	return func(ctx context.Context) {
		cancel()
		running.Wait()
		s.flush(ctx)
	}
}

// run stores the counts until ctx ends.
func (s *surprises) run(ctx context.Context) {
	tick := time.NewTicker(flushSurprisesEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.fresh:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		s.flush(ctx)
	}
}

// flush stores the counts. What cannot be stored waits for the next time.
func (s *surprises) flush(ctx context.Context) {
	s.mu.Lock()
	var all []store.Surprise
	for _, x := range s.pending {
		all = append(all, x)
	}
	clear(s.pending)
	s.mu.Unlock()
	if len(all) == 0 {
		return
	}
	err := s.store.AddSurprises(ctx, all)
	if err == nil {
		return
	}
	s.log.WarnContext(ctx, "surprises of the platforms not stored yet", "error", err)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range all {
		key := surpriseKey{x.Upstream, x.Operation, x.What}
		if later, ok := s.pending[key]; ok {
			x.Count, x.Last = x.Count+later.Count, later.Last
		}
		s.pending[key] = x
	}
}

// Forms of names. A push's fields are the platform's; a list of people by id would have ids as names, and those have
// digits in their middle.
var (
	fieldForm  = regexp.MustCompile(`^[A-Za-z_-]+([0-9]{1,2}[A-Za-z_-]+)?[0-9]{0,4}$`)
	codeForm   = regexp.MustCompile(`^(-?[0-9]{1,10}|[A-Za-z][A-Za-z.]{0,63})$`)
	hostForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,79}$`)
	maxSegment = 40
	maxPath    = 100
)

// named returns a difference whose name has the form of a field, a code or a host, and "KIND:other" for any other text.
func named(difference string) string {
	kind, name, _ := strings.Cut(difference, ":")
	good := false
	switch kind {
	case shape.UnknownCode:
		good = codeForm.MatchString(name)
	case shape.Host:
		good = hostForm.MatchString(name)
	case shape.UnknownField, shape.MissingField, shape.WrongType, shape.TimeUnit:
		good = len(name) <= maxPath
		for part := range strings.SplitSeq(name, ".") {
			good = good && len(part) <= maxSegment && fieldForm.MatchString(part)
		}
	default:
		kind = otherName
	}
	if !good {
		name = otherName
	}
	return kind + ":" + name
}
