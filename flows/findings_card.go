package flows

import (
	"slices"
	"strings"
	"time"

	"shiming/idcard"
)

// Ages by law (劳动法 art. 15, 58): employing people under minAge is forbidden, people under adultAge are protected.
const (
	minAge   = 16
	adultAge = 18
)

// documentFinding fails a document that is no resident identity card, and warns of one that the evidence names as it is.
func documentFinding(c *Case, p *Policy) Finding {
	f := Finding{Code: FindingDocument, Level: LevelPassed}
	switch kind := c.DocumentKind(); {
	case kind == "":
		f.Level = LevelNotExamined
	case kind == idcard.ResidentID:
	case c.Method != MethodNone && !p.NotTaken(c):
		f.find(p, CheckPermit, LevelWarning)
	default:
		f.Level = LevelFailed
	}
	return f
}

// ageFinding judges the age on the day in China. The day of a birthday counts as the new age.
func ageFinding(n idcard.Number, p *Policy, now time.Time) Finding {
	f := Finding{Code: FindingAge, Level: LevelPassed}
	if n.Empty() {
		f.Level = LevelNotExamined
		return f
	}
	switch age := n.BirthDate().AgeOn(idcard.DateOf(now)); {
	case age < minAge:
		f.Level = LevelFailed
	case age < adultAge:
		f.find(p, CheckUnder18, LevelWarning)
	}
	return f
}

// validityFinding judges the term. An end that was printed and could not be read is a warning, one that is missing was
// not examined.
func validityFinding(back idcard.Reading, p *Policy, now time.Time) Finding {
	f := Finding{Code: FindingValidity, Level: LevelPassed}
	switch status, days := idcard.Validity(back, now); status {
	case idcard.StatusValid, idcard.StatusLongTerm:
	case idcard.StatusExpiring:
		f.Args = daysArg(days)
		f.find(p, CheckExpiring, LevelWarning)
	case idcard.StatusExpired:
		f.find(p, CheckExpired, LevelFailed)
	case idcard.StatusNotYetValid:
		i := idcard.Issue{Code: idcard.CodeIssuedInFuture, Field: idcard.FieldValidFrom}
		f.note(p, idcard.Back, i, LevelFailed)
	default:
		f.find(p, CheckValidityUnread, LevelNotExamined)
		for _, i := range back.Issues {
			if i.Field == idcard.FieldValidTo {
				f.note(p, idcard.Back, i, LevelWarning)
			}
		}
	}
	return f
}

// nameFinding compares the confirmed name with the one in the directory.
func nameFinding(contact, confirmed string, p *Policy) Finding {
	f := Finding{Code: FindingNameVsFeishu, Level: LevelPassed}
	if strings.TrimSpace(contact) == "" {
		f.find(p, CheckNameUnknown, LevelNotExamined)
		return f
	}
	switch code := idcard.CompareNames(contact, confirmed); code {
	case "":
	case idcard.CodeNameDiffers: // the words of the level say so
		f.find(p, idcard.CodeNameDiffers, LevelWarning)
	case idcard.CodeNameScript, idcard.CodeNameOrder:
		f.note(p, idcard.Front, idcard.Issue{Code: code, Field: idcard.FieldName}, LevelPassed)
	default:
		f.note(p, idcard.Front, idcard.Issue{Code: code, Field: idcard.FieldName}, LevelWarning)
	}
	return f
}

// sidesFinding compares the two sides. Without contradiction it has passed only if all that it compares was read.
func sidesFinding(front, back idcard.Reading, p *Policy, now time.Time) Finding {
	f := Finding{Code: FindingSidesMatch, Level: LevelPassed}
	if back.ValidFrom.IsZero() || !back.Complete() || back.IssuedBy == "" || front.Address == "" {
		f.find(p, CheckSidesUnread, LevelNotExamined)
	}
	f.noteAll(p, "", idcard.SidesMatch(front, back, now))
	return f
}

// consistencyFinding compares the number with birth and gender as printed on the card.
func consistencyFinding(front idcard.Reading, p *Policy) Finding {
	f := Finding{Code: FindingOCRConsistency, Level: LevelPassed}
	if front.Number.Empty() || front.Birth.IsZero() || front.Gender == "" {
		f.find(p, CheckNumberUnproved, LevelNotExamined)
	}
	f.noteAll(p, idcard.Front, idcard.Consistency(front))
	return f
}

// noteAll adds issues, each at its own level unless a setting gives another one.
func (f *Finding) noteAll(p *Policy, side idcard.Side, issues []idcard.Issue) {
	for _, i := range issues {
		standard := LevelWarning
		if i.Level == idcard.Error {
			standard = LevelFailed
		}
		f.note(p, side, i, standard)
	}
}

// readingFinding gives what the OCR noted about each field. Two values of a field may be of two cards.
func readingFinding(front, back idcard.Reading, p *Policy) Finding {
	f := Finding{Code: FindingReading, Level: LevelPassed}
	for _, r := range []idcard.Reading{front, back} {
		for _, i := range r.Issues {
			standard := LevelWarning
			switch i.Code {
			case idcard.CodeFieldTwice:
				standard = LevelFailed
			case idcard.CodeSideDisagrees: // Feishu's pages contradict each other about the side, and the fields decide
				standard = LevelPassed
			}
			f.note(p, r.Side, i, standard)
		}
		for _, field := range r.Missing {
			missing := idcard.Issue{Code: string(CheckFieldMissing), Field: field}
			if field == idcard.FieldRace { // nothing rests on it
				f.add(r.Side, missing)
				continue
			}
			f.note(p, r.Side, missing, LevelNotExamined)
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
func qualityFinding(c *Case, front, back idcard.Reading, policy *Policy) Finding {
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
			standard := LevelPassed
			if len(r.Missing) > 0 || alwaysCounts[code] {
				standard = LevelWarning
			}
			f.note(policy, r.Side, idcard.Issue{Code: code}, standard)
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
