package cards

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// ActionError names the invalid part of a click. It does not contain the part, which may be forged or personal.
type ActionError struct {
	Field   string // v, act, case, rev, side, to, reason, department, page, person, agreement, or form.<field>
	Problem string
}

func (e *ActionError) Error() string { return "card action: " + e.Field + ": " + e.Problem }

// DecodeAction reads event.action.value of a card.action.trigger callback. It accepts the result of Value, before or
// after JSON, and ignores unknown keys. Any other value is an *ActionError.
func DecodeAction(value map[string]any) (Action, error) {
	var a Action
	v, err := requiredNumber(value, "v")
	if err != nil {
		return Action{}, err
	}
	if v != actionVersion {
		return Action{}, &ActionError{"v", "not a known version"}
	}
	a.V = int(v)

	name, err := optionalString(value, "act")
	if err != nil {
		return Action{}, err
	}
	a.Act = Act(name)
	properties, known := acts[a.Act]
	if !known {
		return Action{}, &ActionError{"act", "not a known act"}
	}

	if a.Case, err = optionalString(value, "case"); err != nil {
		return Action{}, err
	}
	switch {
	case a.Case == "" && !properties.caseless:
		return Action{}, &ActionError{"case", "missing"}
	case a.Case != "" && !isUUID(a.Case):
		return Action{}, &ActionError{"case", "not a case id"}
	}

	if _, given := value["rev"]; given || a.Case != "" {
		if a.Rev, err = requiredNumber(value, "rev"); err != nil {
			return Action{}, err
		}
	}

	if a.Side, err = optionalString(value, "side"); err != nil {
		return Action{}, err
	}
	sides := []string{SideFront, SideBack}
	if a.Act == ActSendBack {
		sides = Sides
	}
	if a.Side != "" && !slices.Contains(sides, a.Side) || a.Side == "" && a.Act == ActRetake {
		return Action{}, &ActionError{"side", "neither front nor back"}
	}
	if a.Reason, err = optionalString(value, "reason"); err != nil {
		return Action{}, err
	}
	reasons := Reasons
	if a.Act == ActAsk {
		reasons = Questions
	}
	if a.Reason != "" && !slices.Contains(reasons, a.Reason) {
		return Action{}, &ActionError{"reason", "not a known reason"}
	}
	if a.Department, err = optionalString(value, "department"); err != nil {
		return Action{}, err
	}
	if a.Department != machineID(a.Department).zh {
		return Action{}, &ActionError{"department", "not a department id"}
	}
	if a.Person, err = optionalString(value, "person"); err != nil {
		return Action{}, err
	}
	if a.Person != machineID(a.Person).zh {
		return Action{}, &ActionError{"person", "not an open_id"}
	}
	if _, given := value["page"]; given {
		if a.Page, err = requiredNumber(value, "page"); err != nil {
			return Action{}, err
		}
	}
	if a.Agreement, err = optionalString(value, "agreement"); err != nil {
		return Action{}, err
	}
	if a.Agreement != "" && !isAgreementTag(a.Agreement) {
		return Action{}, &ActionError{"agreement", "not a tag"}
	}
	if a.To, err = optionalString(value, "to"); err != nil {
		return Action{}, err
	}
	places := []string{"", ToForm, ToAfter, ToList, ToDesk, ToConfirm, ToUndo, ToBottom, ToAgain, ToOpen}
	switch a.Act {
	case ActDocumentPhoto:
		places = DocumentKinds
	case ActMethod:
		places = Methods
	case ActFilter:
		places = DeskFilters
	case ActHold:
		places = Holds
	case ActOpen:
		places = Panels
	case ActExport:
		places = append([]string{"", ToOpen}, ExportLanguages...)
	case ActRenamed:
		places = NameAnswers
	case ActInvite:
		places = []string{"", ToEveryone}
	case ActPause:
		places = []string{"", ToResume}
	case ActChase:
		places = []string{"", ToLead}
	case ActCampaign:
		places = CampaignPlaces
	}
	if !slices.Contains(places, a.To) {
		return Action{}, &ActionError{"to", "not a known place"}
	}
	return a, nil
}

// optionalString reads a string; "" if the key is missing.
func optionalString(value map[string]any, key string) (string, error) {
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

// requiredNumber reads an integer from 0 to maxRev. Some clients send the numbers of a value as text.
func requiredNumber(value map[string]any, key string) (int64, error) {
	var n int64
	switch raw := value[key].(type) {
	case nil:
		return 0, &ActionError{key, "missing"}
	case int:
		n = int64(raw)
	case int64:
		n = raw
	case string:
		parsed, ok := digits(raw)
		if !ok {
			return 0, &ActionError{key, "not a whole number"}
		}
		n = parsed
	case json.Number:
		parsed, err := raw.Int64()
		if err != nil {
			return 0, &ActionError{key, "not a whole number"}
		}
		n = parsed
	case float64:
		// The conversion of a float outside int64 is not defined, so the range is checked first.
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

// isAgreementTag checks the form of Agreement.Tag.
func isAgreementTag(s string) bool {
	return len(s) == agreementTagDigits && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'f')
	})
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
