package workers_test

import (
	"os"
	"regexp"
	"testing"

	"shiming/cards"
)

// TestEveryReasonOfTheSupplierHasWords walks the reasons of package verify to the texts that somebody reads.
func TestEveryReasonOfTheSupplierHasWords(t *testing.T) {
	read := map[string][]string{ // by the applicant at the code, at the form, or by HR
		"mobile_invalid":       {"code.mobile_invalid", "mismatch.mobile"},
		"mobile_blocked":       {"code.mobile_blocked", "mismatch.mobile"},
		"mobile_unsupported":   {"code.mobile_unsupported", "mismatch.mobile"},
		"too_many_codes":       {"code.too_many_codes"},
		"too_many_codes_hour":  {"code.too_many_codes_hour"},
		"too_many_codes_today": {"code.too_many_codes_today"},
		"too_many_checks":      {"trouble.too_many_checks"},
		"id_invalid":           {"mismatch.identity_code"},
		"name_invalid":         {"mismatch.identity_name"},
		"id_unsupported":       {"mismatch.identity_code"},
		"card_invalid":         {"field.card_invalid", "answer.card_invalid"},
		"card_unusable":        {"field.card_unusable", "answer.card_unusable"},
		"face_again":           faceWords("face_again"),
		"face_light":           faceWords("face_light"),
		"face_distance":        faceWords("face_distance"),
		"face_network":         faceWords("face_network"),
		"face_not_live":        faceWords("face_not_live"),
		"face_document":        faceWords("face_document"),
		"face_other_person":    faceWords("face_other_person"),
		"face_too_often":       faceWords("face_too_often"),
		"face_too_often_today": faceWords("face_too_often_today"),
		"face_expired":         faceWords("face_expired"),
		"face_lost":            faceWords("face_lost"),
		"face_supplier":        faceWords("face_supplier"),
		"mismatch":             {"mismatch.three_elements", "mismatch.bank_card_four"},
		"no_record":            {"mismatch.no_record"},
	}
	source, err := os.ReadFile("../verify/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`PersonReason = "(\w+)"`).FindAllSubmatch(source, -1)
	if len(found) < len(read) {
		t.Errorf("got %d reasons, want at least %d; the test no longer sees the code", len(found), len(read))
	}
	for _, m := range found {
		t.Run(string(m[1]), func(t *testing.T) {
			ids := read[string(m[1])]
			if len(ids) == 0 {
				t.Error("got no words, want some")
			}
			for _, id := range ids {
				if !cards.HasText(id) {
					t.Errorf("got no text %s, want one", id)
				}
			}
		})
	}
}

// faceWords are the words for a flow without a result: to the applicant, and to HR.
func faceWords(reason string) []string { return []string{"face_problem." + reason, "answer." + reason} }
