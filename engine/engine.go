// Package engine takes in what happened, lets package flows decide, and writes everything that follows in one
// transaction: the key of the event, the case, its audit row, the jobs, the surfaces (cards that live on). It calls no
// platform and knows no client. Package workers performs the effects and reports their results here.
//
// In reading order:
//
//   - engine.go: DecideAndPersist, persist, Report
//   - what comes in: message.go (messages, photos, recalls, the menu) and commands.go (what people type), open.go (a
//     new case), click.go (every button) with redraw.go, queue.go, original.go, evidence.go and my_data.go
//   - what goes out: surfaces.go (which cards to draw), jobs.go, incident.go (one card for many cases), board.go (a
//     group's announcement), nightly.go, retention.go and morning.go (once a day)
//   - code.go keeps SMS codes as keyed hashes, blind_index.go ID numbers; names.go keeps the names of admins, staff.go
//     says who may decide
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
)

// Deps holds everything that an Engine needs.
type Deps struct {
	Store  flows.Store
	Policy flows.Policy
	// ReviewChat and AnnounceChat are the configured groups. A group that HR has chosen in chat takes precedence.
	ReviewChat, AnnounceChat string
	// Marketplace is set for an app that serves many tenants. Each of them has admins, tokens and limits of its own.
	Marketplace bool
	// FilingApp is the application at e签宝. It judges all evidence by the application and the revision. "" if nothing is
	// filed.
	FilingApp string
	// Shared says that engines of other processes may work on the same database.
	Shared bool
	Log    *slog.Logger     // default: discards
	Now    func() time.Time // default: time.Now
	// NewID makes the ids of cases and photos. The default makes UUIDv7s, which sort by time.
	NewID func() string
	// Observe receives counts for metrics. It may be nil.
	Observe Observer
}

// Observer counts what happens. Its methods must not block: Moved is called within the transaction, before its commit.
type Observer interface {
	// Moved counts a case that went from one state to another. stayed is the time spent in from, age the time since the
	// case was opened. from is "" for a case that was opened just now.
	Moved(from, to flows.State, stayed, age time.Duration)
	// Effect counts a run of a job. outcome is done, again or error.
	Effect(kind flows.JobKind, outcome string, took time.Duration)
	// ApprovedByPolicy counts a case that needed no HR. sampled says that it was drawn for a look afterwards.
	ApprovedByPolicy(sampled bool)
	// SampleLooked counts a look at a sampled case.
	SampleLooked(outcome flows.SampleOutcome)
	// Deleted counts a deletion of personal data.
	Deleted(scope flows.PurgeScope, rule flows.DeletionRule)
	// CallFailed counts a call to a platform that did not succeed. operation is the platform's own name of the call.
	CallFailed(operation string, class failure.Class)
}

// Engine decides on what happens. It is safe for concurrent use, and several engines may share a database.
type Engine struct {
	Deps
	id    string       // distinguishes this engine from the engines of other processes
	names *cache.Cache // display names of admins; only a cache
	// answers counts equal answers to one person, see isFlood.
	answers *cache.Cache
	// nightlyQueuedUntil maps a tenant to the time until which its nightly job is known to be queued. It is only a cache.
	nightlyQueuedUntil sync.Map
	headQueuedUntil    sync.Map // the same of the heads over the audit chains
	// morningQueuedUntil is the same of HR's morning card, retentionQueuedUntil of the daily deletion.
	morningQueuedUntil, retentionQueuedUntil sync.Map
}

// New returns an engine over d, with the defaults filled in.
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
	// An id of each start is enough: it only has to differ from those of engines that run at the same time.
	e := &Engine{
		Deps:    d,
		id:      rand.Text(),
		names:   cache.New(nameTTL, time.Hour),
		answers: cache.New(floodWindow, time.Minute),
	}
	e.Policy.NameOf = e.nameOf
	return e
}

// ID distinguishes this engine from the engines of other processes.
func (e *Engine) ID() string { return e.id }

// outcome is the result of an event.
type outcome struct {
	Case   *flows.Case // the case as it is now
	Change flows.Change
}

