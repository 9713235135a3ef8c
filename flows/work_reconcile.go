package flows

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"shiming/cards"
)

const (
	upstreamFeishu = "feishu"
	upstreamEsign  = "esign"
)

// Rates of a run; it has the night for itself and takes little of it.
var (
	directoryLimit  = Limit{Key: "reconcile/directory", Every: time.Second / 10, Burst: 1}
	fileStatusLimit = Limit{Key: "reconcile/esign", Every: time.Second / 5, Burst: 1}
)

const (
	// reconcilePatience is after how many attempts a page goes on without an upstream that does
	// not answer; with the backoff, some ten minutes.
	reconcilePatience = 8
	// pageReserve is what a page leaves of its job's time for the case it is at and for storing.
	pageReserve = 45 * time.Second
)

// ensureNightly queues the tenant's nightly job unless it is queued: it queues the next one
// itself, so that this is for the first case, and for a job that was lost.
func (e *Engine) ensureNightly(ctx context.Context, tx Tx, tenantKey string) error {
	if until, ok := e.nights.Load(tenantKey); ok && e.Now().Before(until.(time.Time)) {
		return nil
	}
	raw, err := tx.Setting(ctx, tenantKey, settingNightly)
	if err != nil {
		return err
	}
	if at, err := time.Parse(time.RFC3339, raw); err == nil && e.Now().Before(at.Add(25*time.Hour)) {
		e.nights.Store(tenantKey, at)
		return nil
	}
	return e.queueNight(ctx, tx, tenantKey, nightAfter(e.Now()))
}

func (e *Engine) queueNight(ctx context.Context, tx Tx, tenantKey string, at time.Time) error {
	if err := tx.PutSetting(ctx, tenantKey, settingNightly, at.Format(time.RFC3339)); err != nil {
		return err
	}
	return e.enqueue(ctx, tx, "night/"+tenantKey+"/"+nightOf(at), Job{Kind: JobReconcile, Ref: nightOf(at), At: at, Args: map[string]string{"tenant": tenantKey}})
}

