package idcard

import (
	"encoding/json"
	"fmt"
	"log/slog"
)

// Side is a side of the card.
type Side string

// Sides.
const (
	Front Side = "front" // 人像面, with the portrait; side 1 of Feishu's OCR
	Back  Side = "back"  // 国徽面, with the emblem; side 0 of Feishu's OCR
)

// Other returns the opposite side.
func (s Side) Other() Side {
	if s == Front {
		return Back
	}
	return Front
}

// Entity is a field as the OCR read it, with Feishu's name as its type. Printing, logging and marshalling it show the
// type only.
type Entity struct{ Type, Value string }

// Reading holds the values that the OCR read on one side of a card, in clear text. Printing, logging and marshalling it
// show masks. Seal returns the form for encryption. Do not print a struct with a Reading in an unexported field: fmt
// cannot call methods there and would bypass the mask.
type Reading struct {
	Side Side

	// Front. Name and Number are empty if they were not read or are invalid; see RawName and RawNumber.
	Name    Name
	Number  Number
	Gender  Gender // as printed, not derived from the number
	Race    string // 民族; permits do not show it
	Birth   Date   // as printed, not derived from the number
	Address string

	// Back.
	IssuedBy  string
	ValidFrom Date
	ValidTo   Date // zero when LongTerm
	LongTerm  bool // 长期

	Missing []string // fields of this side that were not read at all, by Feishu's names
	Issues  []Issue  // of ParseEntities; not those of Consistency and SidesMatch
	Corners []int    // of the card in the picture, x0,y0,…,x3,y3 in pixels; nil if unknown

	rawName, rawNumber secret[fullMask]
}

// RawName returns the name as the OCR read it, in clear text and possibly invalid. The confirmation form offers it.
func (r Reading) RawName() string { return r.rawName.Reveal() }

// RawNumber returns the number as the OCR read it, in clear text and possibly invalid. The confirmation form offers it.
func (r Reading) RawNumber() string { return r.rawNumber.Reveal() }

// Complete reports whether the values that a registration needs were read: name and number on the front, the end of
// validity on the back.
func (r Reading) Complete() bool {
	if r.Side == Front {
		return !r.Name.Empty() && !r.Number.Empty()
	}
	return r.LongTerm || !r.ValidTo.IsZero()
}

// maskedReading is the JSON of a Reading.
type maskedReading struct {
	Side    Side     `json:"side"`
	Name    string   `json:"name,omitempty"`
	Number  string   `json:"number,omitempty"`
	Missing []string `json:"missing,omitempty"`
	Issues  []Issue  `json:"issues,omitempty"`
}

func (r Reading) masked() maskedReading {
	return maskedReading{r.Side, r.Name.Masked(), r.Number.Masked(), r.Missing, r.Issues}
}

// String returns side, masked name and masked number.
func (r Reading) String() string {
	return fmt.Sprintf("Reading(%s %s %s)", r.Side, r.Name.Masked(), r.Number.Masked())
}

// GoString is String.
func (r Reading) GoString() string { return r.String() }

// Format is String for every verb.
func (r Reading) Format(f fmt.State, verb rune) { formatMasked(f, verb, r.String()) }

// LogValue returns side, missing fields and the codes of the issues.
func (r Reading) LogValue() slog.Value {
	codes := make([]string, len(r.Issues))
	for i, issue := range r.Issues {
		codes[i] = issue.Code
	}
	return slog.GroupValue(slog.String("side", string(r.Side)), slog.Any("missing", r.Missing), slog.Any("issues", codes))
}

// MarshalJSON returns side, masked name and number, missing fields and issues.
func (r Reading) MarshalJSON() ([]byte, error) { return json.Marshal(r.masked()) }

// UnmarshalJSON always fails, because the JSON of a Reading is masked. Use Seal and Open.
func (r *Reading) UnmarshalJSON([]byte) error {
	return fmt.Errorf("idcard: a Reading cannot be read back from its masked JSON")
}

// String returns the type and a mask.
func (e Entity) String() string { return e.Type + "=***" }

// GoString is String.
func (e Entity) GoString() string { return e.String() }

// Format is String for every verb.
func (e Entity) Format(f fmt.State, verb rune) { formatMasked(f, verb, e.String()) }

// LogValue is String.
func (e Entity) LogValue() slog.Value { return slog.StringValue(e.String()) }

// MarshalJSON returns the type and a mask.
func (e Entity) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"type": e.Type, "value": "***"})
}
