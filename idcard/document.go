package idcard

import "strings"

// Document is a kind of identity document. The values are stored with a case and are keys of the configuration.
type Document string

// Kinds of documents.
const (
	ResidentID         Document = "resident_id"         // 居民身份证
	ResidencePermit    Document = "residence_permit"    // 港澳台居民居住证; its number begins with 8
	PermanentResidence Document = "permanent_residence" // 外国人永久居留身份证; its number begins with 9
	HKMTravelPermit    Document = "hkm_travel_permit"   // 港澳居民来往内地通行证 (回乡证)
	TWTravelPermit     Document = "tw_travel_permit"    // 台湾居民来往大陆通行证 (台胞证)
	Passport           Document = "passport"
	OtherDocument      Document = "other_document"
)

// WithoutResidentNumber lists the kinds that bear no number of 18 characters, so that only the holder can say which it
// is.
var WithoutResidentNumber = []Document{HKMTravelPermit, TWTravelPermit, Passport, OtherDocument}

// Document returns the kind of document that bears the number; "" for the zero value. Residence permits begin with 81,
// 82 or 83. Other numbers with 8 count as permits too, except those with 89: no document has them, and specimens of
// resident identity cards use them.
func (n Number) Document() Document {
	if n.Empty() {
		return ""
	}
	switch digits := n.Reveal(); {
	case digits[0] == '9':
		return PermanentResidence
	case digits[0] == '8' && digits[1] != '9':
		return ResidencePermit
	}
	return ResidentID
}

// DocumentOf returns the kind of document that bears the number; "" for a number that ParseNumber refuses at any date.
func DocumentOf(number string) Document {
	n, _ := parseAnyDate(number)
	return n.Document()
}

// Permit reports whether the number belongs to a residence permit or to a permanent residence card. Such cards show no
// 民族 and have other terms of validity.
func (n Number) Permit() bool {
	d := n.Document()
	return d == ResidencePermit || d == PermanentResidence
}

// Shortest and longest number of a document, in characters. The platforms' pages name no format for other documents, so
// that only what is certainly none is refused.
const (
	minDocumentNumber = 5
	maxDocumentNumber = 20
)

// ParseDocumentNumber normalises a typed number of any document: full-width characters, spaces, hyphens and small
// letters. It accepts Latin letters and digits, one digit at least. The error is a *NumberError.
func ParseDocumentNumber(s string) (string, error) {
	s = strings.ToUpper(TidyNumber(s))
	if s == "" {
		return "", &NumberError{NumberEmpty}
	}
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') {
			return "", &NumberError{NumberCharacters}
		}
	}
	if len(s) < minDocumentNumber || len(s) > maxDocumentNumber || !strings.ContainsAny(s, "0123456789") {
		return "", &NumberError{NumberLength}
	}
	return s, nil
}

// MaskDocumentNumber keeps the first and the last two characters of a number that ParseDocumentNumber returned, and
// nothing of any other text.
func MaskDocumentNumber(s string) string {
	if n, err := ParseDocumentNumber(s); err != nil || n != s {
		return ""
	}
	return s[:1] + strings.Repeat("*", len(s)-3) + s[len(s)-2:]
}
