package engine

import (
	"context"
	"slices"
	"time"

	"shiming/flows"
)

// queueID is the surface of the board in the review group, settingQueue the key of the time of its message.
func queueID(chat string) string { return "queue/" + chat }

const settingQueue = "queue_sent_at"

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
	// The desks of those who are away, and of stand-ins who do not stand in, show what is so and do not ring.
	for _, admin := range slices.Concat(e.Policy.AdminsOf(c.TenantKey), e.Policy.StandInsOf(c.TenantKey)) {
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
