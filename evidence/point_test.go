package evidence

import (
	"strings"
	"testing"
	"time"

	"shiming/esign"
	"shiming/flows"
)

// TestEvidenceIsNeverInvented: every field of the evidence point comes from what is on record.
func TestEvidenceIsNeverInvented(t *testing.T) {
	policy := flows.SamplePolicy()
	c := flows.SampleCase(flows.Filing)
	p := PointOf(c, policy)
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
		"no check":                {"verification", func(c *flows.Case) { c.Check = nil }},
		"no match":                {"verification", func(c *flows.Case) { c.Check.Outcome = "mismatch" }},
		"no serial number":        {"verification", func(c *flows.Case) { c.Check.Serial = "" }},
		"no code":                 {"sms_code", func(c *flows.Case) { c.Code = nil }},
		"a code never typed":      {"sms_code", func(c *flows.Case) { c.Personal.SMSCode = "" }},
		"a code never passed":     {"sms_code", func(c *flows.Case) { c.Code.PassedAt = time.Time{} }},
		"check of another method": {"verification", func(c *flows.Case) { c.Method = flows.BankCardFour }},
		"no bank card": {"bank_card", func(c *flows.Case) {
			c.Method, c.Check.Method, c.Personal.OpeningBank = flows.BankCardFour, flows.BankCardFour, "样本银行"
		}},
		"no bank": {"bank_card", func(c *flows.Case) {
			c.Method, c.Check.Method, c.Personal.BankCard = flows.BankCardFour, flows.BankCardFour, flows.SampleBankCard
		}},
		"no front":           {"photos", func(c *flows.Case) { delete(c.Uploads, "front") }},
		"a residence permit": {"document_type", func(c *flows.Case) { c.Personal.Number = "830000199201300022" }},
		"no valid number":    {"document_type", func(c *flows.Case) { c.Personal.Number = "1" }},
		"no back":            {"photos", func(c *flows.Case) { delete(c.Uploads, "back") }},
	} {
		t.Run(what, func(t *testing.T) {
			c := flows.SampleCase(flows.Filing)
			tt.change(c)
			if got := Missing(c, policy); got != tt.missing {
				t.Errorf("%q is missing, want %q", got, tt.missing)
			}
			if p := PointOf(c, policy); p.Name != "" || p.ThreeElements != nil {
				t.Error("evidence all the same")
			}
		})
	}
}

// TestEvidenceOfTheReading: revision 2025-10 states the reading as it is on record, and nothing is filed without one. A
// case of revision 2024 has no place for it.
func TestEvidenceOfTheReading(t *testing.T) {
	policy := flows.SamplePagePolicy()
	c := flows.SampleReadCase(flows.Filing)
	p := PointOf(c, policy)
	want := esign.CertAgreement{
		Title:    "数字证书服务协议",
		Version:  "20250801",
		Hash:     "aa",
		ReadAt:   c.Reading.At,
		ReadType: esign.ReadCheck,
		ReadIP:   flows.SampleReadIP,
	}
	if p.Revision != esign.Revision202510 || p.Agreement == nil || *p.Agreement != want {
		t.Error("got another reading than the one on record")
	}
	if err := p.Validate(p.Revision); err != nil {
		t.Errorf("got %v, want a point that e签宝's page allows", err)
	}
	for name, change := range map[string]func(*flows.Case){
		"never read":  func(c *flows.Case) { c.Reading = nil },
		"no address":  func(c *flows.Case) { c.Personal.ReadIP = "" },
		"all deleted": func(c *flows.Case) { c.Personal.ReadIP, c.Reading = "", nil },
	} {
		t.Run(name, func(t *testing.T) {
			c := flows.SampleReadCase(flows.Filing)
			change(c)
			if got := Missing(c, policy); got != "agreement" || PointOf(c, policy).Name != "" {
				t.Errorf("got %q missing, want agreement and no evidence", got)
			}
		})
	}
	for _, r := range []flows.Revision{"", flows.Revision2024} {
		old := flows.SampleCase(flows.Filing)
		old.Revision = r
		p := PointOf(old, policy)
		if err := p.Validate(esign.Revision2024); p.Revision != esign.Revision2024 || p.Agreement != nil || err != nil {
			t.Errorf("revision %q: got %s and %v, want the point of 2024", r, p.Revision, err)
		}
	}
}

// TestEvidenceNamesTheDocument: the settings say which cardType a kind of document has, and what they do not name is
// not filed.
func TestEvidenceNamesTheDocument(t *testing.T) {
	const permit, foreigner = "830000199201300022", "990101199003070015"
	for _, tt := range []struct {
		name, number string
		change       func(*flows.Documents)
		want         esign.CardType
	}{
		{"a resident identity card", flows.SampleNumber, func(*flows.Documents) {}, "CRED_PSN_CH_IDCARD"},
		{"a residence permit", permit, func(*flows.Documents) {}, ""},
		{"a permanent residence card", foreigner, func(*flows.Documents) {}, ""},
		{"a permit that is named", permit, func(d *flows.Documents) { d.ResidencePermit = "CRED_PSN_OTHER" },
			"CRED_PSN_OTHER"},
		{"a foreigner's that is named", foreigner, func(d *flows.Documents) { d.PermanentResidence = "CRED_PSN_FOREIGN" },
			"CRED_PSN_FOREIGN"},
		{"no setting", flows.SampleNumber, func(d *flows.Documents) { *d = flows.Documents{} }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy, c := flows.SamplePolicy(), flows.SampleCase(flows.Filing)
			tt.change(&policy.Documents)
			c.Personal.Number = tt.number
			p := PointOf(c, policy)
			if p.CardType != tt.want || (p.Name == "") != (tt.want == "") {
				t.Errorf("got cardType %q for the name %q, want %q", p.CardType, p.Name, tt.want)
			}
			if tt.want == "" {
				return
			}
			if err := p.Validate(esign.Revision2024); err != nil {
				t.Errorf("got %v, want a point that e签宝's page allows", err)
			}
		})
	}
}

