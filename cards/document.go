package cards

import (
	"encoding/json"
	"slices"
)

// Document is the form for a document that no platform takes. Name, Number and Problems of the embedded form are
// those of the document. The applicant chooses the kind and types name and number, or has a photo read for some
// kinds.
type Document struct {
	Confirm
	Kinds      []string // codes of DocumentKinds to choose from
	Kind       string   // the chosen one; "" at first
	Photos     []string // those of which a photo can be read
	Read       bool     // the values are those of a photo of a document of Kind
	Unreadable bool     // a photo was to be read, and the OCR cannot be used
}

// DocumentKinds are the codes of the documents that an applicant can choose (texts "document.<code>").
var DocumentKinds = []string{
	"residence_permit", "permanent_residence", "hkm_travel_permit", "tw_travel_permit", "passport", "other_document",
}

// photographed lists the documents of which a photo can be read, with the name of the button that asks for one.
var photographed = []struct{ kind, button string }{
	{"hkm_travel_permit", "photo_hkm_travel_permit"},
	{"tw_travel_permit", "photo_tw_travel_permit"},
	{"passport", "photo_passport"},
}

// maxDocumentNumber is the longest entry of the number, with room for spaces.
const maxDocumentNumber = 30

// JSON draws what happens with such a document, the ways to fill in the form, and the form. With Masked its inputs are
// empty.
func (v Document) JSON() json.RawMessage {
	e := stepRow(v.Steps, StepConfirm)
	e = append(e, sentBackNodes(v.SentBack, v.Note)...)
	e = append(e, line(tr("document_form.what_follows")))
	e = append(e, v.wayNodes()...)
	e = append(e, form("details", v.inputNodes()...))
	e = append(e, deadline(v.Expires)...)
	if v.Read {
		e = append(e, v.otherValues())
	}
	e = append(e, haveIDCard(v.Ref), askFirst("cancel", quietButton, v.act(ActCancel)))
	f := frame{
		title:     tr("document_form.title"),
		header:    headerYourTurn,
		tag:       tr("tag.your_turn"),
		tagColour: "blue",
		elements:  e,
	}
	if v.SentBack != "" || len(v.Problems) > 0 {
		f.header = headerWarning
	}
	return f.json()
}

// wayNodes says where the values come from, and offers photos instead of typing.
func (v Document) wayNodes() []node {
	switch {
	case v.Read && v.Masked:
		return []node{line(tr("document_form.check_masked"))}
	case v.Read:
		return []node{line(tr("document_form.check"))}
	case v.Unreadable:
		return []node{line(tr("document_form.unreadable"), colourOrange), line(tr("document_form.ask"))}
	case len(v.Photos) == 0:
		return []node{line(tr("document_form.ask"))}
	}
	var buttons []node
	for _, p := range photographed {
		if slices.Contains(v.Photos, p.kind) {
			a := v.act(ActDocumentPhoto)
			a.To = p.kind
			buttons = append(buttons, button(p.button, plainButton, a))
		}
	}
	return []node{line(tr("document_form.photo")), row(buttons...), line(tr("document_form.or_type"))}
}

// otherValues offers another photo of the same document, and typing.
func (v Document) otherValues() node {
	typed := button("type_document", plainButton, v.act(ActOtherDocument))
	for _, p := range photographed {
		if p.kind == v.Kind {
			again := v.act(ActDocumentPhoto)
			again.To = p.kind
			return row(button("photo_again", plainButton, again), typed)
		}
	}
	return typed
}

// inputNodes draws the inputs, each followed by its problem, and the submit button. The kind of a photo is no choice
// any more.
func (v Document) inputNodes() []node {
	var nodes []node
	if v.Read {
		nodes = facts(fact("document", codeText("document", v.Kind)))
	} else {
		kinds := slices.DeleteFunc(slices.Clone(DocumentKinds), func(k string) bool { return !slices.Contains(v.Kinds, k) })
		nodes = choice("document", "document", kinds, v.Kind, true)
	}
	if code := v.Problems["document"]; code != "" {
		nodes = append(nodes, fieldProblem("document", code))
	}
	name := v.field("identity_name", v.Name, v.MaskedName, maxIdentityName)
	number := v.field("document_number", v.Number, v.MaskedNumber, maxDocumentNumber)
	if name.required {
		name.hint = tr("hint.document_name")
	}
	for _, f := range []field{name, number} {
		nodes = append(nodes, f.node())
		if code := v.Problems[f.name]; code != "" {
			nodes = append(nodes, fieldProblem(f.name, code))
		}
	}
	submit := v.act(ActConfirm)
	return append(nodes, asSubmit(button("submit_document", mainButton, submit), submit))
}

// haveIDCard is the button of an applicant who has a resident identity card after all.
func haveIDCard(r Ref) node {
	back := r.act(ActRetake)
	back.Side = SideFront
	return button("have_id_card", plainButton, back)
}
