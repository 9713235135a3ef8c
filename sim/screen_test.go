package sim

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"shiming/sim/feishu"
	"shiming/sim/simtest"
	"shiming/sim/specimen"
)

func TestReadHandMadeCards(t *testing.T) {
	// Buttons determine the kind of a card before its title does.
	for name, c := range map[string]struct {
		card  string
		kind  kind
		stage CardStage
		id    string
	}{
		"consent": {simtest.Card("?", simtest.Button("consent"), simtest.Button("decline")), kindCase, StageConsent,
			simtest.CaseOne},
		"form": {simtest.Card("?", simtest.Form("f", simtest.Input("identity_name", "", true),
			simtest.Submit("confirm")), simtest.Button("cancel")), kindCase, StageConfirmation, simtest.CaseOne},
		"code": {simtest.Card("?", simtest.Form("f", simtest.Input("sms_code", "", true),
			simtest.Submit("submit_code"))), kindCase, StageCode, simtest.CaseOne},
		"code to ask": {simtest.Card("?", simtest.Button("send_code")), kindCase, StageCode, simtest.CaseOne},
		"review": {simtest.Card("?", simtest.Button("approve"), simtest.Button("next")), kindReview, StageNone,
			simtest.CaseOne},
		"trouble": {simtest.Card("?", simtest.Button("retry"), simtest.Button("close")), kindAttention, StageNone,
			simtest.CaseOne},
		"photos":    {simtest.Card("发送身份证照片", simtest.Button("cancel")), kindCase, StagePhotos, simtest.CaseOne},
		"done":      {simtest.Card("实名登记完成 🎉", simtest.Button("my_data")), kindCase, StageDone, simtest.CaseOne},
		"no button": {simtest.Card("正在登记", simtest.Text("…")), kindCase, StageRecording, ""},
		"start":     {simtest.Card("hello", simtest.Button("start")), kindOffer, StageNone, simtest.CaseOne},
		"unknown":   {simtest.Card("hello", simtest.Text("…")), kindOther, StageNone, ""},
		"not JSON":  {"<html>", kindOther, StageNone, ""},
		"card 1.0": {`{"elements":[{"tag":"action","actions":[{"tag":"button","value":{"act":"consent"}}]}]}`, kindOther,
			StageNone, ""},
		"odd value": {`{"schema":"2.0","body":{"elements":[` +
			`{"tag":"button","behaviors":[{"type":"callback","value":{"act":7,"case":{}}}]}]}}`, kindOther, StageNone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := readCard(json.RawMessage(c.card))
			if s.kind != c.kind || s.stage != c.stage || s.caseID != c.id {
				t.Errorf("%s: read as %q %q case %q, want %v, %v, %v", name, s.kind, s.stage, s.caseID, c.kind, c.stage, c.id)
			}
		})
	}
}

func TestReadMessages(t *testing.T) {
	problem := feishu.Message{
		FromBot:  true,
		Type:     "interactive",
		ParentID: "om_photo",
		Card:     json.RawMessage(simtest.Card("?", simtest.Button("resume"))),
	}
	if s := read(problem); s.kind != kindProblem {
		t.Errorf("an answer to a photo is %q, want %v", s.kind, kindProblem)
	}
	problem.ParentID = ""
	if s := read(problem); s.kind != kindResume {
		t.Errorf("a reminder is %q, want %v", s.kind, kindResume)
	}
	consent := json.RawMessage(simtest.Card("?", simtest.Button("consent"), simtest.Button("decline")))
	for name, m := range map[string]feishu.Message{
		"recalled":  {FromBot: true, Type: "interactive", Recalled: true, Card: consent},
		"a text":    {FromBot: true, Type: "text", Content: `{"text":"x"}`},
		"of people": {Type: "interactive", Card: consent},
	} {
		t.Run(name, func(t *testing.T) {
			if s := read(m); s.kind != kindOther || s.stage != StageNone {
				t.Errorf("got %v, want no card", s)
			}
		})
	}
}

