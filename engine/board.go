package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// BoardID is the surface of the announcement in a group: one message, which is changed in place. Versions with a message
// a day had ids board/<chat>/<day>.
func BoardID(chat string) string { return "board/" + chat }

// SettingGroupLost is the key of what HR was told of a group without a board: a code of a notice, "" when the board
// stands there.
func SettingGroupLost(chat string) string { return "group_lost/" + chat }

// markBoard marks the announcement after a change of the case and returns the jobs that draw it. All changes within
// flows.BoardEvery are drawn by one job. The first finished person brings the first message. A message that is gone is
// replaced at once; a group that takes no messages is tried again once a day.
func (e *Engine) markBoard(ctx context.Context, tx flows.Tx, c *flows.Case) ([]flows.Job, error) {
	chat, err := e.groupFor(ctx, tx, c.TenantKey, flows.SettingAnnounceChat)
	if err != nil || chat == "" {
		return nil, err
	}
	id := BoardID(chat)
	at := e.Now().Truncate(flows.BoardEvery).Add(flows.BoardEvery)
	// The key comes before the surface: of many changes a minute, only one then reads and locks the surface.
	queued, err := tx.InsertEventKeys(ctx, e.Now(), "draw:"+id+":"+at.UTC().Format(time.RFC3339))
	finished := c.State == flows.Done || c.State == flows.OnFile
	if err != nil || queued && !finished {
		return nil, err
	}
	s, err := SurfaceOrNew(ctx, tx, &flows.Surface{
		ID:        id,
		Audience:  flows.AudienceBoard,
		To:        flows.Receiver{Type: "chat_id", ID: chat},
		TenantKey: c.TenantKey,
	})
	if err != nil {
		return nil, err
	}
	later := showShared(s)
	later.At = at
	switch {
	case s.WantedGeneration == 0 && !finished:
		return nil, nil
	case s.WantedGeneration > 0 && !s.Unreachable:
		if queued {
			return nil, nil
		}
		return []flows.Job{later}, nil
	}
	tried, err := tx.InsertEventKeys(ctx, e.Now(), "again:"+id+":"+flows.RunDateOf(e.Now()))
	if tried || err != nil {
		return nil, err
	}
	sendAgain(s)
	return []flows.Job{showShared(s), later}, tx.PutSurface(ctx, s)
}

// sendAgain asks for a new message of a board. One that could not be sent before is still asked for.
func sendAgain(s *flows.Surface) {
	if s.WantedGeneration == s.SentGeneration {
		s.WantedGeneration++
	}
	s.Unreachable = false
}

// reviveBoard sends the announcement again in a group that took no messages, because an admin has just spoken there.
func (e *Engine) reviveBoard(ctx context.Context, tx flows.Tx, chat, cause string) error {
	s, err := tx.Surface(ctx, BoardID(chat))
	if err != nil || !s.Unreachable {
		return flows.IgnoreNotFound(err)
	}
	sendAgain(s)
	if err := tx.PutSurface(ctx, s); err != nil {
		return err
	}
	return e.Enqueue(ctx, tx, cause+"/board", showShared(s))
}
