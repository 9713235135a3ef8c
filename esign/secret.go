package esign

import (
	"fmt"
	"io"
	"log/slog"
)

const masked = "***"

// Secret is the AppSecret. It shows itself as *** wherever it is printed, logged or marshalled; only the request signer
// reads the text.
type Secret string

func (Secret) String() string               { return masked }
func (Secret) GoString() string             { return masked }
func (Secret) LogValue() slog.Value         { return slog.StringValue(masked) }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// Format covers the verbs that do not ask for String.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// UploadLink is the address that e签宝 hands out for one upload. Whoever has it may write the file for 60 minutes, so it
// masks itself like a secret.
type UploadLink string

func (UploadLink) String() string               { return masked }
func (UploadLink) GoString() string             { return masked }
func (UploadLink) LogValue() slog.Value         { return slog.StringValue(masked) }
func (UploadLink) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }
func (UploadLink) MarshalText() ([]byte, error) { return []byte(masked), nil }

// Format covers the verbs that do not ask for String.
func (l UploadLink) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }
