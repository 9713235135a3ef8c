package esign

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files")

// threeElements returns the sample of the documentation.
func threeElements() PersonPoint {
	return PersonPoint{
		EviName:            "测试张三-个人实名证据",
		CustomBizID:        "0195c8f2-6b1c-7c3e-9a55-0123456789ab",
		Method:             MethodThreeElements,
		CompletedAt:        testNow,
		Name:               "测试张三",
		CardNo:             "130401199601018395",
		CardType:           CardResidentID,
		CardPortrait:       frontID,
		CardNationalEmblem: backID,
		ThreeElements: &ThreeElements{
			InfoVerifySupplier: "信息核验供应商名字",
			VerifyTime:         testNow.Add(-time.Minute),
			VerifySerialNumber: "No1234567",
			Mobile:             "19800002222",
			SMSCode:            "123456",
			SMSSupplier:        "短信供应商名字",
		},
	}
}

func bankCardFour() PersonPoint {
	p := threeElements()
	p.Method, p.ThreeElements, p.Mark = MethodBankCardFour, nil, "备注 <&>"
	p.BankCardFour = &BankCardFour{
		InfoVerifySupplier: "信息核验供应商名字",
		VerifyTime:         testNow,
		VerifySerialNumber: "No1234567",
		OpeningBank:        "测试银行",
		BankCard:           "6222020000000000000",
		Mobile:             "19800002222",
		SMSCode:            "123456",
		SMSSupplier:        "短信供应商名字",
	}
	return p
}

func face() PersonPoint {
	p := threeElements()
	p.Method, p.ThreeElements, p.CustomBizID = MethodFace, nil, ""
	p.Face = &Face{
		InfoVerifySupplier:    "信息核验供应商名字",
		VerifyTime:            testNow,
		VerifySerialNumber:    "No1234567",
		FaceImage:             "6d1f6a2f0e534dd8a0f4a5d0a1b2c3d4",
		FaceImageSimilarScore: "98.20",
		FaceLiveDetectScore:   "0.9",
	}
	return p
}

// agreed adds the agreement that revision 2025-10 requires.
func agreed(p PersonPoint) PersonPoint {
	p.Agreement = &CertAgreement{
		Title:    "数字证书服务协议",
		Version:  "20250801",
		Hash:     strings.Repeat("0a", 32),
		ReadAt:   testNow.Add(-time.Hour),
		ReadType: ReadCheck,
		ReadIP:   "203.0.113.7",
	}
	return p
}

func TestCreatePersonPointGolden(t *testing.T) {
	tests := []struct {
		golden string
		point  PersonPoint
		change func(*Config)
	}{
		{"2024-three-elements", threeElements(), func(*Config) {}},
		{"2024-bank-card-four", bankCardFour(), func(*Config) {}},
		{"2024-face", face(), func(*Config) {}},
		{"2025-10-three-elements", agreed(threeElements()), func(c *Config) { c.Revision = Revision202510 }},
		{"2025-10-bank-card-four", agreed(bankCardFour()), func(c *Config) { c.Revision = Revision202510 }},
		{"2025-10-face", agreed(face()), func(c *Config) { c.Revision = Revision202510 }},
		{"2025-10-verify-date", agreed(threeElements()), func(c *Config) {
			c.Revision, c.VerifyTimeLayout = Revision202510, "20060102"
		}},
	}
	for _, tt := range tests {
		t.Run(tt.golden, func(t *testing.T) {
			g := says(t, 200, `{"code":0,"message":null,"data":{"eviPointId":"P1904811111836663815"}}`)
			id, err := g.client(t, tt.change).CreatePersonPoint(t.Context(), tt.point)
			if err != nil || id != "P1904811111836663815" {
				t.Fatalf("got %q, %v, want %q", id, err, "P1904811111836663815")
			}
			r := g.requests()[0]
			if r.method != "POST" || r.uri != "/v3/evidence/evi-point/psn-realname" || r.chunked {
				t.Errorf("sent %s %s, chunked %v, want %q, %q", r.method, r.uri, r.chunked, "POST",
					"/v3/evidence/evi-point/psn-realname")
			}
			var got bytes.Buffer
			if err := json.Indent(&got, []byte(r.body), "", "  "); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
			file := filepath.Join("testdata", tt.golden+".json")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("body differs from %s:\n%s", file, got.String())
			}
		})
	}
}

