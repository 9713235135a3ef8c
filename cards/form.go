package cards

import (
	"fmt"
	"io"
	"log/slog"
	"unicode/utf8"
)

// maxFormValue is the longest answer taken from a form, in characters; inputs end at 1,000 in the client.
const maxFormValue = 2000

// Form is what somebody typed into a card: nil means that the field was not on the card or was left out. Feishu does
// not say whether an untouched optional field arrives as "" or not at all, so readers treat both alike. The values
// are as typed: not trimmed, not checked. Form masks itself in every print.
type Form struct {
	IdentityName, IdentityCode, Mobile *string
	SMSCode                            *string
	BankCard, OpeningBank              *string
	Reason, Note, Side                 *string
	EviPointID                         *string
}

// DecodeForm reads event.action.form_value of a card.action.trigger callback. Fields that no card of ours has are
// ignored; a value that is not a string or is longer than 2,000 characters is an *ActionError.
func DecodeForm(value map[string]any) (Form, error) {
	var f Form
	for name, target := range map[string]**string{
		"identity_name": &f.IdentityName,
		"identity_code": &f.IdentityCode,
		"mobile":        &f.Mobile,
		"sms_code":      &f.SMSCode,
		"bank_card":     &f.BankCard,
		"opening_bank":  &f.OpeningBank,
		"reason":        &f.Reason,
		"note":          &f.Note,
		"side":          &f.Side,
		"evi_point_id":  &f.EviPointID,
	} {
		raw, given := value[name]
		if !given || raw == nil {
			continue
		}
		s, ok := raw.(string)
		if !ok {
			return Form{}, &ActionError{"form." + name, "not a string"}
		}
		if utf8.RuneCountInString(s) > maxFormValue {
			return Form{}, &ActionError{"form." + name, "too long"}
		}
		*target = &s
	}
	return f, nil
}

// String names the fields that are there, never their values.
func (f Form) String() string {
	s := "form{"
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"identity_name", f.IdentityName != nil},
		{"identity_code", f.IdentityCode != nil},
		{"mobile", f.Mobile != nil},
		{"sms_code", f.SMSCode != nil},
		{"bank_card", f.BankCard != nil},
		{"opening_bank", f.OpeningBank != nil},
		{"reason", f.Reason != nil},
		{"note", f.Note != nil},
		{"side", f.Side != nil},
		{"evi_point_id", f.EviPointID != nil},
	} {
		if !field.set {
			continue
		}
		if s != "form{" {
			s += " "
		}
		s += field.name
	}
	return s + "}"
}

// GoString is String.
func (f Form) GoString() string { return f.String() }

// Format prints String for every verb, %+v and %x included.
func (f Form) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// LogValue is String.
func (f Form) LogValue() slog.Value { return slog.StringValue(f.String()) }

// MarshalJSON writes String, so that a form cannot get into a log or a job by way of JSON.
func (f Form) MarshalJSON() ([]byte, error) { return []byte(`"` + f.String() + `"`), nil }
