package cards

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestAgreementWording holds the wording of AgreementVersion. If it fails, people would consent to another text under
// an old version: give the new wording a new version and put its hash here.
func TestAgreementWording(t *testing.T) {
	const want = "0cb61397965f8bb4bd3f97d51b4b890f43bdcd0919273e145e27959bf7ff9ffe"
	if got := agreement.Hash(); got != want {
		t.Errorf("version %s has the hash %s, want %s", AgreementVersion, got, want)
	}
}

// TestConsentShowsTheAgreement: what is hashed is what was on the card, in both languages.
func TestConsentShowsTheAgreement(t *testing.T) {
	raw := Consent{Ref: ref, Agreement: agreement}.JSON()
	shown := map[string]bool{}
	var card any
	if err := json.Unmarshal(raw, &card); err != nil {
		t.Fatal(err)
	}
	anyOf(card, func(o map[string]any) bool {
		if l := object(o["i18n_content"]); l != nil {
			shown[l["zh_cn"].(string)], shown[l["en_us"].(string)] = true, true
		}
		return false
	})
	whole := agreement.Text()
	for _, s := range agreement.sections() {
		for _, part := range []string{s.title.zh, s.title.en, s.body.zh, s.body.en} {
			if !shown[part] {
				t.Errorf("the card does not show %q", truncate(part, 40))
			}
			if !strings.Contains(whole, part) {
				t.Errorf("the text does not hold %q", truncate(part, 40))
			}
		}
	}
	for _, part := range []string{agreement.introText().zh, agreement.introText().en, agreement.versionText().zh} {
		if !shown[part] || !strings.Contains(whole, part) {
			t.Errorf("missing %q", part)
		}
	}
}

// TestAgreementDiffers: everything that changes what a person agrees to changes the hash.
func TestAgreementDiffers(t *testing.T) {
	seen := map[string]string{agreement.Hash(): "the agreement itself"}
	for name, change := range map[string]func(*Agreement){
		"company":         func(a *Agreement) { a.Company = "另一家公司" },
		"no company":      func(a *Agreement) { a.Company = "" },
		"recipients":      func(a *Agreement) { a.Recipients = []string{"feishu"} },
		"no recipients":   func(a *Agreement) { a.Recipients = nil },
		"unknown":         func(a *Agreement) { a.Recipients = []string{"somebody"} },
		"grace":           func(a *Agreement) { a.PhotoGrace = time.Hour },
		"no grace":        func(a *Agreement) { a.PhotoGrace = 0 },
		"another wording": func(a *Agreement) { a.Version = "2027-01" },
	} {
		t.Run(name, func(t *testing.T) {
			a := agreement
			change(&a)
			h := a.Hash()
			if other, taken := seen[h]; taken {
				t.Errorf("%s hashes like %s", name, other)
			}
			seen[h] = name
			if len(h) != 64 || strings.ToLower(h) != h {
				t.Errorf("%s: hash %q", name, h)
			}
		})
	}
	current := agreement
	current.Version = ""
	if current.Hash() != agreement.Hash() {
		t.Error("no version is not the current one")
	}
}
