package config

import (
	"slices"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// everyLadder returns the orders of all selections of the methods.
func everyLadder() (all []string) {
	var add func(prefix, rest []string)
	add = func(prefix, rest []string) {
		if len(prefix) > 0 {
			all = append(all, strings.Join(prefix, ","))
		}
		for i, m := range rest {
			add(append(slices.Clone(prefix), m), slices.Delete(slices.Clone(rest), i, i+1))
		}
	}
	add(nil, []string{"three_elements", "bank_card_four", "face"})
	return all
}

// TestLadderNeedsWhatItUses: an installation fills in the keys that its methods use and no others. What it fills in
// beyond that must have the right form all the same.
func TestLadderNeedsWhatItUses(t *testing.T) {
	ladders := everyLadder()
	if len(ladders) != 15 {
		t.Fatalf("got %d ladders, want 15", len(ladders))
	}
	before, keys, _ := strings.Cut(files.CompleteConfig, ", tencent: {")
	_, after, _ := strings.Cut(keys, "}")
	path := files.WriteTemp(t, "config.yaml", before+after)
	for _, ladder := range ladders {
		t.Run(ladder, func(t *testing.T) {
			first, _, _ := strings.Cut(ladder, ",")
			env := []string{"SHIMING_VERIFICATION_METHOD=" + first, "SHIMING_VERIFICATION_LADDER=" + ladder}
			face := strings.Contains(ladder, "face")
			keys := []string{"secret_id", "secret_key"}
			if ladder != "face" {
				keys = append(keys, "sms_sdk_app_id", "sms_sign_name", "sms_template_id")
			}
			if face {
				keys = append(keys, "face_rule_id")
			}
			var want []string
			filled := slices.Clone(env)
			for _, key := range keys {
				want = append(want, "verification.tencent."+key)
				filled = append(filled, "SHIMING_VERIFICATION_TENCENT_"+strings.ToUpper(key)+"=7")
			}
			if face {
				want = append(want, "server.public_url")
				filled = append(filled, "SHIMING_SERVER_PUBLIC_URL=https://hr.example.com")
			}
			var got []string
			for _, m := range mistakes(t, path, env...) {
				if m.Code != Missing && m.Code != FaceWithoutURL {
					t.Errorf("%s: got %s, want only what is missing", m.Path, m.Code)
				}
				got = append(got, m.Path)
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			if all := texts(t, path, filled...); len(all) > 0 {
				t.Errorf("with what is needed: got %q, want none", all)
			}
			wrong := append(filled, "SHIMING_VERIFICATION_TENCENT_SMS_SIGN_NAME=【示例】")
			if got := mistakes(t, path, wrong...); len(got) != 1 || got[0].Code != SupplierSign {
				t.Errorf("with a sign in brackets: got %v, want this mistake only", got)
			}
		})
	}
}
