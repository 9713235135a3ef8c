package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// newCaseColumns are the columns of a new case, in the order of newCaseValues. number_index is set by SetBlindIndex.
const newCaseColumns = `id, tenant_key, open_id, state, live, rev, version, created_ms, entered_ms,
	submitted_ms, reviewed_ms, done_ms, incident, department, risk, in_hand, erased, data, sealed, data_key, key_epoch`

// newCaseValues returns the values of newCaseColumns.
func newCaseValues(c *flows.Case, times stateTimes, data string, personal keyset.Envelope) []any {
	return []any{
		c.ID,
		c.TenantKey,
		c.OpenID,
		string(c.State),
		boolInt(!c.State.Terminal()),
		c.Rev,
		c.Version,
		millis(c.CreatedAt),
		millis(c.EnteredAt),
		times.submitted,
		times.reviewed,
		times.done,
		waitingIncident(c),
		c.Department,
		string(c.Risk),
		inHand(c),
		boolInt(!c.Erased.IsZero()),
		data,
		personal.Sealed,
		personal.DataKey,
		personal.Epoch,
	}
}

// InsertCase stores a new case with the Version that it carries. It returns flows.ErrStale if the
// applicant already has an open case.
func (t *txn) InsertCase(ctx context.Context, c *flows.Case) error {
	data, personal, err := t.encodeCase(c)
	if err != nil {
		return err
	}
	var times stateTimes
	times.note(c)
	values := newCaseValues(c, times, data, personal)
	n, err := t.exec(ctx, "insert case",
		`INSERT INTO cases (`+newCaseColumns+`) VALUES `+placeholders(1, len(values))+`
		ON CONFLICT (tenant_key, open_id) WHERE live = 1 DO NOTHING`,
		values...)
	if err != nil {
		return err
	}
	if n == 0 {
		return flows.ErrStale
	}

	// Update the counters and the photo rows.
	if err := t.moveStateCount(ctx, c, "", c.State); err != nil {
		return err
	}
	if err := t.addToDay(ctx, c, c.CreatedAt, 1, 0); err != nil {
		return err
	}
	if err := t.moveDepartment(ctx, c, "", ""); err != nil {
		return err
	}
	if len(c.Photos) == 0 {
		return nil
	}
	return t.syncPhotos(ctx, c)
}

// UpdateCase writes c and increments its Version. It returns flows.ErrStale if another transaction
// has written the case since c was read, and flows.ErrNotFound if no such case is stored. After an
// error c is unchanged.
func (t *txn) UpdateCase(ctx context.Context, c *flows.Case) error {
	var (
		oldState, department string
		version              int64
		times                stateTimes
		before               sampleMark
	)
	err := t.q.QueryRowContext(ctx, `
		SELECT state, version, submitted_ms, done_ms, department, by_policy, sample
		FROM cases
		WHERE id = $1`,
		c.ID,
	).Scan(&oldState, &version, &times.submitted, &times.done, &department, &before.byPolicy, &before.sample)
	if err := orNotFound("update case", err); err != nil {
		return err
	}
	if version != c.Version {
		return flows.ErrStale
	}
	times.note(c)
	mark := before.next(c)

	// The stored JSON holds the new version; c gets it when everything is written.
	next := *c
	next.Version++
	data, personal, err := t.encodeCase(&next)
	if err != nil {
		return err
	}

	// On PostgreSQL another transaction may have committed after the SELECT above, so that the
	// UPDATE compares the version again.
	n, err := t.exec(ctx, "update case", `
		UPDATE cases
		SET state = $1,
		    live = $2,
		    rev = $3,
		    version = $4,
		    entered_ms = $5,
		    submitted_ms = $6,
		    reviewed_ms = $7,
		    done_ms = $8,
		    incident = $9,
		    department = $10,
		    risk = $11,
		    data = $12,
		    sealed = $13,
		    by_policy = $14,
		    sample = $15,
		    in_hand = $16,
		    erased = $17,
		    data_key = $18,
		    key_epoch = $19
		WHERE id = $20 AND version = $21`,
		string(c.State),
		boolInt(!c.State.Terminal()),
		c.Rev,
		next.Version,
		millis(c.EnteredAt),
		times.submitted,
		times.reviewed,
		times.done,
		waitingIncident(c),
		c.Department,
		string(c.Risk),
		data,
		personal.Sealed,
		mark.byPolicy,
		mark.sample,
		inHand(c),
		boolInt(!c.Erased.IsZero()),
		personal.DataKey,
		personal.Epoch,
		c.ID,
		version,
	)
	if err != nil {
		return err
	}
	if n == 0 {
		return flows.ErrStale
	}

	if err := t.countTransition(ctx, c, flows.State(oldState)); err != nil {
		return err
	}
	if err := t.moveDepartment(ctx, c, department, flows.State(oldState)); err != nil {
		return err
	}
	if err := t.countSamples(ctx, c, before, mark); err != nil {
		return err
	}
	if err := t.syncPhotos(ctx, c); err != nil {
		return err
	}
	if err := t.syncFollowUps(ctx, c); err != nil {
		return err
	}
	c.Version = next.Version
	return nil
}

