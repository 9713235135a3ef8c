package workers

import (
	"context"
	"errors"

	"shiming/failure"
	"shiming/flows"
)

// Names of the platforms that a run asks. A run stores them, and the card has a text for each.
const (
	upstreamFeishu = "feishu"
	upstreamEsign  = "esign"
)

// question is what a run asks one platform about a case. The failure has a class if the platform gave no answer.
type question struct {
	upstream string
	wanted   bool
	ask      func() (failure.Details, error)
}

// compareCase compares one case with what the platforms answer, and adds what differs to the run. again is set if the
// page has to come back to this case later, because a platform or the rate limiter is busy. c may be nil.
func (w *Workers) compareCase(
	ctx context.Context, j flows.Job, r *reconcileRun, c *flows.Case, working map[string]bool,
) (again *flows.RetryLater, err error) {
	if c == nil {
		return nil, nil
	}
	if err := w.redrawOutdated(ctx, j, c); err != nil {
		return nil, err
	}
	s := flows.Surroundings{Working: working[c.ID]}
	switch err := w.engine.Store.VerifyChain(ctx, c.ID); {
	case errors.Is(err, flows.ErrChain):
		w.engine.Log.Error("an audit chain does not verify", "case", c.ID, "error", err)
		s.ChainBroken = true
	case err != nil:
		return nil, err
	}
	people, photos := 0, 0
	askDirectory := func() (d failure.Details, err error) {
		s.PersonGone, d, err = w.personGone(ctx, c.OpenID)
		people++
		return d, err
	}
	askEsign := func() (failure.Details, error) {
		for _, side := range c.UploadSides() {
			id := c.Uploads[string(side)]
			if id == "" {
				continue
			}
			lost, d, err := w.photoLost(ctx, id)
			if d.Class != "" || err != nil {
				return d, err
			}
			s.PhotoLost = s.PhotoLost || lost
			photos++
		}
		return failure.Details{}, nil
	}
	for _, q := range []question{
		{upstreamFeishu, flows.InDirectoryScope(c), askDirectory},
		{upstreamEsign, flows.InEsignScope(c) && w.filesEvidence, askEsign},
	} {
		if !q.wanted || r.Unreachable[q.upstream] != "" {
			continue
		}
		d, err := q.ask()
		if later, ok := errors.AsType[*flows.RetryLater](err); ok {
			return later, nil
		}
		if err != nil {
			return nil, err
		}
		if d.Class == "" {
			continue
		}
		if again := w.noAnswer(j, r, c, q.upstream, d); again != nil {
			return again, nil
		}
	}
	r.People, r.Photos = r.People+people, r.Photos+photos
	r.addDifferences(c, flows.Differences(c, s, w.engine.Now()))
	return nil, nil
}

// noAnswer decides what follows when a platform gives no answer: the page tries again, or the run goes on without the
// platform and the report says so.
func (w *Workers) noAnswer(
	j flows.Job, r *reconcileRun, c *flows.Case, upstream string, d failure.Details,
) (again *flows.RetryLater) {
	code := d.Code
	if d.Upstream != "" {
		code += ":" + d.Upstream
	}
	w.engine.Log.Warn("cannot compare", "case", c.ID, "upstream", upstream, "class", d.Class, "code", code,
		"log_id", d.LogID, "attempt", j.Attempt)
	if d.Class == failure.Retry && j.Attempt < reconcileMaxAttempts {
		return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "reconcile:" + code}
	}
	r.noteUnreachable(upstream, code)
	return nil
}
