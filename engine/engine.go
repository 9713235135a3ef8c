// Package engine takes in what happened, has package flows decide, and writes all that follows in one transaction:
// the event's key, the case, its audit row, the jobs, the cards to draw. It calls no platform and knows no client:
// effects are for package workers, which report their results here.
//
// In reading order: engine.go (DecideAndPersist, follow, Report), then what comes in: message.go (messages, photos,
// words, the menu) with open.go, click.go (every button) with redraw.go, queue.go and my_data.go; then what goes
// out: surfaces.go (which cards to draw), jobs.go, incident.go (one card for many cases), nightly.go. code.go keeps
// codes as keyed hashes, tenant.go says who is HR.
package engine

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/patrickmn/go-cache"

	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
)

// Deps is everything an Engine works with.
type Deps struct {
	Store  flows.Store
	Policy flows.Policy
	// ReviewChat and AnnounceChat are the configured groups; a group chosen in chat overrides them.
	ReviewChat, AnnounceChat string
	// Marketplace: the app serves many tenants, each with admins, tokens and limits of its own.
	Marketplace bool
	Log         *slog.Logger
	Now         func() time.Time
	// NewID makes case and photo ids; default UUIDv7.
	NewID func() string
	// Observe is told of every change and effect, for metrics; may be nil.
	Observe Observer
}

// Observer counts.
type Observer interface {
	// Moved counts a case that left one state for another: how long it had been in the former, and
	// how old it is. from is "" for a case that was opened.
	Moved(from, to flows.State, stayed, age time.Duration)
	Effect(kind flows.JobKind, outcome string, took time.Duration)
	// CallFailed counts a call to a platform that did not succeed, by the platform's operation.
	CallFailed(operation string, class failure.Class)
}

// Engine takes in what happens and decides, in one transaction. It performs no effect.
type Engine struct {
	Deps
	id    string       // tells this engine from those of other processes on the database
	names *cache.Cache // colleagues' display names for toasts; may be lost
	// nights says until when a tenant's nightly job is known to be queued; may be lost.
	nightlyQueuedUntil sync.Map
}

