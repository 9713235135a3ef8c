package idcard

import (
	"fmt"
	"log/slog"
)

// SealedReading is a Reading whose JSON is in clear text, for encryption only. Marshal it directly into the cipher.
// Printing and logging it show a mask.
type SealedReading struct {
	Side      Side     `json:"side"`
	Name      string   `json:"name,omitempty"`
	Number    string   `json:"number,omitempty"`
	Gender    Gender   `json:"gender,omitempty"`
	Race      string   `json:"race,omitempty"`
	Birth     Date     `json:"birth,omitzero"`
	Address   string   `json:"address,omitempty"`
	IssuedBy  string   `json:"issued_by,omitempty"`
	ValidFrom Date     `json:"valid_from,omitzero"`
	ValidTo   Date     `json:"valid_to,omitzero"`
	LongTerm  bool     `json:"long_term,omitempty"`
	Missing   []string `json:"missing,omitempty"`
	Issues    []Issue  `json:"issues,omitempty"`
	Corners   []int    `json:"corners,omitempty"`
	RawName   string   `json:"raw_name,omitempty"`
	RawNumber string   `json:"raw_number,omitempty"`
}

// Seal returns the form for encryption.
func (r Reading) Seal() SealedReading {
	return SealedReading{
		Side:      r.Side,
		Name:      r.Name.Reveal(),
		Number:    r.Number.Reveal(),
		Gender:    r.Gender,
		Race:      r.Race,
		Birth:     r.Birth,
		Address:   r.Address,
		IssuedBy:  r.IssuedBy,
		ValidFrom: r.ValidFrom,
		ValidTo:   r.ValidTo,
		LongTerm:  r.LongTerm,
		Missing:   r.Missing,
		Issues:    r.Issues,
		Corners:   r.Corners,
		RawName:   r.RawName(),
		RawNumber: r.RawNumber(),
	}
}

// Open returns the Reading. It does not check the values again, because the cipher authenticates them. Only the number
// has to be well-formed, because methods rely on its format; otherwise it is empty.
func (s SealedReading) Open() Reading {
	r := Reading{
		Side:      s.Side,
		Name:      Name{newSecret[nameMask](s.Name)},
		Gender:    s.Gender,
		Race:      s.Race,
		Birth:     s.Birth,
		Address:   s.Address,
		IssuedBy:  s.IssuedBy,
		ValidFrom: s.ValidFrom,
		ValidTo:   s.ValidTo,
		LongTerm:  s.LongTerm,
		Missing:   s.Missing,
		Issues:    s.Issues,
		Corners:   s.Corners,
		rawName:   newSecret[fullMask](s.RawName),
		rawNumber: newSecret[fullMask](s.RawNumber),
	}
	if wellFormed(s.Number) {
		r.Number = Number{newSecret[numberMask](s.Number)}
	}
	return r
}

// String returns the type only.
func (SealedReading) String() string { return "SealedReading(***)" }

// GoString is String.
func (s SealedReading) GoString() string { return s.String() }

// Format is String for every verb.
func (s SealedReading) Format(f fmt.State, verb rune) { formatMasked(f, verb, s.String()) }

// LogValue is String.
func (s SealedReading) LogValue() slog.Value { return slog.StringValue(s.String()) }
