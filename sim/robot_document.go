package sim

import (
	"context"
	"maps"
	"slices"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// sideDocument is the side of a shot that shows the page of another document than an ID card.
const sideDocument = "document"

// documentCodes names the documents as the bot's cards do.
var documentCodes = map[specimen.Kind]string{
	specimen.HKMPermit: "hkm_travel_permit",
	specimen.TWPermit:  "tw_travel_permit",
	specimen.Passport:  "passport",
}

// Documents returns the documents with which somebody can register by photo, in a fixed order.
func Documents() []specimen.Kind { return slices.Sorted(maps.Keys(documentCodes)) }

// DocumentCode returns the name of a document on the bot's cards.
func DocumentCode(kind specimen.Kind) string { return documentCodes[kind] }

// documentPhotos says that there is no ID card, or sends the page that the card asks for unless one is pending.
func (r *robot) documentPhotos(ctx context.Context, now screen) error {
	if !r.documentAsked {
		if r.handled[now.msg.ID] == version(now.msg) {
			return nil
		}
		r.handled[now.msg.ID] = version(now.msg)
		return r.pressAct(ctx, now, actOtherDocument, nil)
	}
	if r.pending(sideDocument) {
		return nil
	}
	if len(r.shots) >= maxShots {
		return r.stuck("the photos are turned down again and again")
	}
	var page []*shot
	err := r.withRenderSlot(ctx, func() (err error) {
		v, wrong := r.script.good(sideDocument), r.script.BlurredFirst && len(r.shots) == 0
		if wrong {
			v = specimen.Variants["blurred"]
			v.Width = r.script.Width
		}
		img, err := specimen.Page(r.Person, r.script.Document, v)
		page, err = shots(taken{&shot{side: sideDocument, wrong: wrong, img: img}, err})
		return err
	})
	if err != nil {
		return err
	}
	return r.send(ctx, page...)
}

// documentForm asks for a photo instead of the form, unless the script types or the photo could not be read. It
// compares what was read with the document and submits it.
func (r *robot) documentForm(ctx context.Context, now screen) error {
	code := documentCodes[r.script.Document]
	form := map[string]any{}
	for _, in := range now.fields(actConfirm) {
		shown, _ := in.Default.(string)
		switch want := map[string]string{
			"document":        code,
			"identity_name":   r.Person.Name,
			"document_number": r.Person.PageNumber(r.script.Document),
		}[in.Name]; {
		case in.Name == "document" && !r.documentAsked && !r.script.TypesDocument:
			r.documentAsked = true
			kind := func(b feishu.Button) bool { return b.Act == actDocumentPhoto && b.Value["to"] == code }
			_, err := r.w.press(ctx, r.OpenID, now, kind, actDocumentPhoto, nil)
			return err
		case want == "":
			return r.stuck("the form asks for " + in.Name)
		case shown == want, shown == "" && !in.Required:
		case shown == "":
			form[in.Name] = want
		default:
			r.misread = append(r.misread, in.Name)
			if !r.script.Corrects {
				return r.stuck(in.Name + " is prefilled with something that is not on the document")
			}
			form[in.Name] = want
		}
	}
	return r.pressAct(ctx, now, actConfirm, form)
}
