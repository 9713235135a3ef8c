package engine

import (
	"context"
	"strconv"
	"time"

	"shiming/flows"
)

// settingMadeAt is the suffix of the setting that keeps when the message was made that chose a group.
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
	if m.At.IsZero() {
		return false, nil
	}
	chosen, err := keptTime(ctx, tx, m.TenantKey, setting+settingMadeAt)
	if err != nil || m.At.Before(chosen) {
		return err == nil, err
	}
	return false, keepTime(ctx, tx, m.TenantKey, setting+settingMadeAt, m.At)
}

// noteIdleCancel keeps when somebody cancelled without an open case: a word or photo from before, which arrives after
// it, must not open one.
func (e *Engine) noteIdleCancel(ctx context.Context, tx flows.Tx, m flows.Message) error {
	key := idleCancelKey(m.OpenID)
	if last, err := keptTime(ctx, tx, m.TenantKey, key); err != nil || !m.At.After(last) {
		return err
	}
	return keepTime(ctx, tx, m.TenantKey, key, m.At)
}

// idleCancelKey is the setting of noteIdleCancel for a person.
func idleCancelKey(openID string) string { return "cancelled/" + openID }

// idleSince returns since when a person has had no open case, by Feishu's clock: since the end of the last one, or since
// the person cancelled without one. It is zero if that is not known. What was made before must not open a case.
func (e *Engine) idleSince(ctx context.Context, tx flows.Tx, tenantKey, openID string) (time.Time, error) {
	since, err := keptTime(ctx, tx, tenantKey, idleCancelKey(openID))
	if err != nil {
		return since, err
	}
	last, err := tx.LatestCase(ctx, tenantKey, openID)
	if err == nil && last.Newest().After(since) {
		since = last.Newest()
	}
	return since, flows.IgnoreNotFound(err)
}

// keptTime returns a time of Feishu's clock that a setting keeps in Unix milliseconds, zero for none.
func keptTime(ctx context.Context, v flows.View, tenantKey, key string) (time.Time, error) {
	text, err := v.Setting(ctx, tenantKey, key)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	return time.UnixMilli(ms), err
}

func keepTime(ctx context.Context, tx flows.Tx, tenantKey, key string, at time.Time) error {
	return tx.PutSetting(ctx, tenantKey, key, strconv.FormatInt(at.UnixMilli(), 10))
}

// remindAll is the job of 催办. It leaves out who has gone on since it was said.
func remindAll(made time.Time) flows.Job {
	j := flows.Reply(flows.ReplyRemindAll)
	if !made.IsZero() {
		j = j.With(flows.ArgMade, made.Format(time.RFC3339Nano))
	}
	return j
}
