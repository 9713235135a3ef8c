package owncopy

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/idcard"
)

// leftOut are the fields of Personal that the copy does not hold: the link and the token of a check by face would open
// it, the key of a code is of no use to anybody, and of HR's own notes the copy gives the number.
var leftOut = map[string]bool{"FaceURL": true, "FaceToken": true, "CodeKey": true, "InternalNotes": true, "SampleNote": true}

// TestCopyHoldsEveryField: each text of Personal stands in both files as it is kept, unless it is left out on purpose.
func TestCopyHoldsEveryField(t *testing.T) {
	c := flows.SampleCase(flows.Done)
	c.Personal = flows.Personal{}
	want := map[string]string{}
	p := reflect.ValueOf(&c.Personal).Elem()
	for i := range p.NumField() {
		name := p.Type().Field(i).Name
		if f := p.Field(i); f.Kind() == reflect.String {
			want[name] = "value-of-" + name
			f.SetString(want[name])
		}
	}
	c.Personal.Front = &idcard.SealedReading{Side: idcard.Front, Name: "read-name", Number: "read-number",
		Race: "read-race", Address: "read-address", LongTerm: true}
	c.Personal.Back = &idcard.SealedReading{Side: idcard.Back, IssuedBy: "read-authority"}
	c.Personal.DocumentRead = &idcard.SealedDocument{Name: "document-name", Number: "document-number"}
	c.Personal.Exchanges = []flows.Exchange{{By: "ou_hr1", Text: "question-text"}, {Text: "answer-text"}}
	c.Personal.InternalNotes = []flows.InternalNote{{By: "ou_hr1", Text: "value-of-InternalNotes"}}
	for _, read := range []string{"read-name", "read-number", "read-race", "read-address", "read-authority",
		"document-name", "document-number", "question-text", "answer-text"} {
		want[read] = read
	}
	kept := reflect.TypeFor[flows.Personal]()
	for i := range kept.NumField() {
		f := kept.Field(i)
		if _, filled := want[f.Name]; !filled && !leftOut[f.Name] && p.Field(i).IsZero() {
			t.Errorf("the test does not fill %s", f.Name)
		}
	}
	photo := c.Photos[0]
	file := Of(Input{
		Now: flows.SampleTime, Company: "示例公司", Tenant: "t1", OpenID: c.OpenID, Cases: []*flows.Case{c},
		Looks: map[string][]cards.View{c.ID: {
			{By: "ou_hr1", At: flows.SampleTime, What: "photos", Reason: "blurred"},
			{Operator: true, At: flows.SampleTime, What: "evidence_full", Words: "words of the operator"},
		}},
		Pictures: map[string]map[string][]byte{c.ID: {photo.ID: []byte("jpeg")}},
		Requests: []*flows.DataRequest{{Kind: flows.RequestCorrect, State: flows.RequestDeclined, AskedAt: flows.SampleTime,
			DueAt: flows.SampleTime.Add(time.Hour), Text: flows.RequestWords{Words: "asked-words", Reason: "told-reason"}}},
	})
	raw, err := file.JSON()
	if err != nil {
		t.Fatal(err)
	}
	page, err := file.Page()
	if err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{"words of the operator", "asked-words", "told-reason", "ou_hr1", photo.SHA256, c.ID,
		c.Consent.Hash, c.Evidence.ID} {
		want[more] = more
	}
	for name, value := range want {
		for _, f := range []struct{ kind, text string }{{"JSON", string(raw)}, {"page", string(page)}} {
			if has := strings.Contains(f.text, value); has == leftOut[name] {
				t.Errorf("%s: the %s holds it: %v", name, f.kind, has)
			}
		}
	}
	if strings.Contains(string(raw)+string(page), "value-of-InternalNotes") {
		t.Error("got HR's own notes, want their number")
	}
	if notes := file.Registrations[0].Notes; notes != 2 {
		t.Errorf("got %d notes of HR, want 2: an internal one and one about a sample", notes)
	}
	if strings.Contains(string(page), "<script") || !strings.Contains(string(page), "data:image/jpeg;base64,anBlZw==") {
		t.Error("got a script or no picture in the page, want the picture in it and nothing that runs")
	}
	var back Copy
	if err := json.Unmarshal(raw, &back); err != nil || back.Version != Version ||
		string(back.Registrations[0].Photos[0].Content) != "jpeg" {
		t.Errorf("got %+v %v, want the JSON readable with the picture", back.Version, err)
	}
}

// TestPageEscapes: what somebody has typed is text in the page.
func TestPageEscapes(t *testing.T) {
	c := flows.SampleCase(flows.Done)
	c.Personal.Note = `<script>alert(1)</script>`
	page, err := Of(Input{Cases: []*flows.Case{c}}).Page()
	if err != nil || strings.Contains(string(page), "<script") {
		t.Errorf("got a script in the page (%v)", err)
	}
}

// TestEveryFieldHasALabel: no key stands bare on the page.
func TestEveryFieldHasALabel(t *testing.T) {
	c := flows.SampleCase(flows.Done)
	p := reflect.ValueOf(&c.Personal).Elem()
	for i := range p.NumField() {
		if f := p.Field(i); f.Kind() == reflect.String {
			f.SetString("x")
		}
	}
	for _, f := range fields(c) {
		if got := label(f.Key); got == f.Key || !strings.Contains(got, " / ") {
			t.Errorf("got %q for %s, want a label in two languages", got, f.Key)
		}
	}
}
