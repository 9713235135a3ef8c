package browser

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/sim"
)

// wrongPerson opens the link on a colleague's phone.
func wrongPerson(t *testing.T, r reader) {
	colleague := r.H.Hire()
	r = r.phone(t, colleague.OpenID)
	r.visit(r.link, "这个链接是发给另一个人的")
	r.sound("wrong-person")
	var text string
	r.eval(`document.body.textContent`, &text)
	for _, e := range []*sim.Employee{r.Employee, colleague.Employee} {
		if strings.Contains(text, e.Person.Name) {
			t.Error("got a name on the page, want none")
		}
	}
	r.refused(403)
	r.wantConsents(0)
}

// loginRefused presses "refuse" on Feishu's login page, and then agrees.
func loginRefused(t *testing.T, r reader) {
	r = r.phone(t, "")
	r.visit(r.link, "飞书登录")
	r.chooseLogin("拒绝授权")
	r.titled("还没有登录飞书")
	r.sound("login-refused")
	r.wantConsents(0)
	r.click(`main a.button`, 1)
	r.titled("飞书登录")
	r.chooseLogin(r.Person.Person.Name)
	r.titled(titleRead)
	r.refused(403)
	r.submit()
}

// linkPreview looks at the link as chats and scanners do, and as the person's browser does, before the person reads.
func linkPreview(t *testing.T, r reader) {
	before := r.H.CaseOf(r.OpenID)
	for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodHead} {
		req, err := http.NewRequestWithContext(r.H.Ctx, method, r.link, http.NoBody)
		if err != nil {
			t.Fatal("got a link that is no address")
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal("got no answer for a preview")
		}
		_ = resp.Body.Close()
		if resp.StatusCode >= http.StatusBadRequest {
			t.Errorf("got %d for %s, want the page or the login", resp.StatusCode, method)
		}
	}
	r = r.own(t)
	r.visit(r.link, titleRead)
	r.visit(r.link, titleRead)
	if now := r.H.CaseOf(r.OpenID); now.Version != before.Version {
		t.Errorf("got version %d after looking, want %d", now.Version, before.Version)
	}
	r.submit()
}

// usedLink opens the link again: on another device, and when the case has ended.
func usedLink(t *testing.T, r reader) {
	r = r.own(t)
	r.visit(r.link, titleRead)
	r.submit()
	r = r.own(t)
	r.visit(r.link, titleAccepted)
	r.clean()
	r.Say("取消")
	r.H.InState(r.OpenID, flows.Withdrawn)
	r.visit(r.link, titleAccepted)

	ended := hire(t, r.H).own(t)
	ended.visit(ended.link, titleRead)
	ended.Say("取消")
	ended.H.InState(ended.OpenID, flows.Withdrawn)
	ended.fillBoxes()
	ended.click(submitButton, 1)
	ended.titled("这个链接用不上了")
	ended.sound("gone")
	ended.refused(410)
	ended.wantConsents(0)
}

// expiredLink asks for a new card.
func expiredLink(t *testing.T, r reader) {
	r = r.own(t)
	r.H.Advance(3 * time.Hour)
	r.visit(r.link, "链接过期了")
	r.sound("expired")
	r.click(submitButton, 1)
	r.titled("新的卡片已发出")
	r.sound("renewed")
	r.refused(410)
	r.H.Until("a card with a new link", func() bool { return r.AgreementURL() != r.link })
	r.link = r.AgreementURL()
	r.visit(r.link, titleRead)
	r.submit()
}

// changedText gives the agreement a new version while somebody reads.
func changedText(t *testing.T, r reader) {
	r = r.own(t)
	r.visit(r.link, titleRead)
	r.fillBoxes()
	r.H.StopBot()
	r.H.Values["agreement.files"] = agreementSetting(t, "2026-02", longAgreement("2026-02"))
	r.H.StartBot()
	r.click(submitButton, 1)
	r.arrive(`document.activeElement.role === 'alert' && document.title.startsWith('内容刚刚更新了') &&
		document.querySelector('.text').textContent.includes('2026-02')`)
	r.sound("changed")
	r.refused(409)
	r.wantConsents(0)
	r.submit()
}
