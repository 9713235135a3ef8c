package engine

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// A review desk is one message of an admin in private. It shows the queue, or the case that the admin reads; a
// decision opens the next case in its place. The review group has a board with the numbers.

// waitingForHR lists the states of the queue.
var waitingForHR = []flows.State{flows.AwaitingReview, flows.NeedsAttention}

// deskID is the surface of an admin's desk. settingDesk is the key of its state.
func deskID(tenantKey, admin string) string { return "desk/" + tenantKey + "/" + admin }
func settingDesk(admin string) string       { return "desk/" + admin }

// queueID is the surface of the board in the review group, settingQueue the key of the time of its message.
func queueID(chat string) string { return "queue/" + chat }

const settingQueue = "queue_sent_at"

func loadDesk(ctx context.Context, v flows.View, tenantKey, admin string) (d flows.Desk, err error) {
	raw, err := v.Setting(ctx, tenantKey, settingDesk(admin))
	if err != nil || raw == "" {
		return d, err
	}
	return d, json.Unmarshal([]byte(raw), &d)
}

func saveDesk(ctx context.Context, tx flows.Tx, tenantKey, admin string, d flows.Desk) error {
	raw, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return tx.PutSetting(ctx, tenantKey, settingDesk(admin), string(raw))
}

// queueOf returns the cases on which the admin may decide, oldest first. Nobody decides on the own case.
func (e *Engine) queueOf(ctx context.Context, v flows.View, tenantKey, admin string) ([]flows.QueueEntry, error) {
	policy, err := e.policyOf(ctx, v, tenantKey)
	if err != nil {
		return nil, err
	}
	all, err := v.Queue(ctx, tenantKey, waitingForHR, maxQueue)
	freeOfFormerAdmins(policy, tenantKey, all, e.Now())
	return slices.DeleteFunc(all, func(q flows.QueueEntry) bool { return q.OpenID == admin }), err
}

// freeOfFormerAdmins removes the assignments to those who are no admins any more.
func freeOfFormerAdmins(p *flows.Policy, tenantKey string, queue []flows.QueueEntry, now time.Time) {
	for i, q := range queue {
		if p.ReaderOf(tenantKey, q.Assigned, now) == "" {
			queue[i].Assigned = nil
		}
	}
}

// DeskCard returns what the admin's desk shows now.
func (e *Engine) DeskCard(ctx context.Context, v flows.View, tenantKey, admin string) (cards.Card, error) {
	may, err := e.IsAdmin(ctx, v, tenantKey, admin)
	if err != nil {
		return nil, err
	}
	switch {
	case !e.Policy.ReviewQueue:
		return closedDesk, nil
	case !may && slices.Contains(e.Policy.StandInsOf(tenantKey), admin):
		return cards.Notice{Code: "desk_over"}, nil
	case !may:
		return closedDesk, nil
	}
	d, err := loadDesk(ctx, v, tenantKey, admin)
	if err != nil {
		return nil, err
	}
	return e.deskCard(ctx, v, tenantKey, admin, d)
}

func (e *Engine) deskCard(
	ctx context.Context, v flows.View, tenantKey, admin string, d flows.Desk,
) (cards.Card, error) {
	queue, err := e.queueOf(ctx, v, tenantKey, admin)
	if err != nil {
		return nil, err
	}
	samples, err := e.samplesOf(ctx, v, tenantKey, admin)
	if err != nil {
		return nil, err
	}
	last, err := e.lastDecision(ctx, v, d)
	if err != nil {
		return nil, err
	}
	if len(d.Offered) > 0 {
		return e.bulkCard(ctx, v, d)
	}
	if d.Case != "" {
		c, err := v.Case(ctx, d.Case)
		switch {
		case err == nil && c.TenantKey == tenantKey:
			vc, err := e.HRView(ctx, v, c)
			if err != nil {
				return nil, err
			}
			vc.Viewer, vc.Waiting = admin, waitingBeside(queue, c, e.Now())
			return atDesk(flows.HRCard(c, vc), d, last), nil
		case err != nil && !flows.IsNotFound(err):
			return nil, err
		}
	}
	return e.queueCard(ctx, v, tenantKey, admin, d, queue, samples, last)
}

// waitingBeside counts the cases of the list besides one.
func waitingBeside(queue []flows.QueueEntry, c *flows.Case, now time.Time) (n int) {
	for _, q := range queue {
		if q.CaseID != c.ID && flows.FilterAll.Matches(q, now) {
			n++
		}
	}
	return n
}

