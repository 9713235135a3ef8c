package cards

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// Act names the action of a button. The values are part of cards that stay in chats for weeks, so they never change.
type Act string

// Acts of the applicant.
const (
	ActStart         Act = "start"
	ActConsent       Act = "consent"
	ActDecline       Act = "decline"
	ActRetake        Act = "retake" // with Side
	ActConfirm       Act = "confirm"
	ActSendCode      Act = "send_code"
	ActSubmitCode    Act = "submit_code"
	ActSubmitCard    Act = "submit_card"
	ActMethod        Act = "method"     // with To: the method of verification, one of Methods
	ActStartFace     Act = "start_face" // agrees to a check by face, and begins it
	ActCheckFace     Act = "check_face" // looks for its result
	ActCancel        Act = "cancel"
	ActResume        Act = "resume" // with or without To
	ActMyData        Act = "my_data"
	ActWithdraw      Act = "withdraw"
	ActOtherDocument Act = "other_document" // the applicant has no resident identity card, or types the document's values
	ActDocumentPhoto Act = "document_photo" // with To: the kind of document of which the applicant sends a photo
	ActAskHR         Act = "ask_hr"         // the verification does not succeed
)

// Acts of HR.
const (
	ActApprove     Act = "approve"
	ActSendBack    Act = "send_back"
	ActReject      Act = "reject"
	ActRetry       Act = "retry"
	ActResolve     Act = "resolve"
	ActClose       Act = "close"
	ActPeek        Act = "peek"
	ActAgree       Act = "agree"  // another admin may see the originals
	ActRemind      Act = "remind" // with Case: its applicant alone
	ActNext        Act = "next"
	ActKeepOnFile  Act = "keep_on_file" // for a document that no platform takes
	ActUndo        Act = "undo"         // of a decision that has not taken effect
	ActFilter      Act = "filter"       // with To: the part of the queue that the desk shows
	ActBulk        Act = "bulk"         // with or without To
	ActSampleFine  Act = "sample_fine"  // of a look at a sampled case
	ActSampleFault Act = "sample_fault" // the same, with a note
	ActDecide      Act = "decide"       // open the form for sending back and rejecting
	ActOpen        Act = "open"         // with To: the one of Panels that the card shows
	ActAsk         Act = "ask"          // put a question to the applicant; with Reason one of Questions
	ActHold        Act = "hold"         // with To: one of Holds
	ActTransfer    Act = "transfer"     // hand the case to another admin
	ActNote        Act = "note"         // keep an internal note
	ActEvidence    Act = "evidence"     // show what is on record of the evidence
	ActExport      Act = "export"       // make the file that the form asks for; with Case that of a campaign
	ActRenamed     Act = "renamed"      // with To: one of NameAnswers; Case is the one with the recorded identity

	// Acts of campaigns; Case is the campaign.
	ActInvite   Act = "invite"   // with Case: confirm it; else with To: everyone, or with a form
	ActPause    Act = "pause"    // with or without To
	ActStop     Act = "stop"     // end it
	ActChase    Act = "chase"    // remind those who have not begun
	ActCampaign Act = "campaign" // with To: one of CampaignPlaces
)

// Values of Action.Side and Action.To.
const (
	SideFront = "front"   // 人像面, the side with name and portrait
	SideBack  = "back"    // 国徽面, the side with emblem and validity
	ToForm    = "form"    // ActResume: return to the form, to change the mobile number
	ToAfter   = "after"   // ActNext: open the case after this one
	ToAgain   = "again"   // ActStart: register again, although the person is registered
	ToList    = "list"    // ActNext: show the queue
	ToDesk    = "desk"    // ActNext: send the desk of the person who clicks again, in private
	ToConfirm = "confirm" // ActBulk: approve the cases that the card lists
	ToUndo    = "undo"    // ActBulk: take the approval of all of them back
	ToBottom  = "bottom"  // ActNext: send the card of this case again, at the bottom of HR's chat
	ToOpen    = "open"    // ActNext: open this case at the desk

	ToEveryone = "everyone" // ActInvite: everybody whom the app may see
	ToResume   = "resume"   // ActPause: go on
	ToLead     = "lead"     // ActChase: tell the department's lead
)

// Values of Action.To for an ActRenamed.
const (
	NameKept  = "kept"  // the recorded identity stays
	NameAgain = "again" // the person shall register again
)

// NameAnswers lists them.
var NameAnswers = []string{NameKept, NameAgain}

// acts lists every act. A caseless act needs no case id, because it opens a case or concerns none. A named one may come
// by the name of its button nevertheless: what its form holds says what is meant.
var acts = map[Act]struct{ caseless, named bool }{
	ActStart: {caseless: true}, ActConsent: {}, ActDecline: {}, ActRetake: {}, ActConfirm: {}, ActSendCode: {},
	ActSubmitCode: {}, ActSubmitCard: {}, ActMethod: {}, ActStartFace: {}, ActCheckFace: {}, ActCancel: {}, ActResume: {},
	ActMyData:   {caseless: true},
	ActWithdraw: {},
	ActAskHR:    {}, ActOtherDocument: {}, ActDocumentPhoto: {},
	ActApprove: {}, ActSendBack: {}, ActReject: {}, ActRetry: {}, ActResolve: {}, ActClose: {}, ActPeek: {}, ActAgree: {},
	ActKeepOnFile: {}, ActUndo: {}, ActDecide: {}, ActOpen: {}, ActAsk: {}, ActHold: {}, ActTransfer: {}, ActNote: {},
	ActSampleFine: {}, ActSampleFault: {}, ActEvidence: {}, ActRenamed: {},
	ActCopyData: {}, ActCorrectData: {}, ActObjectData: {}, ActDeleteData: {},
	ActFulfilRequest: {}, ActDeclineRequest: {}, ActOpenRequest: {},
	ActInvite: {caseless: true, named: true}, ActPause: {}, ActStop: {}, ActChase: {}, ActCampaign: {},
	ActRemind: {caseless: true}, ActNext: {caseless: true}, ActFilter: {caseless: true}, ActBulk: {caseless: true},
	ActExport: {caseless: true, named: true},
}

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
	Person     string // open_id, for an ActCampaign
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
