package flows

import (
	"strconv"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// codeDocumentExpired is the issue of a document whose printed end is over (text "issue.document_expired").
const codeDocumentExpired = "document_expired"

// documentFindings runs the checks of a document without a resident number. Nothing about it is verified: the OCR
// returns neither sides nor check digits, and Feishu's pages state no form of its dates. An end that is over is a
// warning; any other counts as not examined.
func documentFindings(c *Case, now time.Time) []Finding {
	duplicate := Finding{Code: FindingDuplicateNumber, Level: LevelPassed}
	if n := len(c.SameNumberCases); n > 0 {
		duplicate.Level, duplicate.Args = LevelFailed, map[string]string{"n": strconv.Itoa(n)}
	}
	validity := Finding{Code: FindingValidity, Level: LevelNotExamined}
	if c.Personal.DocumentRead == nil {
		return []Finding{duplicate, validity}
	}
	if c.Personal.DocumentRead.Open().Expired(now) {
		validity.Level = LevelWarning
		validity.add(idcard.DocumentPage, idcard.Issue{Code: codeDocumentExpired})
	}
	edited := Finding{Code: FindingEdited, Level: levelIf(len(c.Changed) == 0, LevelWarning)}
	return []Finding{duplicate, validity, edited, documentQuality(c)}
}

// documentQuality judges the photo of a document. What was read well is not blamed for blur; a possible photocopy
// counts.
func documentQuality(c *Case) Finding {
	f := Finding{Code: FindingQuality, Level: LevelPassed}
	p := c.PhotoOf(idcard.DocumentPage)
	if p == nil {
		f.Level = LevelNotExamined
		return f
	}
	r := c.Personal.DocumentRead.Open()
	for _, code := range p.Warnings {
		if r.Name() == "" || r.Number() == "" || code == idcard.CodePhotoGrey {
			f.worsen(LevelWarning)
		}
		f.add(idcard.DocumentPage, idcard.Issue{Code: code})
	}
	return f
}

// addDocument adds to HR's card what the OCR read on a document, and what the applicant changed of it.
func addDocument(v *cards.Review, c *Case) {
	read := c.Personal.DocumentRead
	if read == nil {
		return
	}
	v.DocumentRead = true
	v.ValidTo = read.Expiry.String()
	for _, field := range c.Changed {
		v.Changes = append(v.Changes, documentChange(c, field))
	}
}
