package workers

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// headPage is how many chains are looked at in one snapshot, and how many ends are written in one transaction.
const headPage = 500

// publishHead publishes the head of a day over the tenant's audit chains: in the review group, to the data-protection
// officers in private, to the receiver of dpo.heads_url, and in the log. It queues the next one. Whichever instance runs
// it and however often, there is one head a day, also on a day on which no chain has grown: a day without a head means
// that something was wrong.
func (w *Workers) publishHead(ctx context.Context, j flows.Job) error {
	tenantKey, day := j.Args[flows.ArgTenant], j.RunDate()
	at, err := flows.ParseHeadDay(day)
	if err != nil {
		return err
	}
	if early := at.Sub(w.engine.Now()); early > 0 { // the clocks of database and process differ
		return &flows.RetryLater{In: early, Snooze: true, Code: "head:early"}
	}
	h, err := w.headOf(ctx, tenantKey, day)
	if err != nil {
		return err
	}
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		_, err := tx.PublishedHead(ctx, tenantKey, day)
		switch {
		case err == nil:
			return nil // another run has published it, and has queued the next one
		case !flows.IsNotFound(err):
			return err
		}
		if err := w.engine.QueueHead(ctx, tx, tenantKey, flows.HeadAfter(w.engine.Now())); err != nil {
			return err
		}
		// Another run may have added ends since the hash was computed, or a head of another day.
		n, err := tx.CountPublishedEnds(ctx, tenantKey, day)
		if err != nil {
			return err
		}
		previous, err := lastHash(ctx, tx, tenantKey)
		if err != nil {
			return err
		}
		if n != h.Chains || string(previous) != string(h.Previous) {
			return &flows.RetryLater{In: time.Second, Snooze: true, Code: "head:beside"}
		}
		if err := tx.PutHead(ctx, h); err != nil {
			return err
		}
		w.engine.Log.Info("audit head", "tenant", tenantKey, "day", day, "head", hex.EncodeToString(h.Hash),
			"chains", h.Chains)
		to, err := w.headReceivers(ctx, tx, tenantKey)
		if err != nil {
			return err
		}
		if w.Heads != nil {
			if err := w.engine.Enqueue(ctx, tx, j.Key+"/send", flows.SendHeads(tenantKey, day)); err != nil {
				return err
			}
		}
		return w.enqueueForEach(ctx, tx, tenantKey, j.Key+"/card", flows.Reply(flows.ReplyHead).With(flows.ArgDay, day), to)
	})
	if errors.Is(err, flows.ErrStale) { // another run of this head beside this one
		return &flows.RetryLater{In: time.Second, Snooze: true, Code: "head:beside"}
	}
	return err
}

// headReceivers returns the review group, if there is one, and the data-protection officers.
func (w *Workers) headReceivers(ctx context.Context, v flows.View, tenantKey string) (to []flows.Receiver, err error) {
	hr, err := w.engine.HRReceivers(ctx, v, tenantKey, "")
	for _, r := range hr {
		if r.Type == "chat_id" {
			to = append(to, r)
		}
	}
	for _, id := range w.engine.Policy.DPOsOf(tenantKey) {
		to = append(to, flows.Receiver{Type: "open_id", ID: id})
	}
	return to, err
}

// headOf collects the ends that no head covers, and computes the head of the day over them.
func (w *Workers) headOf(ctx context.Context, tenantKey, day string) (*flows.PublishedHead, error) {
	for after := ""; ; {
		var ends []flows.ChainEnd
		err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
			if _, err = v.PublishedHead(ctx, tenantKey, day); err == nil {
				ends, after = nil, ""
				return nil
			}
			ends, after, err = v.GrownChains(ctx, tenantKey, after, headPage)
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(ends) > 0 {
			err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error { return w.addEnds(ctx, tx, tenantKey, day, ends) })
			if err != nil {
				return nil, err
			}
		}
		if after == "" {
			break
		}
	}
	h := &flows.PublishedHead{TenantKey: tenantKey, Day: day, At: w.engine.Now()}
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		if h.Previous, err = lastHash(ctx, v, tenantKey); err != nil {
			return err
		}
		sum := flows.NewHeadHasher(tenantKey, day, h.Previous)
		for after := ""; ; {
			ends, err := v.PublishedEnds(ctx, tenantKey, day, after, headPage)
			if err != nil {
				return err
			}
			for _, e := range ends {
				sum.Add(e)
				after = e.CaseID
			}
			if len(ends) < headPage {
				break
			}
		}
		h.Hash, h.Chains = sum.Sum(), sum.Ends()
		return nil
	})
	return h, err
}

// addEnds adds ends to the head of a day, unless the head was published meanwhile: what it covers does not change.
func (w *Workers) addEnds(ctx context.Context, tx flows.Tx, tenantKey, day string, ends []flows.ChainEnd) error {
	_, err := tx.PublishedHead(ctx, tenantKey, day)
	if err == nil {
		return nil
	}
	if !flows.IsNotFound(err) {
		return err
	}
	return tx.AddPublishedEnds(ctx, tenantKey, day, ends)
}

// lastHash is the hash of the tenant's newest head.
func lastHash(ctx context.Context, v flows.View, tenantKey string) ([]byte, error) {
	last, err := v.LastHead(ctx, tenantKey)
	if flows.IsNotFound(err) {
		return flows.NoHead(), nil
	}
	if err != nil {
		return nil, err
	}
	return last.Hash, nil
}

// headCard shows the head of a day.
func headCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	h, err := v.PublishedHead(ctx, j.Args[flows.ArgTenant], j.Args[flows.ArgDay])
	if err != nil {
		return nil, err
	}
	return cards.AuditHead{Day: h.Day, Hash: hex.EncodeToString(h.Hash), Chains: h.Chains}, nil
}
