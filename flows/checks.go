package flows

import (
	"slices"
	"strings"

	"shiming/idcard"
)

// CheckID names one thing that a check can find. It is a key of review.checks, and part of text ids: "issue.<id>" has
// the words for HR, and for the applicant too unless there is an "advice.<id>".
type CheckID string

// CheckLevel is what follows when a check finds something.
type CheckLevel string

// Levels of checks, from the lightest.
const (
	CheckPass  CheckLevel = "pass"  // it is not mentioned
	CheckHint  CheckLevel = "hint"  // it is mentioned, and holds nothing up
	CheckHuman CheckLevel = "human" // a case with it does not go past HR: amber, or grey for what was not examined
	CheckStop  CheckLevel = "stop"  // red: HR approves it with a reason and by two admins only
)

// CheckLevels lists the levels in their order.
var CheckLevels = []CheckLevel{CheckPass, CheckHint, CheckHuman, CheckStop}

// Ids of checks that are no code of idcard.Issue.
const (
	CheckNumberInvalid  CheckID = "number_invalid"
	CheckElements       CheckID = "verification_mismatch"
	CheckNotVerified    CheckID = "not_verified"
	CheckPermit         CheckID = "permit"
	CheckPermitNotTaken CheckID = "permit_not_taken"
	CheckUnder16        CheckID = "under_16"
	CheckUnder18        CheckID = "under_18"
	CheckExpired        CheckID = "expired"
	CheckExpiring       CheckID = "expiring"
	CheckValidityUnread CheckID = "validity_unread"
	CheckSidesUnread    CheckID = "sides_unread"
	CheckNumberUnproved CheckID = "number_uncompared"
	CheckFieldMissing   CheckID = "field_missing"
	CheckEdited         CheckID = "edited"
	CheckDuplicate      CheckID = "duplicate_number"
	CheckNameUnknown    CheckID = "name_unknown"
)

// CheckRule is a row of Checks.
type CheckRule struct {
	ID      CheckID
	Finding FindingCode // under which HR's card shows it
	Default CheckLevel
	Least   CheckLevel // the lightest level that review.checks may give it
	Fixed   bool       // no setting changes it
	Unread  bool       // nothing was examined: at CheckHuman it is grey instead of amber
	Told    bool       // the applicant is told on the form
}

// Checks lists everything that the checks of a resident identity card can find. docs/checks.md shows it.
var Checks = []CheckRule{
	{ID: CheckExpired, Finding: FindingValidity, Default: CheckStop, Least: CheckHuman, Told: true},
	{ID: CheckExpiring, Finding: FindingValidity, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: CheckValidityUnread, Finding: FindingValidity, Default: CheckHuman, Least: CheckHuman, Unread: true, Told: true},

	{ID: CheckNumberInvalid, Finding: FindingNumberValid, Default: CheckStop, Least: CheckStop},
	{ID: idcard.CodeBirthMismatch, Finding: FindingOCRConsistency, Default: CheckHuman, Least: CheckHint, Told: true},
	{ID: idcard.CodeGenderMismatch, Finding: FindingOCRConsistency, Default: CheckHuman, Least: CheckHint, Told: true},
	{ID: idcard.CodeNumberMismatch, Finding: FindingOCRConsistency, Default: CheckStop, Least: CheckHuman, Told: true},
	{ID: CheckNumberUnproved, Finding: FindingOCRConsistency, Default: CheckHuman, Least: CheckHint, Unread: true},

	{ID: CheckNameUnknown, Finding: FindingNameVsFeishu, Default: CheckHuman, Least: CheckPass, Unread: true},
	{ID: idcard.CodeNameScript, Finding: FindingNameVsFeishu, Default: CheckHint, Least: CheckPass},
	{ID: idcard.CodeNameOrder, Finding: FindingNameVsFeishu, Default: CheckHint, Least: CheckPass},
	{ID: idcard.CodeNameRare, Finding: FindingNameVsFeishu, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodeNameClose, Finding: FindingNameVsFeishu, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodeNamePart, Finding: FindingNameVsFeishu, Default: CheckHuman, Least: CheckPass},
	{ID: idcard.CodeNameDiffers, Finding: FindingNameVsFeishu, Default: CheckHuman, Least: CheckPass},

	{ID: idcard.CodeAuthorityAddress, Finding: FindingSidesMatch, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodeValidityAge, Finding: FindingSidesMatch, Default: CheckHuman, Least: CheckHint, Told: true},
	{ID: idcard.CodeValiditySpan, Finding: FindingSidesMatch, Default: CheckHuman, Least: CheckHint, Told: true},
	{ID: idcard.CodeIssuedInFuture, Finding: FindingValidity, Default: CheckStop, Least: CheckHuman, Told: true},
	{ID: idcard.CodeIssuedBeforeBirth, Finding: FindingSidesMatch, Default: CheckStop, Least: CheckStop},
	{ID: idcard.CodeValidityReversed, Finding: FindingSidesMatch, Default: CheckStop, Least: CheckStop},
	{ID: CheckSidesUnread, Finding: FindingSidesMatch, Default: CheckHuman, Least: CheckHint, Unread: true},

	{ID: CheckUnder16, Finding: FindingAge, Default: CheckStop, Least: CheckStop},
	{ID: CheckUnder18, Finding: FindingAge, Default: CheckHuman, Least: CheckHint},
	{ID: CheckPermit, Finding: FindingDocument, Default: CheckHuman, Least: CheckHint},
	{ID: CheckPermitNotTaken, Finding: FindingDocument, Default: CheckStop, Least: CheckStop},
	{ID: CheckDuplicate, Finding: FindingDuplicateNumber, Default: CheckStop, Least: CheckHuman},
	{ID: CheckElements, Finding: FindingThreeElements, Default: CheckStop, Least: CheckStop},
	{ID: CheckNotVerified, Finding: FindingThreeElements, Default: CheckHuman, Least: CheckHuman, Fixed: true, Unread: true},
	{ID: CheckEdited, Finding: FindingEdited, Default: CheckHuman, Least: CheckHint},

	{ID: idcard.CodeNumberUnreadable, Finding: FindingReading, Default: CheckHuman, Least: CheckHint, Told: true},
	{ID: idcard.CodeNameUnreadable, Finding: FindingReading, Default: CheckHuman, Least: CheckHint, Told: true},
	{ID: idcard.CodeDateUnreadable, Finding: FindingReading, Default: CheckHuman, Least: CheckHint, Told: true},
	{ID: idcard.CodeGenderUnreadable, Finding: FindingReading, Default: CheckHuman, Least: CheckHint, Told: true},
	{ID: CheckFieldMissing, Finding: FindingReading, Default: CheckHuman, Least: CheckHint, Unread: true, Told: true},
	{ID: idcard.CodeFieldTwice, Finding: FindingReading, Default: CheckStop, Least: CheckHuman, Told: true},
	{ID: idcard.CodeStrayField, Finding: FindingReading, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodeSideDisagrees, Finding: FindingReading, Default: CheckHint, Least: CheckPass},

	// The next seven hold nothing up by default if every field of the side was read.
	{ID: idcard.CodePhotoBlurred, Finding: FindingQuality, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodePhotoLowContrast, Finding: FindingQuality, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodePhotoGlare, Finding: FindingQuality, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodePhotoDark, Finding: FindingQuality, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodePhotoSmall, Finding: FindingQuality, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodeCardSmall, Finding: FindingQuality, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodePhotoCovered, Finding: FindingQuality, Default: CheckHuman, Least: CheckPass, Told: true},
	{ID: idcard.CodePhotoScreenshot, Finding: FindingQuality, Default: CheckHuman, Least: CheckHint, Told: true},
	{ID: idcard.CodePhotoGrey, Finding: FindingQuality, Default: CheckHuman, Least: CheckHint, Told: true},
	{ID: idcard.CodeCardCut, Finding: FindingQuality, Default: CheckHuman, Least: CheckHint, Told: true},
}

