package flows

import (
	"strconv"
	"strings"
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
	addWith := func(code FindingCode, level Level, arg string, n int) {
		out = append(out, Finding{Code: code, Level: level, Args: map[string]string{arg: strconv.Itoa(n)}})
	}

	number, err := idcard.ParseNumber(p.Number, now)
	add(FindingNumberValid, levelIf(err == nil, LevelFailed))
	add(FindingDocument, documentLevel(c, policy))
	add(FindingAge, ageLevel(number, now))

	elements := elementsFinding(c.Method)
	switch {
	case c.Method == MethodNone:
		add(elements, LevelNotExamined)
	case c.Check == nil && c.Help.mismatched():
		// Sending back has removed the check, and a ladder may have gone on to a method that nobody has tried.
		if c.Help.Method != "" {
			elements = elementsFinding(c.Help.Method)
		}
		add(elements, LevelFailed)
	case c.Check == nil:
		add(elements, LevelNotExamined)
	default:
		add(elements, levelIf(c.Check.Outcome == CheckMatch, LevelFailed))
	}

	out = append(out, validityFinding(back, now), sidesFinding(front, back, now))

	// The confirmed number is compared with birth and gender as printed on the card.
	confirmed := front
	confirmed.Number = number
	out = append(out, consistencyFinding(confirmed), readingFinding(front, back))

	if len(c.Changed) > 0 {
		add(FindingEdited, LevelWarning)
	} else {
		add(FindingEdited, LevelPassed)
	}

	if len(c.SameNumberCases) > 0 {
		addWith(FindingDuplicateNumber, LevelFailed, "n", len(c.SameNumberCases))
	} else {
		add(FindingDuplicateNumber, LevelPassed)
	}

	if strings.TrimSpace(p.ContactName) == "" {
		add(FindingNameVsFeishu, LevelNotExamined)
	} else {
		add(FindingNameVsFeishu, levelIf(idcard.SameName(p.ContactName, p.Name), LevelWarning))
	}

	return append(out, qualityFinding(c, front, back))
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
