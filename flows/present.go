package flows

import (
	"time"

	"shiming/cards"
)

// ViewContext holds what a card needs beside the case: the time, the policy and figures of other cases.
type ViewContext struct {
	Now     time.Time
	Policy  *Policy
	Ahead   int // unread photos of other people that come before this person's
	Waiting int // other cases that wait for review
	Others  int // other cases with the same incident

	Viewer     string   // open_id of the admin who sees the card, "" if several do
	Earlier    []*Case  // ended cases of the same person, newest first
	SameNumber []string // open_ids of the other people of Case.SameNumberCases
	Staff      *Staff   // who may decide now; nil for the policy's, of whom nobody is away
}

func (s ViewContext) staffOf(c *Case) Staff {
	if s.Staff != nil {
		return *s.Staff
	}
	return s.Policy.StaffOf(c.TenantKey, nil, nil, s.Now)
}

// CardRef returns the reference that the buttons of a card carry.
func CardRef(c *Case) cards.Ref { return cards.Ref{Case: c.ID, Rev: c.Rev} }

// Steps lists the steps of a case that the applicant sees. Review appears only if it is certain or has taken place. A
// document that no platform takes is neither verified, recorded nor filed.
func Steps(c *Case, p *Policy) []cards.Step {
	if p.NotTaken(c) {
		s := []cards.Step{cards.StepPhotos, cards.StepConfirm, cards.StepReview, cards.StepDone}
		if c.Personal.Document != "" && c.Personal.DocumentRead == nil && c.State != AwaitingPhotos {
			return s[1:] // everything is typed
		}
		return s
	}
	s := []cards.Step{cards.StepPhotos, cards.StepConfirm}
	method, _ := p.termsOf(c)
	if method == BankCardFour {
		s = append(s, cards.StepBankCard)
	}
	if method == Face {
		s = append(s, cards.StepFace)
	}
	if method.sendsCode() {
		s = append(s, cards.StepCode)
	}
	if p.ReviewAlways || c.State == AwaitingReview || c.Review != nil && c.Review.By != "" {
		s = append(s, cards.StepReview)
	}
	s = append(s, cards.StepRecord)
	if method != MethodNone {
		s = append(s, cards.StepEvidence)
	}
	return append(s, cards.StepDone)
}

// ApplicantCard returns the applicant's card for the present state.
func ApplicantCard(c *Case, s ViewContext) cards.Card {
	steps := Steps(c, s.Policy)
	switch c.State {
	case AwaitingConsent:
		return cards.Consent{
			Ref:           CardRef(c),
			Steps:         steps,
			Agreement:     s.Policy.Agreement,
			PageURL:       cards.Address(s.Policy.PageLink(c, s.Now)),
			Again:         c.AfterConsent != "",
			PhotosWaiting: len(c.Photos),
			Expires:       c.ExpiresAt,
		}
	case AwaitingPhotos:
		return photosCard(c, s, steps)
	case AwaitingConfirmation:
		return confirmCard(c, s, steps)
	case AwaitingBankCard:
		return bankCardCard(c, s, steps)
	case AwaitingCode:
		return codeCard(c, s, steps)
	case AwaitingFace:
		return faceCard(c, s, steps)
	case Checking, AwaitingReview, Decided, Recording, Filing, NeedsAttention:
		asked, answered := questionsOf(c)
		return cards.Progress{
			Questions: asked,
			Answered:  answered,
			Ref:       CardRef(c),
			Steps:     steps,
			Stage:     progressStage(c, s.Policy),
			Since:     waitingSince(c),
			Held:      heldWhy(c),
			Delayed:   c.Delayed != "",
			CanCancel: canCancel(c),
			Automatic: c.Review != nil && c.Review.By == "" && c.Review.What == ReviewApproved,
			At:        stoppedAt(c),
		}
	case Done:
		return doneCard(c, steps)
	}
	out := cards.Closed{Ref: CardRef(c), Outcome: c.Outcome, At: c.EnteredAt}
	if c.Review != nil && c.State == Rejected {
		out.Reason, out.Note = c.Review.Reason, c.Personal.Note
	}
	return out
}

// waitingSince returns when the case began to wait in the state that the applicant's card shows. HR's decision does not
// show before it takes effect.
func waitingSince(c *Case) time.Time {
	if c.Pending != nil {
		return c.Pending.Since
	}
	return c.EnteredAt
}

// heldWhy says why the identity waits behind another case; "" if it does not wait.
func heldWhy(c *Case) string {
	if c.State != Recording || c.Hold == nil {
		return ""
	}
	return string(c.Hold.Why)
}

// progressStage returns the stage of cards.Progress (texts "progress.<stage>").
func progressStage(c *Case, p *Policy) string {
	switch c.State {
	case Checking:
		return "checking"
	case AwaitingReview, Decided:
		switch {
		case c.Help != nil:
			return "help"
		case p.NotTaken(c):
			return "review_on_file"
		}
		return "review"
	case Recording:
		return "recording"
	case Filing:
		return "filing"
	}
	if c.Attention != nil && c.Attention.Code == StopTooManyPhotos {
		return "help_photos"
	}
	return "attention"
}

// stoppedAt returns the step of the applicant's card at which a case in NeedsAttention has stopped; "" in other states.
func stoppedAt(c *Case) cards.Step {
	if c.State != NeedsAttention || c.Attention == nil {
		return ""
	}
	switch c.Attention.Step {
	case StepPhotos:
		return cards.StepPhotos
	case StepCode, StepCheck:
		if c.Method == Face {
			return cards.StepFace
		}
		return cards.StepCode
	}
	if !c.IdentityDone() { // of the uploads, too
		return cards.StepRecord
	}
	return cards.StepEvidence
}

// canCancel reports whether the table and the writes so far allow the applicant to cancel.
func canCancel(c *Case) bool {
	t := findRow(c.State, Cancelled)
	if t == nil {
		return false
	}
	if c.State == NeedsAttention {
		return c.BeforeWrites()
	}
	return true
}
