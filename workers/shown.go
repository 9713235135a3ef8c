package workers

import (
	"context"
	"strconv"

	"shiming/failure"
	"shiming/flows"
)

// noteShown writes into the case's audit trail that its masked data is about to be shown to an admin in private, or to
// HR's group: before the message is sent, once for each message and revision of the case. Feishu does not tell who
// looks at a card, so that each showing counts as a look.
func (w *Workers) noteShown(ctx context.Context, s *drawing) error {
	if s.Audience != flows.AudienceHR || s.caseRev == 0 || s.CaseID == "" {
		return nil
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		key := "shown:" + s.ID + ":" + s.To.ID + ":" + strconv.FormatInt(s.caseRev, 10)
		seen, err := tx.InsertEventKeys(ctx, w.engine.Now(), key)
		if seen || err != nil {
			return err
		}
		c, err := tx.Case(ctx, s.CaseID)
		if err != nil {
			return err
		}
		if s.To.Type == "open_id" {
			return w.engine.AuditView(ctx, tx, c, s.To.ID, "its card is shown in private")
		}
		return tx.Audit(ctx, flows.AuditRow{
			CaseID: c.ID,
			At:     w.engine.Now(),
			Actor:  string(flows.Bot),
			Event:  flows.EventShownToGroup,
			From:   c.State,
			To:     c.State,
			Why:    "its card is shown in the review group",
			Detail: map[string]string{"chat": s.To.ID},
		})
	})
}

// recallErased recalls a card that shows masked data of a case whose data is deleted, and that Feishu does not let
// anybody change any more, 14 days after it was sent (code 230031, page 更新应用发送的消息卡片). refused is that refusal, which stays
// if Feishu refuses the recall as well.
func (w *Workers) recallErased(ctx context.Context, s *drawing, sum []byte, refused error) (gone bool, err error) {
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiRecall)); err != nil {
		return false, err
	}
	if err := w.Messenger.Recall(ctx, s.MessageID); err != nil && !goneAlready[failure.Of(err, false).Upstream] {
		w.logFailedCall(s.CaseID, failure.Of(err, false), "audience", s.Audience)
		return false, refused
	}
	w.engine.Log.Info("a card of deleted data was recalled", "case", s.CaseID, "audience", s.Audience)
	s.MessageID, s.RenderedHash = "", sum // what would be shown, so that nothing is outdated
	return true, nil
}