// Changed reports whether the event changed the case. If not, Change holds the reason and the toast.
func (o outcome) Changed() bool { return o.Change.Case != nil }

// DecideAndPersist decides on one event of a case and writes everything that follows, within tx. It returns
// flows.ErrStale if another transaction has changed c since it was loaded; the store then runs the transaction again.
func (e *Engine) DecideAndPersist(ctx context.Context, tx flows.Tx, c *flows.Case, ev flows.Event) (outcome, error) {
	if ev.Role == "" {
		ev.Role = flows.RoleOf[ev.Kind]
	}
	if ev.Kind == flows.Confirmed {
		if err := e.addBlindIndex(ctx, tx, c, &ev); err != nil {
			return outcome{}, err
		}
	}
	if ev.Kind == flows.Confirmed || ev.Kind == flows.BankCardTyped || ev.Kind == flows.CodeAsked {
		if err := e.addCodeUses(ctx, tx, c, &ev); err != nil {
			return outcome{}, err
		}
	}
	if ev.Kind == flows.IdentityStarted {
		if err := e.addFilingLead(ctx, tx, c, &ev); err != nil {
			return outcome{}, err
		}
	}
	if ev.Kind == flows.ReminderDue || ev.Kind == flows.QuestionDue || ev.Kind == flows.Nudged {
		works, err := tx.Employment(ctx, c.TenantKey, c.OpenID)
		if err != nil {
			return outcome{}, err
		}
		ev.Unreachable = !works.Reachable()
	}
	if ev.Role == flows.HR || ev.Kind == flows.PersonAsked || ev.Kind == flows.WordsSaid {
		staff, err := e.StaffOf(ctx, tx, c.TenantKey)
		if err != nil {
			return outcome{}, err
		}
		ev.Staff = &staff
	}
	if !e.Policy.ReviewAlways && (ev.Kind == flows.PersonChecked || ev.Kind == flows.Confirmed) {
		ev.SampleDraw = e.sampleDraw(c)
	}
	ch := flows.Decide(&e.Policy, c, ev)
	if ch.Case == nil {
		return outcome{Case: c, Change: ch}, nil
	}
	next := ch.Case
	if err := tx.UpdateCase(ctx, next); err != nil {
		return outcome{}, err
	}
	if err := e.writeCodeUses(ctx, tx, c, ch); err != nil {
		return outcome{}, err
	}
	if err := e.persist(ctx, tx, c, next, ev, ch); err != nil {
		return outcome{}, err
	}
	return outcome{Case: next, Change: ch}, nil
}