// atDesk adds to the card of a case what a desk has besides.
func atDesk(card cards.Card, d flows.Desk, last *cards.Undo) cards.Card {
	switch c := card.(type) {
	case cards.Review:
		c.Desk, c.Last, c.FormOpen, c.Panel = true, last, d.Form, d.Panel
		return c
	case cards.Attention:
		c.Desk, c.Last, c.Panel = true, last, d.Panel
		return c
	}
	return card
}

// queueCard shows the numbers and the first cases of the filter.
func (e *Engine) queueCard(
	ctx context.Context, v flows.View, tenantKey, admin string, d flows.Desk, queue, samples []flows.QueueEntry,
	last *cards.Undo,
) (cards.Card, error) {
	if d.Filter == "" {
		d.Filter = flows.FilterAll
	}
	held, err := e.heldCases(ctx, v, tenantKey)
	if err != nil {
		return nil, err
	}
	now := e.Now()
	departments, names, err := e.deskDepartments(ctx, v, tenantKey, queue)
	if err != nil {
		return nil, err
	}
	queue = flows.InDepartment(queue, d.Department)
	out := cards.Desk{
		Counts:      map[string]int{},
		Filter:      string(d.Filter),
		Departments: departments,
		Department:  d.Department,
		Held:        held,
		Last:        last,
		SLA:         e.Policy.SLA,
		At:          now,
	}
	overdueSince := e.Policy.OverdueSince(now)
	for _, q := range slices.Concat(queue, samples) {
		overdue := q.State != flows.Done && !q.Since.After(overdueSince)
		if overdue {
			out.Overdue++
		}
		out.Counts[string(flows.FilterOf(q, now))]++
		if flows.FilterAll.Matches(q, now) {
			out.Counts[string(flows.FilterAll)]++
		}
		by := q.Assigned.ReaderAt(now)
		if by == admin && q.Assigned.From != "" {
			c, err := v.Case(ctx, q.CaseID)
			if err != nil {
				return nil, err
			}
			if h, ok := flows.HandedTo(&e.Policy, c, admin, now); ok {
				out.Handed = append(out.Handed, h)
			}
		}
		taken := by != "" && by != admin
		if taken {
			out.Taken++
		}
		if !d.Filter.Matches(q, now) || len(out.Rows) == deskRows {
			continue
		}
		c, err := v.Case(ctx, q.CaseID)
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, cards.DeskRow{
			MaskedName: flows.MaskedName(c),
			Department: names[q.Department],
			Risk:       flows.Colour(q.Risk),
			State:      string(q.State),
			Since:      q.Since,
			Taken:      taken,
			Overdue:    overdue,
		})
	}
	return out, nil
}

// deskRows is how many cases a desk lists.
const deskRows = 20

// lastDecision returns the offer to undo the last decision at a desk; nil once it has taken effect.
func (e *Engine) lastDecision(ctx context.Context, v flows.View, d flows.Desk) (*cards.Undo, error) {
	var last *flows.Case
	n := 0
	for _, id := range d.Decided {
		c, err := v.Case(ctx, id)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if c.State == flows.Decided {
			last = c
			n++
		}
	}
	switch {
	case last == nil:
		return nil, nil
	case len(d.Decided) > 1:
		return &cards.Undo{Bulk: n}, nil
	}
	return &cards.Undo{Ref: flows.CardRef(last), Applicant: last.OpenID, What: string(last.Review.What)}, nil
}

