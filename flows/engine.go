package flows

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/patrickmn/go-cache"

	"shiming/idcard"

	"shiming/failure"
)

// Deps is everything an Engine works with.
type Deps struct {
	Store  Store
	Policy Policy
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
	Moved(from, to State, stayed, age time.Duration)
	Effect(kind JobKind, outcome string, took time.Duration)
	// CallFailed counts a call to a platform that did not succeed, by the platform's operation.
	CallFailed(operation string, class failure.Class)
}

// Engine takes in what happens and decides, in one transaction. It performs no effect.
type Engine struct {
	Deps
	id    string       // tells this engine from those of other processes on the database
	names *cache.Cache // colleagues' display names for toasts; may be lost
	// nights says until when a tenant's nightly job is known to be queued; may be lost.
	nights sync.Map
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
		d.Policy.WriteQuiet = DefaultWriteQuiet
	}
	e := &Engine{Deps: d, id: rand.Text(), names: cache.New(namesLife, time.Hour)}
	e.Policy.NameOf = e.nameOf
	return e
}

// sixDigits draws from 000000 … 999999, each equally likely.
func sixDigits() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the system has no randomness
	}
	s := n.String()
	return "000000"[len(s):] + s
}

func (e *Engine) nameOf(openID string) string {
	if n, ok := e.names.Get(openID); ok {
		return n.(string)
	}
	return ""
}

// KnowName keeps the display name of somebody for toasts, for namesLife.
func (e *Engine) KnowName(openID, name string) { e.names.SetDefault(openID, name) }

// Names of admins are looked up again well before they are forgotten, and sooner while some are missing.
const (
	namesLife  = 12 * time.Hour
	namesEvery = 6 * time.Hour
	namesSoon  = time.Minute
)

// KeepNames keeps the admins' names known until ctx ends, so that a late click can be told who was first.
func (w *Workers) KeepNames(ctx context.Context) {
	for soon := namesSoon; ; soon = min(2*soon, namesEvery) {
		pause := namesEvery
		if !w.WarmNames(ctx) {
			pause = soon
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// WarmNames looks up the admins' names and reports whether all are known.
func (w *Workers) WarmNames(ctx context.Context) (all bool) {
	all = true
	for _, entry := range w.engine.Policy.Admins {
		tenantKey, id, ok := strings.Cut(entry, "/")
		if !ok {
			tenantKey, id = "", entry
		}
		c, err := w.Chat.Contact(WithTenant(ctx, tenantKey), id)
		if err != nil {
			w.engine.Log.Info("name of an admin is not known yet", "open_id", id, "error", err)
			all = false
			continue
		}
		w.engine.KnowName(id, c.Name)
	}
	return all
}

// outcome is what became of an event.
type outcome struct {
	Case   *Case // as it is now
	Change Change
}

// happened reports whether the event changed the case.
func (o outcome) happened() bool { return o.Change.Case != nil }

// apply decides on one event of a case and writes everything that follows, within tx.
func (e *Engine) apply(ctx context.Context, tx Tx, c *Case, ev Event) (outcome, error) {
	if ev.Role == "" {
		ev.Role = roleOf[ev.Kind]
	}
	if ev.Kind == Confirmed {
		if err := e.lookUpNumber(ctx, tx, c, &ev); err != nil {
			return outcome{}, err
		}
	}
	ch := Decide(&e.Policy, c, ev)
	if ch.Case == nil {
		return outcome{Case: c, Change: ch}, nil
	}
	next := ch.Case
	if err := tx.UpdateCase(ctx, next); err != nil {
		return outcome{}, err
	}
	if err := e.follow(ctx, tx, next, c.EnteredAt, ev, ch); err != nil {
		return outcome{}, err
	}
	return outcome{Case: next, Change: ch}, nil
}

// follow writes audit row, jobs, surfaces and what else a change brings. since is when the case
// had entered the state that it was in before.
func (e *Engine) follow(ctx context.Context, tx Tx, c *Case, since time.Time, ev Event, ch Change) error {
	if ch.SetIndex {
		if err := tx.SetNumberIndex(ctx, c.ID, ch.Index); err != nil {
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
		row := AuditRow{CaseID: c.ID, At: ev.At, Actor: actor, Event: string(ev.Kind), From: ch.From, To: c.State, Why: ch.Why, Detail: ch.Detail}
		if err := tx.Audit(ctx, row); err != nil {
			return err
		}
	}
	jobs := ch.Jobs
	if ch.Incident != "" {
		more, err := e.incident(ctx, tx, c, ch)
		if err != nil {
			return err
		}
		jobs = append(jobs, more...)
	}
	more, err := e.passOn(ctx, tx, c, ev, ch)
	if err != nil {
		return err
	}
	jobs = append(jobs, more...)
	shows, err := e.surfaces(ctx, tx, c, ch, ev.Clicked)
	if err != nil {
		return err
	}
	if err := e.enqueue(ctx, tx, c.ID+"/"+strconv.FormatInt(c.Version, 10), append(jobs, shows...)...); err != nil {
		return err
	}
	if c.State != ch.From {
		e.Log.Info("case moved", "case", c.ID, "from", ch.From, "to", c.State, "rev", c.Rev, "event", ev.Kind, "why", ch.Why)
		if e.Observe != nil {
			e.Observe.Moved(ch.From, c.State, ev.At.Sub(since), ev.At.Sub(c.CreatedAt))
		}
	}
	return nil
}

// lookUpNumber adds the index of the number and the other people who have it.
func (e *Engine) lookUpNumber(ctx context.Context, tx Tx, c *Case, ev *Event) error {
	if ev.Form.IdentityCode == nil || c.Personal.Front == nil {
		return nil
	}
	typed := *ev.Form.IdentityCode
	if c.MaskedForm {
		typed = orElse(typed, c.Personal.Front.RawNumber)
	}
	n, err := idcard.ParseNumber(typed, ev.At)
	if err != nil {
		return nil // the form is refused anyway
	}
	ev.Index = e.Store.MAC("number", n.Reveal())
	ev.Duplicates, err = tx.SameNumber(ctx, c.TenantKey, ev.Index, c.OpenID)
	return err
}

// Report takes what a job brought back. It returns the case as it is afterwards, and
// whether the event changed it.
func (e *Engine) Report(ctx context.Context, caseID string, ev Event) (*Case, bool, error) {
	if ev.At.IsZero() {
		ev.At = e.Now()
	}
	var out outcome
	err := e.Store.Tx(ctx, func(tx Tx) error {
		c, err := tx.Case(ctx, caseID)
		if err != nil {
			return err
		}
		out, err = e.apply(ctx, tx, c, ev)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return out.Case, out.happened(), nil
}

// caseOf loads a case outside any transaction.
func (e *Engine) caseOf(ctx context.Context, id string) (*Case, error) {
	var c *Case
	err := e.Store.View(ctx, func(v View) error {
		var err error
		c, err = v.Case(ctx, id)
		return err
	})
	return c, err
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
