package engine

import (
	"context"
	"strconv"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// watched is something that an admin may do most times within a window. Whoever reaches the limit is refused, and the
// other admins are told.
type watched struct {
	purpose string // of the keyed hash under which the uses are counted
	cause   string // of the jobs
	most    int
	window  time.Duration
	toast   string // refuses; its argument n is most
	notice  string
	what    string // for the log
}

// watchedKey is the key under which the uses of the clicker are counted.
func (e *Engine) watchedKey(k click, w watched) keyed {
	return keyedHash(e.Store, "", w.purpose, k.TenantKey, k.OpenID)
}

// countWatched counts a use. Beyond the limit it returns a toast, and the other admins are told.
func (e *Engine) countWatched(ctx context.Context, tx flows.Tx, k click, w watched) (*cards.Toast, error) {
	key, now := e.watchedKey(k, w), e.Now()
	uses, err := tx.Uses(ctx, key.key, now.Add(-w.window), key.former...)
	if err != nil {
		return nil, err
	}
	if len(uses) < w.most {
		return nil, tx.PutUse(ctx, key.key, k.EventID, now, key.former...)
	}
	toast := flows.NewToast(w.toast, map[string]string{"n": strconv.Itoa(w.most)})
	return toast, e.tellWatched(ctx, tx, k, w, uses)
}

// tellWatched tells the other admins in private that somebody has reached a limit. They hear of it once in the window,
// however often more is tried.
func (e *Engine) tellWatched(ctx context.Context, tx flows.Tx, k click, w watched, uses []time.Time) error {
	cause := w.cause + "/" + k.TenantKey + "/" + k.OpenID + "/" + e.Now().Truncate(w.window).UTC().Format(time.RFC3339)
	told, err := tx.InsertEventKeys(ctx, e.Now(), cause)
	if told || err != nil {
		return err
	}
	e.Log.Warn("unusually many "+w.what, "admin", k.OpenID, w.cause, len(uses))
	staff, err := e.StaffOf(ctx, tx, k.TenantKey)
	if err != nil {
		return err
	}
	var jobs []flows.Job
	for _, a := range staff.All() { // also who is away: nobody else may hear of it
		if a == k.OpenID {
			continue
		}
		jobs = append(jobs, flows.Reply(flows.ReplyNotice).
			Towards(flows.Receiver{Type: "open_id", ID: a}).
			With(flows.ArgCode, w.notice).
			With(flows.ArgAbout, k.OpenID).
			With(flows.ArgLooks, strconv.Itoa(len(uses))).
			With(flows.ArgSince, uses[0].UTC().Format(time.RFC3339)).
			For(k.TenantKey, a))
	}
	return e.Enqueue(ctx, tx, cause, jobs...)
}
