package workers

import (
	"testing"
	"time"

	"shiming/flows"
)

// TestEvidenceIsNeverInvented: every field of the evidence point comes from what is on record.
func TestEvidenceIsNeverInvented(t *testing.T) {
	c := flows.SampleCase(flows.Filing)
	p := EvidenceOf(c)
	if p.CustomBizID != c.ID || p.Name != flows.SampleName || p.CardNo != flows.SampleNumber || p.CardPortrait != "f1" ||
		p.CardNationalEmblem != "f2" ||
		!p.CompletedAt.Equal(c.Check.At) || p.ThreeElements.VerifySerialNumber != "r-1" ||
		p.ThreeElements.InfoVerifySupplier != "腾讯云" ||
		p.ThreeElements.Mobile != flows.SampleMobile || p.ThreeElements.SMSCode != "123456" ||
		p.ThreeElements.SMSSupplier != "腾讯云" || !p.ThreeElements.VerifyTime.Equal(c.Check.At) {
		t.Error("a field of the evidence is not what happened")
	}
	for what, tt := range map[string]struct {
		missing string
		change  func(*flows.Case)
	}{
		"no check":            {"verification", func(c *flows.Case) { c.Check = nil }},
		"no match":            {"verification", func(c *flows.Case) { c.Check.Outcome = "mismatch" }},
		"no serial number":    {"verification", func(c *flows.Case) { c.Check.Serial = "" }},
		"no code":             {"sms_code", func(c *flows.Case) { c.Code = nil }},
		"a code never typed":  {"sms_code", func(c *flows.Case) { c.Personal.SMSCode = "" }},
		"a code never passed": {"sms_code", func(c *flows.Case) { c.Code.PassedAt = time.Time{} }},
		"no front":            {"photos", func(c *flows.Case) { delete(c.Uploads, "front") }},
		"a residence permit":  {"document_type", func(c *flows.Case) { c.Personal.Number = "830000199201300022" }},
		"no valid number":     {"document_type", func(c *flows.Case) { c.Personal.Number = "1" }},
		"no back":             {"photos", func(c *flows.Case) { delete(c.Uploads, "back") }},
	} {
		t.Run(what, func(t *testing.T) {
			c := flows.SampleCase(flows.Filing)
			tt.change(c)
			if got := missingEvidence(c); got != tt.missing {
				t.Errorf("%q is missing, want %q", got, tt.missing)
			}
			if p := EvidenceOf(c); p.Name != "" || p.ThreeElements != nil {
				t.Error("evidence all the same")
			}
		})
	}
}
