package idcard

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// masker masks one kind of value.
type masker interface{ mask(clear string) string }

// secret is the common part of Number, Name, Mobile and of the raw texts of a Reading. Printing, logging and
// marshalling it show the mask.
//
// The text is behind a handle, because fmt cannot call methods on unexported fields: with a string field, %+v of a
// struct of another package would show the clear text. Handles of equal texts are equal, so the values are comparable
// by ==.
type secret[M masker] struct{ v unique.Handle[string] }

func newSecret[M masker](clear string) secret[M] {
	if clear == "" {
		return secret[M]{}
	}
	return secret[M]{unique.Make(clear)}
}

// Reveal returns the clear text; "" for the zero value.
func (s secret[M]) Reveal() string {
	if s.Empty() {
		return ""
	}
	return s.v.Value()
}

// Empty reports whether this is the zero value.
func (s secret[M]) Empty() bool { return s.v == unique.Handle[string]{} }

// Masked returns the mask, which other people may see; "" for the zero value.
func (s secret[M]) Masked() string {
	if s.Empty() {
		return ""
	}
	var m M
	return m.mask(s.Reveal())
}

// String is Masked.
func (s secret[M]) String() string { return s.Masked() }

// GoString is Masked in quotes.
func (s secret[M]) GoString() string { return fmt.Sprintf("%q", s.Masked()) }

// Format is Masked for every verb, also %d and %x.
func (s secret[M]) Format(f fmt.State, verb rune) { formatMasked(f, verb, s.Masked()) }

// LogValue is Masked.
func (s secret[M]) LogValue() slog.Value { return slog.StringValue(s.Masked()) }

// MarshalText is Masked. There is no UnmarshalText, because a mask must not become a value.
func (s secret[M]) MarshalText() ([]byte, error) { return []byte(s.Masked()), nil }

// MarshalJSON is Masked.
func (s secret[M]) MarshalJSON() ([]byte, error) { return json.Marshal(s.Masked()) }

// formatMasked writes masked for any verb, in quotes for %q and %#v.
func formatMasked(f fmt.State, verb rune, masked string) {
	if verb == 'q' || verb == 'v' && f.Flag('#') {
		masked = fmt.Sprintf("%q", masked)
	}
	// fmt ignores the error of a write as well.
	_, _ = io.WriteString(f, masked)
}

// fullMask masks a text completely, including its length.
type fullMask struct{}

func (fullMask) mask(string) string { return "***" }
