package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"net/url"
	"slices"
	"time"

	"shiming/engine"
	"shiming/failure"
)

// A login goes to Feishu and comes back with a code and our state. The state names the link and is bound to this
// browser: it holds the hash of a random value, which only the browser's cookie has.

const (
	// stateLife is how long somebody may take to log in.
	stateLife = 10 * time.Minute
	// identifyTimeout limits both calls of a login. The server ends an answer after 10 s.
	identifyTimeout = 7 * time.Second
	nonceLen        = 32
)

// Layout of a state: link, end of its life, hash of the nonce, language, hash.
const (
	nonceHashLen = 16
	stateLen     = linkLen + 8 + nonceHashLen + 1
)

// state is what comes back from a login.
type state struct {
	link  link
	until time.Time
	nonce []byte // hash
	lang  lang   // "" if the address named none
}

// startLogin sends the browser to Feishu.
func (v *visit) startLogin() {
	nonce := make([]byte, nonceLen)
	_, _ = rand.Read(nonce) // never fails
	hash := sha256.Sum256(nonce)
	s := state{link: *v.link, until: v.now().Add(stateLife), nonce: hash[:nonceHashLen]}
	if v.langAsked {
		s.lang = v.lang
	}
	v.setCookie(v.w, nonceCookie, coding.EncodeToString(nonce), stateLife)
	v.redirect(v.login.AuthorizeURL(v.redirectURI, s.encode(v.mac)), http.StatusFound)
}

func (s state) encode(mac MAC) string {
	b, err := appendLink(nil, s.link.AgreementLink, s.link.until)
	if err != nil {
		panic(err) // the link was read from a token
	}
	b = binary.BigEndian.AppendUint64(b, uint64(s.until.Unix()))
	b = append(b, s.nonce...)
	b = append(b, (s.lang + "-")[0])
	return coding.EncodeToString(append(b, mac.sum(purposeState, string(b))...))
}

// openState is the inverse of encode. It returns false for a state that was not made here.
func openState(mac MAC, text string) (s state, ok bool) {
	b, ok := decode(text, stateLen+macLen)
	if !ok || !mac.holds(b[stateLen:], purposeState, string(b[:stateLen])) {
		return state{}, false
	}
	s.link.AgreementLink, s.link.until = linkOf(b)
	if s.link.token, ok = remade(mac, s.link); !ok {
		return state{}, false
	}
	s.until = time.Unix(int64(binary.BigEndian.Uint64(b[linkLen:])), 0)
	s.nonce = b[linkLen+8 : linkLen+8+nonceHashLen]
	for _, l := range []lang{zh, en} {
		if l[0] == b[stateLen-1] {
			s.lang = l
		}
	}
	return s, true
}

func remade(mac MAC, l link) (string, bool) {
	token, err := makeToken(mac, l.AgreementLink, l.until)
	return token, err == nil
}

// loggedIn answers the return from Feishu. It ends with a redirect to the page, so that a reload never uses a code
// again.
func (v *visit) loggedIn() {
	q := v.r.URL.Query()
	s, ok := openState(v.mac, q.Get("state"))
	if !ok || v.login == nil || len(q["state"])+len(q["code"])+len(q["error"]) != 2 {
		v.say(loginForged, 0)
		return
	}
	v.link = &s.link
	if s.lang != "" && !v.langAsked {
		v.lang, v.langAsked = s.lang, true
	}
	if wait := v.byLink.take(linkKey(s.link.AgreementLink), v.now()); wait > 0 {
		v.limited(wait)
		return
	}
	if v.r.Method == http.MethodHead { // would use the code
		v.send(http.StatusOK, "text/html; charset=utf-8", nil)
		return
	}
	c, ok := v.lookUp()
	if !ok || !v.open(c) {
		return
	}
	if v.hasSession(v.r, s.link.AgreementLink, c) { // a reload, or the back button
		v.toPage()
		return
	}
	if m := v.checkState(s); m.id != "" {
		v.say(m, 0)
		return
	}
	v.deleteCookie(v.w, nonceCookie) // a state works once
	if q.Get("code") == "" {
		v.say(loginDenied, 0)
		return
	}
	v.identify(c, q.Get("code"))
}

// checkState returns what is wrong with a state that is authentic.
func (v *visit) checkState(s state) message {
	nonce, ok := decode(v.cookie(v.r, nonceCookie), nonceLen)
	hash := sha256.Sum256(nonce)
	switch {
	case !v.now().Before(s.until):
		return loginAgain
	case v.cookie(v.r, nonceCookie) == "":
		return signedOut
	case !ok || !slices.Equal(hash[:nonceHashLen], s.nonce):
		return loginOther
	}
	return message{}
}

// identify exchanges the code, and starts a session if the person is the applicant.
func (v *visit) identify(c engine.AgreementCase, code string) {
	ctx, cancel := context.WithTimeout(v.r.Context(), identifyTimeout)
	defer cancel()
	tenantKey, openID, err := v.login.Identify(ctx, code, v.redirectURI)
	if err != nil {
		v.log.WarnContext(v.r.Context(), "agreement page: a login failed", "case", v.link.CaseID, "error", err)
		v.say(loginMessage(failure.LoginOf(err)), 0)
		return
	}
	if tenantKey == "" || openID == "" || tenantKey != c.TenantKey || openID != c.OpenID {
		v.say(wrongPerson, 0)
		return
	}
	v.startSession(v.w, v.link.AgreementLink, c)
	v.toPage()
}

// loginMessage returns the message about what a person can do.
func loginMessage(l failure.Login) message {
	switch l {
	case failure.LoginAgain:
		return loginAgain
	case failure.LoginRefused:
		return loginRefused
	case failure.LoginSetup:
		return loginSetup
	}
	return loginLater
}

// toPage sends the browser to the page after a login.
func (v *visit) toPage() {
	v.redirect(v.address(v.link.token, url.Values{paramFrom: {fromLogin}}), http.StatusSeeOther)
}
