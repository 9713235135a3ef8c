package cards

import (
	"encoding/json"
	"time"
)

// Review asks HR for a decision on one case.
type Review struct {
	Ref
	Applicant              string // open_id, shown as a person element
	MaskedName             string
	MaskedNumber           string
	MaskedMobile           string
	MaskedCard, Bank       string // of the bank card, if the method has one
	Similarity             string // of the face, as the supplier writes it
	Gender, Birth          string // Birth is the year
	ValidTo                string
	Checks                 []Check
	Changes                []Change
	Method                 string
	Supplier               string // the supplier's name as stored
	Serial                 string
	SubmittedAt            time.Time
	ReadAt                 time.Time // when the applicant read the agreement; zero in revision 2024
	ReadTitle, ReadVersion string
	NoReading              bool // the evidence will not state a reading, because it is of revision 2024
	Expires                time.Time
	Round                  int // 1 = first submission, 2 = after one send-back, ...
	Decision               *Decision
	Waiting                int       // number of other cases that wait for review
	Queue                  bool      // the card replaces a list of cases and offers the next one
	Desk                   bool      // the card is shown at a review desk
	Last                   *Undo     // at a desk: the decision before
	Help                   *Help     // the applicant asks for help, because the verification does not succeed
	Document               string    // kind of document that the applicant chose, "" for one that was photographed
	DocumentRead           bool      // its values were read on a photo
	NotTaken               bool      // no platform takes the document: it can be kept on file, and not approved
	CanPeek                bool      // offer the original photos, before the decision
	Sample                 bool      // it was drawn for a look afterwards, which is to be answered
	Due                    time.Time // until when HR shall decide; zero without an SLA
	Overdue                bool      // Due is over
	CanUndo                bool      // the decision has not taken effect
	FourEyes               []string  // why two admins have to approve; empty if one is enough
	FirstBy                string    // open_id of the first of them, once that one has approved
	FirstAt                time.Time
	Presets                []Preset
	Asked                  *Asked        // what HR asked for the last time, and what came back
	Earlier                []EarlierCase // of the same person
	SameNumber             []string      // open_ids of the other people who have the number
	FormOpen               bool          // show the form for sending back and rejecting
	Panel                  string        // show one of Panels; "" for none
	Talk                   Talk
}

// Reasons are the codes of reasons that HR can choose (texts "reason.<code>").
var Reasons = []string{
	"blurred", "wrong_person", "expired", "details_wrong", "own_mobile",
	"name_differs", "duplicate", "not_employee", "not_id_card", "other",
}

// Overrides are the codes of reasons for approving despite a red check (texts "reason.<code>").
var Overrides = []string{"card_seen", "other_account", "exception_permitted", "checked_otherwise"}

// Sides are the codes of what the applicant has to do again (texts "redo.<code>").
var Sides = []string{"details", "front", "back", "both"}

// JSON draws applicant, masked values, checks and the buttons of the decision.
func (v Review) JSON() json.RawMessage {
	e := []node{person(v.Applicant)}
	e = append(e, facts(v.facts()...)...)
	e = append(e, v.Help.nodes()...)
	if v.NotTaken && v.Decision == nil {
		e = append(e, line(v.notTakenText(), colourOrange))
	}
	if v.Decision == nil {
		e = append(e, v.Asked.nodes()...)
	}
	e = append(e, v.changeNodes()...)
	e = append(e, checkNodes(v.Checks, facts(
		fact("supplier", supplier(v.Supplier)),
		fact("serial", machineID(v.Serial)),
	)...)...)
	e = append(e, v.otherNodes()...)
	if v.Decision == nil {
		e = append(e, v.Talk.nodes()...)
	}
	f := frame{
		title:     tr("review.title"),
		header:    headerWarning,
		tag:       tr("tag.to_review"),
		tagColour: "orange",
	}
	if v.Help != nil {
		f.title, f.tag = tr("help.title"), tr("tag.help")
	} else if v.Round > 1 {
		f.tag = tr("tag.round", intArg("n", v.Round))
	}
	if v.Decision != nil {
		e = append(e, rule())
		e = append(e, v.Decision.nodes()...)
		f.header, f.tag, f.tagColour = v.Decision.header(), codeText("did", v.Decision.What), "neutral"
		if v.CanUndo {
			e = append(e, button("undo", plainButton, v.act(ActUndo)))
		}
		if v.Sample {
			f.title, f.tag = tr("sample.title"), text{}
			e = append(e, v.sampleNodes()...)
			if v.CanPeek {
				e = append(e, peekForm(v.Ref))
			}
		}
	} else {
		e = append(e, rule())
		e = append(e, fourEyesNodes("review.four_eyes", v.FourEyes, v.FirstBy, v.FirstAt)...)
		e = append(e, v.answerNodes()...)
		e = append(e, v.Talk.asideNodes(v.Ref, true, v.Panel)...)
		if v.CanPeek && v.Panel == "" {
			e = append(e, peekForm(v.Ref))
		}
	}
	if v.Waiting > 0 {
		e = append(e, small(tr("review.waiting", intArg("n", v.Waiting))))
	}
	switch {
	case v.Desk:
		e = append(e, deskButtons(v.Ref, v.Last)...)
	case v.Queue:
		after := v.act(ActNext)
		after.To = ToAfter
		e = append(e, button("next", plainButton, after))
	}
	f.elements = e
	return f.json()
}

