package doctor_test

import (
	"testing"

	"shiming/doctor"
)

// TestEntitlementsOfTheMethods: the check asks about the methods of the settings, and about no other.
func TestEntitlementsOfTheMethods(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		method, ladder string
		three, card    doctor.Outcome // "" without the row
		face, score    doctor.Outcome
	}{
		{"three_elements", "", doctor.Unknown, "", "", ""},
		{"three_elements", "three_elements,bank_card_four", doctor.Unknown, doctor.Unknown, "", ""},
		{"bank_card_four", "", "", doctor.Unknown, "", ""},
		{"three_elements", "three_elements,face", doctor.Unknown, "", doctor.Unknown, doctor.Warning},
		{"face", "", "", "", doctor.Unknown, doctor.Warning},
		{"none", "", "", "", "", ""},
	} {
		t.Run(tt.method+" "+tt.ladder, func(t *testing.T) {
			c := newChecked(t)
			c.values["verification.method"], c.values["verification.ladder"] = tt.method, tt.ladder
			c.values["verification.tencent.face_rule_id"], c.values["server.public_url"] = "7", "https://hr.example.com"
			_, findings, _ := c.run("en") // the error counts the problems
			if findings["tencent.three_elements"] != tt.three || findings["tencent.bank_card_four"] != tt.card {
				t.Errorf("got %q and %q, want %q and %q", findings["tencent.three_elements"], findings["tencent.bank_card_four"],
					tt.three, tt.card)
			}
			if findings["tencent.face"] != tt.face || findings["evidence.face_live_score"] != tt.score {
				t.Errorf("got %q and %q, want %q and %q", findings["tencent.face"], findings["evidence.face_live_score"], tt.face,
					tt.score)
			}
		})
	}
}
