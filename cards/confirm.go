package cards

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"
)

// Confirm is the form on which the applicant checks the read values. It is the only card with clear personal data.
type Confirm struct {
	Ref
	Steps     []Step
	Name      string // clear; empty in masked mode
	Number    string // clear; empty in masked mode
	Mobile    string // clear; may be empty
	AskMobile bool   // the verification method needs a mobile number
	// Masked is set if the tenant's data loss prevention refuses clear values. Inputs are then empty with masked hints,
	// and an empty answer means the value that was read.
	Masked                                 bool
	MaskedName, MaskedNumber, MaskedMobile string
	ValidFrom, ValidTo, IssuedBy           string            // display only; ValidTo may be 长期
	Problems                               map[string]string // field -> problem code (texts "field.<code>")
	Notices                                []Check           // warnings about the card, such as its expiry
	SentBack                               string
	Note                                   string
	// Mismatch is the reason why the form came back: "", identity_name, identity_code, mobile, a method or
	// no_record.
	Mismatch string
	AskHR    bool     // offer the way to HR
	Failed   int      // number of checks that did not match
	NotTaken bool     // no platform takes this document: HR looks at it, and nothing is recorded
	Typed    bool     // the values are those that the applicant typed, not those of the photos
	Method   string   // of the verification that follows
	Others   []string // methods that the applicant may take instead
	Expires  time.Time
}

// Longest entries of the form's inputs, in characters. They leave room for spaces and country codes, which the server
// removes.
const (
	maxIdentityName = maxName
	maxIdentityCode = 30
	maxMobile       = 20
)

// JSON draws the form with the read values. With Masked the card contains no clear value.
func (v Confirm) JSON() json.RawMessage {
	e := stepRow(v.Steps, StepConfirm)
	e = append(e, sentBackNodes(v.SentBack, v.Note)...)
	if v.Mismatch != "" {
		e = append(e, line(prefix("✗ ", codeText("mismatch", v.Mismatch)), colourRed))
	}
	switch {
	case v.Masked && v.Typed:
		e = append(e, line(tr("confirm.ask_typed_masked")))
	case v.Masked:
		e = append(e, line(tr("confirm.ask_masked")))
	case v.Typed:
		e = append(e, line(tr("confirm.ask_typed")))
	default:
		e = append(e, line(tr("confirm.ask")))
	}
	if v.NotTaken {
		e = append(e, line(tr("confirm.not_taken"), colourOrange))
	}
	switch v.Method {
	case methodBankCard:
		e = append(e, line(tr("confirm.bank_card")))
	case methodFace:
		e = append(e, line(tr("confirm.face")))
	}
	for _, c := range v.Notices[:min(len(v.Notices), maxChecks)] {
		e = append(e, adviceNodes(c)...)
	}
	if slices.ContainsFunc(v.Notices, func(c Check) bool { return len(c.Issues) > 0 }) {
		e = append(e, small(tr("confirm.may_retake")))
	}
	for _, name := range []string{"valid_from", "valid_to", "issued_by"} {
		if code := v.Problems[name]; code != "" {
			e = append(e, fieldProblem(name, code))
		}
	}
	e = append(e, facts(
		fact("valid", v.validityText()),
		fact("issued_by", foreignText(v.IssuedBy, maxArg)),
	)...)
	e = append(e, form("details", v.inputNodes()...))
	if v.AskHR {
		switch v.Mismatch {
		case "identity_name", "identity_code": // the supplier does not take what may stand so on the card
			e = append(e, line(tr("ask_hr.refused")), button("ask_hr", plainButton, v.act(ActAskHR)))
		default:
			e = append(e, askHRNodes(v.Ref, v.Failed)...)
		}
	}
	e = append(e, methodNodes(v.Ref, v.Others)...)
	e = append(e, deadline(v.Expires)...)
	e = append(e, row(
		retake(v.Ref, SideFront),
		retake(v.Ref, SideBack),
	), askFirst("cancel", quietButton, v.act(ActCancel)))

	f := frame{
		title:     tr("confirm.title"),
		header:    headerYourTurn,
		tag:       tr("tag.your_turn"),
		tagColour: "blue",
		elements:  e,
	}
	if v.Mismatch != "" || v.SentBack != "" || len(v.Problems) > 0 {
		f.header = headerWarning
	}
	return f.json()
}

// inputNodes draws the inputs, each followed by its problem, and the submit button.
func (v Confirm) inputNodes() []node {
	fields := []field{
		v.field("identity_name", v.Name, v.MaskedName, maxIdentityName),
		v.field("identity_code", v.Number, v.MaskedNumber, maxIdentityCode),
	}
	if v.AskMobile {
		fields = append(fields, v.field("mobile", v.Mobile, v.MaskedMobile, maxMobile))
	}
	var e []node
	for _, f := range fields {
		e = append(e, f.node())
		if code := v.Problems[f.name]; code != "" {
			e = append(e, fieldProblem(f.name, code))
		}
	}
	if v.AskMobile && !v.NotTaken {
		e = append(e, small(tr("confirm.mobile_why")))
	}
	return append(e, asSubmit(button("confirm", mainButton, v.act(ActConfirm)), v.act(ActConfirm)))
}

// field describes an input. With a masked hint it is optional, because an empty answer means the value that was read.
func (v Confirm) field(name, clear, masked string, max int) field {
	f := field{
		name:     name,
		max:      max,
		required: true,
		hint:     tr("hint." + name),
	}
	switch {
	case v.Masked && masked != "":
		f.hint = tr("hint.masked", quotedArg("masked", masked))
		f.required = false
	case !v.Masked:
		f.value = clear
	}
	return f
}

func (v Confirm) validityText() text {
	if v.ValidFrom == "" && v.ValidTo == "" {
		return text{}
	}
	return join(sameText(" – "), foreignText(v.ValidFrom, maxArg), validTo(v.ValidTo))
}

// fieldProblem draws the red line below an input.
func fieldProblem(name, code string) node {
	return line(join(colon, prefix("✗ ", tr("label."+name)), codeText("field", code)), colourRed)
}

// String names the card and its case, never its values.
func (v Confirm) String() string {
	return fmt.Sprintf("confirm{case=%s rev=%d}", v.Case, v.Rev)
}

// GoString is String.
func (v Confirm) GoString() string { return v.String() }

// Format prints String for every verb.
func (v Confirm) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, v.String()) }

// LogValue is String.
func (v Confirm) LogValue() slog.Value { return slog.StringValue(v.String()) }

// MarshalJSON writes String; the card itself comes from JSON.
func (v Confirm) MarshalJSON() ([]byte, error) { return json.Marshal(v.String()) }