// facts returns the lines about the person and the verification. Who verified it, under which number, is in the panel
// of the checks: it is looked up, not judged.
func (v Review) facts() []text {
	out := []text{
		fact("identity_name", foreignText(v.MaskedName, maxName)),
		v.numberFact(),
		fact("mobile", foreignText(v.MaskedMobile, maxArg)),
		gender(v.Gender),
		fact("birth", foreignText(v.Birth, 10)),
		fact("valid_to", validTo(v.ValidTo)),
	}
	if v.Method != "" && !v.NotTaken { // nothing was verified
		out = append(out,
			fact("method", codeText("method", v.Method)),
			fact("bank_card", foreignText(v.MaskedCard, maxArg)),
			fact("opening_bank", foreignText(v.Bank, maxOpeningBank)),
			fact("similarity", foreignText(v.Similarity, maxArg)),
		)
	}
	if !v.ReadAt.IsZero() {
		out = append(out, fact("read", join(sameText(" "),
			foreignText(v.ReadTitle, maxArg), foreignText(v.ReadVersion, maxArg), timeText(v.ReadAt))))
	} else if v.NoReading && !v.NotTaken {
		out = append(out, fact("read", tr("review.no_reading")))
	}
	out = append(out, fact("submitted_at", timeText(v.SubmittedAt)))
	if v.Decision == nil {
		out = append(out, dueText(v.Due, v.Overdue), fact("expires", timeText(v.Expires)))
	}
	return out
}

// notTakenText says why the case cannot be approved, and what HR can do.
func (v Review) notTakenText() text {
	switch {
	case v.DocumentRead:
		return tr("review.document_read")
	case v.Document != "":
		return tr("review.document")
	}
	return tr("review.not_taken")
}

// numberFact returns the masked number, for a chosen document behind its kind.
func (v Review) numberFact() text {
	number := foreignText(v.MaskedNumber, maxArg)
	if v.Document == "" {
		return fact("identity_code", number)
	}
	return fact("document", join(sameText(" "), codeText("document", v.Document), number))
}

// gender accepts the codes male and female, and the character printed on the ID card.
func gender(s string) text {
	switch s {
	case "male", "female":
		return fact("gender", tr("gender."+s))
	}
	return fact("gender", foreignText(s, 10))
}

// validTo accepts a date, or 长期 for a card without an end.
func validTo(s string) text {
	if s == longTerm {
		return tr("valid.long_term")
	}
	return foreignText(s, maxArg)
}

const longTerm = "长期"

// Names of Tencent Cloud that the catalogue translates.
const (
	// DefaultSupplier is the legal name of its company, the default of verification.supplier_name.
	DefaultSupplier = "腾讯云计算（北京）有限责任公司"
	tencent         = "腾讯云" // in cases of versions before that setting
)

// MaxSupplier is the largest number of characters of a supplier's name on a card.
const MaxSupplier = maxArg

// supplier translates the stored name of a known supplier. The stored name is Chinese, because it goes into the
// evidence.
func supplier(s string) text {
	switch s {
	case DefaultSupplier:
		return tr("supplier.tencent_company")
	case tencent:
		return tr("supplier.tencent")
	}
	return foreignText(s, MaxSupplier)
}

// maxChanges is the largest number of changed fields on a card.
const maxChanges = 4

// changeNodes draws the read and the typed value of each changed field.
func (v Review) changeNodes() []node {
	if len(v.Changes) == 0 {
		return nil
	}
	e := []node{headline(tr("review.changes"))}
	return append(e, changeLines(v.Changes)...)
}

// changeLines draws what differs, a line a field.
func changeLines(changes []Change) (e []node) {
	for _, c := range changes[:min(len(changes), maxChanges)] {
		value := join(sameText(" → "), valueOrDash(c.Before), valueOrDash(c.After))
		if c.Different {
			value = tr("review.different")
		}
		e = append(e, line(fact(c.Field, value), colourOrange))
	}
	return e
}

// valueOrDash shows a value, or a dash if it is empty.
func valueOrDash(s string) text {
	if t := foreignText(s, maxName); !t.empty() {
		return t
	}
	return sameText("–")
}