// stateTimes holds, in Unix milliseconds, when a case was last submitted, reviewed and done. The
// case's own fields lose these times when it enters the next state.
type stateTimes struct{ submitted, reviewed, done int64 }

// note takes over the times that the present state of c determines.
func (st *stateTimes) note(c *flows.Case) {
	switch c.State {
	case flows.AwaitingReview:
		st.submitted = millis(c.EnteredAt)
	case flows.Done:
		st.done = millis(c.EnteredAt)
	}
	if c.Review != nil {
		st.reviewed = millis(c.Review.At)
	}
}

// waitingIncident returns the incident that an open case waits for, or "".
func waitingIncident(c *flows.Case) string {
	if c.Attention == nil || c.State.Terminal() {
		return ""
	}
	return c.Attention.Incident
}

// encodeCase returns the case as JSON without personal data, and the personal data sealed.
func (t *txn) encodeCase(c *flows.Case) (data string, personal keyset.Envelope, err error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", keyset.Envelope{}, fmt.Errorf("store: case %s: %w", c.ID, err)
	}
	personal, err = sealPersonal(t.keys, c.ID, c.Personal)
	return string(raw), personal, err
}

// storedIndex returns the values of number_index and index_epoch. NULL keeps the row out of the database's indexes.
func storedIndex(index []byte) (value any, epoch int) {
	for _, part := range keyset.IndexParts(index) {
		if part.InUse {
			return part.MAC, part.Epoch
		}
	}
	return nil, 0
}

// SetBlindIndex sets the blind index of the case's ID number; nil clears it.
func (t *txn) SetBlindIndex(ctx context.Context, caseID string, index []byte) error {
	value, epoch := storedIndex(index)
	n, err := t.exec(ctx, "number index", `UPDATE cases SET number_index = $1, index_epoch = $2 WHERE id = $3`,
		value, epoch, caseID)
	if err != nil {
		return err
	}
	if n == 0 {
		return flows.ErrNotFound
	}
	return nil
}

// InsertEventKeys inserts the event keys and reports whether any of them was stored before. Empty keys are
// ignored. On PostgreSQL two transactions with a common key wait for each other here; sorted keys
// prevent a deadlock.
func (t *txn) InsertEventKeys(ctx context.Context, at time.Time, keys ...string) (bool, error) {
	args := []any{millis(at)}
	var rows []string
	for _, key := range slices.Sorted(slices.Values(keys)) {
		if key == "" {
			continue
		}
		args = append(args, key)
		rows = append(rows, fmt.Sprintf("($%d,$1)", len(args)))
	}
	if len(rows) == 0 {
		return false, nil
	}
	n, err := t.exec(ctx, "event key", `
		INSERT INTO event_keys (key, at_ms)
		VALUES `+strings.Join(rows, ",")+`
		ON CONFLICT (key) DO NOTHING`,
		args...,
	)
	if err != nil {
		return false, err
	}
	return n < int64(len(rows)), nil
}
