package cards

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"
)

// Methods are the methods of verification (texts "method.<code>", "method_button.<code>").
var Methods = []string{"three_elements", methodBankCard, methodFace}

const (
	methodBankCard = "bank_card_four"
	methodFace     = "face"
)

// BankCard asks for a bank card of the applicant, and then for its bank. The number is shown masked only.
type BankCard struct {
	Ref
	Steps        []Step
	MaskedCard   string // "" until a number was typed
	MaskedMobile string // that the bank must know
	// State is "" before a number was typed, asking while the bank is looked up, known, or unasked when nobody can be
	// asked. In the last two the applicant confirms or names the bank.
	State    string
	Bank     string            // as found or typed; its own applicant sees it
	Found    bool              // the supplier has named the bank
	Problems map[string]string // field -> problem code (texts "field.<code>")
	Delayed  bool              // the supplier fails, and is asked again
	Others   []string          // methods that the applicant may take instead
	AskHR    bool              // offer the way to HR
	Expires  time.Time
}

// Longest entries of the form's inputs, in characters. A number of 19 digits may be typed in groups.
const (
	maxBankCard    = 30
	maxOpeningBank = 40
)

// JSON draws the form, and the ways to another number, another method and out.
func (v BankCard) JSON() json.RawMessage {
	e := stepRow(v.Steps, StepBankCard)
	e = append(e, line(tr("bank_card.ask")))
	if v.MaskedMobile != "" {
		e = append(e, small(tr("bank_card.mobile", quotedArg("mobile", v.MaskedMobile))))
	}
	switch {
	case v.State == "asking" && v.Delayed:
		e = append(e, line(tr("bank_card.delayed")))
	case v.State == "asking":
		e = append(e, line(tr("bank_card.asking")))
	case v.State == "known" && v.Found:
		e = append(e, line(tr("bank_card.found")))
	case v.State == "known", v.State == "unasked":
		e = append(e, line(tr("bank_card.name_it")))
	}
	e = append(e, form("bank", v.inputNodes()...))
	toForm := v.act(ActResume)
	toForm.To = ToForm
	e = append(e, button("change_mobile", plainButton, toForm))
	e = append(e, methodNodes(v.Ref, v.Others)...)
	if v.AskHR {
		e = append(e, askHRNodes(v.Ref, 0)...)
	}
	e = append(e, deadline(v.Expires)...)
	e = append(e, askFirst("cancel", quietButton, v.act(ActCancel)))
	f := frame{
		title:     tr("bank_card.title"),
		header:    headerYourTurn,
		tag:       tr("tag.your_turn"),
		tagColour: "blue",
		elements:  e,
	}
	if len(v.Problems) > 0 {
		f.header = headerWarning
	}
	return f.json()
}

// inputNodes draws the number and, once it was looked up, the bank.
func (v BankCard) inputNodes() []node {
	number := field{name: "bank_card", hint: tr("hint.bank_card"), max: maxBankCard, required: true}
	if v.MaskedCard != "" {
		number.hint, number.required = tr("hint.masked", quotedArg("masked", v.MaskedCard)), false
	}
	e := []node{number.node()}
	if code := v.Problems["bank_card"]; code != "" {
		e = append(e, fieldProblem("bank_card", code))
	}
	if v.State == "known" || v.State == "unasked" {
		e = append(e, field{
			name:     "opening_bank",
			hint:     tr("hint.opening_bank"),
			value:    v.Bank,
			max:      maxOpeningBank,
			required: true,
		}.node())
		if code := v.Problems["opening_bank"]; code != "" {
			e = append(e, fieldProblem("opening_bank", code))
		}
	}
	e = append(e, small(tr("bank_card.why")))
	return append(e, asSubmit(button("submit_card", mainButton, v.act(ActSubmitCard)), v.act(ActSubmitCard)))
}

// methodNodes draws a button for each other method; nothing without one.
func methodNodes(r Ref, others []string) []node {
	var buttons []node
	for _, m := range Methods {
		if !slices.Contains(others, m) {
			continue
		}
		a := r.act(ActMethod)
		a.To = m
		buttons = append(buttons, labelled(codeText("method_button", m), plainButton, a))
	}
	if len(buttons) == 0 {
		return nil
	}
	return []node{collapsed(tr("methods.other"), buttons...)}
}

// String names the card and its case, never its values.
func (v BankCard) String() string { return fmt.Sprintf("bank_card{case=%s rev=%d}", v.Case, v.Rev) }

// GoString is String.
func (v BankCard) GoString() string { return v.String() }

// Format prints String for every verb.
func (v BankCard) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, v.String()) }

// LogValue is String.
func (v BankCard) LogValue() slog.Value { return slog.StringValue(v.String()) }

// MarshalJSON writes String; the card itself comes from JSON.
func (v BankCard) MarshalJSON() ([]byte, error) { return json.Marshal(v.String()) }
