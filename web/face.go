package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"shiming/engine"
	"shiming/flows"
)

// The page to which the supplier's page for a face returns. It shows nothing about the person and decides nothing: it
// makes the bot look for the result, which only the supplier's answer to the bot can bring. Its address names a flow of
// a case and is bound to its applicant. Nobody logs in: the supplier's page opens inside WeChat, whose browser has no
// session of Feishu, and somebody else who opens the address learns and changes nothing.

// FacePrefix is the path below which the page is. It lies below Prefix, because that is what a reverse proxy in front of
// the bot passes on.
const FacePrefix = Prefix + "face/"

// FaceCases is what the page needs of the engine.
type FaceCases interface {
	FaceCase(ctx context.Context, l flows.FaceLink, token string) (engine.FaceCase, error)
	FaceReturned(ctx context.Context, l flows.FaceLink) error
}

// FaceConfig says how the page is set up. Its fields are those of Config.
type FaceConfig struct {
	PublicURL      string
	Cases          FaceCases
	MAC            MAC
	TrustedProxies []netip.Prefix
	ChatURL        string
	Now            func() time.Time
	Log            *slog.Logger
	Observe        func(Outcome)
}

// FacePages serves every path below FacePrefix.
type FacePages struct {
	*Pages
	faces FaceCases
}

// FaceOutcomes are the outcomes of this page.
var FaceOutcomes = []Outcome{Returned, Gone, WrongPerson, Expired, Forged, Limited, BadRequest, Unavailable}

// Messages of this page.
var (
	faceBack  = message{id: "face_back", outcome: Returned, status: http.StatusOK}
	faceOther = message{id: "face_other", outcome: WrongPerson, status: http.StatusForbidden}
	faceLate  = message{id: "face_late", outcome: Expired, status: http.StatusGone}
)

// NewFace returns the handler.
func NewFace(c FaceConfig) (*FacePages, error) {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" {
		return nil, errors.New("web: the public address has no host")
	}
	p := &Pages{
		mac:      c.MAC,
		proxies:  newProxies(c.TrustedProxies),
		chatURL:  c.ChatURL,
		now:      c.Now,
		log:      c.Log,
		observe:  c.Observe,
		https:    u.Scheme == "https",
		prefix:   FacePrefix,
		byClient: newLimiter(50, 300),
		byLink:   newLimiter(0.5, 10),
	}
	if p.observe == nil {
		p.observe = func(Outcome) {}
	}
	return &FacePages{Pages: p, faces: c.Cases}, nil
}

// FaceLinks makes the return addresses. It is what flows.Policy.FaceReturn needs.
func FaceLinks(publicURL string, mac MAC) func(*flows.Case, time.Time) string {
	return func(c *flows.Case, until time.Time) string {
		if c.FaceCheck == nil {
			return ""
		}
		l := flows.FaceLink{CaseID: c.ID, Seq: c.FaceCheck.Seq}
		token, err := makeFaceToken(mac, l, until, c.TenantKey, c.OpenID)
		if err != nil {
			return "" // the ids of cases are UUIDs
		}
		return publicURL + FacePrefix + token
	}
}

// makeFaceToken returns the link, its hash, and a hash that binds it to the applicant.
func makeFaceToken(mac MAC, l flows.FaceLink, until time.Time, tenantKey, openID string) (string, error) {
	b, err := appendLink(nil, flows.AgreementLink{CaseID: l.CaseID, Rev: int64(l.Seq)}, until)
	if err != nil {
		return "", err
	}
	link := string(b)
	b = append(b, mac.sum(purposeFace, link)...)
	return coding.EncodeToString(append(b, mac.sum(purposeFaceOwner, link, tenantKey, openID)...)), nil
}

// ServeHTTP answers every path below FacePrefix.
func (p *FacePages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.setHeaders(w.Header())
	v := &visit{Pages: p.Pages, w: w, r: r}
	v.lang, v.langAsked = languageOf(r)
	if wait := p.byClient.take(p.clientKey(r), p.now()); wait > 0 {
		v.limited(wait)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, FacePrefix)
	switch {
	case len(r.URL.EscapedPath())+len(r.URL.RawQuery) > maxURL:
		v.say(badRequest, http.StatusRequestURITooLong)
	case path == stylePath:
		v.only(v.style, http.MethodGet, http.MethodHead)
	default:
		v.only(func() { p.returned(v, path) }, http.MethodGet, http.MethodHead)
	}
}

// returned answers a browser that comes back.
func (p *FacePages) returned(v *visit, token string) {
	b, ok := decode(token, linkLen+2*macLen)
	if !ok || !p.mac.holds(b[linkLen:linkLen+macLen], purposeFace, string(b[:linkLen])) {
		v.say(forged, 0)
		return
	}
	if v.r.Method == http.MethodHead { // a robot looks at the link
		v.send(http.StatusOK, "text/html; charset=utf-8", nil)
		return
	}
	named, until := linkOf(b)
	l := flows.FaceLink{CaseID: named.CaseID, Seq: int(named.Rev)}
	v.link = &link{AgreementLink: named, token: token, until: until}
	if wait := p.byLink.take(linkKey(named), p.now()); wait > 0 {
		v.limited(wait)
		return
	}
	ctx, cancel := context.WithTimeout(v.r.Context(), lookupTimeout)
	defer cancel()
	c, err := p.faces.FaceCase(ctx, l, v.r.URL.Query().Get(paramBizToken))
	if !v.found(err) {
		return
	}
	switch {
	case !p.mac.holds(b[linkLen+macLen:], purposeFaceOwner, string(b[:linkLen]), c.TenantKey, c.OpenID):
		v.say(forged, 0)
	case c.State == engine.FaceOfAnother:
		v.say(faceOther, 0)
	case c.State == engine.FaceGone:
		v.say(gone, 0)
	case v.link.expired(p.now()):
		v.say(faceLate, 0)
	default:
		if v.found(p.faces.FaceReturned(ctx, l)) {
			v.say(faceBack, 0)
		}
	}
}

// paramBizToken is where the supplier names its flow. The browser brings it, so that it proves nothing; one that names
// another flow shows that this is not the way back from ours.
const paramBizToken = "BizToken"
