package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// A look at the originals of a case is a surface of AudienceOriginal: one message to one admin, in private. The look is
// on record before anything is sent. One job sends the photos, another ends the look; both are queued with the record.

// peek answers 查看原件.
func (e *Engine) peek(ctx context.Context, tx flows.Tx, k click, c *flows.Case) (flows.Answer, error) {
	refusal, err := e.mayPeek(ctx, tx, k, c)
	if err != nil || refusal != nil {
		return flows.Answer{Toast: refusal}, err
	}
	if e.Policy.SecondLook {
		ev := e.deskEvent(flows.LookAsked, k)
		ev.Preset = *k.Form.PeekReason
		out, err := e.DecideAndPersist(ctx, tx, c, ev)
		return flows.Answer{Toast: out.Change.Toast}, err
	}
	if err := e.look(ctx, tx, k, c, *k.Form.PeekReason, ""); err != nil {
		return flows.Answer{}, err
	}
	return flows.Answer{Toast: flows.NewToast("peek_sent", nil)}, nil
}

// agreeToLook answers an admin who agrees that another one sees the originals, and shows them to that one.
func (e *Engine) agreeToLook(ctx context.Context, tx flows.Tx, k click, c *flows.Case) (flows.Answer, error) {
	refusal, err := e.adminsOnly(ctx, tx, k)
	switch {
	case err != nil || refusal != nil:
		return flows.Answer{Toast: refusal}, err
	case k.repeated:
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	}
	request := c.LookRequest
	out, err := e.DecideAndPersist(ctx, tx, c, e.deskEvent(flows.LookAgreed, k))
	if err != nil || !out.Changed() {
		return flows.Answer{Toast: out.Change.Toast}, err
	}
	asker := k
	asker.OpenID = request.By
	return flows.Answer{Toast: out.Change.Toast}, e.look(ctx, tx, asker, out.Case, request.Reason, k.OpenID)
}

// mayPeek returns the toast that refuses a look, or nil. The revision of the clicked card does not matter: a look
// decides nothing, and shows the case as it is.
func (e *Engine) mayPeek(ctx context.Context, tx flows.Tx, k click, c *flows.Case) (*cards.Toast, error) {
	reason := k.Form.PeekReason
	refusal, err := e.adminsOnly(ctx, tx, k)
	switch {
	case err != nil || refusal != nil:
		return refusal, err
	case c.OpenID == k.OpenID:
		return flows.NewToast("self_review", nil), nil
	case k.repeated:
		return flows.NewToast("already", nil), nil
	case !c.OriginalsShown():
		return flows.LateToast(&e.Policy, c), nil
	case len(flows.Originals(c)) == 0:
		return flows.NewToast("no_originals", nil), nil
	case reason == nil || !slices.Contains(cards.PeekReasons, *reason):
		return flows.NewToast("missing_field", map[string]string{"field": "peek_reason"}), nil
	}
	if open, err := e.openLooks(ctx, tx, c, k.OpenID); err != nil || len(open) > 0 {
		return flows.NewToast("peek_open", nil), err
	}
	return e.countLook(ctx, tx, k)
}

// countLook counts a look that an admin asks for. Beyond the limit it returns a toast, and the other admins are told.
func (e *Engine) countLook(ctx context.Context, tx flows.Tx, k click) (*cards.Toast, error) {
	return e.countWatched(ctx, tx, k, watched{
		purpose: purposeLooksOfAdmin,
		cause:   "looks",
		most:    flows.MaxLooks,
		window:  flows.LooksWindow,
		toast:   "peek_limit",
		notice:  flows.NoticeManyLooks,
		what:    "looks at originals",
	})
}

