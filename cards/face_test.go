package cards

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

// TestFaceWording compares the hash of the wording of FaceConsentVersion. After a change of the wording, set a new
// version and put the new hash here. Otherwise people would agree to another text under an old version.
func TestFaceWording(t *testing.T) {
	var all strings.Builder
	for _, id := range []string{"face.agree.what", "face.agree.use", "face.agree.free", "button.start_face"} {
		all.WriteString(texts[id].zh + "\n" + texts[id].en + "\n")
	}
	sum := sha256.Sum256([]byte(all.String()))
	const want = "d66ef8300db228f01fd1d2ba85b8b36087ae0285d2be7c93587c7be3bbc6a35f"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("version %s has the hash %s, want %s", FaceConsentVersion, got, want)
	}
}

// TestAgreementNamesTheFace: only a consent whose recipients get it names the face.
func TestAgreementNamesTheFace(t *testing.T) {
	with := agreement
	with.Categories = append(slices.Clone(with.Categories), "face")
	with.Recipients = []string{"feishu", "tencent_sms", "tencent_faceid", "tencent_face", "esign", "esign_face"}
	for _, words := range []string{"人脸", "相似度", "picture of your face"} {
		if !strings.Contains(with.Text(), words) {
			t.Errorf("got no %q in the consent with a face, want it", words)
		}
		if strings.Contains(agreement.Text(), words) {
			t.Errorf("got %q in the consent without a face, want nothing of it", words)
		}
	}
}

// TestFaceLinkIsNowhereElse: the link is behind its button, and in no text or log of the card.
func TestFaceLinkIsNowhereElse(t *testing.T) {
	for _, s := range faceSamples() {
		v, ok := s.card.(Face)
		if !ok || v.URL == "" {
			continue
		}
		if raw := string(v.JSON()); strings.Count(raw, "BizToken") != 1 {
			t.Errorf("%s: got the link %d times, want it once", s.name, strings.Count(raw, "BizToken"))
		}
		if strings.Contains(v.String(), "BizToken") {
			t.Errorf("%s: the card prints its link", s.name)
		}
	}
}
