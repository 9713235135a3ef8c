package engine

import (
	"context"
	"strconv"

	"shiming/flows"
	"shiming/idcard"
)

// codeKeys returns the keys under which codes are counted: of the person, and of the mobile number. Both are keyed
// hashes, so that the rows say nothing without the keyset. The second is empty without a number.
func (e *Engine) codeKeys(c *flows.Case, mobile string) (person, number keyed) {
	person = keyedHash(e.Store, "", purposeCodesOfPerson, c.TenantKey, c.OpenID)
	if mobile != "" {
		number = keyedHash(e.Store, "", purposeCodesToMobile, c.TenantKey, mobile)
	}
	return person, number
}

// addCodeUses adds to ev when codes went to the person and to the mobile number, in this and in all other cases. The
// number is that of the form, or that of the case if ev asks for another code. One that is not valid is not looked up,
// because Decide refuses the form.
func (e *Engine) addCodeUses(ctx context.Context, tx flows.Tx, c *flows.Case, ev *flows.Event) (err error) {
	mobile := c.Personal.Mobile
	if ev.Kind == flows.Confirmed {
		_, _, typed := flows.Submitted(c, ev.Form)
		m, err := idcard.ParseMobile(typed)
		if err != nil {
			return nil
		}
		mobile = m.Reveal()
	}
	person, number := e.codeKeys(c, mobile)
	since := ev.At.Add(-flows.CodeWindow)
	if ev.CodeUses.Person, err = tx.Uses(ctx, person.key, since, person.former...); err != nil || number.key == "" {
		return err
	}
	ev.CodeUses.Mobile, err = tx.Uses(ctx, number.key, since, number.former...)
	return err
}

// writeCodeUses stores that a code was asked for, and deletes the use of one that is never sent. before is the case as
// it was when the code to delete was asked for.
func (e *Engine) writeCodeUses(ctx context.Context, tx flows.Tx, before *flows.Case, ch flows.Change) error {
	if ch.CodeFreed != 0 {
		id := before.ID + "/" + strconv.Itoa(ch.CodeFreed)
		person, number := e.codeKeys(before, before.Personal.CodeMobile)
		if err := tx.DeleteUse(ctx, person.key, id, person.former...); err != nil {
			return err
		}
		if err := tx.DeleteUse(ctx, number.key, id, number.former...); err != nil {
			return err
		}
	}
	if ch.CodeDue.IsZero() {
		return nil
	}
	id := ch.Case.ID + "/" + strconv.Itoa(ch.Case.CodeSeq)
	person, number := e.codeKeys(ch.Case, ch.Case.Personal.CodeMobile)
	if err := tx.PutUse(ctx, person.key, id, ch.CodeDue, person.former...); err != nil {
		return err
	}
	return tx.PutUse(ctx, number.key, id, ch.CodeDue, number.former...)
}