// TestSampleOfThePage compares the request with the sample of the page. Only timeStamp differs, which has the declared
// type.
func TestSampleOfThePage(t *testing.T) {
	p := threeElements()
	p.CustomBizID, p.ThreeElements.VerifyTime = "", time.Date(2024, 3, 23, 17, 0, 0, 0, time.UTC) // the 24th in Beijing
	p.Revision = Revision2024
	got, err := json.Marshal(newClient(t, SandboxURL).wire(p))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"eviName":"测试张三-个人实名证据","realNameMethod":"THREEELEMENTS","timeStamp":1742809059000,"name":"测试张三",` +
		`"cardNo":"130401199601018395","cardType":"CRED_PSN_CH_IDCARD","cardPortrait":"9631665ce202447bb254ab57a391808c",` +
		`"cardNationalEmblem":"02723880e8da4611acc7a6d9ffe93f68","threeElements":{"infoVerifySupplier":"信息核验供应商名字",` +
		`"verifyTime":"20240324","verifySerialNumber":"No1234567","mobile":"19800002222","smsCode":"123456",` +
		`"smsSupplier":"短信供应商名字"}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestValidate(t *testing.T) {
	if err := threeElements().Validate(Revision2024); err != nil {
		t.Fatal(err)
	}
	if err := agreed(threeElements()).Validate(Revision202510); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		start  func() PersonPoint
		change func(*PersonPoint)
		want   string // paths, in order
	}{
		{threeElements, func(p *PersonPoint) { p.EviName = " " }, "eviName"},
		{threeElements, func(p *PersonPoint) { p.EviName = strings.Repeat("名", 65) }, "eviName"},
		{threeElements, func(p *PersonPoint) { p.EviName = strings.Repeat("名", 64) }, ""},
		{threeElements, func(p *PersonPoint) { p.CustomBizID += "x" }, "customBizId"},
		{threeElements, func(p *PersonPoint) { p.CustomBizID = "" }, ""},
		{threeElements, func(p *PersonPoint) { p.CompletedAt = time.Time{} }, "timeStamp"},
		{threeElements, func(p *PersonPoint) { p.CompletedAt = time.Unix(0, 0) }, "timeStamp"},
		{threeElements, func(p *PersonPoint) { p.Name = "" }, "name"},
		{threeElements, func(p *PersonPoint) { p.Name = "张\xff" }, "name"},
		{threeElements, func(p *PersonPoint) { p.CardNo = "" }, "cardNo"},
		{threeElements, func(p *PersonPoint) { p.CardType = "" }, "cardType"},
		{threeElements, func(p *PersonPoint) { p.CardType = "MAINLAND" }, "cardType"},
		{threeElements, func(p *PersonPoint) { p.CardPortrait = "" }, "cardPortrait"},
		{threeElements, func(p *PersonPoint) { p.CardPortrait = "front.jpg" }, "cardPortrait"},
		{threeElements, func(p *PersonPoint) { p.CardNationalEmblem = "" }, "cardNationalEmblem"},
		{threeElements, func(p *PersonPoint) { p.CardNationalEmblem = p.CardPortrait }, "cardNationalEmblem"},
		{threeElements, func(p *PersonPoint) { p.Method = "SMS" }, "realNameMethod threeElements"},
		{threeElements, func(p *PersonPoint) { p.Method = MethodFace }, "threeElements face"},
		{threeElements, func(p *PersonPoint) { p.ThreeElements = nil }, "threeElements"},
		{threeElements, func(p *PersonPoint) { p.Face = face().Face }, "face"},
		{threeElements, func(p *PersonPoint) { p.ThreeElements = &ThreeElements{} },
			"threeElements.infoVerifySupplier threeElements.verifyTime threeElements.verifySerialNumber " +
				"threeElements.mobile threeElements.smsCode threeElements.smsSupplier"},
		{bankCardFour, func(p *PersonPoint) { p.BankCardFour = &BankCardFour{} },
			"bankCardFour.infoVerifySupplier bankCardFour.verifyTime bankCardFour.verifySerialNumber " +
				"bankCardFour.openingBank bankCardFour.bankCard " +
				"bankCardFour.mobile bankCardFour.smsCode bankCardFour.smsSupplier"},
		{face, func(p *PersonPoint) { p.Face = &Face{} },
			"face.infoVerifySupplier face.verifyTime face.verifySerialNumber " +
				"face.faceImage face.faceImageSimilarScore face.faceLiveDetectScore"},
		{threeElements, func(p *PersonPoint) { *p = agreed(*p) }, "certAgreementRead"},
	}
	for _, tt := range tests {
		t.Run(cmp.Or(tt.want, "good"), func(t *testing.T) {
			p := tt.start()
			tt.change(&p)
			if got := paths(p.Validate(Revision2024)); got != tt.want {
				t.Errorf("paths %q, want %q", got, tt.want)
			}
		})
	}
	agreements := []struct {
		change func(*CertAgreement)
		want   string
	}{
		{func(a *CertAgreement) { *a = CertAgreement{} },
			"certAgreementReadTitle certAgreementReadVersion certAgreementReadHash " +
				"certAgreementReadTime certAgreementReadType certAgreementReadIP"},
		{func(a *CertAgreement) { a.ReadType = "READ" }, "certAgreementReadType"},
		{func(a *CertAgreement) { a.ReadType = ReadClick }, ""},
		{func(a *CertAgreement) { a.ReadIP = "2001:db8::1" }, ""},
		{func(a *CertAgreement) { a.ReadIP = "fe80::1%eth0" }, "certAgreementReadIP"},
		{func(a *CertAgreement) { a.ReadIP = "0.0.0.0" }, "certAgreementReadIP"},
		{func(a *CertAgreement) { a.ReadIP = "203.0.113.7:80" }, "certAgreementReadIP"},
	}
	for _, tt := range agreements {
		t.Run(cmp.Or(tt.want, "good"), func(t *testing.T) {
			p := agreed(threeElements())
			tt.change(p.Agreement)
			if got := paths(p.Validate(Revision202510)); got != tt.want {
				t.Errorf("paths %q, want %q", got, tt.want)
			}
		})
	}
	if got := paths(threeElements().Validate(Revision202510)); got != "certAgreementRead" {
		t.Errorf("paths %q without agreement, want %q", got, "certAgreementRead")
	}
	if got := paths(threeElements().Validate("")); got != "revision" {
		t.Errorf("paths %q without revision, want %q", got, "revision")
	}
}

