package engine

import (
	"context"
	"time"

	"shiming/flows"
	"shiming/idcard"
)

// addBlindIndex adds to ev the keyed hash of the number in the form, and the other people of the tenant who registered
// the same number. It adds nothing for a number that is not valid, because Decide refuses the form.
func (e *Engine) addBlindIndex(ctx context.Context, tx flows.Tx, c *flows.Case, ev *flows.Event) error {
	if ev.BlindIndex = e.blindIndex(c, ev); ev.BlindIndex == nil {
		return nil
	}
	var err error
	if ev.SameNumberCases, err = tx.SameNumber(ctx, c.TenantKey, ev.BlindIndex, c.OpenID); err != nil {
		return err
	}
	ev.OtherNumber, err = e.hadOtherNumber(ctx, tx, c, ev)
	return err
}

// hadOtherNumber reports whether the person was registered before with another number than the one in the form. A
// number that was deleted is not compared.
func (e *Engine) hadOtherNumber(ctx context.Context, v flows.View, c *flows.Case, ev *flows.Event) (bool, error) {
	all, err := v.CasesOf(ctx, c.TenantKey, c.OpenID)
	if err != nil {
		return false, err
	}
	for _, before := range all {
		if before.State == flows.Done && before.Personal.Number != "" &&
			!e.Store.SameIndex(e.indexOf(before.Personal.Document, before.Personal.Number, ev.At), ev.BlindIndex) {
			return true, nil
		}
	}
	return false, nil
}

// blindIndex returns the keyed hash of the number in the form; nil for one that is not valid. The kind of a document
// is part of what is hashed, so that equal numbers of different kinds do not meet, and none meets an ID number. A
// residence permit has an ID number, whether it is photographed or typed.
func (e *Engine) blindIndex(c *flows.Case, ev *flows.Event) []byte {
	_, typed, _ := flows.Submitted(c, ev.Form)
	kind := idcard.Document("")
	if c.Personal.Document != "" {
		kind, _, typed = flows.SubmittedDocument(c, ev.Form)
	}
	return e.indexOf(kind, typed, ev.At)
}

// CaseIndex returns the blind index of the number that the case holds; nil without a valid one. A rotation of the keys
// computes it anew.
func (e *Engine) CaseIndex(c *flows.Case) []byte {
	return e.indexOf(c.Personal.Document, c.Personal.Number, e.Now())
}

// indexOf is the keyed hash of a number of a kind of document, "" for a resident number; nil for one that is not
// valid.
func (e *Engine) indexOf(kind idcard.Document, typed string, now time.Time) []byte {
	n, err := idcard.ParseNumber(typed, now)
	if err == nil && (kind == "" || n.Document() == kind) {
		return e.Store.BlindIndex("number", n.Reveal())
	}
	number, err := idcard.ParseDocumentNumber(typed)
	if err != nil || kind == "" {
		return nil
	}
	return e.Store.BlindIndex("document_number", string(kind), number)
}
