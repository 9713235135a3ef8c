package config

import (
	"slices"
	"testing"

	"shiming/e2e/files"
)

// TestFaceNeedsRuleAndAddress: the method, and a rung of the ladder, needs a rule and an address to which its page
// returns. Without it neither is asked for.
func TestFaceNeedsRuleAndAddress(t *testing.T) {
	path := files.WriteTemp(t, "config.yaml", files.CompleteConfig)
	want := []string{
		"server.public_url: is required by the method face, whose page returns to it",
		"verification.tencent.face_rule_id: is missing",
	}
	for _, env := range []string{
		"SHIMING_VERIFICATION_METHOD=face", "SHIMING_VERIFICATION_LADDER=three_elements,face",
	} {
		if got := texts(t, path, env); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", env, got, want)
		}
	}
	c, err := Load(path, nil)
	if err != nil || c.Evidence.FaceLiveScore != FaceLiveStop {
		t.Errorf("got %v, %q; want no mistake and nothing in place of a score", err, c.Evidence.FaceLiveScore)
	}
}
