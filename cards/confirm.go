package cards

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Confirm is the form that the owner of the card checks; the only card with clear personal data.
type Confirm struct {
	Ref
	Steps     []Step
	Name      string // clear; empty in masked mode
	Number    string // clear; empty in masked mode
	Mobile    string // clear; may be empty
	AskMobile bool   // a method that needs a mobile number is on
	// tenant's DLP refused clear values: inputs are empty, hints are masked, empty means "as read"
	Masked                                 bool
	MaskedName, MaskedNumber, MaskedMobile string
	ValidFrom, ValidTo, IssuedBy           string            // display only; ValidTo may be 长期
	Problems                               map[string]string // field -> problem code (texts "field.<code>")
	Notices                                []Check           // amber things the owner should know
	SentBack                               string
	Note                                   string
	// "" | identity_name | identity_code | mobile | three_elements | no_record: why the form came back
	Mismatch string
	Expires  time.Time
}

// Form fields of the confirm card with the longest answer that each takes, in characters. The limits leave room for
// blanks and country codes, which the server removes.
const (
	maxIdentityName = maxName
	maxIdentityCode = 30
	maxMobile       = 20
)

// JSON draws the form with what was read from the photos. In masked mode nothing clear is in the card: inputs are empty
// and an input left empty means "as read".
func (v Confirm) JSON() json.RawMessage {
	e := way(v.Steps, StepConfirm)
	e = append(e, sentBack(v.SentBack, v.Note)...)
	if v.Mismatch != "" {
		e = append(e, line(prefixed("✗ ", of("mismatch", v.Mismatch)), inkRed))
	}
	if v.Masked {
		e = append(e, line(tr("confirm.ask_masked")))
	} else {
		e = append(e, line(tr("confirm.ask")))
	}
	for _, c := range v.Notices[:min(len(v.Notices), maxChecks)] {
		e = append(e, line(finding(c), ink(c.Level)))
	}
	for _, name := range []string{"valid_from", "valid_to", "issued_by"} {
		if code := v.Problems[name]; code != "" {
			e = append(e, trouble(name, code))
		}
	}
	e = append(e, facts(
		fact("valid", v.valid()),
		fact("issued_by", personal(v.IssuedBy, maxArg)),
	)...)
	e = append(e, form("details", v.inputs()...))
	e = append(e, deadline(v.Expires)...)
	e = append(e, row(
		retake(v.Ref, SideFront),
		retake(v.Ref, SideBack),
		asking(button("cancel", quietButton, v.act(ActCancel)), "cancel"),
	))

	f := frame{
		title:    tr("confirm.title"),
		mood:     moodTurn,
		state:    tr("tag.your_turn"),
		ink:      "blue",
		elements: e,
	}
	if v.Mismatch != "" || v.SentBack != "" || len(v.Problems) > 0 {
		f.mood = moodCare
	}
	return f.json()
}

func (v Confirm) inputs() []node {
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
			e = append(e, trouble(f.name, code))
		}
	}
	if v.AskMobile {
		e = append(e, small(tr("confirm.mobile_why")))
	}
	return append(e, submitting(button("confirm", mainButton, v.act(ActConfirm)), "confirm"))
}

func (v Confirm) field(name, clear, masked string, max int) field {
	f := field{
		name:     name,
		max:      max,
		required: true,
		hint:     tr("hint." + name),
	}
	switch {
	case v.Masked && masked != "":
		f.hint = tr("hint.masked", said("masked", masked))
		f.required = false
	case !v.Masked:
		f.value = clear
	}
	return f
}

func (v Confirm) valid() text {
	if v.ValidFrom == "" && v.ValidTo == "" {
		return text{}
	}
	return joined(same(" – "), personal(v.ValidFrom, maxArg), validTo(v.ValidTo))
}

// trouble is the red line that belongs to one field.
func trouble(name, code string) node {
	return line(joined(text{zh: "：", en: ": ", ours: true}, prefixed("✗ ", tr("label."+name)), of("field", code)), inkRed)
}

// String says what kind of card this is without what is in it.
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
