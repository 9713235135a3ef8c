package cards

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestAgreementWording compares the hash of the wording of AgreementVersion. After a change of the wording, set a new
// version and put the new hash here. Otherwise people would consent to another text under an old version.
func TestAgreementWording(t *testing.T) {
	const want = "7001cabbe71b04cd6fcd9d6598ec83da1f4a85afcf8aca1458c4cd4a639bb26a"
	if got := agreement.Hash(); got != want {
		t.Errorf("version %s has the hash %s, want %s", AgreementVersion, got, want)
	}
}

// TestConsentShowsTheAgreement checks that the card shows the hashed text in both languages.
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
				t.Errorf("got no %q on the card, want it", truncate(part, 40))
			}
			if !strings.Contains(whole, part) {
				t.Errorf("got no %q in the text, want it", truncate(part, 40))
			}
		}
	}
	for _, part := range []string{agreement.introText().zh, agreement.introText().en, agreement.versionText().zh} {
		if !shown[part] || !strings.Contains(whole, part) {
			t.Errorf("got no %q, want it", part)
		}
	}
}

// TestAgreementDiffers checks that each field of the agreement changes the hash.
func TestAgreementDiffers(t *testing.T) {
	seen := map[string]string{agreement.Hash(): "the agreement itself"}
	for name, change := range map[string]func(*Agreement){
		"company":         func(a *Agreement) { a.Company = "另一家公司" },
		"no company":      func(a *Agreement) { a.Company = "" },
		"recipients":      func(a *Agreement) { a.Recipients = []string{"feishu"} },
		"no recipients":   func(a *Agreement) { a.Recipients = nil },
		"unknown":         func(a *Agreement) { a.Recipients = []string{"somebody"} },
		"categories":      func(a *Agreement) { a.Categories = append(a.Categories[:1:1], "bank_card") },
		"purposes":        func(a *Agreement) { a.Purposes = append(a.Purposes[:1:1], "signing") },
		"viewers":         func(a *Agreement) { a.Viewers = append(a.Viewers[:1:1], "tell_looks") },
		"places":          func(a *Agreement) { a.Places = nil },
		"kept":            func(a *Agreement) { a.Kept = a.Kept[:1] },
		"rights":          func(a *Agreement) { a.Rights = a.Rights[:2] },
		"days":            func(a *Agreement) { a.AnswerDays = 10 },
		"supplier":        func(a *Agreement) { a.Supplier = "样例核验（上海）有限公司" },
		"grace":           func(a *Agreement) { a.Retention.Photos = time.Hour },
		"no grace":        func(a *Agreement) { a.Retention.Photos = 0 },
		"fields":          func(a *Agreement) { a.Retention.Fields = 365 * 24 * time.Hour },
		"leavers":         func(a *Agreement) { a.Retention.Leavers = 90 * 24 * time.Hour },
		"for ever":        func(a *Agreement) { a.Retention.Leavers = 0 },
		"unfinished":      func(a *Agreement) { a.Retention.Unfinished = time.Hour },
		"unfinished, 0":   func(a *Agreement) { a.Retention.Unfinished = 0 },
		"another wording": func(a *Agreement) { a.Version = "2027-03" },
	} {
		t.Run(name, func(t *testing.T) {
			a := agreement
			change(&a)
			h := a.Hash()
			if other, taken := seen[h]; taken {
				t.Errorf("%s: got the hash of %s, want another one", name, other)
			}
			seen[h] = name
			if len(h) != 64 || strings.ToLower(h) != h {
				t.Errorf("%s: got hash %q, want 64 hexadecimal digits", name, h)
			}
		})
	}
	current := agreement
	current.Version = ""
	if current.Hash() != agreement.Hash() {
		t.Error("no version: got another hash, want that of the current one")
	}
}

// TestVersionOfAnAgreement: operators write a version as they like, and people see it as the evidence has it.
func TestVersionOfAnAgreement(t *testing.T) {
	const version = "2025年8月版（修订）"
	for name, card := range map[string]Card{
		"my data": MyData{ReadAt: noon, ReadTitle: "数字证书服务协议", ReadVersion: version},
		"review":  Review{ReadAt: noon, ReadTitle: "数字证书服务协议", ReadVersion: version},
	} {
		if got := string(card.JSON()); !strings.Contains(got, version) {
			t.Errorf("%s: got %s, want the version %s", name, got, version)
		}
	}
}