// markDesks marks the desks of the tenant's admins and the board of the review group after a change of the case, and
// returns the jobs that draw them. clicked is the message whose click is being answered.
func (e *Engine) markDesks(
	ctx context.Context, tx flows.Tx, c *flows.Case, ch flows.Change, clicked string,
) (jobs []flows.Job, err error) {
	entered := c.State.Turn() == flows.HR && slices.Contains(ch.Repost, flows.AudienceHR)
	wasEmpty := false
	if entered {
		counts, err := tx.CountByState(ctx, c.TenantKey)
		if err != nil {
			return nil, err
		}
		wasEmpty = counts[flows.AwaitingReview]+counts[flows.NeedsAttention] <= 1
	}
	staff, err := e.StaffOf(ctx, tx, c.TenantKey)
	if err != nil {
		return nil, err
	}
	told := staff.Told(c.OpenID)
	policy, err := e.policyOf(ctx, tx, c.TenantKey)
	if err != nil {
		return nil, err
	}
	// The desks of those who are away, and of stand-ins who do not stand in, show what is so and do not ring.
	for _, admin := range slices.Concat(policy.AdminsOf(c.TenantKey), policy.StandInsOf(c.TenantKey)) {
		if admin == c.OpenID {
			continue
		}
		d, err := loadDesk(ctx, tx, c.TenantKey, admin)
		if err != nil {
			return nil, err
		}
		s, err := SurfaceOrNew(ctx, tx, e.deskSurface(c.TenantKey, admin))
		if err != nil {
			return nil, err
		}
		if clicked != "" && s.MessageID == clicked {
			continue // the answer shows the desk, and answerAtDesk queues its drawing
		}
		rings := slices.Contains(ch.Ring, admin) ||
			entered && slices.Contains(told, admin) && flows.RingsNow(d.SentAt, e.Now(), wasEmpty)
		if rings {
			d.SentAt = e.Now()
			if err := saveDesk(ctx, tx, c.TenantKey, admin, d); err != nil {
				return nil, err
			}
		}
		every := flows.DeskEvery
		if entered && wasEmpty {
			every = flows.EmptyDeskEvery
		}
		j, err := e.markLater(ctx, tx, s, rings, every)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, j...)
	}
	if entered && len(told) == 0 {
		return nil, e.NotifyNoReviewer(ctx, tx, c)
	}
	board, err := e.markQueueBoard(ctx, tx, c.TenantKey, entered, wasEmpty)
	return append(jobs, board...), err
}

// markQueueBoard marks the board of the review group, if there is a group.
func (e *Engine) markQueueBoard(
	ctx context.Context, tx flows.Tx, tenantKey string, entered, wasEmpty bool,
) ([]flows.Job, error) {
	chat, err := e.groupFor(ctx, tx, tenantKey, flows.SettingReviewChat)
	if err != nil || chat == "" {
		return nil, err
	}
	s, err := SurfaceOrNew(ctx, tx, &flows.Surface{
		ID:        queueID(chat),
		Audience:  flows.AudienceQueue,
		To:        flows.Receiver{Type: "chat_id", ID: chat},
		TenantKey: tenantKey,
	})
	if err != nil {
		return nil, err
	}
	raw, err := tx.Setting(ctx, tenantKey, settingQueue)
	if err != nil {
		return nil, err
	}
	sentAt, _ := time.Parse(time.RFC3339, raw) // zero if it was never sent
	rings := entered && flows.RingsNow(sentAt, e.Now(), wasEmpty)
	if rings {
		if err := tx.PutSetting(ctx, tenantKey, settingQueue, e.Now().Format(time.RFC3339)); err != nil {
			return nil, err
		}
	}
	return e.markLater(ctx, tx, s, rings, flows.QueueEvery)
}

// markLater marks a surface that is about many cases. rings sends it again at the bottom of its chat, at once.
// Otherwise all changes within every are drawn by one job at the end of this time.
func (e *Engine) markLater(
	ctx context.Context, tx flows.Tx, s *flows.Surface, rings bool, every time.Duration,
) ([]flows.Job, error) {
	if rings {
		s.WantedGeneration++
		s.Unreachable = false
		return []flows.Job{showShared(s)}, tx.PutSurface(ctx, s)
	}
	if s.WantedGeneration == 0 {
		return nil, nil // nothing was sent yet, and nothing new waits
	}
	at := e.Now().Truncate(every).Add(every)
	queued, err := tx.InsertEventKeys(ctx, e.Now(), "draw:"+s.ID+":"+at.UTC().Format(time.RFC3339))
	if queued || err != nil {
		return nil, err
	}
	j := showShared(s)
	j.At = at
	return []flows.Job{j}, nil
}

func (e *Engine) deskSurface(tenantKey, admin string) *flows.Surface {
	return &flows.Surface{
		ID:        deskID(tenantKey, admin),
		Audience:  flows.AudienceDesk,
		To:        flows.Receiver{Type: "open_id", ID: admin},
		TenantKey: tenantKey,
	}
}

// sendDesk sends the admin's desk again, at the bottom of the private chat.
func (e *Engine) sendDesk(ctx context.Context, tx flows.Tx, tenantKey, admin, cause string, d flows.Desk) error {
	s, err := SurfaceOrNew(ctx, tx, e.deskSurface(tenantKey, admin))
	if err != nil {
		return err
	}
	d.SentAt = e.Now()
	if err := saveDesk(ctx, tx, tenantKey, admin, d); err != nil {
		return err
	}
	jobs, err := e.markLater(ctx, tx, s, true, 0)
	if err != nil {
		return err
	}
	return e.Enqueue(ctx, tx, cause+"/desk", jobs...)
}
