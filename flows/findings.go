package flows

import (
	"slices"
	"strconv"
	"time"

	"shiming/idcard"
)

// Level is how a finding weighs.
type Level string

// Levels of findings.
const (
	LevelPassed      Level = "passed"
	LevelWarning     Level = "warning"      // HR should look
	LevelFailed      Level = "failed"       // HR has to look
	LevelNotExamined Level = "not_examined" // never read as passed
)

// FindingCode names what was examined. It is part of ids of texts (chip.CODE, check.CODE.…).
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

// Finding is one thing that was examined and what came of it. Nothing in it is personal.
type Finding struct {
	Code  FindingCode
	Level Level
	Args  map[string]string // figures for its text, such as days
}

// Findings examines a case by what is on record; nothing passes that was not examined. They are what the policy
// judges and HR sees. It is nil while a side of the card has not been read.
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

	// The number that counts is the confirmed one; birth and gender are what the card shows.
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

// quality judges the photos. Where the OCR read every field, a photo was good enough, and the
// local measures of blur and glare have nothing to add; a photocopy is worth a look in any case.
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

// AllGreen reports whether nothing needs a person's eye. What was not examined does not
// count against the case, but a verification that did not happen does.
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

// Worst is the worst level among the findings.
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

func levelIf(good bool, bad Level) Level {
	if good {
		return LevelPassed
	}
	return bad
}

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
