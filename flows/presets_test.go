package flows

import (
	"slices"
	"testing"

	"shiming/cards"
	"shiming/idcard"
)

func TestPresets(t *testing.T) {
	details, person := cards.Preset{Reason: "details_wrong", Redo: "details"}, cards.Preset{Reason: "wrong_person", Redo: "both"}
	front, back := cards.Preset{Reason: "blurred", Redo: "front"}, cards.Preset{Reason: "blurred", Redo: "back"}
	quality := func(side idcard.Side) Finding {
		return Finding{Code: FindingQuality, Level: LevelWarning, Issues: []FindingIssue{{Code: "photo_grey", Side: side}}}
	}
	for _, tt := range []struct {
		name     string
		document idcard.Document
		findings []Finding
		want     []cards.Preset
	}{
		{"nothing found", "", nil, []cards.Preset{front, back, details, person}},
		{"the front", "", []Finding{quality(idcard.Front)}, []cards.Preset{front, details, person}},
		{"the back", "", []Finding{quality(idcard.Back)}, []cards.Preset{back, details, person}},
		{"expired", "", []Finding{{Code: FindingValidity, Level: LevelFailed}, quality(idcard.Back)},
			[]cards.Preset{{Reason: "expired", Redo: "back"}, back, details, person}},
		{"valid", "", []Finding{{Code: FindingValidity, Level: LevelPassed}}, []cards.Preset{front, back, details, person}},
		{"another name", "", []Finding{{Code: FindingNameVsFeishu, Level: LevelWarning}},
			[]cards.Preset{front, back, {Reason: "name_differs", Redo: "details"}, details, person}},
		{"another document", idcard.Passport, nil, []cards.Preset{details}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(AwaitingReview)
			c.Personal.Document = tt.document
			if got := presetsOf(c, tt.findings); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
