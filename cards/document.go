package cards

import (
	"encoding/json"
	"slices"
)

// Document is the form for a document that no platform takes: the applicant chooses the kind and types name and number.
// Name, Number and Problems of the embedded form are those of the document.
type Document struct {
	Confirm
	Kinds []string // codes of DocumentKinds to choose from
	Kind  string   // the chosen one; "" at first
}

// DocumentKinds are the codes of the documents that an applicant can choose (texts "document.<code>").
var DocumentKinds = []string{
	"residence_permit", "permanent_residence", "hkm_travel_permit", "tw_travel_permit", "passport", "other_document",
}

// maxDocumentNumber is the longest entry of the number, with room for spaces.
const maxDocumentNumber = 30

// JSON draws what happens with such a document, and the form. With Masked its inputs are empty.
func (v Document) JSON() json.RawMessage {
	e := stepRow(v.Steps, StepConfirm)
	e = append(e, sentBackNodes(v.SentBack, v.Note)...)
	e = append(e, line(tr("document_form.what_follows")), line(tr("document_form.ask")))
	kinds := slices.DeleteFunc(slices.Clone(DocumentKinds), func(k string) bool { return !slices.Contains(v.Kinds, k) })
	nodes := choice("document", "document", kinds, v.Kind, true)
	if code := v.Problems["document"]; code != "" {
		nodes = append(nodes, fieldProblem("document", code))
	}
	for _, f := range []field{
		{name: "identity_name", hint: tr("hint.document_name"), value: v.Name, max: maxIdentityName, required: true},
		{name: "document_number", hint: tr("hint.document_number"), value: v.Number, max: maxDocumentNumber, required: true},
	} {
		if v.Masked {
			f.value = ""
		}
		nodes = append(nodes, f.node())
		if code := v.Problems[f.name]; code != "" {
			nodes = append(nodes, fieldProblem(f.name, code))
		}
	}
	submit := v.act(ActConfirm)
	e = append(e, form("details", append(nodes, asSubmit(button("submit_document", mainButton, submit), submit))...))
	e = append(e, deadline(v.Expires)...)
	back := v.act(ActRetake)
	back.Side = SideFront
	e = append(e, button("have_id_card", plainButton, back), askFirst("cancel", quietButton, v.act(ActCancel)))
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
