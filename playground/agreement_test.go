package playground

import (
	"strings"
	"testing"

	"shiming/sim/simtest"
)

// TestAgreement checks that a player can accept the agreement without a browser, and learns the link for one.
func TestAgreement(t *testing.T) {
	h := newPlayer(t, Config{})
	e := h.w.Hire(1)[0]
	chat := "/sim/chats/" + e.OpenID
	page := h.ServeAgreement(e.OpenID)
	h.call("POST", "/sim/chats/ou_nobody/agreement", "", 404, nil)
	h.call("POST", chat+"/agreement", "", 422, nil)
	h.Send("open_id", e.OpenID, simtest.Card("请同意", page.LinkButton(), simtest.Button("decline")))
	var shown []shownMessage
	h.call("GET", chat+"/messages", "", 200, &shown)
	if b := shown[len(shown)-1].Buttons; len(b) != 2 || b[0].URL != page.Link || b[0].Act != "" {
		t.Errorf("got the buttons %+v, want the link first", b)
	}
	var done map[string]string
	h.call("POST", chat+"/agreement", "", 200, &done)
	if n, _ := page.Accepted(); n != 1 || done["agreement"] != "accepted" {
		t.Errorf("got %v, accepted %d times, want once", done, n)
	}
	page.Answer(410)
	h.call("POST", chat+"/agreement", "", 422, nil)
}

// TestPageLogin checks that the page can say whose phone it is to the login, and only to it.
func TestPageLogin(t *testing.T) {
	h := newPlayer(t, Config{})
	e := h.w.Hire(1)[0]
	page := h.ServeAgreement(e.OpenID)
	login := h.pg.pageLogin()
	if !strings.HasPrefix(page.Link, login["links"]) || login["cookie"] == "" ||
		!strings.HasPrefix(login["path"], "/open-apis/") {
		t.Errorf("got %v, want the address before %s, a cookie and the path of the login", login, page.Link)
	}
}
