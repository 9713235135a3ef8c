package flows

import (
	"strconv"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// ViewContext is what a card needs beside the case: facts about others and the moment.
type ViewContext struct {
	Now     time.Time
	Policy  *Policy
	Ahead   int // photos of other people before this person's
	Waiting int // other cases that wait for review
	Others  int // other cases that wait for the same cause
}

func CardRef(c *Case) cards.Ref { return cards.Ref{Case: c.ID, Rev: c.Rev} }

// Steps lists the way of a case as the applicant sees it.
func Steps(c *Case, p *Policy) []cards.Step {
	s := []cards.Step{cards.StepPhotos, cards.StepConfirm}
	if c.Method != MethodNone {
		s = append(s, cards.StepCode)
	}
	if p.ReviewAlways || c.State == AwaitingReview || c.Review != nil && c.Review.By != "" {
		s = append(s, cards.StepReview)
	}
	s = append(s, cards.StepRecord)
	if c.Method != MethodNone {
		s = append(s, cards.StepEvidence)
	}
	return append(s, cards.StepDone)
}

// ApplicantCard draws the applicant's card of the present state.
func ApplicantCard(c *Case, s ViewContext) cards.Card {
	steps := Steps(c, s.Policy)
	switch c.State {
	case AwaitingConsent:
		return cards.Consent{
			Ref:           CardRef(c),
			Steps:         steps,
			Agreement:     s.Policy.Agreement,
			PhotosWaiting: len(c.Photos),
			Expires:       c.ExpiresAt,
		}
	case AwaitingPhotos:
		return photosCard(c, s, steps)
	case AwaitingConfirmation:
		return confirmCard(c, s, steps)
	case AwaitingCode:
		return codeCard(c, s, steps)
	case Checking, AwaitingReview, Recording, Filing, NeedsAttention:
		return cards.Progress{
			Ref:       CardRef(c),
			Steps:     steps,
			Stage:     stage(c),
			Since:     c.EnteredAt,
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

func stage(c *Case) string {
	switch c.State {
	case Checking:
		return "checking"
	case AwaitingReview:
		return "review"
	case Recording:
		return "recording"
	case Filing:
		return "filing"
	}
	return "attention"
}

// stoppedAt is the step of the applicant's way at which a case stands still.
func stoppedAt(c *Case) cards.Step {
	if c.State != NeedsAttention || c.Attention == nil {
		return ""
	}
	switch c.Attention.Step {
	case StepPhotos:
		return cards.StepPhotos
	case StepCode, StepCheck:
		return cards.StepCode
	}
	if !c.IdentityDone() { // beside the uploads
		return cards.StepRecord
	}
	return cards.StepEvidence
}

func canCancel(c *Case) bool {
	t := index[pair{c.State, Cancelled}]
	if t == nil {
		return false
	}
	if c.State == NeedsAttention {
		return c.BeforeWrites()
	}
	return true
}

func photosCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	v := cards.Photos{
		Ref:     CardRef(c),
		Steps:   steps,
		Front:   cards.SideMissing,
		Back:    cards.SideMissing,
		Ahead:   s.Ahead,
		Delayed: c.Delayed != "",
		Expires: c.ExpiresAt,
	}
	for _, p := range c.Photos {
		switch p.State {
		case PhotoWaiting, PhotoStored:
			v.Unsorted++
			v.Problem = ""
		case PhotoRefused:
			if !p.Past {
				v.Problem = p.Problem
			}
		case PhotoRead:
			v.Problem = ""
		}
	}
	if c.PhotoOf(idcard.Front) != nil {
		v.Front, v.CanRetake = cards.SideRead, true
	}
	if c.PhotoOf(idcard.Back) != nil {
		v.Back, v.CanRetake = cards.SideRead, true
	}
	if r := c.Review; r != nil && r.What == ReviewSentBack {
		v.SentBack, v.Note = r.Reason, c.Personal.Note
	}
	return v
}

func confirmCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	p := c.Personal
	v := cards.Confirm{
		Ref:       CardRef(c),
		Steps:     steps,
		AskMobile: c.Method != MethodNone,
		Masked:    c.MaskedForm,
		Problems:  c.FormIssues,
		Mismatch:  c.Mismatch,
		Expires:   c.ExpiresAt,
	}
	if p.Front == nil || p.Back == nil { // cannot be; an empty form beats a crash
		return v
	}
	front, back := p.Front.Open(), p.Back.Open()
	name, number := ValueOr(p.Name, front.RawName()), ValueOr(p.Number, front.RawNumber())
	mobile := ValueOr(p.Mobile, p.ContactMobile)
	if m, err := idcard.ParseMobile(mobile); err == nil {
		mobile, v.MaskedMobile = m.Reveal(), m.Masked()
	}
	if n, err := idcard.ParseName(name); err == nil {
		v.MaskedName = n.Masked()
	}
	if n, err := idcard.ParseNumber(number, s.Now); err == nil {
		v.MaskedNumber = n.Masked()
	}
	if !c.MaskedForm {
		v.Name, v.Number = name, number
		if v.AskMobile {
			v.Mobile = mobile
		}
	}
	v.IssuedBy = back.IssuedBy
	if !back.ValidFrom.IsZero() {
		v.ValidFrom = back.ValidFrom.String()
	}
	switch {
	case back.LongTerm:
		v.ValidTo = "长期"
	case !back.ValidTo.IsZero():
		v.ValidTo = back.ValidTo.String()
	}
	if status, days := idcard.Validity(back, s.Now); status == idcard.StatusExpiring {
		expiring := Finding{Code: FindingValidity, Level: LevelWarning, Args: map[string]string{"days": strconv.Itoa(days)}}
		v.Notices = append(v.Notices, cardCheck(expiring))
	}
	if level := worst(idcard.Consistency(front)); level != LevelPassed {
		v.Notices = append(v.Notices, cardCheck(Finding{Code: FindingOCRConsistency, Level: level}))
	}
	if v.Problems == nil && front.Number.Empty() && !c.MaskedForm {
		_, err := idcard.ParseNumber(number, s.Now)
		v.Problems = map[string]string{"identity_code": numberProblem(err)}
	}
	if r := c.Review; r != nil && r.What == ReviewSentBack {
		v.SentBack, v.Note = r.Reason, c.Personal.Note
	}
	return v
}

func codeCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	v := cards.Code{Ref: CardRef(c), Steps: steps, MaskedMobile: MaskedMobile(c)}
	if c.Code == nil {
		v.State = string(CodeStateSending)
		return v
	}
	v.State, v.Problem, v.TriesLeft = string(c.Code.State), c.Code.Problem, MaxCodeTries-c.Code.Tries
	if c.Code.State == CodeStateSending && c.Delayed != "" {
		v.State = "delayed"
	}
	v.SentAt, v.ResendAt = c.Code.SentAt, c.Code.AskedAt.Add(s.Policy.CodeResend)
	from := c.Code.SentAt
	if from.IsZero() {
		from = c.Code.AskedAt
	}
	v.CodeExpires = from.Add(s.Policy.CodeTTL)
	return v
}

func doneCard(c *Case, steps []cards.Step) cards.Card {
	v := cards.Done{
		Ref:          CardRef(c),
		Steps:        steps,
		MaskedName:   MaskedName(c),
		MaskedNumber: MaskedNumber(c),
		Method:       string(c.Method),
		At:           c.EnteredAt,
	}
	if HasFiledEvidence(c) {
		v.Filed, v.FiledAt = true, c.Evidence.At
	}
	if c.PhotosGoneAt.IsZero() {
		v.PhotosGoneAt = c.PurgeAt
	}
	return v
}

func MaskedName(c *Case) string {
	n, err := idcard.ParseName(c.Personal.Name)
	if err != nil {
		return ""
	}
	return n.Masked()
}

// MaskedNumber masks without the clock: the number was valid when it was confirmed.
func MaskedNumber(c *Case) string {
	if s := c.Personal.Number; len(s) == 18 {
		return s[:3] + "***********" + s[14:]
	}
	return ""
}

func MaskedMobile(c *Case) string {
	m, err := idcard.ParseMobile(c.Personal.Mobile)
	if err != nil {
		return ""
	}
	return m.Masked()
}

// HRCard draws a case for HR: review, attention, or how it went on.
func HRCard(c *Case, s ViewContext) cards.Card {
	if c.State == NeedsAttention && c.Attention != nil {
		card := attentionCard(c, c.Attention)
		card.Others = s.Others
		return card
	}
	if s := c.Resolution; s != nil && c.State != AwaitingReview && (c.Review == nil || !s.At.Before(c.Review.At)) {
		card := attentionCard(c, &s.Attention)
		card.Decision = &cards.Decision{
			By:    s.By,
			At:    s.At,
			What:  string(s.Kind),
			Filed: HasFiledEvidence(c),
		}
		if c.State == Recording || c.State == Filing || c.State == Done {
			card.Decision.Stage = string(c.State)
		}
		return card
	}
	v := cards.Review{
		Ref:          CardRef(c),
		Applicant:    c.OpenID,
		MaskedName:   MaskedName(c),
		MaskedNumber: MaskedNumber(c),
		MaskedMobile: MaskedMobile(c),
		Checks:       cardChecks(Findings(c, s.Now)),
		Method:       string(c.Method),
		SubmittedAt:  c.Confirmed,
		Expires:      c.ExpiresAt,
		Round:        c.Rounds,
		Waiting:      s.Waiting,
	}
	if c.Check != nil {
		v.Supplier, v.Serial = c.Check.Supplier, c.Check.Serial
	}
	if f := c.Personal.Front; f != nil {
		v.Gender = string(f.Gender)
		if !f.Birth.IsZero() {
			v.Birth = strconv.Itoa(f.Birth.Y)
		}
		for _, field := range c.Changed {
			v.Changes = append(v.Changes, change(c, field))
		}
	}
	if b := c.Personal.Back; b != nil {
		if b.LongTerm {
			v.ValidTo = "长期"
		} else if !b.ValidTo.IsZero() {
			v.ValidTo = b.ValidTo.String()
		}
	}
	if c.State != AwaitingReview {
		v.Decision = decisionOf(c)
	}
	return v
}

// colours are what a card shows for each level of a finding.
var colours = map[Level]cards.Level{
	LevelPassed:      cards.Green,
	LevelWarning:     cards.Amber,
	LevelFailed:      cards.Red,
	LevelNotExamined: cards.Grey,
}

// Colour is what a card shows for the level of a finding.
func Colour(l Level) cards.Level { return colours[l] }

func cardCheck(f Finding) cards.Check {
	return cards.Check{Code: string(f.Code), Level: Colour(f.Level), Args: f.Args}
}

func cardChecks(findings []Finding) (out []cards.Check) {
	for _, f := range findings {
		out = append(out, cardCheck(f))
	}
	return out
}

func attentionCard(c *Case, a *Attention) cards.Attention {
	return cards.Attention{
		Ref:        CardRef(c),
		Applicant:  c.OpenID,
		MaskedName: MaskedName(c),
		Step:       string(a.Step),
		Code:       string(a.Code),
		Upstream:   a.Upstream,
		LogID:      a.LogID,
		Since:      a.Since,
		Unknown:    a.Code == StopUnknownOutcome,
	}
}

func HasFiledEvidence(c *Case) bool { return c.Evidence != nil && c.Evidence.State == WriteDone }

// change masks both sides of what the applicant changed. Where the masks are equal, the
// positions that differ are shown as dots so that HR sees where, not what.
func change(c *Case, field string) cards.Change {
	switch field {
	case "identity_name":
		n, _ := idcard.ParseName(c.Personal.Front.RawName)
		return cards.Change{Field: field, Before: diffName(n.Reveal(), c.Personal.Name),
			After: diffName(c.Personal.Name, n.Reveal())}
	default:
		before, after := c.Personal.Front.RawNumber, c.Personal.Number
		return cards.Change{Field: field, Before: diffMask(before, after), After: diffMask(after, before)}
	}
}

// diffName masks a name and marks with ● the places at which it differs from the other.
func diffName(s, other string) string {
	a, b := []rune(s), []rune(other)
	for i, r := range a {
		switch {
		case i >= len(b) || r != b[i]:
			a[i] = '●'
		case i > 0:
			a[i] = '*'
		}
	}
	return string(a)
}

// diffMask masks a number and marks with ● the places at which it differs from the other.
func diffMask(s, other string) string {
	out := make([]rune, 0, len(s))
	for i, r := range []rune(s) {
		switch {
		case i >= len(other) || string(r) != other[i:i+1]:
			out = append(out, '●')
		case i < 3 || i >= len(s)-4:
			out = append(out, r)
		default:
			out = append(out, '*')
		}
	}
	return string(out)
}

func decisionOf(c *Case) *cards.Decision {
	d := &cards.Decision{At: c.EnteredAt, What: c.Outcome}
	if r := c.Review; r != nil {
		d.By, d.At, d.What, d.Reason, d.Note = r.By, r.At, string(r.What), r.Reason, c.Personal.Note
	}
	switch c.State {
	case Withdrawn:
		d.By, d.At, d.What = c.OpenID, c.EnteredAt, string(c.State)
	case Expired:
		d.By, d.At, d.What = "", c.EnteredAt, string(c.State)
	case Recording, Filing, Done:
		d.Stage = string(c.State)
	}
	d.Filed = HasFiledEvidence(c)
	return d
}
