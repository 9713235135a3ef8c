package flows

import (
	"slices"
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

// FindingCode names a check. It is part of text ids ("chip.<code>", "check.<code>.<level>").
type FindingCode string

// Codes of findings.
const (
	FindingNumberValid     FindingCode = "number_valid"
	FindingThreeElements   FindingCode = "three_elements"
	FindingValidity        FindingCode = "validity"
	FindingSidesMatch      FindingCode = "sides_match"
	FindingOCRConsistency  FindingCode = "ocr_consistency"
	FindingEdited          FindingCode = "edited"
	FindingDuplicateNumber FindingCode = "duplicate_number"
	FindingNameVsFeishu    FindingCode = "name_vs_feishu"
	FindingQuality         FindingCode = "quality"
)

// Finding is the result of one check. It holds nothing personal.
type Finding struct {
	Code  FindingCode
	Level Level
	Args  map[string]string // figures of its text, such as days
}

// Findings runs all checks on the stored data of a case. HR sees the findings, and the policy judges them by AllGreen.
// The result is nil while a side of the card has not been read.
func Findings(c *Case, now time.Time) []Finding {
	p := c.Personal
	if p.Front == nil || p.Back == nil {
		return nil
	}
	front, back := p.Front.Open(), p.Back.Open()
	var out []Finding
	add := func(code FindingCode, level Level) { out = append(out, Finding{Code: code, Level: level}) }
	addWith := func(code FindingCode, level Level, arg string, n int) {
		out = append(out, Finding{Code: code, Level: level, Args: map[string]string{arg: strconv.Itoa(n)}})
	}

	_, err := idcard.ParseNumber(p.Number, now)
	add(FindingNumberValid, levelIf(err == nil, LevelFailed))

	switch {
	case c.Method == MethodNone:
		add(FindingThreeElements, LevelNotExamined)
	case c.Check == nil:
		add(FindingThreeElements, LevelNotExamined)
	default:
		add(FindingThreeElements, levelIf(c.Check.Outcome == CheckMatch, LevelFailed))
	}

	status, days := idcard.Validity(back, now)
	switch status {
	case idcard.StatusValid, idcard.StatusLongTerm:
		add(FindingValidity, LevelPassed)
	case idcard.StatusExpiring:
		addWith(FindingValidity, LevelWarning, "days", days)
	case idcard.StatusExpired:
		add(FindingValidity, LevelFailed)
	default:
		add(FindingValidity, LevelNotExamined)
	}

	add(FindingSidesMatch, worstIssue(idcard.SidesMatch(front, back, now)))

	// The confirmed number is compared with birth and gender as printed on the card.
	confirmed := front
	if n, err := idcard.ParseNumber(p.Number, now); err == nil {
		sealed := *p.Front
		sealed.Number, sealed.RawNumber = n.Reveal(), n.Reveal()
		confirmed = sealed.Open()
	}
	add(FindingOCRConsistency, worstIssue(idcard.Consistency(confirmed)))

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

	switch p.ContactName {
	case "":
		add(FindingNameVsFeishu, LevelNotExamined)
	case p.Name:
		add(FindingNameVsFeishu, LevelPassed)
	default:
		add(FindingNameVsFeishu, LevelWarning)
	}

	add(FindingQuality, qualityLevel(c, front, back))
	return out
}

// qualityLevel judges the photos in use. If the OCR has read every field, warnings about blur or glare do not count. A
// possible photocopy always counts.
func qualityLevel(c *Case, front, back idcard.Reading) Level {
	complete := len(front.Missing) == 0 && len(back.Missing) == 0
	for _, p := range c.Photos {
		if p.State != PhotoRead {
			continue
		}
		if !complete && len(p.Warnings) > 0 || slices.Contains(p.Warnings, idcard.CodePhotoGrey) {
			return LevelWarning
		}
	}
	return LevelPassed
}

// AllGreen reports whether the policy may approve a case without HR: there are findings, none is a warning or failed,
// and the person was verified. Other checks that were not examined do not count.
func AllGreen(findings []Finding) bool {
	if len(findings) == 0 {
		return false
	}
	for _, f := range findings {
		switch f.Level {
		case LevelWarning, LevelFailed:
			return false
		case LevelNotExamined:
			if f.Code == FindingThreeElements {
				return false
			}
		}
	}
	return true
}

// Worst returns LevelFailed, LevelWarning or LevelPassed: the worst level among the findings.
func Worst(findings []Finding) Level {
	out := LevelPassed
	for _, f := range findings {
		switch {
		case f.Level == LevelFailed:
			return LevelFailed
		case f.Level == LevelWarning:
			out = LevelWarning
		}
	}
	return out
}

// levelIf returns LevelPassed if good, otherwise bad.
func levelIf(good bool, bad Level) Level {
	if good {
		return LevelPassed
	}
	return bad
}

// worstIssue gives the level of a check from the issues that package idcard found.
func worstIssue(issues []idcard.Issue) Level {
	level := LevelPassed
	for _, i := range issues {
		if i.Level == idcard.Error {
			return LevelFailed
		}
		level = LevelWarning
	}
	return level
}
