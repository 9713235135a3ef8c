package idcard

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// masker says how one kind of value looks to eyes that may not see it.
type masker interface{ mask(clear string) string }

// secret is the common part of Number, Name, Mobile and of the raw text in a
// Reading. Every way of printing it shows the mask.
//
// The text sits behind a handle rather than in a string field because fmt cannot
// call methods on unexported fields: printing a struct of another package with
// %+v would otherwise show the clear text. Handles of equal text are equal, so
// the values stay comparable with ==.
type secret[M masker] struct{ v unique.Handle[string] }

func newSecret[M masker](clear string) secret[M] {
	if clear == "" {
		return secret[M]{}
	}
	return secret[M]{unique.Make(clear)}
}

// Reveal gives the clear text; "" for the zero value.
func (s secret[M]) Reveal() string {
	if s.Empty() {
		return ""
	}
	return s.v.Value()
}

// Empty reports whether this is the zero value.
func (s secret[M]) Empty() bool { return s.v == unique.Handle[string]{} }

// Masked gives the text that may be shown to others; "" for the zero value.
func (s secret[M]) Masked() string {
	if s.Empty() {
		return ""
	}
	var m M
	return m.mask(s.Reveal())
}

// String gives the masked text.
func (s secret[M]) String() string { return s.Masked() }

// GoString gives the masked text in quotes.
func (s secret[M]) GoString() string { return fmt.Sprintf("%q", s.Masked()) }

// Format gives the masked text for every verb, also %d and %x.
func (s secret[M]) Format(f fmt.State, verb rune) { formatMasked(f, verb, s.Masked()) }

// LogValue gives the masked text.
func (s secret[M]) LogValue() slog.Value { return slog.StringValue(s.Masked()) }

// MarshalText gives the masked text. There is no UnmarshalText on purpose: a
// masked value must not come back as if it were the real one.
func (s secret[M]) MarshalText() ([]byte, error) { return []byte(s.Masked()), nil }

// MarshalJSON gives the masked text.
func (s secret[M]) MarshalJSON() ([]byte, error) { return json.Marshal(s.Masked()) }

// formatMasked writes masked for any verb, quoted where the verb asks for it.
func formatMasked(f fmt.State, verb rune, masked string) {
	if verb == 'q' || verb == 'v' && f.Flag('#') {
		masked = fmt.Sprintf("%q", masked)
	}
	// A failed write has nowhere to be reported: fmt.State drops it too.
	_, _ = io.WriteString(f, masked)
}

// hidden masks a text of unknown kind completely, its length included.
type fullMask struct{}

func (fullMask) mask(string) string { return "***" }
