// Package walk takes fictional people through the real bot on a real store, with platforms that answer at once.
// Benchmarks and tests use it to fill databases with rows that the program itself has written.
package walk

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/store"
	"shiming/workers"
)

// Tenant is the tenant of all people, HR one of its admins, Group its review group, Board the group of its
// announcement.
const (
	Tenant = "2ed263bf32cf1651"
	HR     = "ou_00000000000000000000000000000001"
	Group  = "oc_00000000000000000000000000000002"
	Board  = "oc_00000000000000000000000000000003"
)

// World is the bot on a store. Jobs are stored as always, and Walk also runs them here. Rate limits do not wait.
type World struct {
	*engine.Engine
	*workers.Workers
	*Outside
	Store *store.Store
	At    time.Time // the simulated time
	// Left holds the jobs that the last walk has left for later, mostly reminders and expiries.
	Left []flows.Job
	// Stored counts the stored jobs.
	Stored int

	hold  map[flows.JobKind]bool // kinds that are stored but not run
	queue []flows.Job
	n     uint64 // counter of the ids
}

// New builds a bot on a store. seed distinguishes the ids of several bots.
func New(s *store.Store, seed string, at time.Time) *World {
	w := &World{Store: s, At: at, hold: map[flows.JobKind]bool{}}
	now := func() time.Time { return w.At }
	w.Outside = &Outside{now: now, seed: seed, wrote: map[string]int{}}
	w.Engine = engine.New(engine.Deps{
		Store:        gate{s, w},
		Policy:       Policy(),
		ReviewChat:   Group,
		AnnounceChat: Board,
		Now:          now,
		NewID:        w.newID,
	})
	w.Workers = workers.New(workers.Deps{
		Engine:           w.Engine,
		Messenger:        w.Outside,
		IDCardReader:     w.Outside,
		IdentityRecorder: w.Outside,
		EvidenceClient:   w.Outside,
		Verifier:         w.Outside,
		NewCode:          func() string { return "482913" },
	})
	return w
}

// Policy returns the policy of config.yaml's defaults.
func Policy() flows.Policy {
	p := flows.Policy{
		Method:       flows.ThreeElements,
		ReviewAlways: true,
		Admins:       []string{HR, "ou_00000000000000000000000000000004"},
		Documents:    flows.DefaultDocuments(),
		Agreement: cards.Agreement{
			Company:    "样本科技有限公司",
			Categories: []string{"card", "code", "record"},
			Purposes:   []string{"identity", "evidence"},
			Recipients: []string{"feishu", "tencent_sms", "tencent_faceid", "esign"},
			Viewers:    []string{"hr"},
			Places:     []string{"database"},
			Kept:       []string{"record"},
			Rights:     []string{"withdraw", "ask"},
			AnswerDays: 15,
			Supplier:   cards.DefaultSupplier,
			Version:    cards.AgreementVersion,
		},
		ReminderAfter: 4 * time.Hour,
		ExpireAfter:   7 * 24 * time.Hour,
		CodeTTL:       10 * time.Minute,
		CodeResend:    time.Minute,
		PhotoGrace:    time.Hour,

		UnfinishedRetention: 30 * 24 * time.Hour,
		LeaverRetention:     3 * 365 * 24 * time.Hour,
	}
	p.Agreement.Retention = p.Retention()
	return p
}

// newID returns a UUIDv7 of the simulated time, the same in every run.
func (w *World) newID() string {
	w.n++
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(w.seed), w.n))
	return UUID(w.At, binary.BigEndian.Uint64(sum[:]))
}

// UUID returns a UUIDv7 of a time. n distinguishes ids of the same time.
func UUID(at time.Time, n uint64) string {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(at.UnixMilli())<<16)
	binary.BigEndian.PutUint64(u[8:], n*0x9e3779b97f4a7c15)
	u[6], u[7] = 0x70|byte(n>>8)&0x0f, byte(n)
	u[8] = u[8]&0x3f | 0x80
	return u.String()
}