// reconcile compares one page of cases with what the platforms can be asked, and queues the next.
func (e *Engine) reconcile(ctx context.Context, j Job) error {
	night, err := parseNight(j.Ref)
	if err != nil {
		return err
	}
	if early := night.Sub(e.Now()); early > 0 { // our clock and the database's differ
		return &Again{In: early, Snooze: true, Code: "reconcile:early"}
	}
	r, was, err := e.beginPage(ctx, j, night)
	if r == nil || err != nil {
		return err
	}
	var list []visit
	var end position
	var working map[string]bool
	err = e.Store.View(ctx, func(v View) error {
		if list, end, err = r.page(ctx, v, j.Args["tenant"]); err != nil {
			return err
		}
		working, err = v.Working(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, visit := range list {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pageReserve {
			end = r.At
			break
		}
		again, err := e.compare(ctx, j, r, visit.c, working)
		if err != nil {
			return err
		}
		if again != nil {
			if _, err := e.storeRun(ctx, j, r, was, nil); err != nil {
				return err
			}
			return again
		}
		r.At = visit.at
	}
	r.At = end
	return e.endPage(ctx, j, r, was)
}

// beginPage takes up the run, or begins it and queues the next night's in the same transaction.
// nil: another job has done this page.
func (e *Engine) beginPage(ctx context.Context, j Job, night time.Time) (r *reconcileRun, was string, err error) {
	tenantKey := j.Args["tenant"]
	err = e.Store.Tx(ctx, func(tx Tx) error {
		if r, was, err = runIn(ctx, tx, tenantKey, settingRun); err != nil {
			return err
		}
		if r != nil && r.Night == j.Ref && r.Page == j.Rev && r.Finished.IsZero() {
			return nil
		}
		if j.Rev != 0 || r != nil && r.Night >= j.Ref {
			r = nil
			return nil
		}
		last, _, err := runIn(ctx, tx, tenantKey, settingCompared)
		if err != nil {
			return err
		}
		r = newRun(j.Ref, e.Now(), last)
		if err := putRun(ctx, tx, tenantKey, settingRun, r); err != nil {
			return err
		}
		if was, err = tx.Setting(ctx, tenantKey, settingRun); err != nil {
			return err
		}
		from := e.Now()
		if night.After(from) {
			from = night
		}
		return e.queueNight(ctx, tx, tenantKey, nightAfter(from))
	})
	return r, was, err
}

// storeRun stores how far the run is, unless another job of the same page was faster.
func (e *Engine) storeRun(ctx context.Context, j Job, r *reconcileRun, was string, also func(Tx) error) (stored bool, err error) {
	tenantKey := j.Args["tenant"]
	err = e.Store.Tx(ctx, func(tx Tx) error {
		stored = false
		now, err := tx.Setting(ctx, tenantKey, settingRun)
		if err != nil || now != was {
			return err
		}
		stored = true
		if err := putRun(ctx, tx, tenantKey, settingRun, r); err != nil || also == nil {
			return err
		}
		return also(tx)
	})
	return stored, err
}

// endPage queues the next page, or ends the run: what was found is kept, and goes to HR in the
// morning if there is something to say.
func (e *Engine) endPage(ctx context.Context, j Job, r *reconcileRun, was string) error {
	r.Page++
	cause := strings.Join([]string{"night", j.Args["tenant"], r.Night, strconv.FormatInt(r.Page, 10)}, "/")
	if !r.over(r.At) {
		next := Job{Kind: JobReconcile, Ref: j.Ref, Rev: r.Page, Args: j.Args}
		_, err := e.storeRun(ctx, j, r, was, func(tx Tx) error { return e.enqueue(ctx, tx, cause, next) })
		return err
	}
	r.Finished = e.Now()
	tell := false
	stored, err := e.storeRun(ctx, j, r, was, func(tx Tx) error {
		last, _, err := runIn(ctx, tx, j.Args["tenant"], settingCompared)
		if err != nil {
			return err
		}
		tell = r.compareWith(last)
		if err := putRun(ctx, tx, j.Args["tenant"], settingCompared, r); err != nil || !tell {
			return err
		}
		report := Job{Kind: JobReply, Ref: ReplyReconcile, To: toHR, Args: j.Args}
		if !awake(r.Finished) {
			report.At = nextMorning(r.Finished)
		}
		return e.enqueue(ctx, tx, cause, report)
	})
	if stored {
		e.Log.Info("reconciled", "night", r.Night, "cases", r.Compared, "photos", r.Photos, "people", r.People,
			"differences", len(r.Differences), "silent", len(r.Silent), "tell", tell)
	}
	return err
}

// compare asks for one case and notes what differs. again: an upstream has trouble; the page
// goes on with this case later.
func (e *Engine) compare(ctx context.Context, j Job, r *reconcileRun, c *Case, working map[string]bool) (again *Again, err error) {
	if c == nil {
		return nil, nil
	}
	s := surroundings{Working: working[c.ID]}
	switch err := e.Store.VerifyChain(ctx, c.ID); {
	case errors.Is(err, ErrChain):
		e.Log.Error("an audit chain does not verify", "case", c.ID, "error", err)
		s.ChainBroken = true
	case err != nil:
		return nil, err
	}
	people, photos := 0, 0
	for _, ask := range []struct {
		upstream string
		wanted   bool
		do       func() (trouble, error)
	}{
		{upstreamFeishu, asksDirectory(c), func() (t trouble, err error) {
			s.PersonGone, t, err = e.personGone(ctx, c.OpenID)
			people++
			return t, err
		}},
		{upstreamEsign, asksEsign(c) && e.Notary != nil, func() (t trouble, err error) {
			for _, side := range []string{"front", "back"} {
				if id := c.Uploads[side]; id != "" {
					var lost bool
					if lost, t, err = e.photoLost(ctx, id); t.Class != "" || err != nil {
						return t, err
					}
					s.PhotoLost = s.PhotoLost || lost
					photos++
				}
			}
			return t, nil
		}},
	} {
		if !ask.wanted || r.Silent[ask.upstream] != "" {
			continue
		}
		t, err := ask.do()
		if later, ok := errors.AsType[*Again](err); ok {
			return later, nil // the limit is booked out
		}
		if err != nil {
			return nil, err
		}
		if t.Class == "" {
			continue
		}
		code := t.Code
		if t.Upstream != "" {
			code += ":" + t.Upstream
		}
		e.Log.Warn("cannot compare", "case", c.ID, "upstream", ask.upstream, "class", t.Class, "code", code, "log_id", t.LogID, "attempt", j.Attempt)
		if t.Class == ClassRetry && j.Attempt < reconcilePatience {
			return &Again{In: backoff(j.Attempt, t.After), Code: "reconcile:" + code}, nil
		}
		r.silent(ask.upstream, code)
	}
	r.People, r.Photos = r.People+people, r.Photos+photos
	r.found(c, differences(c, s, e.Now()))
	return nil, nil
}

// Codes of the directory (page 获取单个用户信息) that say that a person is not there for us:
// 41012 no such id, 41050 outside the range that the app may see, which is where people go who
// leave. The class "gone" has the gateway's codes for an id that is not known.
var notInDirectory = map[string]bool{"41012": true, "41050": true}

// personGone asks Feishu's directory. The trouble has a class if there was no answer.
func (e *Engine) personGone(ctx context.Context, openID string) (gone bool, t trouble, err error) {
	if err := e.Store.Wait(ctx, directoryLimit); err != nil {
		return false, trouble{}, err
	}
	contact, err := e.Chat.Contact(ctx, openID)
	if err == nil {
		return contact.Left, trouble{}, nil
	}
	if ctx.Err() != nil {
		return false, trouble{}, ctx.Err()
	}
	if t = classify(err, false); t.Class == ClassGone || notInDirectory[t.Upstream] {
		return true, trouble{}, nil
	}
	return false, t, nil
}

// notOurs is e签宝's code for a file of another application: no use to us.
const notOurs = "1430802"

// photoLost asks e签宝 for an uploaded photo. The trouble has a class if there was no answer.
func (e *Engine) photoLost(ctx context.Context, fileID string) (lost bool, t trouble, err error) {
	if err := e.Store.Wait(ctx, fileStatusLimit); err != nil {
		return false, trouble{}, err
	}
	status, err := e.Notary.FileStatus(ctx, fileID)
	if err == nil {
		return !status.Usable(), trouble{}, nil // it was usable when its upload was recorded
	}
	if ctx.Err() != nil {
		return false, trouble{}, ctx.Err()
	}
	if t = classify(err, false); t.Class == ClassLost || t.Upstream == notOurs {
		return true, trouble{}, nil
	}
	return false, t, nil
}

// sendReconcile wakes what stands still and sends HR what differs, to HR's usual place.
func (e *Engine) sendReconcile(ctx context.Context, j Job) error {
	tenantKey := j.Args["tenant"]
	var r *reconcileRun
	err := e.Store.View(ctx, func(v View) (err error) {
		r, _, err = runIn(ctx, v, tenantKey, settingCompared)
		return err
	})
	if r == nil || err != nil {
		return err
	}
	for _, d := range r.Differences {
		if d.Kind == DiffStalled {
			if err := e.wakeUp(ctx, d); err != nil {
				return err
			}
		}
	}
	var to []Receiver
	var card cards.Reconcile
	err = e.Store.View(ctx, func(v View) (err error) {
		if to, err = e.hrReceivers(ctx, v, tenantKey, ""); err != nil {
			return err
		}
		card, err = e.reconcileCard(ctx, v, tenantKey)
		return err
	})
	if err != nil || len(card.Groups) == 0 { // dealt with since the night
		return err
	}
	for _, to := range to {
		if err := e.deliver(ctx, j, card, to, uuidOf("reconcile", j.Key, to.ID)); err != nil {
			return err
		}
	}
	return nil
}

// wakeUp stops a case that stands where it stood in the night, still without a job, so that
// HR's 重试 lets it go on.
func (e *Engine) wakeUp(ctx context.Context, d Difference) error {
	return e.Store.Tx(ctx, func(tx Tx) error {
		c, err := tx.Case(ctx, d.Case)
		if err != nil {
			return lost(err)
		}
		working, err := tx.Working(ctx)
		if err != nil || !stalled(c, working[c.ID], e.Now()) || !c.EnteredAt.Equal(d.Since) {
			return err
		}
		return e.onCase(ctx, tx, c, Event{Kind: StepStopped, At: e.Now(), Rev: &c.Rev, Stop: wake(c)})
	})
}

// reconcileCard draws the last finished run, without what has been dealt with since.
func (e *Engine) reconcileCard(ctx context.Context, v View, tenantKey string) (cards.Reconcile, error) {
	r, _, err := runIn(ctx, v, tenantKey, settingCompared)
	if err != nil {
		return cards.Reconcile{}, err
	}
	now, _, err := runIn(ctx, v, tenantKey, settingRun)
	if err != nil {
		return cards.Reconcile{}, err
	}
	out := cards.Reconcile{Next: nightAfter(e.Now()), Running: now != nil && now.Finished.IsZero()}
	if r == nil {
		return out, nil
	}
	out.At, out.Compared, out.Photos, out.People, out.Identities, out.Points, out.Since = r.Finished, r.Compared, r.Photos, r.People, r.Identities, r.Points, r.From
	for _, upstream := range []string{upstreamEsign, upstreamFeishu} {
		if code := r.Silent[upstream]; code != "" {
			out.Silent = append(out.Silent, cards.Silence{Upstream: upstream, Code: code})
		}
	}
	for _, kind := range DiffKinds {
		g := cards.ReconcileGroup{Kind: string(kind), Total: r.Count[kind]}
		for _, d := range r.Differences {
			if d.Kind != kind {
				continue
			}
			c, err := v.Case(ctx, d.Case)
			if isNotFound(err) || err == nil && !holds(c, d) {
				g.Total--
				continue
			}
			if err != nil {
				return cards.Reconcile{}, err
			}
			if len(g.Rows) < cards.MaxReconcileRows {
				g.Rows = append(g.Rows, cards.ReconcileRow{Ref: ref(c), MaskedName: maskedName(c), Since: d.Since, Open: c.State.Turn() == HR})
			}
		}
		if g.Total > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	return out, nil
}
