package web

import (
	"encoding/binary"
	"net/http"
	"strconv"
	"time"

	"shiming/engine"
	"shiming/flows"
)

// sessionLife is how long a login lasts. Somebody who reads 60 pages must not meet another login at the end, and a
// session is good for one acceptance of one case.
const sessionLife = flows.AgreementLinkLife

// Names of cookies, without the prefix that https adds.
const (
	sessionCookie = "shiming-agreement"
	nonceCookie   = "shiming-login"
	doneCookie    = "shiming-done" // its value says nothing, see forgetForm
)

// cookiePath is the narrowest path that holds every page.
const cookiePath = "/agreement"

// cookieName returns the name as the browser has it. Browsers set a cookie "__Secure-…" only over https, so that a
// neighbour over http cannot plant one. "__Host-" would need the path "/", and the cookie would go to other pages.
func (p *Pages) cookieName(name string) string {
	if p.https {
		return "__Secure-" + name
	}
	return name
}

func (p *Pages) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name:     p.cookieName(name),
		Value:    value,
		Path:     cookiePath,
		MaxAge:   int(life / time.Second), // negative deletes it
		Secure:   p.https,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode, // Feishu's login page must be able to come back
	})
}

// deleteCookie makes the browser forget a cookie.
func (p *Pages) deleteCookie(w http.ResponseWriter, name string) {
	p.setCookie(w, name, "", -time.Second)
}

func (p *Pages) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(p.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// sessionParts are what a session stands for: this person has logged in for this revision of this case. The value names
// neither of them; the hash binds it to both.
func sessionParts(l flows.AgreementLink, c engine.AgreementCase, until []byte) []string {
	return []string{l.CaseID, strconv.FormatInt(l.Rev, 10), c.TenantKey, c.OpenID, string(until)}
}

// startSession remembers that the browser's person is the applicant.
func (p *Pages) startSession(w http.ResponseWriter, l flows.AgreementLink, c engine.AgreementCase) {
	until := binary.BigEndian.AppendUint64(nil, uint64(p.now().Add(sessionLife).Unix()))
	value := append(until, p.mac.sum(purposeSession, sessionParts(l, c, until)...)...)
	p.setCookie(w, sessionCookie, coding.EncodeToString(value), sessionLife)
}

// hasSession reports whether the browser's person is known to be the applicant.
func (p *Pages) hasSession(r *http.Request, l flows.AgreementLink, c engine.AgreementCase) bool {
	b, ok := decode(p.cookie(r, sessionCookie), 8+macLen)
	if !ok || !p.mac.holds(b[8:], purposeSession, sessionParts(l, c, b[:8])...) {
		return false
	}
	return p.now().Before(time.Unix(int64(binary.BigEndian.Uint64(b)), 0))
}

// known reports whether the reader counts as the applicant.
func (p *Pages) known(r *http.Request, l flows.AgreementLink, c engine.AgreementCase) bool {
	return p.page.Login == flows.LoginNone || p.hasSession(r, l, c)
}