func TestReadSidesAndFields(t *testing.T) {
	retake := simtest.Button("retake", map[string]any{"side": "back"})
	s := readCard(json.RawMessage(simtest.Card("发送身份证照片", retake, simtest.Button("cancel"))))
	if got := s.readSides(); !reflect.DeepEqual(got, map[string]bool{"back": true}) {
		t.Errorf("got sides %v, want back", got)
	}
	s = readCard(json.RawMessage(simtest.Card("?", simtest.Form("a", simtest.Input("identity_name", "样甲", true),
		simtest.Input("mobile", "", false), simtest.Submit("confirm")),
		simtest.Form("b", simtest.Input("other", "", false), simtest.Submit("x")))))
	var names []string
	for _, in := range s.fields("confirm") {
		names = append(names, in.Name)
	}
	if !slices.Equal(names, []string{"identity_name", "mobile"}) {
		t.Errorf("got fields %v, want identity_name and mobile", names)
	}
	if s.fields("reject") != nil {
		t.Error("fields of a missing button: want none")
	}
}

func TestPersons(t *testing.T) {
	single, listed := persons(json.RawMessage(simtest.Card("?",
		map[string]any{"tag": "person", "user_id": "ou_a"},
		map[string]any{"tag": "person_list", "persons": []any{map[string]any{"id": "ou_b"}, map[string]any{"id": "ou_c"}}})))
	if !slices.Equal(single, []string{"ou_a"}) || !slices.Equal(listed, []string{"ou_b", "ou_c"}) {
		t.Errorf("got %v and %v, want ou_a, and ou_b with ou_c", single, listed)
	}
	if a, b := persons(json.RawMessage("[")); a != nil || b != nil {
		t.Error("persons outside a card: want none")
	}
}

func TestMistakes(t *testing.T) {
	for seed := range int64(50) {
		code := specimen.NewPerson(seed).Code
		wrong := mistyped(code)
		differ := 0
		for i := range code {
			if code[i] != wrong[i] {
				differ++
			}
		}
		if len(wrong) != 18 || differ != 1 {
			t.Fatalf("seed %d: %d characters differ, want 1", seed, differ)
		}
		p, o := specimen.NewPerson(seed), somebodyElse(specimen.NewPerson(seed), seed)
		if p.Code == o.Code || p.IssuedBy == o.IssuedBy {
			t.Fatalf("seed %d: somebody else has the same card", seed)
		}
	}
	for code, want := range map[string]string{"123456": "123457", "000009": "000000", "": "000000"} {
		t.Run(code, func(t *testing.T) {
			if got := wrongCode(code); got != want {
				t.Errorf("%q: %q, want %v", code, got, want)
			}
		})
	}
	for toast, want := range map[string]string{"请等 12 秒再重发": "12", "请等3秒": "3", "新的验证码已在路上": ""} {
		t.Run(toast, func(t *testing.T) {
			got := ""
			if m := secondsToWait.FindStringSubmatch(toast); m != nil {
				got = m[1]
			}
			if got != want {
				t.Errorf("%s: %q, want %v", toast, got, want)
			}
		})
	}
	if !busy(&feishu.Toast{Content: "现在有点忙，请过几秒再点一次"}) || busy(&feishu.Toast{Content: "已通过"}) || busy(nil) {
		t.Error("busy must accept only the toast that asks to click again")
	}
}

// TestRefusedShot checks to which photo a person relates a refusal.
func TestRefusedShot(t *testing.T) {
	answer := func(to, text string) screen {
		s := readCard(json.RawMessage(simtest.Card("?", simtest.Text(text), simtest.Button("resume"))))
		s.msg.ParentID = to
		return s
	}
	front, back := &shot{side: SideFront, msg: "m1"}, &shot{side: SideBack, msg: "m2"}
	r := &robot{shots: []*shot{front, back}}
	if got := r.refusedShot(answer("m2", "")); got != back {
		t.Error("want the photo of the message")
	}
	if got := r.refusedShot(answer("m9", "")); got != nil {
		t.Error("a reply to another message: want no photo")
	}
	back.msg = "m1" // both in one message
	if r.refusedShot(answer("m1", "看起来是国徽面。")) != back || r.refusedShot(answer("m1", "")) != front {
		t.Error("two photos in one message: want the side that the bot names")
	}
	back.wrong = true
	if r.refusedShot(answer("m1", "看起来是人像面。")) != back {
		t.Error("a person who sent a wrong photo did not relate the refusal to it")
	}
	back.consumed = true
	if r.refusedShot(answer("m1", "")) != front || r.pending(SideBack) || !r.pending(SideFront) {
		t.Error("after the wrong photo: want the front, which is still pending")
	}
}
