package idcard

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// DocumentPage is the Side of a photo that shows the page of a document with name and number.
const DocumentPage Side = "document"

// Readable lists the kinds for which Feishu has an OCR (document_ai/v1). Of passports it reads Chinese ones.
var Readable = []Document{HKMTravelPermit, TWTravelPermit, Passport}

// Readable reports whether Feishu's OCR reads documents of this kind.
func (d Document) Readable() bool { return slices.Contains(Readable, d) }

// Fields of a document by the names of Feishu's OCR.
const (
	DocumentNameCN         = "full_name_cn"
	DocumentNameEN         = "full_name_en"
	DocumentBirth          = "date_of_birth"
	DocumentExpiry         = "date_of_expiry"
	DocumentIssuedAt       = "place_of_issue" // passports
	DocumentCardNumber     = "card_number"    // travel permits
	DocumentPassportNumber = "passport_number"
)

// numberField names the field with the number of a kind.
func numberField(kind Document) string {
	if kind == Passport {
		return DocumentPassportNumber
	}
	return DocumentCardNumber
}

// DocumentReading holds what the OCR read on a document without a resident number. Printing, logging and marshalling it
// show a mask. Such an answer has no sides, corners or check digits, so that nothing but the expiry can be examined.
type DocumentReading struct {
	Kind         Document
	Expiry       Date // zero if it was not read, or in no form that is unambiguous
	name, number secret[fullMask]
}

// Name returns the name in its usual spelling, in clear text; "" if it was not read.
func (r DocumentReading) Name() string { return r.name.Reveal() }

// Number returns the number in its usual spelling, in clear text and possibly invalid; "" if it was not read.
func (r DocumentReading) Number() string { return r.number.Reveal() }

// Expired reports whether the document was read to have ended before the day of now in China. It is valid on its last
// day. false says nothing: the expiry may not have been read.
func (r DocumentReading) Expired(now time.Time) bool {
	return !r.Expiry.IsZero() && r.Expiry.Before(DateOf(now))
}

// ParseDocument converts the answer of the OCR for a document of the kind. The Chinese name goes before the other
// one. A field with two different values, as of two documents in one picture, counts as not read. The error is a
// *ReadingError: neither name nor number was read.
func ParseDocument(kind Document, entities []Entity) (DocumentReading, error) {
	name := oneValue(entities, DocumentNameCN, TidyName)
	if name == "" {
		name = oneValue(entities, DocumentNameEN, TidyName)
	}
	number := oneValue(entities, numberField(kind), tidyDocumentNumber)
	if name == "" && number == "" {
		return DocumentReading{}, &ReadingError{ReadingNothing}
	}
	r := DocumentReading{
		Kind:   kind,
		name:   newSecret[fullMask](name),
		number: newSecret[fullMask](number),
	}
	expiry := oneValue(entities, DocumentExpiry, func(v string) string {
		if d, longTerm, err := ParseDate(v); err == nil && !longTerm {
			return d.String()
		}
		return normaliseText(v)
	})
	if d, longTerm, err := ParseDate(expiry); err == nil && !longTerm {
		r.Expiry = d
	}
	return r, nil
}

// tidyDocumentNumber gives a number in the form in which two spellings of it are equal.
func tidyDocumentNumber(s string) string { return strings.ToUpper(TidyNumber(s)) }

// oneValue returns the tidied value of a field; "" if it was not read or has two different values.
func oneValue(entities []Entity, field string, tidy func(string) string) (value string) {
	for _, e := range entities {
		v := strings.TrimSpace(strings.ToValidUTF8(e.Value, ""))
		if strings.TrimSpace(e.Type) != field || v == "" || len(v) > maxValue {
			continue
		}
		if v = tidy(v); value != "" && v != value {
			return ""
		}
		value = v
	}
	return value
}

// String returns the kind only.
func (r DocumentReading) String() string { return "DocumentReading(" + string(r.Kind) + ")" }

// GoString is String.
func (r DocumentReading) GoString() string { return r.String() }

// Format is String for every verb.
func (r DocumentReading) Format(f fmt.State, verb rune) { formatMasked(f, verb, r.String()) }

// LogValue is String.
func (r DocumentReading) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalJSON is String. Use Seal for encryption.
func (r DocumentReading) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// SealedDocument is a DocumentReading whose JSON is in clear text, for encryption only. Printing and logging it show a
// mask.
type SealedDocument struct {
	Kind   Document `json:"kind"`
	Name   string   `json:"name,omitempty"`
	Number string   `json:"number,omitempty"`
	Expiry Date     `json:"expiry,omitzero"`
}

// Seal returns the form for encryption.
func (r DocumentReading) Seal() SealedDocument {
	return SealedDocument{r.Kind, r.Name(), r.Number(), r.Expiry}
}

// Open returns the reading. The cipher authenticates the values, so that they are not checked again.
func (s SealedDocument) Open() DocumentReading {
	return DocumentReading{s.Kind, s.Expiry, newSecret[fullMask](s.Name), newSecret[fullMask](s.Number)}
}

// String returns the type only.
func (SealedDocument) String() string { return "SealedDocument(***)" }

// GoString is String.
func (s SealedDocument) GoString() string { return s.String() }

// Format is String for every verb.
func (s SealedDocument) Format(f fmt.State, verb rune) { formatMasked(f, verb, s.String()) }

// LogValue is String.
func (s SealedDocument) LogValue() slog.Value { return slog.StringValue(s.String()) }
