package flows

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/cards"
)

// HRCard returns the card of a case for HR. It is about the stop if there is one, or about the end of the last stop if
// this was later than the review. Otherwise it is about the review.
func HRCard(c *Case, s ViewContext) cards.Card {
	if c.State == NeedsAttention && c.Attention != nil {
		card := attentionCard(c, c.Attention)
		card.Others, card.Talk = s.Others, talkOf(c, s)
		card.Due, card.Overdue = s.Policy.DueAt(c.EnteredAt), s.Policy.IsOverdue(c.EnteredAt, s.Now)
		for _, why := range retryFourEyes(c) {
			card.FourEyes = append(card.FourEyes, string(why))
		}
		if f := c.FirstApproval; f != nil {
			card.FirstBy, card.FirstAt = f.By, f.At
		}
		return card
	}
	if r := c.Resolution; r != nil && c.State != AwaitingReview && (c.Review == nil || !r.At.Before(c.Review.At)) {
		return resolvedCard(c, r)
	}
	return reviewCard(c, s)
}

// resolvedCard shows a stop with its resolution instead of the buttons.
func resolvedCard(c *Case, r *Resolution) cards.Card {
	card := attentionCard(c, &r.Attention)
	card.Decision = &cards.Decision{
		By:    r.By,
		First: r.First,
		At:    r.At,
		What:  string(r.Kind),
		Filed: HasFiledEvidence(c),
	}
	switch c.State {
	case Recording, Filing, Done:
		card.Decision.Stage = string(c.State)
	case AwaitingConsent:
		card.Decision.Stage = stageReading
	}
	card.Decision.Order, card.Decision.After = orderOf(c), stoppedFollowUps(c)
	return card
}

// showHRDeadline is how long before MaxHRWait is over HR's card names the end.
const showHRDeadline = 14 * 24 * time.Hour

// reviewCard shows masked values, findings and, after the decision, its outcome.
func reviewCard(c *Case, s ViewContext) cards.Card {
	findings := Findings(c, s.Policy, s.Now)
	v := cards.Review{
		Ref:          CardRef(c),
		Applicant:    c.OpenID,
		MaskedName:   MaskedName(c),
		MaskedNumber: MaskedNumber(c),
		MaskedMobile: MaskedMobile(c),
		Checks:       cardChecks(reviewed(c, findings)),
		MaskedCard:   MaskedBankCard(c),
		Bank:         c.Personal.OpeningBank,
		Method:       string(c.Method),
		SubmittedAt:  c.Confirmed,
		Round:        c.Rounds,
		Waiting:      s.Waiting,
		NoReading:    c.Method != MethodNone && c.EvidenceRevision() == Revision2024,
		NotTaken:     s.Policy.NotTaken(c),
		Document:     string(c.Personal.Document),
		CanPeek:      len(Originals(c)) > 0,
		Talk:         talkOf(c, s),
	}
	if c.State == AwaitingReview {
		v.Due, v.Overdue = s.Policy.DueAt(c.EnteredAt), s.Policy.IsOverdue(c.EnteredAt, s.Now)
	}
	if c.State == AwaitingReview && s.Now.After(c.ExpiresAt.Add(-showHRDeadline)) {
		v.Expires = c.ExpiresAt // a date months ahead would say that there is no hurry
	}
	if h := c.Help; h != nil {
		v.Help = &cards.Help{
			Checks: h.Checks,
			Answer: h.Answer,
			Detail: h.Detail,
			Face:   h.Face,
			Codes:  h.Codes,
		}
	}
	if r := c.Reading; r != nil {
		v.ReadAt, v.ReadTitle, v.ReadVersion = r.At, r.Files[0].Title, r.Files[0].Version
	}
	if c.Check != nil {
		v.Supplier, v.Serial, v.Similarity = c.Check.Supplier, c.Check.Serial, c.Check.Similarity
	}
	if c.Personal.Document != "" {
		addDocument(&v, c)
	} else if f := c.Personal.Front; f != nil {
		v.Gender = string(f.Gender)
		if !f.Birth.IsZero() {
			v.Birth = strconv.Itoa(f.Birth.Y)
		}
		for _, field := range c.Changed {
			v.Changes = append(v.Changes, maskedChange(c, field))
		}
	}
	changes := v.Changes
	if addAsked(&v, c); v.Asked != nil {
		changes = slices.Concat(changes, v.Asked.Changes)
	}
	v.MaskedName = nameBeside(v.MaskedName, changes)
	addOthers(&v, s)
	if b := c.Personal.Back; b != nil {
		if b.LongTerm {
			v.ValidTo = "长期"
		} else if !b.ValidTo.IsZero() {
			v.ValidTo = b.ValidTo.String()
		}
	}
	if c.State == AwaitingReview {
		for _, why := range FourEyes(c, s.Policy, s.Now) {
			v.FourEyes = append(v.FourEyes, string(why))
		}
		if f := c.FirstApproval; f != nil {
			v.FirstBy, v.FirstAt = f.By, f.At
		}
		v.Presets = presetsOf(c, findings)
	} else {
		v.Decision = decisionOf(c)
		v.CanUndo = c.State == Decided
		v.Sample = c.AwaitsLook()
	}
	return v
}

