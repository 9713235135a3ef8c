package sim

import "context"

// bankCard types the number of the person's bank card, and confirms the bank that was found for it or names it.
func (r *robot) bankCard(ctx context.Context, now screen) error {
	form := map[string]any{}
	asksBank := false
	for _, in := range now.fields(actSubmitCard) {
		switch in.Name {
		case "bank_card":
			if in.Required { // an empty one means the number that was typed
				form["bank_card"] = r.Person.BankCard
			}
		case "opening_bank":
			asksBank = true
			if shown, _ := in.Default.(string); shown == "" {
				form["opening_bank"] = Bank
			}
		}
	}
	if form["bank_card"] == nil && !asksBank {
		return nil // the bank is being looked up
	}
	if r.confirms++; r.confirms > maxConfirms {
		return r.stuck("the form of the bank card comes back again and again")
	}
	return r.pressAct(ctx, now, actSubmitCard, form)
}
