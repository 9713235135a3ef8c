package cards

import (
	"encoding/json"
	"testing"
)

// TestDecodeClick reads a click in every shape in which clients send it.
func TestDecodeClick(t *testing.T) {
	const id = "0199d0a0-0000-7000-8000-000000000001"
	whole := Action{
		V:    1,
		Act:  ActConfirm,
		Case: id,
		Rev:  7,
	}
	byName := Action{V: 1, Act: ActConfirm, Rev: 7}
	with := func(v, rev any) map[string]any {
		return map[string]any{"v": v, "act": "confirm", "case": id, "rev": rev}
	}
	for name, c := range map[string]struct {
		value any
		name  string
		want  Action // zero = refused
	}{
		"numbers":                        {with(1, 7), "confirm.7", whole},
		"numbers as text":                {with("1", "7"), "confirm.7", whole},
		"one number as text":             {with(1.0, "7"), "", whole},
		"a JSON number":                  {with(json.Number("1"), json.Number("7")), "", whole},
		"an object in a string":          {`{"v":"1","act":"confirm","case":"` + id + `","rev":7}`, "", whole},
		"the value before the name":      {with(1, 7), "reject.9", whole},
		"no value, the case in the name": {nil, "confirm.7." + id, whole},
		"no value":                       {nil, "confirm.7", byName},
		"an empty value":                 {map[string]any{}, "confirm.7", byName},
		"an empty string":                {"", "confirm.7", byName},
		"a value of somebody else":       {map[string]any{"key": "x"}, "confirm.7", byName},
		"no value and no name":           {nil, "", Action{}},
		"a name without a revision":      {nil, "confirm", Action{}},
		"a name with an odd revision":    {nil, "confirm.7x", Action{}},
		"a name with a minus":            {nil, "confirm.-7", Action{}},
		"a name of no case":              {nil, "confirm.7.8", Action{}},
		"a name with too much":           {nil, "confirm.7." + id + ".8", Action{}},
		"a name of another act":          {nil, "explode.7", Action{}},
		"a name of a caseless act":       {nil, "start.7", Action{}},
		"a retake without a side":        {nil, "retake.7", Action{}},
		"a revision out of range":        {nil, "confirm.9007199254740992", Action{}},
		"a bad value beside a name":      {with(2, 7), "confirm.7", Action{}},
		"a revision as a word":           {with(1, "seven"), "confirm.7", Action{}},
		"a revision as a text fraction":  {with(1, "7.5"), "", Action{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeClick(c.value, c.name)
			if got != c.want || (err != nil) != (c.want == Action{}) {
				t.Errorf("got %+v %v, want %+v", got, err, c.want)
			}
		})
	}
}

// TestSubmitButtonsCarryActAndRevision walks every sample: the name of a submit button is enough to know its act.
func TestSubmitButtonsCarryActAndRevision(t *testing.T) {
	submits := 0
	for _, s := range samples() {
		name := s.name
		anyOf(decoded(t, s.card.JSON()), func(o map[string]any) bool {
			if o["form_action_type"] != "submit" {
				return false
			}
			submits++
			value := object(object(list(o["behaviors"])[0])["value"])
			want, err := DecodeAction(value)
			if err != nil {
				t.Fatal(err)
			}
			if want.Act == ActExport {
				want.To = "" // the language until another is chosen: a click without it means the first one
			}
			got, err := DecodeClick(nil, o["name"].(string))
			if err != nil || got != want {
				t.Errorf("%s: got %+v %v from the name %v, want %+v", name, got, err, o["name"], want)
			}
			return false
		})
	}
	if submits < 5 {
		t.Errorf("got %d submit buttons, want at least 5", submits)
	}
}

func decoded(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	var x any
	if err := json.Unmarshal(raw, &x); err != nil {
		t.Fatal(err)
	}
	return x
}