func TestEvidenceMark(t *testing.T) {
	policy, c := flows.SamplePolicy(), flows.SampleCase(flows.Filing)
	policy.Agreement.Company = "样本公司"
	for template, want := range map[string]string{
		"":                          "",
		"入职 2026":                   "入职 2026",
		"{company} {date} / {case}": "样本公司 2026-06-01 / " + c.ID,
	} {
		policy.EvidenceMark = template
		if got := PointOf(c, policy).Mark; got != want {
			t.Errorf("%q: got the remark %q, want %q", template, got, want)
		}
	}
}

// TestRecordOfABankCard: the bundle states the fields of the method that was used, and that number, bank and code were
// deleted with the filing. It does not state the other method.
func TestRecordOfABankCard(t *testing.T) {
	c := sampleCase()
	c.Method, c.Check.Method = flows.BankCardFour, flows.BankCardFour
	c.Personal.SMSCode, c.Personal.BankCard, c.Personal.OpeningBank = "", "", ""
	r, err := Of(c, sampleTrail(t, c), flows.SamplePagePolicy(), Options{At: flows.SampleTime, Full: true})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Field{}
	for _, f := range r.Filed.Fields {
		got[f.Name] = f
		if strings.HasPrefix(f.Name, "threeElements.") {
			t.Errorf("got %s, which is of another method", f.Name)
		}
	}
	for name, want := range map[string]Field{
		"realNameMethod":                  {Value: "BANKCARDFOUR"},
		"bankCardFour.infoVerifySupplier": {Value: c.Check.Supplier},
		"bankCardFour.verifySerialNumber": {Value: c.Check.Serial},
		"bankCardFour.mobile":             {Value: flows.SampleMobile},
		"bankCardFour.openingBank":        {State: Deleted},
		"bankCardFour.bankCard":           {State: Deleted},
		"bankCardFour.smsCode":            {State: Deleted},
		"bankCardFour.smsSupplier":        {Value: c.Code.Supplier},
	} {
		if f := got[name]; f.Value != want.Value || f.State != want.State {
			t.Errorf("%s: got %q %q, want %q %q", name, f.Value, f.State, want.Value, want.State)
		}
	}
}

// TestEvidenceOfAFace: the point states the supplier's answer as it came, and nothing is filed where the settings give
// the evidence no score.
func TestEvidenceOfAFace(t *testing.T) {
	policy := flows.SamplePolicy()
	policy.FaceLiveScore = flows.FaceLiveStatus
	face := func() *flows.Case {
		c := flows.SampleCase(flows.Filing)
		c.Method, c.Code, c.Personal.SMSCode, c.Personal.Mobile = flows.Face, nil, "", ""
		c.Check.Method, c.Check.Similarity, c.Check.Liveness = flows.Face, "92.31", "0"
		c.Uploads["face"] = "f3"
		return c
	}
	c := face()
	p := PointOf(c, policy)
	want := esign.Face{
		InfoVerifySupplier:    "腾讯云",
		VerifyTime:            c.Check.At,
		VerifySerialNumber:    "r-1",
		FaceImage:             "f3",
		FaceImageSimilarScore: "92.31",
		FaceLiveDetectScore:   "0",
	}
	if p.Method != esign.MethodFace || p.Face == nil || *p.Face != want || p.ThreeElements != nil || p.BankCardFour != nil {
		t.Errorf("got a point of %s, want the six fields of the record", p.Method)
	}
	if err := p.Validate(p.Revision); err != nil {
		t.Errorf("got %v, want a point that e签宝's page allows", err)
	}
	for what, tt := range map[string]struct {
		missing string
		change  func(*flows.Case, *flows.Policy)
	}{
		"no score":                {"face_live_score", func(_ *flows.Case, p *flows.Policy) { p.FaceLiveScore = flows.FaceLiveStop }},
		"no setting":              {"face_live_score", func(_ *flows.Case, p *flows.Policy) { p.FaceLiveScore = "" }},
		"no picture":              {"photos", func(c *flows.Case, _ *flows.Policy) { delete(c.Uploads, "face") }},
		"no similarity":           {"face.faceImageSimilarScore", func(c *flows.Case, _ *flows.Policy) { c.Check.Similarity = "" }},
		"no liveness":             {"face.faceLiveDetectScore", func(c *flows.Case, _ *flows.Policy) { c.Check.Liveness = "" }},
		"check of another method": {"verification", func(c *flows.Case, _ *flows.Policy) { c.Check.Method = flows.ThreeElements }},
	} {
		t.Run(what, func(t *testing.T) {
			c, p := face(), *policy
			tt.change(c, &p)
			if got := Missing(c, &p); got != tt.missing {
				t.Errorf("%q is missing, want %q", got, tt.missing)
			}
			if p := PointOf(c, &p); p.Name != "" || p.Face != nil {
				t.Error("evidence all the same")
			}
		})
	}
}
