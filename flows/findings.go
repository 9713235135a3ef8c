package flows

import (
	"strconv"
	"time"

	"shiming/idcard"
)

// Level is the weight of a finding.
type Level string

// Levels of findings.
const (
	LevelPassed      Level = "passed"
	LevelWarning     Level = "warning"
	LevelFailed      Level = "failed"
	LevelNotExamined Level = "not_examined" // never counts as passed
)

// FindingCode names a check. It is part of text ids ("chip.<code>.<level>", "check.<code>.<level>").
type FindingCode string

// Codes of findings.
const (
	FindingNumberValid     FindingCode = "number_valid"
	FindingThreeElements   FindingCode = "three_elements"
	FindingFourElements    FindingCode = "four_elements"
	FindingFace            FindingCode = "face"
	FindingValidity        FindingCode = "validity"
	FindingSidesMatch      FindingCode = "sides_match"
	FindingOCRConsistency  FindingCode = "ocr_consistency"
	FindingEdited          FindingCode = "edited"
	FindingDuplicateNumber FindingCode = "duplicate_number"
	FindingNameVsFeishu    FindingCode = "name_vs_feishu"
	FindingQuality         FindingCode = "quality"
	FindingDocument        FindingCode = "document" // the number is one of a resident identity card
	FindingAge             FindingCode = "age"
	FindingReading         FindingCode = "reading" // what the OCR read of each field
)

// Finding is the result of one check. It holds nothing personal.
type Finding struct {
	Code  FindingCode
	Level Level
	Args  map[string]string // figures of its text, such as days
	// Issues are the causes. Their texts replace the one of the level.
	Issues []FindingIssue
}

// FindingIssue is one cause of a finding, a code of idcard.Issue (texts "issue.<code>").
type FindingIssue struct {
	Code  string
	Side  idcard.Side
	Field string // name of the OCR's field, "" if it concerns none
}

// Findings runs all checks on the stored data of a case. HR sees the findings, and the policy judges them by
// AllGreen. The result is nil while a side of the card has not been read. A document without a resident number has
// checks of its own.
func Findings(c *Case, policy *Policy, now time.Time) []Finding {
	p := c.Personal
	if p.Document != "" {
		return documentFindings(c, now)
	}
	if p.Front == nil || p.Back == nil {
		return nil
	}
	front, back := p.Front.Open(), p.Back.Open()
	var out []Finding
	add := func(code FindingCode, level Level) { out = append(out, Finding{Code: code, Level: level}) }

	number, err := idcard.ParseNumber(p.Number, now)
	add(FindingNumberValid, levelIf(err == nil, LevelFailed))
	out = append(out, documentFinding(c, policy), ageFinding(number, policy, now), verificationFinding(c))
	out = append(out, validityFinding(back, policy, now), sidesFinding(front, back, policy, now))

	// The confirmed number is compared with birth and gender as printed on the card.
	confirmed := front
	confirmed.Number = number
	out = append(out, consistencyFinding(confirmed, policy), readingFinding(front, back, policy))

	edited := Finding{Code: FindingEdited, Level: LevelPassed}
	if len(c.Changed) > 0 {
		edited.find(policy, CheckEdited, LevelWarning)
	}
	duplicate := Finding{Code: FindingDuplicateNumber, Level: LevelPassed}
	if n := len(c.SameNumberCases); n > 0 {
		duplicate.Args = map[string]string{"n": strconv.Itoa(n)}
		duplicate.find(policy, CheckDuplicate, LevelFailed)
	}
	return append(out, edited, duplicate,
		nameFinding(p.ContactName, p.Name, policy), qualityFinding(c, front, back, policy))
}

// verificationFinding gives the supplier's answer about the person.
func verificationFinding(c *Case) Finding {
	f := Finding{Code: elementsFinding(c.Method), Level: LevelNotExamined}
	switch {
	case c.Method == MethodNone:
	case c.Check == nil && c.Help.mismatched():
		// Sending back has removed the check, and a ladder may have gone on to a method that nobody has tried.
		if c.Help.Method != "" {
			f.Code = elementsFinding(c.Help.Method)
		}
		f.Level = LevelFailed
	case c.Check != nil:
		f.Level = levelIf(c.Check.Outcome == CheckMatch, LevelFailed)
	}
	return f
}

// elementsFinding is the finding of a method's check.
func elementsFinding(m Method) FindingCode {
	switch m {
	case BankCardFour:
		return FindingFourElements
	case Face:
		return FindingFace
	}
	return FindingThreeElements
}

// AllGreen reports whether the policy may approve a case without HR: there are findings, and every one has passed. What
// was not examined has not passed.
func AllGreen(findings []Finding) bool {
	for _, f := range findings {
		if f.Level != LevelPassed {
			return false
		}
	}
	return len(findings) > 0
}

// Worst returns the worst level among the findings. Grey is worse than passed.
func Worst(findings []Finding) Level {
	worst := Finding{Level: LevelPassed}
	for _, f := range findings {
		worst.worsen(f.Level)
	}
	return worst.Level
}

// daysArg is the argument of texts that count days.
func daysArg(days int) map[string]string { return map[string]string{"days": strconv.Itoa(days)} }

// levelIf returns LevelPassed if good, otherwise bad.
func levelIf(good bool, bad Level) Level {
	if good {
		return LevelPassed
	}
	return bad
}