// lookUnasked shows the originals to the admin who opens the case, if the policy says so. Such looks have no limit of
// their own, because the operator has decided on them.
func (e *Engine) lookUnasked(ctx context.Context, tx flows.Tx, k click, c *flows.Case) error {
	if k.repeated || e.Policy.SecondLook || !e.Policy.Originals.Unasked(c) || len(flows.Originals(c)) == 0 {
		return nil
	}
	if open, err := e.openLooks(ctx, tx, c, k.OpenID); err != nil || len(open) > 0 {
		return err
	}
	return e.look(ctx, tx, k, c, flows.PolicyReason, "")
}

// lookWithCards shows the originals to the admins who get a card of the case in private, if the policy says so. What is
// sent to a review group shows none.
func (e *Engine) lookWithCards(ctx context.Context, tx flows.Tx, c *flows.Case, private []*flows.Surface) error {
	for _, s := range private {
		if s.To.Type != "open_id" || s.Audience != flows.AudienceHR {
			continue
		}
		k := click{CardAction: flows.CardAction{OpenID: s.To.ID, TenantKey: c.TenantKey}}
		k.EventID = "card-" + strconv.FormatInt(c.Rev, 10) + "-" + s.To.ID
		if err := e.lookUnasked(ctx, tx, k, c); err != nil {
			return err
		}
	}
	return nil
}

// look puts a look on record and queues what follows. second is the admin who has agreed to it, "" if none had to.
func (e *Engine) look(ctx context.Context, tx flows.Tx, k click, c *flows.Case, reason, second string) error {
	now := e.Now()
	detail := map[string]string{"reason": reason}
	if second != "" {
		detail["second"] = second
	}
	err := tx.Audit(ctx, flows.AuditRow{
		CaseID: c.ID,
		At:     now,
		Actor:  k.OpenID,
		Event:  flows.EventOriginal,
		From:   c.State,
		To:     c.State,
		Detail: detail,
	})
	if err != nil {
		return err
	}
	s := &flows.Surface{
		ID:               "original/" + c.ID + "/" + k.EventID,
		CaseID:           c.ID,
		Audience:         flows.AudienceOriginal,
		To:               flows.Receiver{Type: "open_id", ID: k.OpenID},
		WantedGeneration: 1,
	}
	if err := tx.PutSurface(ctx, s); err != nil {
		return err
	}
	until := now.Add(flows.LookFor)
	jobs := []flows.Job{
		flows.ShowOriginal(s.ID, c.Rev, reason, until).Of(c.ID),
		flows.EndLook(s.ID, until).Of(c.ID),
	}
	if e.Policy.TellLooks {
		jobs = append(jobs, flows.Reply(flows.ReplyLooked).Of(c.ID).
			Towards(flows.Receiver{Type: "open_id", ID: c.OpenID}).
			With(flows.ArgAbout, k.OpenID).
			With(flows.ArgReason, reason).
			With(flows.ArgSince, now.UTC().Format(time.RFC3339)).
			For(c.TenantKey, c.OpenID))
	}
	return e.Enqueue(ctx, tx, "look/"+s.ID, jobs...)
}

// openLooks returns the looks at the case that have not ended, of one admin, or of all for "".
func (e *Engine) openLooks(ctx context.Context, v flows.View, c *flows.Case, admin string) ([]*flows.Surface, error) {
	list, err := v.SurfacesOf(ctx, c.ID, flows.AudienceOriginal)
	return slices.DeleteFunc(list, func(s *flows.Surface) bool {
		return s.Unreachable || admin != "" && s.To.ID != admin
	}), err
}

// endLooks returns the jobs that end all looks at a case when it has moved on or its photos are deleted.
func (e *Engine) endLooks(
	ctx context.Context, tx flows.Tx, before, c *flows.Case, ch flows.Change,
) (jobs []flows.Job, err error) {
	stays := c.State == ch.From && c.OriginalsShown() && len(ch.DropPictures) == 0
	if !before.OriginalsShown() || stays {
		return nil, nil
	}
	open, err := e.openLooks(ctx, tx, c, "")
	for _, s := range open {
		jobs = append(jobs, flows.RecallOriginal(s.ID).Of(c.ID))
	}
	return jobs, err
}
