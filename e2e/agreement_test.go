package e2e

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

// sentences of the page, by what it says. Package web holds all of them.
const (
	saysAccepted = "已经记录"
	saysExpired  = "链接过期"
	saysNotYours = "发给另一个人"
	saysGone     = "用不上了"
)

// agreementFile writes a text and returns the value of agreement.files that names it.
func agreementFile(t *testing.T, title, version, text string) (setting string, hash string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agreement.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("[{title: %q, version: %q, path: %q}]", title, version, path),
		fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
}

// detailOf returns a detail of the last audit row of an event.
func detailOf(h *harness.Harness, c *flows.Case, event flows.Kind, key string) (value string) {
	h.Helper()
	h.ReadStore(func(v flows.View) error {
		rows, err := v.AuditOf(h.Ctx, c.ID)
		for _, r := range rows {
			if r.Event == string(event) {
				value = r.Detail[key]
			}
		}
		return err
	})
	return value
}

// TestAgreementPage: somebody reads on the phone, accepts, and the case goes on by itself up to the evidence, which
// states exactly what was shown and recorded.
func TestAgreementPage(t *testing.T) {
	const title, version = "数字证书服务协议", "20250801"
	text := "数字证书服务协议\r\n\r\n第一条　“数字证书”& <b>签名</b>\n" + strings.Repeat("第二条　内容。\n", 200)
	setting, hash := agreementFile(t, title, version, text)
	h := harness.Start(t, harness.Setup{HR: harness.Diligent, Settings: map[string]string{"agreement.files": setting}})
	p := h.Hire()
	p.Say("实名")
	p.See(sim.StageConsent)
	link := p.AgreementURL()
	before := h.CaseOf(p.OpenID)
	for _, b := range []*sim.Browser{h.World.Browser(""), h.Hire().Browser(), p.Browser()} {
		h.OpenPage(b, link) // a preview, somebody else, the person: looking records nothing
	}
	if now := h.CaseOf(p.OpenID); now.Version != before.Version {
		t.Fatalf("got version %d after three looks, want %d", now.Version, before.Version)
	}
	page := p.OpenAgreement()
	if !page.Says(title, version, hash[:8], "“数字证书”& <b>签名</b>", "实名登记个人信息处理同意书") || page.Form == nil {
		t.Fatal("got a page without what is to be accepted")
	}
	done, err := page.Form.Accept(h.Ctx)
	if err != nil || done.Status != http.StatusOK || !done.Says(saysAccepted, title) {
		t.Fatalf("got HTTP %d, %v, want the page that says it is recorded", done.Status, err)
	}
	p.See(sim.StagePhotos)
	again, err := page.Form.Accept(h.Ctx) // a double submit
	if err != nil || again.Status != http.StatusOK || !again.Says(saysAccepted) {
		t.Errorf("got HTTP %d, %v for the second submission, want the same page", again.Status, err)
	}
	if back := h.OpenPage(p.Browser(), link); !back.Says(saysAccepted) || back.Form != nil {
		t.Error("got another page after going back, want the one that says it is recorded")
	}
	p.SendBoth()
	p.See(sim.StageConfirmation)
	p.Press("confirm")
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.CheckFiled()

	c := h.CaseOf(p.OpenID)
	if n := len(h.World.ESign.PointsFor(c.ID)); n != 1 {
		t.Fatalf("got %d points, want 1", n)
	}
	if c.Reading == nil || c.Reading.Files[0].SHA256 != hash || c.Personal.ReadIP != sim.ReaderIP {
		t.Errorf("got the reading %+v, want the hash of the file and the reader's address", c.Reading)
	}
	if got := detailOf(h, c, flows.Consented, "read_sha256"); got != hash {
		t.Errorf("got %q in the audit row, want %q", got, hash)
	}
	kept := h.OpenPage(h.World.Browser(""), h.World.GatewayURL+"/agreement/text/"+hash)
	if kept.Status != http.StatusOK || kept.Text != text {
		t.Errorf("got HTTP %d and %d bytes, want the very bytes", kept.Status, len(kept.Text))
	}
	if strings.Contains(h.Logs.String(), sim.ReaderIP) {
		t.Error("got the reader's address in the log, want none")
	}
}

// TestAgreementOfSomebodyElse: who has another's link is told so, and nothing is recorded; neither is the refusal to log
// in, nor anything of a person in a browser outside Feishu.
func TestAgreementOfSomebodyElse(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, q := h.Hire(), h.Hire()
	p.Say("实名")
	p.See(sim.StageConsent)
	link := p.AgreementURL()
	before := h.CaseOf(p.OpenID)

	page := h.OpenPage(q.Browser(), link)
	if page.Status != http.StatusForbidden || !page.Says(saysNotYours) || page.Says(p.Person.Name) || page.Form != nil {
		t.Errorf("got HTTP %d %q, want a polite refusal that names nobody", page.Status, page.Text)
	}
	refusing := p.Browser()
	refusing.RefusesLogin = true
	if page := h.OpenPage(refusing, link); page.Form != nil || page.Status == http.StatusOK {
		t.Errorf("got HTTP %d after a refused login, want no form", page.Status)
	}
	if now := h.CaseOf(p.OpenID); now.Version != before.Version || now.State != flows.AwaitingConsent {
		t.Errorf("got %s at version %d, want nothing changed", now.State, now.Version)
	}
	if done, err := p.OpenAgreement().Form.Accept(h.Ctx); err != nil || !done.Says(saysAccepted) {
		t.Errorf("got %v, want the right person to succeed afterwards", err)
	}
	p.See(sim.StagePhotos)
}

