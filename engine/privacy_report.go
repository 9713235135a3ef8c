package engine

import (
	"cmp"
	"context"
	"encoding/hex"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// privacyReportDays is the period of the report on the card, in days before today.
const privacyReportDays = 30

// PrivacyReport sums up a tenant and a period for a data-protection officer.
func (e *Engine) PrivacyReport(
	ctx context.Context, v flows.View, tenantKey string, from, to time.Time,
) (*flows.PrivacyReport, error) {
	p := &e.Policy
	out := &flows.PrivacyReport{
		TenantKey:  tenantKey,
		From:       from,
		To:         to,
		Method:     p.Method,
		Recipients: p.Agreement.Recipients,
		Supplier:   cmp.Or(p.Agreement.Supplier, cards.DefaultSupplier),
		Retention: map[string]string{
			"timing.photo_grace":          p.PhotoGrace.String(),
			"timing.unfinished_retention": p.UnfinishedRetention.String(),
			"timing.field_retention":      p.FieldRetention.String(),
			"timing.leaver_retention":     p.LeaverRetention.String(),
			"timing.expire_after":         p.ExpireAfter.String(),
		},
	}
	var err error
	if out.States, err = v.CountByState(ctx, tenantKey); err != nil {
		return nil, err
	}
	figures, err := v.Figures(ctx, tenantKey, from, to)
	if err != nil {
		return nil, err
	}
	out.Started, out.Done = figures[flows.FigureStarted], figures[flows.FigureDone]
	tally := flows.NewPrivacyTally()
	if err := v.AuditBetween(ctx, tenantKey, from, to, tally.Add); err != nil {
		return nil, err
	}
	tally.Fill(out)
	out.Refused = tally.RefusedCounts(figures)
	if out.Deletions, err = v.CountDeletions(ctx, tenantKey, from, to); err != nil {
		return nil, err
	}
	counts, err := v.CountDataRequests(ctx, tenantKey, from, to, e.Now())
	if err != nil {
		return nil, err
	}
	out.Requests = flows.RequestsReport(counts)
	if out.Open, out.Overdue, _, err = v.CountOpenDataRequests(ctx, tenantKey, "", e.Now()); err != nil {
		return nil, err
	}
	return out, e.headsReport(ctx, v, out)
}

// headsReport fills in the newest head, and how far the receiver of heads has taken them.
func (e *Engine) headsReport(ctx context.Context, v flows.View, out *flows.PrivacyReport) error {
	head, err := v.LastHead(ctx, out.TenantKey)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	out.LastHead, out.HeadDay = hex.EncodeToString(head.Hash), head.Day
	if e.Policy.HeadsReceiver == "" {
		return nil
	}
	raw, err := v.Setting(ctx, out.TenantKey, flows.SettingHeadDelivery)
	if err != nil {
		return err
	}
	d, err := flows.ParseHeadDelivery(raw, e.Policy.HeadsReceiver)
	if err != nil {
		return err
	}
	out.SentHeadDay = d.Day
	out.UnsentHeads, err = v.CountHeadsAfter(ctx, out.TenantKey, d.Day)
	return err
}

// PrivacyCard is the report of the last days for a data-protection officer; nil for somebody who is none any more.
func (e *Engine) PrivacyCard(ctx context.Context, v flows.View, tenantKey, asker string) (cards.Card, error) {
	if !e.Policy.IsDPO(tenantKey, asker) {
		return nil, nil
	}
	to := flows.DayOf(e.Now()).AddDate(0, 0, 1)
	r, err := e.PrivacyReport(ctx, v, tenantKey, to.AddDate(0, 0, -privacyReportDays), to)
	if err != nil {
		return nil, err
	}
	return PrivacyCardOf(r, &e.Policy, e.Now()), nil
}

// PrivacyCardOf draws a report.
func PrivacyCardOf(r *flows.PrivacyReport, p *flows.Policy, now time.Time) cards.Card {
	out := cards.Privacy{
		From:       r.From.In(flows.ChinaTime).Format(time.DateOnly),
		To:         r.To.Add(-time.Minute).In(flows.ChinaTime).Format(time.DateOnly),
		Recipients: r.Recipients,
		Supplier:   r.Supplier,
		Retention:  p.Retention(),
		Started:    r.Started,
		Done:       r.Done,
		Deletions:  r.Deletions.ByRule(),
		Proof:      r.Deletions.Proof,
		Open:       r.Open,
		Overdue:    r.Overdue,
		Head:       r.LastHead,
		HeadDay:    r.HeadDay,
		Unsent:     r.UnsentHeads,
		At:         now,
	}
	for s, n := range r.States {
		if s.Terminal() {
			out.Ended += n
		} else {
			out.InHand += n
		}
	}
	for _, l := range r.Looks {
		look := cards.PrivacyLook{View: cards.View{What: l.What, Reason: l.Reason}, N: l.N}
		switch {
		case l.By == flows.ActorOperator:
			look.Operator = true
		case l.What == flows.LookOfGroup:
			look.Group = true
		default:
			look.By = l.By
		}
		out.Looks = append(out.Looks, look)
	}
	for _, f := range r.Refused {
		out.Refused = append(out.Refused, cards.PrivacyRefused{What: f.What, N: f.N, People: f.People, Last: f.Last})
	}
	for _, q := range r.Requests {
		out.Requests = append(out.Requests, cards.PrivacyRequests{
			Kind: string(q.Kind), Made: q.Made, Fulfilled: q.Fulfilled, Declined: q.Declined, Late: q.Late, Took: q.Took,
		})
	}
	for _, kind := range flows.IncidentReports {
		if n := r.Incidents[kind]; n > 0 {
			out.Incidents = append(out.Incidents, cards.PrivacyIncident{Kind: string(kind), N: n})
		}
	}
	return out
}

// sendPrivacyReport answers the word for the report: to a data-protection officer in private, to nobody else.
func (e *Engine) sendPrivacyReport(ctx context.Context, tx flows.Tx, m flows.Message) error {
	if !e.Policy.IsDPO(m.TenantKey, m.OpenID) {
		if err := e.countRefused(ctx, tx, m.TenantKey, m.OpenID, flows.RefusedReport); err != nil {
			return err
		}
		return e.replyNotice(ctx, tx, m, "not_dpo")
	}
	return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyPrivacy))
}