// gate is the store without rate limits. It also keeps the jobs here.
type gate struct {
	*store.Store
	w *World
}

func (gate) Wait(context.Context, ...flows.BurstLimit) error { return nil }

func (gate) Pace(context.Context, flows.ExactLimit) (func(), error) { return func() {}, nil }

func (g gate) Tx(ctx context.Context, fn func(flows.Tx) error) error {
	var jobs []flows.Job
	err := g.Store.Tx(ctx, func(tx flows.Tx) error {
		jobs = nil
		return fn(noting{tx, &jobs})
	})
	if err != nil {
		return err
	}
	g.w.mu.Lock()
	defer g.w.mu.Unlock()
	g.w.Stored += len(jobs)
	if g.w.Who.OpenID != "" {
		g.w.queue = append(g.w.queue, jobs...)
	}
	return nil
}

type noting struct {
	flows.Tx
	jobs *[]flows.Job
}

func (n noting) Enqueue(ctx context.Context, jobs ...flows.Job) error {
	*n.jobs = append(*n.jobs, jobs...)
	return n.Tx.Enqueue(ctx, jobs...)
}

// next returns a job that is due and not held.
func (w *World) next() (flows.Job, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, j := range w.queue {
		if !j.At.After(w.At) && !w.hold[j.Kind] {
			w.queue = slices.Delete(w.queue, i, i+1)
			j.Attempt = 1
			return j, true
		}
	}
	return flows.Job{}, false
}

// run runs the due jobs. It ignores retries of suspended steps.
func (w *World) run(ctx context.Context) error {
	for {
		j, due := w.next()
		if !due {
			return nil
		}
		err := w.Run(ctx, j)
		if _, later := errors.AsType[*flows.RetryLater](err); err != nil && !later {
			return fmt.Errorf("%s: %w", j.Kind, err)
		}
	}
}

// Say sends a private message. Photos sends one with both sides of the card.
func (w *World) Say(ctx context.Context, p Person, text string) error {
	return w.Message(ctx, w.message(p, text))
}

func (w *World) Photos(ctx context.Context, p Person) error {
	m := w.message(p, "")
	m.Photos = []flows.PhotoRef{{FileKey: "img_v3_02" + w.id()[:30] + "_f", Kind: "image"},
		{FileKey: "img_v3_02" + w.id()[:30] + "_b", Kind: "image"}}
	return w.Message(ctx, m)
}

func (w *World) message(p Person, text string) flows.Message {
	return flows.Message{
		EventID:   w.id(),
		MessageID: "om_" + w.id(),
		TenantKey: Tenant,
		OpenID:    p.OpenID,
		ChatID:    "oc_" + p.OpenID[3:],
		Private:   true,
		Text:      text,
		At:        w.At,
	}
}

// Press presses a button on a case's present card. form alternates field names and values.
func (w *World) Press(ctx context.Context, who string, c *flows.Case, act cards.Act, form ...string) (flows.Answer,
	error) {
	values := map[string]any{}
	for i := 0; i+1 < len(form); i += 2 {
		values[form[i]] = form[i+1]
	}
	f, err := cards.DecodeForm(values)
	if err != nil {
		return flows.Answer{}, err
	}
	return w.Click(ctx, flows.CardAction{
		EventID:   w.id(),
		TenantKey: Tenant,
		OpenID:    who,
		MessageID: "om_" + w.id(),
		At:        w.At,
		Form:      f,
		Action: cards.Action{
			V:    1,
			Act:  act,
			Case: c.ID,
			Rev:  c.Rev,
		},
	})
}

// Latest returns a person's latest case.
func (w *World) Latest(ctx context.Context, p Person) (c *flows.Case, err error) {
	err = w.Store.View(ctx, func(v flows.View) error {
		c, err = v.LatestCase(ctx, Tenant, p.OpenID)
		return err
	})
	return c, err
}
