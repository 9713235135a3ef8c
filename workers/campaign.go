package workers

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
)

// runCampaign does what is due in a campaign.
func (w *Workers) runCampaign(ctx context.Context, j flows.Job) error {
	return w.engine.RunCampaign(ctx, j.CampaignID(), j.CampaignRun())
}

// sendInvitation sends the invitation of a campaign to a person, once. What was begun is on record before the call, and
// the message's uuid follows from campaign and person: a job that runs again within the hour gets the message that the
// first one has sent.
func (w *Workers) sendInvitation(ctx context.Context, j flows.Job) error {
	id, openID := j.CampaignID(), j.Args[flows.ArgPerson]
	if err := w.waitToPost(ctx, "create", openID); err != nil {
		return err
	}
	sending, err := w.engine.BeginInvitation(ctx, id, openID)
	if err != nil || !sending.Send {
		return waitUntil(w.engine.Now(), sending, err)
	}
	card := cards.Invitation{Company: w.engine.Policy.Agreement.Company}.JSON()
	to := flows.Receiver{Type: "open_id", ID: openID}
	message, err := w.Messenger.Send(ctx, to, card, messageUUID("invitation", id, openID))
	if err != nil {
		if sending.First && notSent(err) {
			if err := w.engine.InvitationUnsent(ctx, id, openID); err != nil {
				return err
			}
		}
		return w.notInvited(ctx, j, err)
	}
	shown := sha256.Sum256(card)
	return w.engine.InvitationSent(ctx, id, openID, message, shown[:])
}

// notSent reports whether a call that may succeed later has certainly sent nothing.
func notSent(err error) bool {
	f, ok := errors.AsType[failure.Error](err)
	return ok && !f.MaybeApplied() && f.Temporary()
}

// sendChase reminds a person of a campaign who has not begun. Its words differ each time.
func (w *Workers) sendChase(ctx context.Context, j flows.Job) error {
	id, openID, n := j.CampaignID(), j.Args[flows.ArgPerson], j.ChaseNumber()
	if err := w.waitToPost(ctx, "create", openID); err != nil {
		return err
	}
	sending, err := w.engine.BeginChase(ctx, id, openID, n)
	if err != nil || !sending.Send {
		return err
	}
	card := cards.Invitation{
		Company: w.engine.Policy.Agreement.Company,
		Chase:   n,
		At:      sending.Person.SentAt,
	}
	to := flows.Receiver{Type: "open_id", ID: openID}
	message, err := w.Messenger.Send(ctx, to, card.JSON(), messageUUID("chase", id, openID, n))
	if err != nil {
		if sending.First && notSent(err) {
			if err := w.engine.ChaseUnsent(ctx, id, openID, n); err != nil {
				return err
			}
		}
		return w.notInvited(ctx, j, err)
	}
	return w.engine.ChaseSent(ctx, id, openID, message)
}

// waitUntil puts a job off that may not write to anybody now.
func waitUntil(now time.Time, s engine.Sending, err error) error {
	if err != nil || s.Later.IsZero() {
		return err
	}
	return &flows.RetryLater{In: s.Later.Sub(now), Snooze: true, Code: "invite:hours"}
}

// notInvited handles a message of a campaign that Feishu has not taken. A person who cannot be reached is noted with
// the reason; what keeps the bot from writing to anybody pauses the campaign; anything else is tried again.
func (w *Workers) notInvited(ctx context.Context, j flows.Job, cause error) error {
	if again, ok := errors.AsType[*flows.RetryLater](cause); ok {
		return again
	}
	if !failure.OfPlatform(cause) && !errors.Is(cause, context.DeadlineExceeded) && !errors.Is(cause, context.Canceled) {
		return cause
	}
	d := failure.Of(cause, false)
	w.logFailedCall("", d, "job", j.Kind, "campaign", j.CampaignID(), "attempt", j.Attempt)
	id, openID := j.CampaignID(), j.Args[flows.ArgPerson]
	code, known := unreachableCodes[d.Upstream]
	switch {
	case known:
		return w.engine.NotInvited(ctx, id, openID, code, "", d.Upstream)
	case d.Class == failure.Retry:
		return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "invite:" + d.Code + ":" + d.Upstream}
	case d.Class == failure.Operator:
		return w.engine.NotInvited(ctx, id, openID, "", whyPaused(d), d.Upstream)
	case d.Class == failure.Receiver:
		return w.engine.NotInvited(ctx, id, openID, flows.CodeRefused, "", d.Upstream)
	}
	return w.engine.Refused(ctx, id, openID, d.Upstream)
}

// whyPaused says why nobody can be written to.
func whyPaused(d failure.Details) flows.CampaignReason {
	switch d.Code {
	case "quota":
		return flows.WhyQuota
	case "permission":
		return flows.WhyPermission
	}
	return flows.WhyPlatform
}

// unreachableCodes are the codes of Feishu by which a person cannot be reached (pages 发送消息, 通用错误码).
var unreachableCodes = map[string]flows.PersonCode{
	"230013":   flows.CodeOutside,
	"230029":   flows.CodeLeft,
	"99992351": flows.CodeUnknownID,
	"99992361": flows.CodeUnknownID,
	"230034":   flows.CodeUnknownID,
	"230053":   flows.CodeBlocked,
	"230035":   flows.CodeBlocked,
}

// invitationCard is the invitation of a person, by what the person has done since.
func (w *Workers) invitationCard(ctx context.Context, v flows.View, tenantKey, openID string) (cards.Card, error) {
	card := cards.Invitation{Company: w.engine.Policy.Agreement.Company}
	known, err := v.KnownPeople(ctx, tenantKey, []string{openID})
	switch known[openID] {
	case flows.StepStarted:
		card.State = "begun"
	case flows.StepDone:
		card.State = "done"
	}
	return card, err
}
