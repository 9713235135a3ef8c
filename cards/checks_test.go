package cards

import (
	"slices"
	"strings"
	"testing"
)

// The codes of findings about a card; a test of package workers walks those that package idcard produces.
func init() {
	families["photo"] = append(families["photo"], "two_cards", "no_key_field", "both_sides_unclear", "photo_dark",
		"photo_glare", "photo_blurred", "photo_low_contrast", "photo_small", "photo_grey", "photo_covered",
		"photo_screenshot", "card_cut", "card_small",
		"held_dark", "held_small", "held_cut", "held_glare", "held_covered", "held_blurred")
	families["field"] = append(families["field"], "suggested")
	families["issue"] = []string{
		"number_invalid", "verification_mismatch", "not_verified", "permit", "permit_not_taken", "under_16", "under_18",
		"expired", "expiring", "validity_unread", "sides_unread", "number_uncompared", "edited", "duplicate_number",
		"name_unknown", "name_script", "name_order", "name_rare", "name_close", "name_part", "name_differs",
		"number_unreadable", "name_unreadable", "date_unreadable", "gender_unreadable", "field_twice", "field_missing",
		"side_disagrees", "stray_field", "birth_mismatch", "gender_mismatch", "number_mismatch", "issued_before_birth",
		"issued_in_future", "validity_reversed", "validity_span", "validity_age", "authority_address", "photo_blurred",
		"photo_low_contrast", "photo_glare", "photo_dark", "photo_small", "photo_grey", "photo_covered", "photo_screenshot",
		"card_cut", "card_small", "document_expired", "other",
	}
	families["card_field"] = []string{
		"identity_name", "identity_code", "address", "gender", "race", "birth", "issued_by", "valid_date_start",
		"valid_date_end", "other",
	}
}

// TestChipsSayTheState checks that a tag reads differently at each level: "✓ 重复" would read as a duplicate.
func TestChipsSayTheState(t *testing.T) {
	for _, code := range checkCodes {
		t.Run(code, func(t *testing.T) {
			seen := map[string]Level{}
			for level := range tagLooks {
				got := chipText(Check{Code: code, Level: level})
				for _, words := range []string{got.zh, got.en} {
					if other, ok := seen[words]; ok {
						t.Errorf("got %q for %s and %s, want words of their own", words, level, other)
					}
					seen[words] = level
				}
			}
		})
	}
	for code, want := range map[string]string{"edited": "✓ 未修改", "duplicate_number": "✓ 无重复"} {
		t.Run(want, func(t *testing.T) {
			got := string(Review{Checks: []Check{{Code: code, Level: Green}}}.JSON())
			if !strings.Contains(got, want) {
				t.Errorf("got a card without %q, want it", want)
			}
		})
	}
}

func TestCheckSentenceNamesCauses(t *testing.T) {
	for name, c := range map[string]struct {
		check  Check
		zh, en string
	}{
		"no cause": {Check{Code: "quality", Level: Green}, "照片清楚", "The photos are clear"},
		"a side": {
			Check{Code: "quality", Level: Amber, Issues: []CheckIssue{{Code: "photo_grey", Side: "front"}}},
			"人像面像是复印件", "Portrait side looks like a photocopy",
		},
		"a side and a field": {
			Check{Code: "reading", Level: Amber, Issues: []CheckIssue{
				{Code: "date_unreadable", Side: "back", Field: "valid_date_end"},
				{Code: "field_missing", Side: "front", Field: "race"},
			}},
			"国徽面的有效期截止日读不出来；人像面没读到民族",
			"Emblem side: end of validity could not be read; Portrait side: ethnic group was not found",
		},
		"a later code": {
			Check{Code: "reading", Level: Amber, Issues: []CheckIssue{{Code: "invented_later"}}},
			"有一处这里不认识的问题，请留意", "One finding is not known here; please look closely",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := checkSentence(c.check); got.zh != c.zh || got.en != c.en {
				t.Errorf("got %q, %q, want %q, %q", got.zh, got.en, c.zh, c.en)
			}
		})
	}
}

// TestGreenChecksShareATag: HR sees at once what is not green; the rest is one tag, and the panel has the details.
func TestGreenChecksShareATag(t *testing.T) {
	green, amber := Check{Code: "age", Level: Green}, Check{Code: "edited", Level: Amber}
	grey := Check{Code: "quality", Level: Grey}
	for _, tt := range []struct {
		name   string
		checks []Check
		want   string
	}{
		{"all green", []Check{green, green}, "✓ 2 项检查都正常"},
		{"one is not", []Check{green, amber, green}, "! 有修改|✓ 其余 2 项正常"},
		{"not examined", []Check{grey, green}, "– 画质未查|✓ 其余 1 项正常"},
		{"none green", []Check{amber, grey}, "! 有修改|– 画质未查"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, tag := range strings.Split(checkNodes(tt.checks)[0]["content"].(string), "</text_tag>") {
				if _, words, ok := strings.Cut(tag, "'>"); ok {
					got = append(got, words)
				}
			}
			if want := strings.Split(tt.want, "|"); !slices.Equal(got, want) {
				t.Errorf("got the tags %q, want %q", got, want)
			}
			panel := slices.ContainsFunc(tt.checks, func(c Check) bool { return c.Level == Green })
			if card := string(Review{Checks: tt.checks}.JSON()); strings.Contains(card, "✓ 已满 18 岁") != panel {
				t.Errorf("got %s, want the green tags in it: %v", card, panel)
			}
		})
	}
}