// persist writes what a change brings besides the case: the audit row, the jobs, the surfaces, the number's index and
// the deletion of pictures. before is the case before the change.
func (e *Engine) persist(
	ctx context.Context, tx flows.Tx, before, c *flows.Case, ev flows.Event, ch flows.Change,
) error {
	if err := tx.AddFigures(ctx, c, ev.At, ch.Figures); err != nil {
		return err
	}
	if ch.SetBlindIndex {
		if err := tx.SetBlindIndex(ctx, c.ID, ch.BlindIndex); err != nil {
			return err
		}
	}
	if dep := ev.Contact.Department; dep.ID != "" && dep.Name != "" {
		if err := tx.PutDepartment(ctx, c.TenantKey, dep); err != nil {
			return err
		}
	}
	pictures := 0
	// Pictures are deleted together with the change that says so: a case never claims that deleted pictures exist.
	if len(ch.DropPictures) > 0 {
		n, err := tx.DeletePictures(ctx, c.ID, ch.DropPictures...)
		if err != nil {
			return err
		}
		pictures = n
	}
	if !ch.Silent {
		if err := e.audit(ctx, tx, c, ev, ch); err != nil {
			return err
		}
	}
	if ch.Deleted != nil { // after the audit row, which is its proof
		if err := tx.PutDeletion(ctx, c, *ch.Deleted, pictures); err != nil {
			return err
		}
		if e.Observe != nil {
			e.Observe.Deleted(ch.Deleted.Scope, ch.Deleted.Rule)
		}
	}
	jobs := ch.Jobs
	if ch.Incident != "" {
		more, err := e.notifyIncident(ctx, tx, c, ch.Incident)
		if err != nil {
			return err
		}
		jobs = append(jobs, more...)
	}
	// The case may have left an incident with this change.
	more, err := e.handOverIncident(ctx, tx, c, ev, ch)
	if err != nil {
		return err
	}
	jobs = append(jobs, more...)
	if more, err = e.noteFilingLead(ctx, tx, before, c, ch); err != nil {
		return err
	}
	jobs = append(jobs, more...)
	if more, err = e.noteFollowUps(ctx, tx, c, ch); err != nil {
		return err
	}
	jobs = append(jobs, more...)
	if more, err = e.endLooks(ctx, tx, before, c, ch); err != nil {
		return err
	}
	jobs = append(jobs, more...)
	if more, err = e.redrawOverdue(ctx, tx, before, c); err != nil {
		return err
	}
	jobs = append(jobs, more...)
	if c.State != ch.From {
		if more, err = e.noteCampaignStep(ctx, tx, c, ev.At); err != nil {
			return err
		}
		jobs = append(jobs, more...)
	}
	if !c.Erased.IsZero() && before.Erased.IsZero() {
		if err := tx.ForgetRequestWords(ctx, c.TenantKey, c.OpenID); err != nil {
			return err
		}
	}
	shows, err := e.MarkSurfaces(ctx, tx, c, ch, ev.SourceMessage)
	if err != nil {
		return err
	}
	// Each change has a version of its own, and so have the keys of its jobs.
	if err := e.Enqueue(ctx, tx, c.ID+"/"+strconv.FormatInt(c.Version, 10), append(jobs, shows...)...); err != nil {
		return err
	}
	if e.Observe != nil && c.ApprovedByPolicy() && !before.ApprovedByPolicy() {
		e.Observe.ApprovedByPolicy(c.Sampled != nil)
	}
	if s := c.Sampled; e.Observe != nil && s != nil && s.Outcome != "" && before.AwaitsLook() {
		e.Observe.SampleLooked(s.Outcome)
	}
	if c.State != ch.From {
		e.Log.Info("case moved", "case", c.ID, "from", ch.From, "to", c.State, "rev", c.Rev, "event", ev.Kind, "why", ch.Rule)
		if e.Observe != nil {
			e.Observe.Moved(ch.From, c.State, ev.At.Sub(before.EnteredAt), ev.At.Sub(c.CreatedAt))
		}
	}
	return nil
}

// audit appends the change to the case's chain. An event that nobody caused in person is the role's: bot or clock.
func (e *Engine) audit(ctx context.Context, tx flows.Tx, c *flows.Case, ev flows.Event, ch flows.Change) error {
	actor := ev.Actor
	if actor == "" {
		actor = string(ev.Role)
	}
	return tx.Audit(ctx, flows.AuditRow{
		CaseID: c.ID,
		At:     ev.At,
		Actor:  actor,
		Event:  string(ev.Kind),
		From:   ch.From,
		To:     c.State,
		Why:    ch.Rule,
		Detail: ch.Detail,
	})
}

// Report applies the result of a job to its case, in a transaction of its own. It returns the case as it is afterwards
// and whether the event changed it. It returns flows.ErrNotFound if there is no such case.
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

// CaseOf loads a case outside any transaction. It returns flows.ErrNotFound if there is none.
func (e *Engine) CaseOf(ctx context.Context, id string) (*flows.Case, error) {
	var c *flows.Case
	err := e.Store.View(ctx, func(v flows.View) error {
		var err error
		c, err = v.Case(ctx, id)
		return err
	})
	return c, err
}

// Apply applies an event whose refusal nobody has to be told of. It is DecideAndPersist without the outcome.
func (e *Engine) Apply(ctx context.Context, tx flows.Tx, c *flows.Case, ev flows.Event) error {
	_, err := e.DecideAndPersist(ctx, tx, c, ev)
	return err
}
