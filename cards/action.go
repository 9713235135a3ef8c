package cards

import (
	"encoding/json"
	"math"
)

// Act is what a button asks for.
type Act string

// Acts of the applicant.
const (
	ActStart      Act = "start"
	ActConsent    Act = "consent"
	ActDecline    Act = "decline"
	ActRetake     Act = "retake" // Side says which one
	ActConfirm    Act = "confirm"
	ActSendCode   Act = "send_code"
	ActSubmitCode Act = "submit_code"
	ActSubmitCard Act = "submit_card"
	ActCancel     Act = "cancel"
	ActResume     Act = "resume" // To may say where
	ActMyData     Act = "my_data"
	ActWithdraw   Act = "withdraw"
)

// Acts of HR.
const (
	ActApprove  Act = "approve"
	ActSendBack Act = "send_back"
	ActReject   Act = "reject"
	ActRetry    Act = "retry"
	ActResolve  Act = "resolve"
	ActClose    Act = "close"
	ActPeek     Act = "peek"
	ActRemind   Act = "remind"
	ActNext     Act = "next"
)

// Values of Action.Side and Action.To.
const (
	SideFront = "front"  // 人像面, the page with name and portrait
	SideBack  = "back"   // 国徽面, the page with emblem and validity
	ToForm    = "form"   // resume at the form, to change the mobile number
	ToAfter   = "after"  // next: the case after this one, rather than this one
	ToBottom  = "bottom" // next: the case's own card comes to the bottom of HR's chat
)

// acts lists every act and whether it may come without a case: those that begin something or concern no single case.
var acts = map[Act]struct{ caseless bool }{
	ActStart: {caseless: true}, ActConsent: {}, ActDecline: {}, ActRetake: {}, ActConfirm: {}, ActSendCode: {},
	ActSubmitCode: {}, ActSubmitCard: {}, ActCancel: {}, ActResume: {}, ActMyData: {caseless: true}, ActWithdraw: {},
	ActApprove: {}, ActSendBack: {}, ActReject: {}, ActRetry: {}, ActResolve: {}, ActClose: {}, ActPeek: {},
	ActRemind: {caseless: true}, ActNext: {caseless: true},
}

// actionVersion is the version of the value that buttons carry. Cards live for 14 days, so a value of another version
// must be refused rather than guessed at.
const actionVersion = 1

// maxRev is the largest whole number that JSON readers agree on.
const maxRev = 1<<53 - 1

// Action is what a button carries. It holds no personal data and no identity: who acts is the operator of the callback.
type Action struct {
	V    int
	Act  Act
	Case string // UUID, or empty for acts without a case
	Rev  int64  // case revision that the card showed
	Side string // "" | front | back
	To   string // "" | form | after | bottom
}

// act makes the action of a button on a card with this reference.
func (r Ref) act(a Act) Action {
	return Action{
		V:    actionVersion,
		Act:  a,
		Case: r.Case,
		Rev:  r.Rev,
	}
}

// Value is the value of a callback behaviour (page "按钮", behaviors).
func (a Action) Value() map[string]any {
	v := map[string]any{"v": a.V, "act": string(a.Act), "case": a.Case, "rev": a.Rev}
	if a.Side != "" {
		v["side"] = a.Side
	}
	if a.To != "" {
		v["to"] = a.To
	}
	return v
}

// ActionError says which part of a click is not of our making. It never holds the part itself.
type ActionError struct {
	Field   string // v, act, case, rev, side, to, or form.<field>
	Problem string
}

func (e *ActionError) Error() string { return "card action: " + e.Field + ": " + e.Problem }

// DecodeAction reads event.action.value of a card.action.trigger callback. It takes what Value writes, straight or
// through JSON, and ignores keys that it does not know; everything else is an *ActionError.
func DecodeAction(value map[string]any) (Action, error) {
	var a Action
	v, err := whole(value, "v")
	if err != nil {
		return Action{}, err
	}
	if v != actionVersion {
		return Action{}, &ActionError{"v", "not a known version"}
	}
	a.V = int(v)

	name, err := word(value, "act")
	if err != nil {
		return Action{}, err
	}
	a.Act = Act(name)
	kind, known := acts[a.Act]
	if !known {
		return Action{}, &ActionError{"act", "not a known act"}
	}

	if a.Case, err = word(value, "case"); err != nil {
		return Action{}, err
	}
	switch {
	case a.Case == "" && !kind.caseless:
		return Action{}, &ActionError{"case", "missing"}
	case a.Case != "" && !isUUID(a.Case):
		return Action{}, &ActionError{"case", "not a case id"}
	}

	if _, given := value["rev"]; given || a.Case != "" {
		if a.Rev, err = whole(value, "rev"); err != nil {
			return Action{}, err
		}
	}

	if a.Side, err = word(value, "side"); err != nil {
		return Action{}, err
	}
	if a.Side != "" && a.Side != SideFront && a.Side != SideBack || a.Side == "" && a.Act == ActRetake {
		return Action{}, &ActionError{"side", "neither front nor back"}
	}
	if a.To, err = word(value, "to"); err != nil {
		return Action{}, err
	}
	if a.To != "" && a.To != ToForm && a.To != ToAfter && a.To != ToBottom {
		return Action{}, &ActionError{"to", "not a known place"}
	}
	return a, nil
}

// word reads an optional string.
func word(value map[string]any, key string) (string, error) {
	raw, given := value[key]
	if !given {
		return "", nil
	}
	s, ok := raw.(string)
	if !ok {
		return "", &ActionError{key, "not a string"}
	}
	return s, nil
}

// whole reads a number that must be there, from 0 to maxRev, without fraction.
func whole(value map[string]any, key string) (int64, error) {
	var n int64
	switch raw := value[key].(type) {
	case nil:
		return 0, &ActionError{key, "missing"}
	case int:
		n = int64(raw)
	case int64:
		n = raw
	case json.Number:
		parsed, err := raw.Int64()
		if err != nil {
			return 0, &ActionError{key, "not a whole number"}
		}
		n = parsed
	case float64:
		// The range first: converting a float beyond int64 gives no defined number.
		if !(raw >= 0 && raw <= maxRev) {
			return 0, &ActionError{key, "out of range"}
		}
		if raw != math.Trunc(raw) {
			return 0, &ActionError{key, "not a whole number"}
		}
		n = int64(raw)
	default:
		return 0, &ActionError{key, "not a number"}
	}
	if n < 0 || n > maxRev {
		return 0, &ActionError{key, "out of range"}
	}
	return n, nil
}

// isUUID checks the form 8-4-4-4-12 in hexadecimal.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return false
			}
		}
	}
	return true
}
