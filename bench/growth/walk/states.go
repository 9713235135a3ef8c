package walk

import (
	"context"
	"fmt"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
)

// way maps each state of the ordinary path to the action there.
var way = []struct {
	at flows.State
	do func(ctx context.Context, w *World, p Person, c *flows.Case) error
}{
	{flows.AwaitingConsent, press(cards.ActConsent)},
	{flows.AwaitingPhotos, func(ctx context.Context, w *World, p Person, _ *flows.Case) error { return w.Photos(ctx, p) }},
	{flows.AwaitingConfirmation, func(ctx context.Context, w *World, p Person, c *flows.Case) error {
		return w.Confirm(ctx, p, c)
	}},
	{flows.AwaitingCode, press(cards.ActSubmitCode, "sms_code", "482913")},
	{flows.AwaitingReview, func(ctx context.Context, w *World, _ Person, c *flows.Case) error {
		_, err := w.Press(ctx, HR, c, cards.ActApprove)
		return err
	}},
}

func press(act cards.Act, form ...string) func(context.Context, *World, Person, *flows.Case) error {
	return func(ctx context.Context, w *World, p Person, c *flows.Case) error {
		_, err := w.Press(ctx, p.OpenID, c, act, form...)
		return err
	}
}

// Confirm submits the form as it was read.
func (w *World) Confirm(ctx context.Context, p Person, c *flows.Case) error {
	_, err := w.Press(ctx, p.OpenID, c, cards.ActConfirm, "identity_name", p.Name, "identity_code", p.Number, "mobile",
		p.Mobile)
	return err
}

// holds lists the effects that must not run so that a case stays in a state that the bot would leave.
var holds = map[flows.State][]flows.JobKind{
	flows.Checking: {flows.JobCheck}, flows.Recording: {flows.JobIdentity, flows.JobUpload},
	flows.Filing: {flows.JobEvidence},
}

// aside maps each other state to the point where the case leaves the ordinary path, and the action there.
var aside = map[flows.State]struct {
	from flows.State
	do   func(ctx context.Context, w *World, p Person, c *flows.Case) error
}{
	flows.Declined:  {flows.AwaitingConsent, press(cards.ActDecline)},
	flows.Withdrawn: {flows.AwaitingConfirmation, press(cards.ActCancel)},
	flows.Expired: {flows.AwaitingPhotos, func(ctx context.Context, w *World, _ Person, c *flows.Case) error {
		w.At = c.ExpiresAt
		return nil
	}},
	flows.Rejected: {flows.AwaitingReview, func(ctx context.Context, w *World, _ Person, c *flows.Case) error {
		_, err := w.Press(ctx, HR, c, cards.ActReject, "reason", "not_employee")
		return err
	}},
	flows.OnFile: {flows.AwaitingPhotos, keepOnFile},
	flows.NeedsAttention: {flows.AwaitingReview, func(ctx context.Context, w *World, _ Person, c *flows.Case) error {
		w.LoseIdentity = true
		_, err := w.Press(ctx, HR, c, cards.ActApprove)
		return err
	}},
}

// keepOnFile goes the way of a passport.
func keepOnFile(ctx context.Context, w *World, p Person, c *flows.Case) error {
	for _, step := range []struct {
		who  string
		act  cards.Act
		form []string
	}{
		{p.OpenID, cards.ActOtherDocument, nil},
		{p.OpenID, cards.ActConfirm, []string{"document", "passport", "identity_name", p.Name,
			"document_number", "E12345678"}},
		{HR, cards.ActKeepOnFile, nil},
	} {
		if _, err := w.Press(ctx, step.who, c, step.act, step.form...); err != nil {
			return err
		}
		var err error
		if c, err = w.Latest(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// Step is how long a person takes for each action.
const Step = 2 * time.Minute

// Walk takes a person from the first message to a state. Later reminders and expiries stay in the store. swept says
// whether the deletions after the end run.
func (w *World) Walk(ctx context.Context, p Person, to flows.State, swept bool) (*flows.Case, error) {
	w.Who, w.queue = p, nil
	w.Policy.Undo = 0 // nobody waits on the way
	if to == flows.Decided {
		w.Policy.Undo = 10 * time.Second
	}
	w.Policy.Method = flows.ThreeElements
	w.Policy.FaceLiveScore = flows.FaceLiveStatus
	w.Policy.FaceReturn = func(c *flows.Case, _ time.Time) string { return "https://hr.example.com/face/" + c.ID }
	switch to {
	case flows.AwaitingBankCard:
		w.Policy.Method = flows.BankCardFour
	case flows.AwaitingFace:
		w.Policy.Method = flows.Face
	}
	clear(w.hold)
	for _, kind := range holds[to] {
		w.hold[kind] = true
	}
	defer func() { w.Left, w.Who, w.queue, w.LoseIdentity = w.queue, Person{}, nil, false }()
	// Cases that are left in filing must not hold the identities of those that follow.
	if err := w.Store.Tx(ctx, func(tx flows.Tx) error {
		return tx.PutSetting(ctx, Tenant, w.FilingLeadKey(flows.Revision2024), engine.FilingProven)
	}); err != nil {
		return nil, err
	}
	if err := w.Say(ctx, p, "实名"); err != nil {
		return nil, err
	}
	for i := 0; ; {
		if err := w.run(ctx); err != nil {
			return nil, err
		}
		c, err := w.Latest(ctx, p)
		if err != nil {
			return nil, err
		}
		switch {
		case c.State == to && swept && to.Terminal():
			w.At = w.At.Add(max(Policy().PhotoGrace, Policy().UnfinishedRetention))
			if err := w.run(ctx); err != nil {
				return nil, err
			}
			return w.Latest(ctx, p)
		case c.State == to:
			return c, nil
		case aside[to].do != nil && aside[to].from == c.State:
			w.At = w.At.Add(Step)
			if err := aside[to].do(ctx, w, p, c); err != nil {
				return nil, err
			}
			continue
		}
		for i < len(way) && way[i].at != c.State {
			i++
		}
		if i == len(way) {
			return nil, fmt.Errorf("walk: on the way to %s: in %s", to, c.State)
		}
		w.At = w.At.Add(Step)
		if err := way[i].do(ctx, w, p, c); err != nil {
			return nil, err
		}
		i++
	}
}