// New returns an engine over d.
func New(d Deps) *Engine {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewID == nil {
		d.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Policy.WriteQuiet == 0 {
		d.Policy.WriteQuiet = flows.DefaultWriteQuiet
	}
	e := &Engine{Deps: d, id: rand.Text(), names: cache.New(nameTTL, time.Hour)}
	e.Policy.NameOf = e.nameOf
	return e
}

func (e *Engine) nameOf(openID string) string {
	if n, ok := e.names.Get(openID); ok {
		return n.(string)
	}
	return ""
}

// KnowName keeps the display name of somebody for toasts, for namesLife.
func (e *Engine) RememberName(openID, name string) { e.names.SetDefault(openID, name) }

// Names of admins are looked up again well before they are forgotten, and sooner while some are missing.
const (
	nameTTL             = 12 * time.Hour
	NameRefreshInterval = 6 * time.Hour
	NameRetryInterval   = time.Minute
)

// outcome is what became of an event.
type outcome struct {
	Case   *flows.Case // as it is now
	Change flows.Change
}

// Happened reports whether the event changed the case.
func (o outcome) Changed() bool { return o.Change.Case != nil }

// DecideAndPersist decides on one event of a case and writes everything that follows, within tx.
func (e *Engine) DecideAndPersist(ctx context.Context, tx flows.Tx, c *flows.Case, ev flows.Event) (outcome, error) {
	if ev.Role == "" {
		ev.Role = flows.RoleOf[ev.Kind]
	}
	if ev.Kind == flows.Confirmed {
		if err := e.addBlindIndex(ctx, tx, c, &ev); err != nil {
			return outcome{}, err
		}
	}
	ch := flows.Decide(&e.Policy, c, ev)
	if ch.Case == nil {
		return outcome{Case: c, Change: ch}, nil
	}
	next := ch.Case
	if err := tx.UpdateCase(ctx, next); err != nil {
		return outcome{}, err
	}
	if err := e.persist(ctx, tx, next, c.EnteredAt, ev, ch); err != nil {
		return outcome{}, err
	}
	return outcome{Case: next, Change: ch}, nil
}

// persist writes audit row, jobs, surfaces and what else a change brings. since is when the case
// had entered the state that it was in before.
func (e *Engine) persist(ctx context.Context, tx flows.Tx, c *flows.Case, since time.Time, ev flows.Event,
	ch flows.Change) error {
	if ch.SetBlindIndex {
		if err := tx.SetBlindIndex(ctx, c.ID, ch.BlindIndex); err != nil {
			return err
		}
	}
	if len(ch.DropPictures) > 0 {
		if _, err := tx.DeletePictures(ctx, c.ID, ch.DropPictures...); err != nil {
			return err
		}
	}
	if !ch.Silent {
		actor := ev.Actor
		if actor == "" {
			actor = string(ev.Role)
		}
		row := flows.AuditRow{
			CaseID: c.ID,
			At:     ev.At,
			Actor:  actor,
			Event:  string(ev.Kind),
			From:   ch.From,
			To:     c.State,
			Why:    ch.Rule,
			Detail: ch.Detail,
		}
		if err := tx.Audit(ctx, row); err != nil {
			return err
		}
	}
	jobs := ch.Jobs
	if ch.Incident != "" {
		more, err := e.notifyIncident(ctx, tx, c, ch)
		if err != nil {
			return err
		}
		jobs = append(jobs, more...)
	}
	more, err := e.handOverIncident(ctx, tx, c, ev, ch)
	if err != nil {
		return err
	}
	jobs = append(jobs, more...)
	shows, err := e.MarkSurfaces(ctx, tx, c, ch, ev.SourceMessage)
	if err != nil {
		return err
	}
	if err := e.Enqueue(ctx, tx, c.ID+"/"+strconv.FormatInt(c.Version, 10), append(jobs, shows...)...); err != nil {
		return err
	}
	if c.State != ch.From {
		e.Log.Info("case moved", "case", c.ID, "from", ch.From, "to", c.State, "rev", c.Rev, "event", ev.Kind, "why", ch.Rule)
		if e.Observe != nil {
			e.Observe.Moved(ch.From, c.State, ev.At.Sub(since), ev.At.Sub(c.CreatedAt))
		}
	}
	return nil
}

// lookUpNumber adds the index of the number and the other people who have it.
func (e *Engine) addBlindIndex(ctx context.Context, tx flows.Tx, c *flows.Case, ev *flows.Event) error {
	if ev.Form.IdentityCode == nil || c.Personal.Front == nil {
		return nil
	}
	typed := *ev.Form.IdentityCode
	if c.MaskedForm {
		typed = flows.ValueOr(typed, c.Personal.Front.RawNumber)
	}
	n, err := idcard.ParseNumber(typed, ev.At)
	if err != nil {
		return nil // the form is refused anyway
	}
	ev.BlindIndex = e.Store.MAC("number", n.Reveal())
	ev.SameNumberCases, err = tx.SameNumber(ctx, c.TenantKey, ev.BlindIndex, c.OpenID)
	return err
}

// Report takes what a job brought back. It returns the case as it is afterwards, and
// whether the event changed it.
func (e *Engine) Report(ctx context.Context, caseID string, ev flows.Event) (*flows.Case, bool, error) {
	if ev.At.IsZero() {
		ev.At = e.Now()
	}
	var out outcome
	err := e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, caseID)
		if err != nil {
			return err
		}
		out, err = e.DecideAndPersist(ctx, tx, c, ev)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return out.Case, out.Changed(), nil
}

// CaseOf loads a case outside any transaction.
func (e *Engine) CaseOf(ctx context.Context, id string) (*flows.Case, error) {
	var c *flows.Case
	err := e.Store.View(ctx, func(v flows.View) error {
		var err error
		c, err = v.Case(ctx, id)
		return err
	})
	return c, err
}

// Handle applies an event whose refusal needs no answer.
func (e *Engine) Apply(ctx context.Context, tx flows.Tx, c *flows.Case, ev flows.Event) error {
	_, err := e.DecideAndPersist(ctx, tx, c, ev)
	return err
}
