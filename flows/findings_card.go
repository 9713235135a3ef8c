package flows

import (
	"slices"
	"time"

	"shiming/idcard"
)

// Ages by law (劳动法 art. 15, 58): employing people under minAge is forbidden, people under adultAge are protected.
const (
	minAge   = 16
	adultAge = 18
)

// documentLevel fails a document that is no resident identity card, and warns of one that the evidence names as it is.
func documentLevel(c *Case, p *Policy) Level {
	switch kind := c.DocumentKind(); {
	case kind == "":
		return LevelNotExamined
	case kind == idcard.ResidentID:
		return LevelPassed
	case c.Method != MethodNone && !p.NotTaken(c):
		return LevelWarning
	}
	return LevelFailed
}

// ageLevel judges the age on the day in China. The day of a birthday counts as the new age.
func ageLevel(n idcard.Number, now time.Time) Level {
	if n.Empty() {
		return LevelNotExamined
	}
	switch age := n.BirthDate().AgeOn(idcard.DateOf(now)); {
	case age < minAge:
		return LevelFailed
	case age < adultAge:
		return LevelWarning
	}
	return LevelPassed
}

// validityFinding judges the term. An end that was printed and could not be read is a warning, one that is missing was
// not examined.
func validityFinding(back idcard.Reading, now time.Time) Finding {
	f := Finding{Code: FindingValidity, Level: LevelNotExamined}
	switch status, days := idcard.Validity(back, now); status {
	case idcard.StatusValid, idcard.StatusLongTerm:
		f.Level = LevelPassed
	case idcard.StatusExpiring:
		f.Level, f.Args = LevelWarning, daysArg(days)
	case idcard.StatusExpired:
		f.Level = LevelFailed
	case idcard.StatusNotYetValid:
		f.Level = LevelFailed
		f.add(idcard.Back, idcard.Issue{Code: idcard.CodeIssuedInFuture, Field: idcard.FieldValidFrom})
	default:
		for _, i := range back.Issues {
			if i.Field == idcard.FieldValidTo {
				f.Level = LevelWarning
				f.add(idcard.Back, i)
			}
		}
	}
	return f
}

// sidesFinding compares the two sides. Without contradiction it has passed only if all that it compares was read.
func sidesFinding(front, back idcard.Reading, now time.Time) Finding {
	issues := idcard.SidesMatch(front, back, now)
	examined := !back.ValidFrom.IsZero() && back.Complete() && back.IssuedBy != "" && front.Address != ""
	return judged(FindingSidesMatch, "", issues, examined)
}

// consistencyFinding compares the number with birth and gender as printed on the card.
func consistencyFinding(front idcard.Reading) Finding {
	examined := !front.Number.Empty() && !front.Birth.IsZero() && front.Gender != ""
	return judged(FindingOCRConsistency, idcard.Front, idcard.Consistency(front), examined)
}

// judged makes a finding of issues: the worst of them, or passed if everything was examined.
func judged(code FindingCode, side idcard.Side, issues []idcard.Issue, examined bool) Finding {
	f := Finding{Code: code, Level: LevelPassed}
	if !examined {
		f.Level = LevelNotExamined
	}
	for _, i := range issues {
		f.worsen(LevelWarning)
		if i.Level == idcard.Error {
			f.worsen(LevelFailed)
		}
		f.add(side, i)
	}
	return f
}

// readingFinding gives what the OCR noted about each field. Two values of a field may be of two cards.
func readingFinding(front, back idcard.Reading) Finding {
	f := Finding{Code: FindingReading, Level: LevelPassed}
	for _, r := range []idcard.Reading{front, back} {
		for _, i := range r.Issues {
			switch i.Code {
			case idcard.CodeFieldTwice:
				f.worsen(LevelFailed)
			case idcard.CodeSideDisagrees: // Feishu's pages contradict each other about the side, and the fields decide
			default:
				f.worsen(LevelWarning)
			}
			f.add(r.Side, i)
		}
		for _, field := range r.Missing {
			if field != idcard.FieldRace { // nothing rests on it
				f.worsen(LevelNotExamined)
			}
			f.add(r.Side, idcard.Issue{Code: "field_missing", Field: field})
		}
	}
	return f
}

// alwaysCounts are the warnings that say something about the photo even where the OCR has read every field: it may not
// be of the card itself, or not of all of it.
var alwaysCounts = map[string]bool{
	idcard.CodePhotoGrey: true, idcard.CodePhotoScreenshot: true, idcard.CodeCardCut: true,
}

// qualityFinding judges the photos in use. If the OCR has read every field of a side, blur or glare do not count.
func qualityFinding(c *Case, front, back idcard.Reading) Finding {
	f := Finding{Code: FindingQuality, Level: LevelPassed}
	for _, r := range []idcard.Reading{front, back} {
		p := c.PhotoOf(r.Side)
		if p == nil {
			f.worsen(LevelNotExamined)
			continue
		}
		if r.Side == idcard.Back && p.BothSides && p.Side == idcard.Front {
			continue // the same picture, named above
		}
		for _, code := range p.Warnings {
			if len(r.Missing) > 0 || alwaysCounts[code] {
				f.worsen(LevelWarning)
			}
			f.add(r.Side, idcard.Issue{Code: code})
		}
	}
	return f
}

// levelOrder lists the levels from the best to the worst.
var levelOrder = []Level{LevelPassed, LevelNotExamined, LevelWarning, LevelFailed}

// worsen sets the level unless the present one is worse.
func (f *Finding) worsen(l Level) {
	if slices.Index(levelOrder, l) > slices.Index(levelOrder, f.Level) {
		f.Level = l
	}
}

// add appends a cause, each once.
func (f *Finding) add(side idcard.Side, i idcard.Issue) {
	issue := FindingIssue{Code: i.Code, Side: side, Field: i.Field}
	if i.Code == idcard.CodeCardCut {
		issue.Field = "" // an edge, which the text does not name
	}
	if !slices.Contains(f.Issues, issue) {
		f.Issues = append(f.Issues, issue)
	}
}