// reviewed returns the findings that the card of a case shows. A case that was sent back has lost its check, since
// another follows; "not verified" would be untrue about what HR has judged.
func reviewed(c *Case, findings []Finding) []Finding {
	if c.Method == MethodNone || c.Check != nil || c.Review == nil || c.Review.What != ReviewSentBack {
		return findings
	}
	return slices.DeleteFunc(findings, func(f Finding) bool {
		return f.Code == elementsFinding(c.Method) && f.Level == LevelNotExamined
	})
}

// attentionCard shows a stop without a decision.
func attentionCard(c *Case, a *Attention) cards.Attention {
	return cards.Attention{
		Ref:        CardRef(c),
		Applicant:  c.OpenID,
		MaskedName: MaskedName(c),
		Step:       string(a.Step),
		Code:       string(a.Code),
		Upstream:   a.Upstream,
		Field:      a.Field,
		LogID:      a.LogID,
		Since:      a.Since,
		Holds:      c.Lead != "" && c.HoldsOthers(),
		Unknown:    a.Code == StopUnknownOutcome,
		BadPhotos:  c.BadPhotos,
		CanPeek:    len(Originals(c)) > 0,
	}
}

// decisionOf returns what a decided review card shows: the decision and the progress since then.
func decisionOf(c *Case) *cards.Decision {
	d := &cards.Decision{At: c.EnteredAt, What: c.Outcome}
	if r := c.Review; r != nil {
		d.By, d.First, d.At, d.What, d.Reason, d.Note = r.By, r.First, r.At, string(r.What), r.Reason, c.Personal.Note
	}
	switch c.State {
	case Withdrawn, Declined:
		d.By, d.At, d.What = c.OpenID, c.EnteredAt, string(c.State)
		if c.Outcome == OutcomeLeft || c.Outcome == OutcomeUninstalled {
			d.By, d.What = "", c.Outcome
		}
	case Expired:
		d.By, d.At, d.What = "", c.EnteredAt, c.Outcome
	case Recording, Filing, Done:
		d.Stage = string(c.State)
	case Decided:
		d.Stage = "pending"
	case AwaitingConsent:
		d.Stage = stageReading
	}
	if c.Review == nil && (c.State == Done || !c.State.Terminal()) {
		decideWithoutReview(c, d)
	}
	d.Filed, d.Order, d.After = HasFiledEvidence(c), orderOf(c), stoppedFollowUps(c)
	return d
}

// orderOf says whether a case waits behind another one, or others wait for it; "" for neither.
func orderOf(c *Case) string {
	switch {
	case heldWhy(c) != "":
		return "held_" + heldWhy(c)
	case c.Lead != "" && c.HoldsOthers():
		return string(c.Lead)
	}
	return ""
}

// stoppedFollowUps returns what follows the evidence point of the case and has stopped.
func stoppedFollowUps(c *Case) (all []cards.FollowUp) {
	if c.Handover != nil && c.Handover.State == HandoverStopped {
		all = append(all, cards.FollowUp{Code: "handover", Upstream: c.Handover.Code})
	}
	if c.Account != nil && c.Account.Stop != nil {
		all = append(all, cards.FollowUp{
			Code:     accountTextPrefix + strings.TrimPrefix(string(c.Account.Stop.Code), accountTextPrefix),
			Upstream: c.Account.Stop.Upstream,
		})
	}
	return all
}

// accountTextPrefix begins the codes of texts about signing accounts, and the stops that only they have.
const accountTextPrefix = "account_"

// stageReading is the stage of a case whose applicant has to read a changed agreement (texts "stage.<stage>").
const stageReading = "reading"

// decideWithoutReview fills the decision of a case that nobody has reviewed: the policy let it through, or the
// applicant works on it again.
func decideWithoutReview(c *Case, d *cards.Decision) {
	switch c.State {
	case Recording, Filing, Done:
		d.What = string(ReviewApproved)
	case AwaitingBankCard, AwaitingCode, AwaitingFace, Checking:
		d.By, d.What = c.OpenID, "confirmed"
		if c.State == Checking {
			d.Stage = "checking"
		}
	default:
		d.By, d.What, d.Stage = c.OpenID, "editing", "applicant"
	}
}

// colours gives the colour of each level of a finding.
var colours = map[Level]cards.Level{
	LevelPassed:      cards.Green,
	LevelWarning:     cards.Amber,
	LevelFailed:      cards.Red,
	LevelNotExamined: cards.Grey,
}

// Colour returns the colour in which a card shows the level.
func Colour(l Level) cards.Level { return colours[l] }

func cardCheck(f Finding) cards.Check {
	check := cards.Check{Code: string(f.Code), Level: Colour(f.Level), Args: f.Args}
	for _, i := range f.Issues {
		check.Issues = append(check.Issues, cards.CheckIssue{Code: i.Code, Side: string(i.Side), Field: i.Field})
	}
	return check
}

func cardChecks(findings []Finding) (out []cards.Check) {
	for _, f := range findings {
		out = append(out, cardCheck(f))
	}
	return out
}
