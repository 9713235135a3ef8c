package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// followUpNotices is the notice (texts "notice.<code>") by which HR hears that what follows evidence points has stopped.
var followUpNotices = map[flows.FollowUp]string{
	flows.FollowUpHandover: "handover_stopped",
	flows.FollowUpAccount:  "account_stopped",
}

// noteFollowUps tells the admins that what follows evidence points has stopped, once in an outage however many cases it
// stops; the next success ends the outage. A receiver or service belongs to the installation, an outage to each tenant,
// whose admins hear of their own cases only.
func (e *Engine) noteFollowUps(ctx context.Context, tx flows.Tx, c *flows.Case, ch flows.Change) ([]flows.Job, error) {
	f, now := ch.Ended, ""
	if ch.Stopped != "" {
		f, now = ch.Stopped, e.Now().UTC().Format(time.RFC3339)
	}
	if f == "" {
		return nil, nil
	}
	since, err := tx.Setting(ctx, c.TenantKey, flows.SettingOutage(f))
	if err != nil || (since == "") == (now == "") {
		return nil, err
	}
	if err := tx.PutSetting(ctx, c.TenantKey, flows.SettingOutage(f), now); err != nil || now == "" {
		return nil, err
	}
	policy, err := e.policyOf(ctx, tx, c.TenantKey)
	if err != nil {
		return nil, err
	}
	var jobs []flows.Job
	for _, admin := range policy.AdminsOf(c.TenantKey) {
		notice := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, followUpNotices[f])
		to := flows.Receiver{Type: "open_id", ID: admin}
		jobs = append(jobs, notice.Of(c.ID).Towards(to).For(c.TenantKey, admin))
	}
	return jobs, nil
}
