package idcard

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// entities makes the OCR's answer of pairs of a type and a value.
func entities(pairs ...string) (out []Entity) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, Entity{pairs[i], pairs[i+1]})
	}
	return out
}

func TestParseDocument(t *testing.T) {
	for name, tt := range map[string]struct {
		kind                 Document
		entities             []Entity
		name, number, expiry string
	}{
		"permit": {HKMTravelPermit, entities("full_name_cn", "样 甲", "full_name_en", "YANG, JIA", "card_number", "h1234 5678",
			"date_of_expiry", "2033.01.02", "date_of_birth", "1990.01.01"), "样甲", "H12345678", "2033-01-02"},
		"only the other name": {TWTravelPermit, entities("full_name_en", "YANG, JIA", "card_number", "12345678"),
			"YANG, JIA", "12345678", ""},
		"passport": {Passport, entities("passport_number", "Ｅ99000007", "full_name_cn", "样甲", "place_of_issue", "样本"),
			"样甲", "E99000007", ""},
		"number of another kind": {Passport, entities("card_number", "H12345678", "full_name_cn", "样甲"), "样甲", "", ""},
		"no name":                {Passport, entities("passport_number", "E1"), "", "E1", ""},
		"two numbers": {Passport, entities("passport_number", "E1", "passport_number", "E2", "full_name_cn", "样甲"),
			"样甲", "", ""},
		"the same number twice": {Passport, entities("passport_number", "e 1", "passport_number", "E1"), "", "E1", ""},
		"two Chinese names": {Passport, entities("full_name_cn", "样甲", "full_name_cn", "样乙", "passport_number", "E1"),
			"", "E1", ""},
		"empty and unknown ones": {Passport, entities("full_name_cn", " ", "sex", "M", "passport_number", "E1"),
			"", "E1", ""},
		"a value that is a novel": {Passport, entities("full_name_cn", strings.Repeat("样", 400), "passport_number", "E1"),
			"", "E1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := ParseDocument(tt.kind, tt.entities)
			got, want := []string{r.Name(), r.Number(), r.Expiry.String()}, []string{tt.name, tt.number, tt.expiry}
			if err != nil || r.Kind != tt.kind || !slices.Equal(got, want) {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
			if again := r.Seal().Open(); again != r {
				t.Errorf("got another reading after sealing, want the same")
			}
		})
	}
	for name, e := range map[string][]Entity{
		"nothing":      nil,
		"a birth only": entities("date_of_birth", "1990.01.01"),
		"invalid text": entities("full_name_cn", "\xff"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseDocument(Passport, e)
			if none, ok := errors.AsType[*ReadingError](err); !ok || none.Reason != ReadingNothing {
				t.Errorf("got %v, want that nothing was read", err)
			}
		})
	}
}

// TestDocumentExpiry: only a date that can be read in one way says that a document is over, from the day after it on.
func TestDocumentExpiry(t *testing.T) {
	for value, want := range map[string]string{
		"2026-11-20": "2026-11-20", "2026.11.20": "2026-11-20", "2026/11/20": "2026-11-20", "20261120": "2026-11-20",
		"2026年11月20日": "2026-11-20", "2026年1月2日": "2026-01-02", " 2026.11.20 ": "2026-11-20",
		"20/11/2026": "", "11/10/26": "", "20 NOV 2026": "", "261120": "", "2026-13-01": "", "2026-02-30": "",
		"长期": "", "": "",
	} {
		t.Run(value, func(t *testing.T) {
			r, err := ParseDocument(Passport, entities("passport_number", "E1", "date_of_expiry", value))
			if err != nil || r.Expiry.String() != want {
				t.Errorf("got %s, %v, want %q", r.Expiry, err, want)
			}
		})
	}
	r, err := ParseDocument(Passport, entities("passport_number", "E1", "date_of_expiry", "2026-11-20"))
	if err != nil {
		t.Fatal(err)
	}
	lastDay := time.Date(2026, 11, 20, 23, 59, 0, 0, chinaTime)
	if r.Expired(lastDay) || !r.Expired(lastDay.Add(time.Minute)) {
		t.Errorf("got expired %v on the last day and %v after it, want false and true", r.Expired(lastDay),
			r.Expired(lastDay.Add(time.Minute)))
	}
	if (DocumentReading{}).Expired(lastDay) {
		t.Error("got expired without a date, want not")
	}
}

func TestDocumentReadingMasksItself(t *testing.T) {
	r, err := ParseDocument(Passport, entities("full_name_cn", "样甲", "passport_number", "E99000007"))
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Read   DocumentReading
		Sealed *SealedDocument
	}
	sealed := r.Seal()
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprintf("%v %+v %#v %s %q %d %v %+v %#v", r, r, r, r, r, r, sealed, sealed, sealed) +
		fmt.Sprintf("%+v %#v", holder{r, &sealed}, holder{Read: r}) + string(raw) + r.LogValue().String() +
		sealed.LogValue().String()
	if strings.Contains(shown, "样甲") || strings.Contains(shown, "E99000007") {
		t.Errorf("got %s, want no value", shown)
	}
}
