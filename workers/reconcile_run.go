package workers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"shiming/flows"
)

// Settings of a tenant that hold a run as JSON. They contain ids, codes and figures only.
const (
	settingRun      = "reconcile/run"  // the run under way, or the last one
	settingCompared = "reconcile/last" // the last run that came to its end
)

// Bounds of a run.
const (
	reconcilePageSize    = 20                 // cases a page
	maxListedDifferences = 500                // differences kept by case; the others are only counted
	maxLookback          = 7 * 24 * time.Hour // how far back a run compares cases that have ended, if runs were missed
)

// reconcileStates is the order in which a run goes through the cases: the open cases of any age, then those that have
// ended since the last run. A stored position is an index into it, so that the order may only change between runs.
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

// reconcileRun is the comparison of one night: how far it is, and what it has found. It is stored after each page, so
// that another process can go on with it.
type reconcileRun struct {
	Night   string    `json:"night"`
	Started time.Time `json:"started"`
	From    time.Time `json:"from"`            // ended cases are compared from this time on
	Page    int64     `json:"page"`            // number of the page that is due; the job of another page is late
	Recheck []string  `json:"again,omitempty"` // cases that differed in the last run
	At      position  `json:"at"`

	Compared   int `json:"compared"`
	Photos     int `json:"photos"`     // photos that e签宝 was asked for
	People     int `json:"people"`     // people that Feishu's directory was asked for
	Identities int `json:"identities"` // identities recorded since From
	Points     int `json:"points"`     // evidence points filed since From

	Differences []flows.Difference     `json:"differences,omitempty"`
	Count       map[flows.DiffKind]int `json:"count,omitempty"`  // of each kind, including those that are not kept by case
	Unreachable map[string]string      `json:"silent,omitempty"` // platform → code of its failure
	Finished    time.Time              `json:"finished,omitzero"`
}

// position is how far a run is.
type position struct {
	State     int          `json:"state"` // index into reconcileStates
	After     flows.Cursor `json:"after"` // the last case of that state
	Rechecked int          `json:"again"` // how many cases of Recheck are compared
}

// newRun returns a run that follows the last one, which may be nil. If a platform gave no answer then, the new run
// compares the same time again.
func newRun(night string, now time.Time, last *reconcileRun) *reconcileRun {
	r := &reconcileRun{Night: night, Started: now, From: now.Add(-maxLookback)}
	if last == nil {
		return r
	}
	from := last.Started
	if len(last.Unreachable) > 0 {
		from = last.From
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

// pageEntry is a case of a page, with the position after it. c is nil if there is nothing to compare.
type pageEntry struct {
	c  *flows.Case
	at position
}

// page reads the cases that the run compares next, and returns the position after all of them.
func (r *reconcileRun) page(
	ctx context.Context, v flows.View, tenantKey string,
) (list []pageEntry, end position, err error) {
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
			c = nil // the run has compared it among the cases of its state
		}
		end.Rechecked++
		list = append(list, pageEntry{c, end})
	}
	return list, end, nil
}

// atEnd reports whether a position is after the last case.
func (r *reconcileRun) atEnd(p position) bool {
	return p.State == len(reconcileStates) && p.Rechecked == len(r.Recheck)
}

// addDifferences adds what the comparison of one case has found.
func (r *reconcileRun) addDifferences(c *flows.Case, list []flows.Difference) {
	r.Compared++
	isNew := func(w *flows.Write) bool { return w != nil && w.State == flows.WriteDone && !w.At.Before(r.From) }
	if isNew(c.Identity) {
		r.Identities++
	}
	if isNew(c.Evidence) {
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

// noteUnreachable leaves a platform out of the rest of the run.
func (r *reconcileRun) noteUnreachable(upstream, code string) {
	if r.Unreachable == nil {
		r.Unreachable = map[string]string{}
	}
	r.Unreachable[upstream] = code
}

// mergePrevious compares the differences with those of the last run, which may be nil. A difference that was known
// keeps its time. It counts as reported if its case has ended, because nobody can change such a case any more. tell
// reports whether anything is left that HR should hear of.
func (r *reconcileRun) mergePrevious(last *reconcileRun) (tell bool) {
	type key struct {
		kind   flows.DiffKind
		caseID string
	}
	known := map[key]time.Time{}
	if last != nil {
		for _, d := range last.Differences {
			known[key{d.Kind, d.Case}] = d.Since
		}
	}
	for i := range r.Differences {
		d := &r.Differences[i]
		since, ok := known[key{d.Kind, d.Case}]
		if ok && since.Before(d.Since) {
			d.Since = since
		}
		d.Reported = ok && d.Ended
		tell = tell || !d.Reported
	}
	return tell
}

// loadRun reads a run from a setting. It returns nil if there is none. raw is the setting's value.
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

// saveRun writes a run to a setting.
func saveRun(ctx context.Context, tx flows.Tx, tenantKey, setting string, r *reconcileRun) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return tx.PutSetting(ctx, tenantKey, setting, string(raw))
}
