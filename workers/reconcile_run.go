package workers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"shiming/flows"
)

// Settings of the reconciliation, per tenant. All hold ids, codes and figures only.
const (
	settingRun      = "reconcile/run"  // the run under way, or the last one
	settingCompared = "reconcile/last" // the last run that came to its end
)

// Bounds of a run.
const (
	reconcilePageSize    = 20                 // cases a job
	maxListedDifferences = 500                // differences that are listed by case; more are only counted
	maxLookback          = 7 * 24 * time.Hour // how far back ended cases are compared when runs were missed
)

// reconcileStates is the order in which a run goes through the cases: open ones of any age,
// then those that have ended since the last run.
var reconcileStates = func() []flows.State {
	s := slices.Clone(flows.States)
	slices.SortStableFunc(s, func(a, b flows.State) int {
		switch {
		case a.Terminal() == b.Terminal():
			return 0
		case b.Terminal():
			return -1
		}
		return 1
	})
	return s
}()

// reconcileRun is one night's comparison: how far it is, and what it has found. It is stored
// after each page, so that a run goes on where it was interrupted.
type reconcileRun struct {
	Night   string    `json:"night"`
	Started time.Time `json:"started"`
	From    time.Time `json:"from"`            // ended cases are compared from here on
	Page    int64     `json:"page"`            // counts the jobs; a job of another page is a late repetition
	Recheck []string  `json:"again,omitempty"` // ended cases that differed last time
	At      position  `json:"at"`

	Compared   int `json:"compared"`
	Photos     int `json:"photos"`     // asked for at e签宝
	People     int `json:"people"`     // asked for in Feishu's directory
	Identities int `json:"identities"` // recorded since From
	Points     int `json:"points"`     // evidence points filed since From

	Differences []flows.Difference     `json:"differences,omitempty"`
	Count       map[flows.DiffKind]int `json:"count,omitempty"`  // of each kind, listed or not
	Unreachable map[string]string      `json:"silent,omitempty"` // upstreams that gave no answer, and their code
	Finished    time.Time              `json:"finished,omitzero"`
}

// position is how far a run is.
type position struct {
	State     int          `json:"state"` // index into reconcileStates
	After     flows.Cursor `json:"after"` // in that state
	Rechecked int          `json:"again"` // how many of Again are compared
}

// newRun plans a night after the last one, which may be nil.
func newRun(night string, now time.Time, last *reconcileRun) *reconcileRun {
	r := &reconcileRun{Night: night, Started: now, From: now.Add(-maxLookback)}
	if last == nil {
		return r
	}
	from := last.Started
	if len(last.Unreachable) > 0 {
		from = last.From // what was not answered is asked once more
	}
	if from.After(r.From) {
		r.From = from
	}
	for _, d := range last.Differences {
		if !slices.Contains(r.Recheck, d.Case) {
			r.Recheck = append(r.Recheck, d.Case)
		}
	}
	return r
}

// pageEntry is a case of a page, and where the run is after it. c is nil where the run has nothing
// to compare.
type pageEntry struct {
	c  *flows.Case
	at position
}

// page reads what the run compares next, and where it is after all of that.
func (r *reconcileRun) page(ctx context.Context, v flows.View, tenantKey string) (list []pageEntry, end position,
	err error) {
	end = r.At
	for len(list) < reconcilePageSize && end.State < len(reconcileStates) {
		state, want := reconcileStates[end.State], reconcilePageSize-len(list)
		after := end.After
		if after == (flows.Cursor{}) && state.Terminal() {
			after.At = r.From
		}
		cases, err := v.Entered(ctx, tenantKey, state, after, r.Started, want)
		if err != nil {
			return nil, end, err
		}
		for _, c := range cases {
			end.After = flows.Cursor{At: c.EnteredAt, ID: c.ID}
			list = append(list, pageEntry{c, end})
		}
		if len(cases) < want {
			end.State, end.After = end.State+1, flows.Cursor{}
		}
	}
	for len(list) < reconcilePageSize && end.Rechecked < len(r.Recheck) {
		c, err := v.Case(ctx, r.Recheck[end.Rechecked])
		if err != nil && !flows.IsNotFound(err) {
			return nil, end, err
		}
		if err == nil && (!c.State.Terminal() || !c.EnteredAt.Before(r.From)) {
			c = nil // the run has met it among the others
		}
		end.Rechecked++
		list = append(list, pageEntry{c, end})
	}
	return list, end, nil
}

// over reports whether a position is behind the last case.
func (r *reconcileRun) atEnd(p position) bool {
	return p.State == len(reconcileStates) && p.Rechecked == len(r.Recheck)
}

// found adds what one case has brought.
func (r *reconcileRun) addDifferences(c *flows.Case, list []flows.Difference) {
	r.Compared++
	since := func(w *flows.Write) bool { return w != nil && w.State == flows.WriteDone && !w.At.Before(r.From) }
	if since(c.Identity) {
		r.Identities++
	}
	if since(c.Evidence) {
		r.Points++
	}
	for _, d := range list {
		if r.Count == nil {
			r.Count = map[flows.DiffKind]int{}
		}
		r.Count[d.Kind]++
		if len(r.Differences) < maxListedDifferences {
			r.Differences = append(r.Differences, d)
		}
	}
}

// noteUnreachable notes that an upstream gives no answer tonight.
func (r *reconcileRun) noteUnreachable(upstream, code string) {
	if r.Unreachable == nil {
		r.Unreachable = map[string]string{}
	}
	r.Unreachable[upstream] = code
}

// compareWith keeps since when a difference is known, and marks what HR has been told of cases
// that nobody can move any more. tell: there is something that HR should hear of.
func (r *reconcileRun) mergePrevious(last *reconcileRun) (tell bool) {
	before := map[[2]string]time.Time{}
	if last != nil {
		for _, d := range last.Differences {
			before[[2]string{string(d.Kind), d.Case}] = d.Since
		}
	}
	for i := range r.Differences {
		d := &r.Differences[i]
		since, known := before[[2]string{string(d.Kind), d.Case}]
		if known && since.Before(d.Since) {
			d.Since = since
		}
		d.Reported = known && d.Ended
		tell = tell || !d.Reported
	}
	return tell
}

// runIn reads a run from a setting; nil if there is none. raw is what was stored.
func loadRun(ctx context.Context, v flows.View, tenantKey, setting string) (r *reconcileRun, raw string, err error) {
	raw, err = v.Setting(ctx, tenantKey, setting)
	if err != nil || raw == "" {
		return nil, "", err
	}
	r = new(reconcileRun)
	if err := json.Unmarshal([]byte(raw), r); err != nil {
		return nil, "", fmt.Errorf("flows: setting %s: %w", setting, err)
	}
	return r, raw, nil
}

func saveRun(ctx context.Context, tx flows.Tx, tenantKey, setting string, r *reconcileRun) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return tx.PutSetting(ctx, tenantKey, setting, string(raw))
}
