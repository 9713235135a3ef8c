package cards

import (
	"fmt"
	"io"
	"log/slog"
	"unicode/utf8"
)

// maxFormValue is the longest accepted form value, in characters. The client limits inputs to 1,000.
const maxFormValue = 2000

// Form holds the values of a submitted form. A field is nil if the form did not contain it. Feishu does not document
// whether an untouched optional field arrives as "" or not at all, so both mean the same. Values are neither trimmed
// nor checked. Printing, logging and marshalling a Form show field names only.
type Form struct {
	IdentityName, IdentityCode, Mobile *string
	SMSCode                            *string
	BankCard, OpeningBank              *string
	Reason, Note, Side                 *string
	EviPointID                         *string
	Override                           *string
	Document, DocumentNumber           *string
	PeekReason                         *string
	FaultNote                          *string
	Question, InternalNote, Admin      *string
	Targets, TargetName                *string
	RequestWords, RequestReason        *string

	ExportPeople, ExportDepartment, ExportLanguage *string
}

// DecodeForm reads event.action.form_value of a card.action.trigger callback. It ignores unknown fields. A value that
// is no string or has more than 2,000 characters is an *ActionError.
func DecodeForm(value map[string]any) (Form, error) {
	var f Form
	for name, target := range map[string]**string{
		"identity_name":   &f.IdentityName,
		"identity_code":   &f.IdentityCode,
		"mobile":          &f.Mobile,
		"sms_code":        &f.SMSCode,
		"bank_card":       &f.BankCard,
		"opening_bank":    &f.OpeningBank,
		"reason":          &f.Reason,
		"note":            &f.Note,
		"side":            &f.Side,
		"evi_point_id":    &f.EviPointID,
		"override":        &f.Override,
		"document":        &f.Document,
		"document_number": &f.DocumentNumber,
		"peek_reason":     &f.PeekReason,
		"fault_note":      &f.FaultNote,
		"question":        &f.Question,
		"internal_note":   &f.InternalNote,
		"admin":           &f.Admin,
		"targets":         &f.Targets,
		"target_name":     &f.TargetName,
		"request_words":   &f.RequestWords,
		"request_reason":  &f.RequestReason,

		"export_people":     &f.ExportPeople,
		"export_department": &f.ExportDepartment,
		"export_language":   &f.ExportLanguage,
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

// String names the fields of the form, never their values.
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
		{"override", f.Override != nil},
		{"document", f.Document != nil},
		{"document_number", f.DocumentNumber != nil},
		{"peek_reason", f.PeekReason != nil},
		{"fault_note", f.FaultNote != nil},
		{"question", f.Question != nil},
		{"internal_note", f.InternalNote != nil},
		{"admin", f.Admin != nil},
		{"targets", f.Targets != nil},
		{"target_name", f.TargetName != nil},
		{"request_words", f.RequestWords != nil},
		{"request_reason", f.RequestReason != nil},
		{"export_people", f.ExportPeople != nil},
		{"export_department", f.ExportDepartment != nil},
		{"export_language", f.ExportLanguage != nil},
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
