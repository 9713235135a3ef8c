package flows

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"shiming/idcard"
)

// TestPersonalDataIsMasked prints, logs and marshals personal data in every way.
func TestPersonalDataIsMasked(t *testing.T) {
	c := SampleCase(Done)
	read := documentRead(t, idcard.Passport, SampleName, "E99000007", "")
	sealed := read.Seal()
	c.Personal.DocumentRead = &sealed
	event := Event{Kind: PhotoReadOK, DocumentRead: read}
	log := new(strings.Builder)
	slog.New(slog.NewTextHandler(log, nil)).Info("x", "case", c.Personal, "contact",
		Contact{Name: SampleName, Mobile: SampleMobile})
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := json.Marshal(c.Personal)
	if err != nil {
		t.Fatal(err)
	}
	text := CardText{Entities: []idcard.Entity{{Type: "identity_code", Value: SampleNumber}}}
	for what, s := range map[string]string{
		"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", *c), "%#v": fmt.Sprintf("%#v", c.Personal), "json": string(raw),
		"json of the inner": string(inner),
		"log":               log.String(), "contact": fmt.Sprint(Contact{Name: SampleName, Mobile: SampleMobile}),
		"event": fmt.Sprintf("%v %+v", event, event), "document": fmt.Sprintf("%v %+v %#v", read, *read, sealed),
		"card text": fmt.Sprintf("%v %+v", text, text),
	} {
		t.Run(what, func(t *testing.T) {
			for _, clear := range []string{SampleName, SampleNumber, SampleMobile, "123456", "E99000007"} {
				if strings.Contains(s, clear) {
					t.Errorf("%s shows %s, want it masked", what, clear)
				}
			}
		})
	}
	clear, err := c.Personal.Clear()
	if err != nil {
		t.Fatal(err)
	}
	back, err := PersonalFromClear(clear)
	if err != nil || back.Number != SampleNumber || back.Front.RawName != SampleName || back.Empty() ||
		*back.DocumentRead != sealed {
		t.Errorf("PersonalFromClear: got %v or other values, want those of Clear", err)
	}
}
