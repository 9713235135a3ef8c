package esign

import (
	"fmt"
	"io"
	"log/slog"
)

const masked = "***"

// Secret is the AppSecret. It appears as *** when it is printed, logged or marshalled. Only the request signer converts
// it to a string.
type Secret string

func (Secret) String() string               { return masked }
func (Secret) GoString() string             { return masked }
func (Secret) LogValue() slog.Value         { return slog.StringValue(masked) }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// Format masks the value for the verbs that do not use String.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// UploadLink is the upload address of one file. It masks itself like a Secret, because it permits to write the file for
// 60 minutes.
type UploadLink string

func (UploadLink) String() string               { return masked }
func (UploadLink) GoString() string             { return masked }
func (UploadLink) LogValue() slog.Value         { return slog.StringValue(masked) }
func (UploadLink) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }
func (UploadLink) MarshalText() ([]byte, error) { return []byte(masked), nil }

// Format masks the value for the verbs that do not use String.
func (l UploadLink) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }
