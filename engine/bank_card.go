package engine

import (
	"context"

	"shiming/flows"
)

// refuseBankCard answers a text that holds the number of a bank card, and reports whether it does. Nothing of the text
// is kept: it is no answer to HR's question and looks nobody up. Who is asked for a card gets the form.
func (e *Engine) refuseBankCard(
	ctx context.Context, tx flows.Tx, m flows.Message, command flows.Command,
) (taken bool, err error) {
	if !isFreeText(command) || !flows.HoldsBankCard(m.Text, true, e.Now()) {
		return false, nil
	}
	c, err := tx.OpenCase(ctx, m.TenantKey, m.OpenID)
	if err != nil && !flows.IsNotFound(err) {
		return false, err
	}
	m.Private = true // the answer to a group too: nobody there needs to look
	if c != nil && c.State == flows.AwaitingBankCard {
		if err := e.replyNotice(ctx, tx, m, "bank_card_expected"); err != nil {
			return false, err
		}
		return true, e.Apply(ctx, tx, c, e.applicantEvent(flows.CardAsked, m.OpenID, m.At))
	}
	if !flows.HoldsBankCard(m.Text, false, e.Now()) {
		return false, nil
	}
	return true, e.replyNotice(ctx, tx, m, "bank_card_in_chat")
}