// ruleOf returns the row of a check; the zero row for an id that Checks does not list.
func ruleOf(id CheckID) CheckRule {
	for _, r := range Checks {
		if r.ID == id {
			return r
		}
	}
	return CheckRule{}
}

// AllowedLevels returns the levels that review.checks may give a check; nil for an unknown one.
func AllowedLevels(id CheckID) []CheckLevel {
	r := ruleOf(id)
	if r.ID == "" {
		return nil
	}
	if r.Fixed {
		return []CheckLevel{r.Default}
	}
	return CheckLevels[slices.Index(CheckLevels, r.Least):]
}

// ParseCheckLevel splits an entry of review.checks, such as expiring=hint. It judges neither part.
func ParseCheckLevel(entry string) (CheckID, CheckLevel) {
	id, level, _ := strings.Cut(entry, "=")
	return CheckID(strings.TrimSpace(id)), CheckLevel(strings.TrimSpace(level))
}

// stops reports whether a check stops a case.
func (p *Policy) stops(id CheckID) bool {
	if set, changed := p.Checks[id]; changed {
		return set == CheckStop
	}
	return ruleOf(id).Default == CheckStop
}

// levelOf returns the level of a finding in which a check has found something. standard is the level without a setting
// for the check.
func (p *Policy) levelOf(id CheckID, standard Level) (level Level, mentioned bool) {
	set, changed := p.Checks[id]
	switch {
	case !changed:
		return standard, true
	case set == CheckHint:
		return LevelPassed, true
	case set == CheckStop:
		return LevelFailed, true
	case set == CheckHuman && ruleOf(id).Unread:
		return LevelNotExamined, true
	case set == CheckHuman:
		return LevelWarning, true
	}
	return LevelPassed, false
}

// note adds what a check has found, with its words. standard is the level without a setting.
func (f *Finding) note(p *Policy, side idcard.Side, i idcard.Issue, standard Level) {
	level, mentioned := p.levelOf(CheckID(i.Code), standard)
	if !mentioned {
		return
	}
	f.worsen(level)
	f.add(side, i)
}

// find adds what a check has found. The words of the finding's level say it, unless a setting gives another level.
func (f *Finding) find(p *Policy, id CheckID, standard Level) {
	level, mentioned := p.levelOf(id, standard)
	if !mentioned {
		return
	}
	f.worsen(level)
	if level != standard {
		f.add("", idcard.Issue{Code: string(id)})
	}
}