func paths(err error) string {
	v, _ := errors.AsType[*ValidationError](err)
	if v == nil {
		return ""
	}
	var out []string
	for _, p := range v.Problems {
		out = append(out, p.Path)
	}
	return strings.Join(out, " ")
}

func TestIncompleteEvidenceIsNotSent(t *testing.T) {
	g := says(t, 200, `{"code":0,"data":{"eviPointId":"P1"}}`)
	p := threeElements()
	p.ThreeElements.SMSCode = ""
	_, err := g.client(t).CreatePersonPoint(t.Context(), p)
	e := mustError(t, err)
	if e.Kind != KindParameter || e.Temporary() || e.MaybeApplied() || paths(err) != "threeElements.smsCode" {
		t.Errorf("got %v", err)
	}
	if n := len(g.requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

func TestPointMasksItself(t *testing.T) {
	var out strings.Builder
	log := slog.New(slog.NewJSONHandler(&out, nil))
	text := slog.New(slog.NewTextHandler(&out, nil))
	for _, p := range []PersonPoint{agreed(threeElements()), bankCardFour(), face()} {
		values := []any{p, &p, []PersonPoint{p}, map[string]any{"p": p}}
		for _, part := range []any{p.ThreeElements, p.BankCardFour, p.Face, p.Agreement} {
			if fmt.Sprint(part) != "<nil>" {
				values = append(values, part)
			}
		}
		values = append(values, *agreed(p).Agreement)
		for _, v := range values {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				fmt.Fprintf(&out, verb+"\n", v)
			}
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(b)
			log.Info("x", "v", v)
			text.Info("x", "v", v)
		}
	}
	for _, leak := range canaries {
		if strings.Contains(out.String(), leak) {
			t.Errorf("output contains %q", leak)
		}
	}
	if !strings.Contains(out.String(), "customBizId=0195c8f2-6b1c-7c3e-9a55-0123456789ab") {
		t.Error("output does not name the case")
	}
}
