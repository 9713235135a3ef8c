package cards

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestDecodeAction(t *testing.T) {
	id := ref.Case
	for name, c := range map[string]struct {
		value map[string]any
		want  Action
		field string // of the error; empty = none
	}{
		"float": {map[string]any{"v": 1.0, "act": "approve", "case": id, "rev": 7.0}, Action{
			V:    1,
			Act:  ActApprove,
			Case: id,
			Rev:  7,
		}, ""},
		"number": {map[string]any{"v": json.Number("1"), "act": "approve", "case": id, "rev": json.Number("7")}, Action{
			V:    1,
			Act:  ActApprove,
			Case: id,
			Rev:  7,
		}, ""},
		"native": {map[string]any{"v": 1, "act": "approve", "case": id, "rev": int64(7)}, Action{
			V:    1,
			Act:  ActApprove,
			Case: id,
			Rev:  7,
		}, ""},
		"retake": {map[string]any{"v": 1, "act": "retake", "case": id, "rev": 7, "side": "back"}, Action{
			V:    1,
			Act:  ActRetake,
			Case: id,
			Rev:  7,
			Side: SideBack,
		}, ""},
		"send back by a preset": {map[string]any{"v": 1, "act": "send_back", "case": id, "rev": 7, "side": "both",
			"reason": "wrong_person"}, Action{
			V:      1,
			Act:    ActSendBack,
			Case:   id,
			Rev:    7,
			Side:   "both",
			Reason: "wrong_person",
		}, ""},
		"a reason that HR has not": {map[string]any{"v": 1, "act": "send_back", "case": id, "rev": 7, "reason": "x"},
			Action{}, "reason"},
		"both sides of a retake": {map[string]any{"v": 1, "act": "retake", "case": id, "rev": 7, "side": "both"},
			Action{}, "side"},
		"resume at form": {map[string]any{"v": 1, "act": "resume", "case": id, "rev": 7, "to": "form"}, Action{
			V:    1,
			Act:  ActResume,
			Case: id,
			Rev:  7,
			To:   ToForm,
		}, ""},
		"next after this": {map[string]any{"v": 1, "act": "next", "case": id, "rev": 7, "to": "after"}, Action{
			V:    1,
			Act:  ActNext,
			Case: id,
			Rev:  7,
			To:   ToAfter,
		}, ""},
		"start bare": {map[string]any{"v": 1, "act": "start"}, Action{V: 1, Act: ActStart}, ""},
		"next with a case": {map[string]any{"v": 1, "act": "next", "case": id, "rev": 0},
			Action{V: 1, Act: ActNext, Case: id}, ""},
		"more than we know": {map[string]any{"v": 1, "act": "start", "hue": []any{1}}, Action{V: 1, Act: ActStart}, ""},
		"largest rev": {map[string]any{"v": 1, "act": "approve", "case": id, "rev": float64(1<<53 - 1)}, Action{
			V:    1,
			Act:  ActApprove,
			Case: id,
			Rev:  1<<53 - 1,
		}, ""},

		"nothing":        {nil, Action{}, "v"},
		"no v":           {map[string]any{"act": "start"}, Action{}, "v"},
		"other v":        {map[string]any{"v": 2, "act": "start"}, Action{}, "v"},
		"v as a word":    {map[string]any{"v": "one", "act": "start"}, Action{}, "v"},
		"v as bool":      {map[string]any{"v": true, "act": "start"}, Action{}, "v"},
		"no act":         {map[string]any{"v": 1}, Action{}, "act"},
		"unknown act":    {map[string]any{"v": 1, "act": "drop"}, Action{}, "act"},
		"act as list":    {map[string]any{"v": 1, "act": []any{"start"}}, Action{}, "act"},
		"no case":        {map[string]any{"v": 1, "act": "approve", "rev": 7}, Action{}, "case"},
		"case as number": {map[string]any{"v": 1, "act": "approve", "case": 7, "rev": 7}, Action{}, "case"},
		"case null":      {map[string]any{"v": 1, "act": "approve", "case": nil, "rev": 7}, Action{}, "case"},
		"case short":     {map[string]any{"v": 1, "act": "approve", "case": id[1:], "rev": 7}, Action{}, "case"},
		"case with a path": {map[string]any{"v": 1, "act": "approve", "case": strings.Replace(id, "9", "/", 1), "rev": 7},
			Action{}, "case"},
		"case no hyphens": {map[string]any{"v": 1, "act": "approve", "case": strings.ReplaceAll(id, "-", "0"), "rev": 7},
			Action{}, "case"},
		"start, bad case":  {map[string]any{"v": 1, "act": "start", "case": "x", "rev": 7}, Action{}, "case"},
		"no rev":           {map[string]any{"v": 1, "act": "approve", "case": id}, Action{}, "rev"},
		"rev as a word":    {map[string]any{"v": 1, "act": "approve", "case": id, "rev": "7th"}, Action{}, "rev"},
		"rev null":         {map[string]any{"v": 1, "act": "approve", "case": id, "rev": nil}, Action{}, "rev"},
		"rev fraction":     {map[string]any{"v": 1, "act": "approve", "case": id, "rev": 7.5}, Action{}, "rev"},
		"rev negative":     {map[string]any{"v": 1, "act": "approve", "case": id, "rev": -7.0}, Action{}, "rev"},
		"rev int negative": {map[string]any{"v": 1, "act": "approve", "case": id, "rev": -7}, Action{}, "rev"},
		"rev huge":         {map[string]any{"v": 1, "act": "approve", "case": id, "rev": 1e300}, Action{}, "rev"},
		"rev past 2^53":    {map[string]any{"v": 1, "act": "approve", "case": id, "rev": float64(1 << 53)}, Action{}, "rev"},
		"rev NaN":          {map[string]any{"v": 1, "act": "approve", "case": id, "rev": math.NaN()}, Action{}, "rev"},
		"rev Inf":          {map[string]any{"v": 1, "act": "approve", "case": id, "rev": math.Inf(1)}, Action{}, "rev"},
		"rev huge number": {map[string]any{"v": 1, "act": "approve", "case": id, "rev": json.Number("99999999999999999999")},
			Action{}, "rev"},
		"rev exponent":   {map[string]any{"v": 1, "act": "approve", "case": id, "rev": json.Number("7e0")}, Action{}, "rev"},
		"retake no side": {map[string]any{"v": 1, "act": "retake", "case": id, "rev": 7}, Action{}, "side"},
		"retake both":    {map[string]any{"v": 1, "act": "retake", "case": id, "rev": 7, "side": "both"}, Action{}, "side"},
		"side as number": {map[string]any{"v": 1, "act": "retake", "case": id, "rev": 7, "side": 1}, Action{}, "side"},
		"tag of a text": {map[string]any{"v": 1, "act": "consent", "case": id, "rev": 7, "agreement": "0123456789abcdef"},
			Action{
				V:         1,
				Act:       ActConsent,
				Case:      id,
				Rev:       7,
				Agreement: "0123456789abcdef",
			}, ""},
		"no tag": {map[string]any{"v": 1, "act": "consent", "case": id, "rev": 7, "agreement": "0123456789ABCDEF"},
			Action{}, "agreement"},
		"to elsewhere": {map[string]any{"v": 1, "act": "resume", "case": id, "rev": 7, "to": "admin"}, Action{}, "to"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeAction(c.value)
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			var bad *ActionError
			switch {
			case c.field == "" && err != nil:
				t.Error(err)
			case c.field != "" && !errors.As(err, &bad):
				t.Errorf("got error %v, want an *ActionError", err)
			case c.field != "" && bad.Field != c.field:
				t.Errorf("got error about %s, want %s", bad.Field, c.field)
			}
		})
	}
}

