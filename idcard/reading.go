package idcard

import (
	"encoding/json"
	"fmt"
	"log/slog"
)

// Side is a side of the card.
type Side string

const (
	Front Side = "front" // name page 人像面, Feishu OCR side 1
	Back  Side = "back"  // emblem page 国徽面, Feishu OCR side 0
)

// Other gives the opposite side.
func (s Side) Other() Side {
	if s == Front {
		return Back
	}
	return Front
}

// Entity is one field as OCR read it, in Feishu's words. It masks its value when
// printed, logged or marshalled.
type Entity struct{ Type, Value string }

// Reading is what OCR read on one side of a card. Its fields are in clear, so
// the whole masks itself when printed, logged or marshalled; Seal gives the form
// to encrypt. Printing a struct that holds a Reading in an unexported field
// bypasses the mask (fmt cannot call its methods there): do not.
type Reading struct {
	Side Side

	// Front. Name and Number are empty when unread or invalid; see RawName and RawNumber.
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

	Missing []string // fields of this side that were not read at all, in Feishu's words
	Issues  []Issue  // what ParseEntities noticed; Consistency and SidesMatch are separate
	Corners []int    // of the card in the picture, x0,y0,…,x3,y3 in pixels; nil when unknown

	rawName, rawNumber secret[fullMask]
}

// RawName gives, in clear, what OCR read as the name, also when it is not a valid
// one: the confirmation form starts from it.
func (r Reading) RawName() string { return r.rawName.Reveal() }

// RawNumber gives, in clear, what OCR read as the number, also when it is not a
// valid one: the confirmation form starts from it.
func (r Reading) RawNumber() string { return r.rawNumber.Reveal() }

// Complete reports whether everything that the registration needs was read: name
// and number on the front, the end of validity on the back.
func (r Reading) Complete() bool {
	if r.Side == Front {
		return !r.Name.Empty() && !r.Number.Empty()
	}
	return r.LongTerm || !r.ValidTo.IsZero()
}

// maskedReading is what others may see of a Reading: which fields are there.
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

// String gives side, masked name and masked number.
func (r Reading) String() string {
	return fmt.Sprintf("Reading(%s %s %s)", r.Side, r.Name.Masked(), r.Number.Masked())
}

// GoString is String.
func (r Reading) GoString() string { return r.String() }

// Format is String for every verb.
func (r Reading) Format(f fmt.State, verb rune) { formatMasked(f, verb, r.String()) }

// LogValue gives side, missing fields and the codes of the issues.
func (r Reading) LogValue() slog.Value {
	codes := make([]string, len(r.Issues))
	for i, issue := range r.Issues {
		codes[i] = issue.Code
	}
	return slog.GroupValue(slog.String("side", string(r.Side)), slog.Any("missing", r.Missing), slog.Any("issues", codes))
}

// MarshalJSON gives side, masked name and number, missing fields and issues.
func (r Reading) MarshalJSON() ([]byte, error) { return json.Marshal(r.masked()) }

// UnmarshalJSON always fails: the JSON of a Reading is masked. Use Seal and Open.
func (r *Reading) UnmarshalJSON([]byte) error {
	return fmt.Errorf("idcard: a Reading cannot be read back from its masked JSON")
}

// String gives the type and a mask.
func (e Entity) String() string { return e.Type + "=***" }

// GoString is String.
func (e Entity) GoString() string { return e.String() }

// Format is String for every verb.
func (e Entity) Format(f fmt.State, verb rune) { formatMasked(f, verb, e.String()) }

// LogValue is String.
func (e Entity) LogValue() slog.Value { return slog.StringValue(e.String()) }

// MarshalJSON gives the type and a mask.
func (e Entity) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"type": e.Type, "value": "***"})
}
