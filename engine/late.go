package engine

import (
	"context"
	"strconv"
	"time"

	"shiming/flows"
)

// settingMadeAt is the suffix of the setting that keeps when the message was made that chose a group, by Feishu's clock
// in Unix milliseconds.
const settingMadeAt = "_made_at"

// replyLate tells the sender that a message came too late to be acted on, and when it was sent.
func (e *Engine) replyLate(ctx context.Context, tx flows.Tx, m flows.Message) error {
	code := "late"
	if m.MessageID == "" {
		code = "late_menu"
	}
	notice := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, code).With(flows.ArgMade, m.At.Format(time.RFC3339))
	return e.reply(ctx, tx, m, notice)
}

// madeBeforeSetting reports whether the message was made before the one that chose the present group, and keeps the
// time of the message if not.
func (e *Engine) madeBeforeSetting(ctx context.Context, tx flows.Tx, m flows.Message, setting string) (bool, error) {
	text, err := tx.Setting(ctx, m.TenantKey, setting+settingMadeAt)
	if err != nil || m.At.IsZero() {
		return false, err
	}
	chosen, _ := strconv.ParseInt(text, 10, 64) // 0 if an older version or nobody has chosen
	if m.At.UnixMilli() < chosen {
		return true, nil
	}
	return false, tx.PutSetting(ctx, m.TenantKey, setting+settingMadeAt, strconv.FormatInt(m.At.UnixMilli(), 10))
}

// lateToOpen reports whether an event that would open a case was made before the end of the person's last one.
func (e *Engine) lateToOpen(ctx context.Context, tx flows.Tx, tenantKey, openID string, made time.Time) (bool, error) {
	if made.IsZero() {
		return false, nil
	}
	last, err := tx.LatestCase(ctx, tenantKey, openID)
	if err != nil {
		return false, flows.IgnoreNotFound(err)
	}
	return flows.NewerThan(last, made), nil
}

// remindAll is the job of 催办. It leaves out who has gone on since it was said.
func remindAll(made time.Time) flows.Job {
	j := flows.Reply(flows.ReplyRemindAll)
	if !made.IsZero() {
		j = j.With(flows.ArgMade, made.Format(time.RFC3339Nano))
	}
	return j
}
