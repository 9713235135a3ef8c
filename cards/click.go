package cards

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Some clients submit a form without the value of its button: the page "表单容器" says that a submit button needs no
// behaviors, and bots in the field report submits without a value. A submit button therefore repeats act and revision
// in its name, which every submit carries, and the case as well: the clicked message shows its case too, but the id
// of a message that was sent a moment ago may not be stored yet, and the card of HR's queue belongs to no case.

// Name returns the name of the submit button of this action: act, revision and case, as in "confirm.7.0199d0a0-…". A
// form holds each act once, so that the name is unique in it.
func (a Action) Name() string {
	name := string(a.Act) + "." + strconv.FormatInt(a.Rev, 10)
	if a.Case != "" {
		name += "." + a.Case
	}
	return name
}

// DecodeClick reads the action of a card.action.trigger callback. value is event.action.value, an object or an object
// in a string. If it says nothing of an act, name decides, which is event.action.name. The action has no Case if the
// name has none. An error is an *ActionError.
func DecodeClick(value any, name string) (Action, error) {
	fields, _ := value.(map[string]any)
	if s, ok := value.(string); ok && json.Unmarshal([]byte(s), &fields) != nil {
		fields = nil
	}
	if _, given := fields["act"]; !given {
		if a, ok := decodeName(name); ok {
			return a, nil
		}
	}
	return DecodeAction(fields)
}

// decodeName reads the result of Name.
func decodeName(name string) (Action, bool) {
	act, rest, ok := strings.Cut(name, ".")
	rev, id, hasCase := strings.Cut(rest, ".")
	properties, known := acts[Act(act)]
	n, isNumber := digits(rev)
	if !ok || !known || !isNumber || hasCase && !isUUID(id) || properties.caseless && !properties.named || Act(act) == ActRetake {
		return Action{}, false
	}
	return Action{
		V:    actionVersion,
		Act:  Act(act),
		Case: id,
		Rev:  n,
	}, true
}

// digits reads a number from 0 to maxRev that consists of digits only.
func digits(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n <= maxRev
}
