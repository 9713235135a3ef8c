package cards

// actionVersion is the version of the buttons' value. Cards can be clicked for 14 days, so a click can carry the value
// of another version, which DecodeAction refuses.
const actionVersion = 1

// maxRev is the largest integer that a JSON number holds exactly in every reader (RFC 8259, section 6).
const maxRev = 1<<53 - 1

// Action is the value of a button. It holds no personal data. It names no actor either, because the callback does.
type Action struct {
	V    int
	Act  Act
	Case string // UUID, or empty for acts without a case
	Rev  int64  // revision of the case that the card showed
	Side string // "" | front | back; for ActSendBack one of Sides
	To   string // "" | form | after | bottom | again | open | …; for some acts one of a list of codes
	// Reason is one of Reasons, for an ActSendBack that needs no form, or of Questions for an ActAsk.
	Reason string
	// Department is the one that a desk or a campaign's list shows, "" for all; or what an ActCampaign chooses.
	Department string
	Page       int64  // of a list, from 0
	Person     string // open_id, for an ActCampaign, or an ActInvite of one person
	Agreement  string // for an ActConsent: Agreement.Tag of the text on the card; "" by cards of older versions
}

// act returns an action on the case of the reference.
func (r Ref) act(a Act) Action {
	return Action{
		V:    actionVersion,
		Act:  a,
		Case: r.Case,
		Rev:  r.Rev,
	}
}

// Value returns the value of the button's callback behaviour (page "按钮", behaviors).
func (a Action) Value() map[string]any {
	v := map[string]any{"v": a.V, "act": string(a.Act), "case": a.Case, "rev": a.Rev}
	if a.Side != "" {
		v["side"] = a.Side
	}
	if a.To != "" {
		v["to"] = a.To
	}
	if a.Reason != "" {
		v["reason"] = a.Reason
	}
	if a.Department != "" {
		v["department"] = a.Department
	}
	if a.Page > 0 {
		v["page"] = a.Page
	}
	if a.Person != "" {
		v["person"] = a.Person
	}
	if a.Agreement != "" {
		v["agreement"] = a.Agreement
	}
	return v
}