// TestActionErrorKeepsQuiet checks that an error, which is logged, does not contain the forged value.
func TestActionErrorKeepsQuiet(t *testing.T) {
	for _, key := range []string{"act", "case", "side", "to", "agreement"} {
		value := ref.act(ActRetake).Value()
		value["side"], value[key] = SideFront, "130401199601018395"
		_, err := DecodeAction(value)
		if err == nil || strings.Contains(err.Error(), "1304") {
			t.Errorf("%s: got %v, want an error without the value", key, err)
		}
	}
}

func FuzzDecodeAction(f *testing.F) {
	for _, s := range samples() {
		var card any
		if err := json.Unmarshal(s.card.JSON(), &card); err != nil {
			f.Fatal(err)
		}
		anyOf(card, func(o map[string]any) bool {
			if o["type"] == "callback" {
				seed, err := json.Marshal(o["value"])
				if err != nil {
					f.Fatal(err)
				}
				f.Add(seed, false)
			}
			return false
		})
	}
	f.Add([]byte(`{"v":1e400,"act":{},"case":[],"rev":-0.0}`), true)
	f.Fuzz(func(t *testing.T, raw []byte, numbers bool) {
		dec := json.NewDecoder(strings.NewReader(string(raw)))
		if numbers {
			dec.UseNumber()
		}
		var value map[string]any
		if dec.Decode(&value) != nil {
			return
		}
		a, err := DecodeAction(value)
		if err != nil {
			var bad *ActionError
			if !errors.As(err, &bad) || a != (Action{}) {
				t.Fatalf("got %T %v with %+v, want an *ActionError alone", err, err, a)
			}
			return
		}
		if _, known := acts[a.Act]; !known || a.Rev < 0 || a.Rev > maxRev || a.Case == "" && !acts[a.Act].caseless {
			t.Fatalf("got %+v, want an error", a)
		}
		again, err := DecodeAction(a.Value())
		if err != nil || again != a {
			t.Fatalf("%+v: got %+v, %v after a round trip, want the same", a, again, err)
		}
	})
}