// TestAgreementLinkExpires: an old link says so and brings a new card into the chat.
func TestAgreementLinkExpires(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.Say("实名")
	p.See(sim.StageConsent)
	link := p.AgreementURL()
	h.Advance(3 * time.Hour)
	page := h.OpenPage(p.Browser(), link)
	if !page.Says(saysExpired) || page.Form == nil || page.Status == http.StatusOK {
		t.Fatalf("got HTTP %d, want a page that says the link has expired and offers a new one", page.Status)
	}
	if _, err := page.Form.Accept(h.Ctx); err != nil {
		t.Fatal(err)
	}
	h.Until("a card with a new link", func() bool { return p.AgreementURL() != link })
	p.Consent()
	p.See(sim.StagePhotos)
	gone := h.OpenPage(p.Browser(), link)
	if gone.Form != nil || gone.Says(saysExpired) {
		t.Errorf("got %q for the expired link of a case that has gone on, want no offer of a new card", gone.Text)
	}
}

// TestAgreementLinkOfAnEndedCase: nothing can be accepted any more, and the page says so.
func TestAgreementLinkOfAnEndedCase(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.Say("实名")
	p.See(sim.StageConsent)
	page := p.OpenAgreement()
	p.Say("取消")
	h.InState(p.OpenID, flows.Withdrawn)
	got, err := page.Form.Accept(h.Ctx)
	if err != nil || got.Form != nil || !got.Says(saysGone) {
		t.Errorf("got HTTP %d %q, %v, want a page that says nothing is to be done", got.Status, got.Text, err)
	}
	if c := h.CaseOf(p.OpenID); c.Reading != nil || c.Consent != nil {
		t.Error("got a consent of a case that had ended, want none")
	}
}

// TestAgreementChanges: after a new version those whose identity is not written read it, and go on without HR. An open
// page that shows the old version records nothing.
func TestAgreementChanges(t *testing.T) {
	first, _ := agreementFile(t, "数字证书服务协议", "1", "数字证书服务协议，第一版")
	second, hash := agreementFile(t, "数字证书服务协议", "2", "数字证书服务协议，第二版")
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"agreement.files": first}})
	reviewed, reading := h.Hire(), h.Hire()
	reviewed.ToReview()
	reading.Say("实名")
	reading.See(sim.StageConsent)
	old := reading.OpenAgreement()
	h.StopBot()
	h.Values["agreement.files"] = second
	h.StartBot()

	again, err := old.Form.Accept(h.Ctx)
	if err != nil || again.Form == nil || !again.Says("第二版") {
		t.Fatalf("got HTTP %d, %v, want the page with the new version", again.Status, err)
	}
	if c := h.CaseOf(reading.OpenID); c.Reading != nil {
		t.Fatal("got a reading of the old version, want none")
	}
	if done, err := again.Form.Accept(h.Ctx); err != nil || !done.Says(saysAccepted) {
		t.Errorf("got %v, want the new version accepted", err)
	}
	h.Admin(0).Decides(reviewed, "approve", nil)
	h.InState(reviewed.OpenID, flows.AwaitingConsent)
	reviewed.See(sim.StageConsent, "协议有变化")
	reviewed.Consent()
	reviewed.CheckFiled()
	c := h.CaseOf(reviewed.OpenID)
	if c.Reading.Files[0].SHA256 != hash || c.Review.What != flows.ReviewApproved {
		t.Errorf("got %+v, want the new version and HR's decision kept", c.Reading)
	}
}

// TestAgreementManners: both ways in which an operator may let people accept, with and without the login.
func TestAgreementManners(t *testing.T) {
	for _, tt := range []struct{ login, readType string }{{"none", "CHECK"}, {"feishu", "CLICK"}, {"none", "CLICK"}} {
		t.Run(tt.login+" "+tt.readType, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{HR: harness.Diligent, Settings: map[string]string{
				"agreement.login":     tt.login,
				"agreement.read_type": tt.readType,
			}})
			p := h.Hire()
			p.Say("实名")
			p.See(sim.StageConsent)
			p.Consent()
			p.See(sim.StagePhotos)
			c := h.CaseOf(p.OpenID)
			if string(c.Reading.Login) != tt.login || string(c.Reading.Type) != tt.readType {
				t.Errorf("got %+v, want %s and %s", c.Reading, tt.login, tt.readType)
			}
		})
	}
}

// TestRevision2024: the outdated revision works where it is configured, and its open cases go on under it when the
// configuration has changed, on the card and up to the evidence.
func TestRevision2024(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent, World: sim.Config{EsignRevision: "2024"}})
	p, q := h.Hire(), h.Hire()
	p.ToPhotos()
	q.Say("实名")
	q.See(sim.StageConsent)
	q.Press("consent") // a button, no page
	q.SendBoth()
	q.See(sim.StageConfirmation)
	q.Press("confirm")
	q.See(sim.StageCode, "验证码已在")
	q.TypeCode()
	q.CheckFiled()
	r := h.Hire()
	r.Say("实名")
	r.See(sim.StageConsent)

	h.StopBot()
	h.Values["esign.evidence_revision"] = "2025-10"
	h.StartBot()
	for _, x := range []harness.Person{p, r} {
		if x.OpenID == r.OpenID {
			x.Press("consent")
			x.See(sim.StagePhotos)
		}
		x.SendBoth()
		x.See(sim.StageConfirmation)
		x.Press("confirm")
		x.See(sim.StageCode, "验证码已在")
		x.TypeCode()
		x.CheckFiled()
		if c := h.CaseOf(x.OpenID); c.EvidenceRevision() != flows.Revision2024 || c.Reading != nil {
			t.Errorf("got revision %q, want 2024", c.Revision)
		}
	}
	s := h.Hire()
	s.Say("实名")
	if s.See(sim.StageConsent).Page == "" {
		t.Error("got a new case without the page, want one under the new revision")
	}
}
