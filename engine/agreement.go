package engine

import (
	"context"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// AgreementState says what a link to the agreement page stands for.
type AgreementState string

// States of a link.
const (
	AgreementOpen     AgreementState = "open"     // the applicant can read and accept
	AgreementAccepted AgreementState = "accepted" // accepted by this link
	AgreementChanged  AgreementState = "changed"  // open, but not with the texts that were shown
	AgreementGone     AgreementState = "gone"     // the case has gone on, or has ended
)

// AgreementCase is what the agreement page has to know of a case.
type AgreementCase struct {
	TenantKey, OpenID string // of the applicant
	State             AgreementState
	Again             bool            // the applicant has read an earlier version
	Reading           *flows.Reading  // of AgreementAccepted
	Consent           cards.Agreement // the consent that goes with the agreements
	Files             []flows.AgreementFile
}

// AgreementCase returns what a link stands for. It changes nothing. It returns flows.ErrNotFound if there is no such
// case.
func (e *Engine) AgreementCase(ctx context.Context, l flows.AgreementLink) (AgreementCase, error) {
	c, err := e.CaseOf(ctx, l.CaseID)
	if err != nil {
		return AgreementCase{}, err
	}
	return e.agreementCase(c, l), nil
}

func (e *Engine) agreementCase(c *flows.Case, l flows.AgreementLink) AgreementCase {
	a := AgreementCase{
		TenantKey: c.TenantKey,
		OpenID:    c.OpenID,
		State:     AgreementGone,
		Consent:   e.Policy.Agreement,
	}
	switch {
	case c.State == flows.AwaitingConsent && c.Rev == l.Rev && e.Policy.NeedsPage(c):
		a.State, a.Again, a.Files = AgreementOpen, c.AfterConsent != "", e.Policy.Page.Files
	case c.Reading != nil && c.Reading.Rev == l.Rev:
		a.State, a.Reading = AgreementAccepted, c.Reading
	}
	return a
}

// AcceptAgreement records that the applicant has read and accepted the agreements. The caller has made sure of who it
// is. A second call with the same link changes nothing and returns AgreementAccepted. It returns flows.ErrNotFound if
// there is no such case.
func (e *Engine) AcceptAgreement(
	ctx context.Context, l flows.AgreementLink, r flows.PageReading,
) (a AgreementCase, err error) {
	err = e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, l.CaseID)
		if err != nil {
			return err
		}
		out, err := e.DecideAndPersist(ctx, tx, c, flows.Event{
			Kind:    flows.Consented,
			At:      e.Now(),
			Actor:   c.OpenID,
			Role:    flows.Applicant,
			Rev:     &l.Rev,
			Reading: &r,
		})
		if err != nil {
			return err
		}
		a = e.agreementCase(out.Case, l)
		if out.Change.Rule == flows.RefusalOtherText {
			a.State = AgreementChanged
		}
		return nil
	})
	return a, err
}

// RenewAgreementLink sends the applicant a new card with a new link, if the case still waits for the consent. It
// returns flows.ErrNotFound if there is no such case.
func (e *Engine) RenewAgreementLink(ctx context.Context, l flows.AgreementLink) (a AgreementCase, err error) {
	err = e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, l.CaseID)
		if err != nil {
			return err
		}
		a = e.agreementCase(c, l)
		if a.State != AgreementOpen {
			return nil
		}
		return e.Apply(ctx, tx, c, e.applicantEvent(flows.CardAsked, c.OpenID, time.Time{}))
	})
	return a, err
}
