package web

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"shiming/engine"
	"shiming/flows"
)

// Cases is what the pages need of the engine.
type Cases interface {
	AgreementCase(context.Context, flows.AgreementLink) (engine.AgreementCase, error)
	AcceptAgreement(context.Context, flows.AgreementLink, flows.PageReading) (engine.AgreementCase, error)
	RenewAgreementLink(context.Context, flows.AgreementLink) (engine.AgreementCase, error)
}

// Login is Feishu's web login.
type Login interface {
	// AuthorizeURL returns the address that a browser opens to log in.
	AuthorizeURL(redirectURI, state string) string
	// Identify exchanges a code, which works once. Its errors are failure.LoginErrors.
	Identify(ctx context.Context, code, redirectURI string) (tenantKey, openID string, err error)
}

// Config says how the pages are set up.
type Config struct {
	PublicURL string // scheme and host
	Cases     Cases
	MAC       MAC
	Login     Login // nil with flows.LoginNone
	Page      flows.AgreementPage
	// Texts are the present texts by SHA-256.
	Texts map[string][]byte
	// Kept returns an older text. It returns flows.ErrNotFound if there is none.
	Kept           func(ctx context.Context, sha256 string) ([]byte, error)
	TrustedProxies []netip.Prefix
	ChatURL        string // opens the chat with the bot
	Now            func() time.Time
	Log            *slog.Logger
	// Observe counts an outcome; nil counts nothing.
	Observe func(Outcome)
}

// Pages serves every path below Prefix.
type Pages struct {
	cases   Cases
	mac     MAC
	login   Login
	page    flows.AgreementPage
	texts   map[string][]byte // as they are
	escaped map[string][]byte // as a page shows them
	kept    func(context.Context, string) ([]byte, error)
	proxies proxies
	chatURL string
	now     func() time.Time
	log     *slog.Logger
	observe func(Outcome)

	prefix      string // path below which the pages are
	https       bool
	redirectURI string // the page to which the login returns
	origin      *http.CrossOriginProtection

	byClient, byLink, renewals *limiter
	warnOfProxy                sync.Once
}

// New returns the handler.
func New(c Config) (*Pages, error) {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" {
		return nil, errors.New("web: the public address has no host")
	}
	if c.Page.Login != flows.LoginNone && c.Login == nil {
		return nil, errors.New("web: no login")
	}
	p := &Pages{
		cases:       c.Cases,
		mac:         c.MAC,
		login:       c.Login,
		page:        c.Page,
		texts:       maps.Clone(c.Texts),
		escaped:     map[string][]byte{},
		kept:        c.Kept,
		proxies:     newProxies(c.TrustedProxies),
		chatURL:     c.ChatURL,
		now:         c.Now,
		log:         c.Log,
		observe:     c.Observe,
		prefix:      Prefix,
		https:       u.Scheme == "https",
		redirectURI: c.PublicURL + Prefix + loginPath,
		origin:      http.NewCrossOriginProtection(),
		byClient:    newLimiter(50, 300), // a whole company may share one address
		byLink:      newLimiter(1, 20),
		renewals:    newLimiter(1.0/300, 2), // each one is a message in the chat
	}
	for sha256, text := range p.texts {
		p.escaped[sha256] = escape(text)
	}
	if p.observe == nil {
		p.observe = func(Outcome) {}
	}
	// A proxy may change the header Host, to which the origin is compared by default.
	if err := p.origin.AddTrustedOrigin(originOf(c.PublicURL, u)); err != nil {
		return nil, errors.New("web: the public address is no origin")
	}
	return p, nil
}

// originOf returns an address as browsers write it in the header Origin: in lower case and without the usual port.
func originOf(address string, u *url.URL) string {
	for scheme, port := range map[string]string{"https": ":443", "http": ":80"} {
		if u.Scheme == scheme {
			address = strings.TrimSuffix(address, port)
		}
	}
	return strings.ToLower(address)
}

// Paths below Prefix.
const (
	loginPath = "login"
	stylePath = "style.css"
	textPath  = "text/"
	renewPath = "/renew"
)

// maxURL limits path and query. The code of a login has 1 KB at most.
const maxURL = 2 << 10

// lookupTimeout limits what the database may take, so that the person has an answer before the server ends it.
const lookupTimeout = 5 * time.Second

// ServeHTTP answers every path below Prefix.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.setHeaders(w.Header())
	v := &visit{Pages: p, w: w, r: r}
	v.lang, v.langAsked = languageOf(r)
	if wait := p.byClient.take(p.clientKey(r), p.now()); wait > 0 {
		v.limited(wait)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, Prefix)
	if len(r.URL.EscapedPath())+len(r.URL.RawQuery) > maxURL {
		v.say(badRequest, http.StatusRequestURITooLong)
		return
	}
	switch token, renew := strings.CutSuffix(path, renewPath); {
	case path == stylePath:
		v.only(v.style, http.MethodGet, http.MethodHead)
	case path == loginPath:
		v.only(v.loggedIn, http.MethodGet, http.MethodHead)
	case strings.HasPrefix(path, textPath):
		v.only(func() { v.text(strings.TrimPrefix(path, textPath)) }, http.MethodGet, http.MethodHead)
	case renew:
		v.only(func() { v.withLink(token, v.renew) }, http.MethodPost)
	case r.Method == http.MethodPost:
		v.withLink(token, v.accept)
	default:
		v.only(func() { v.withLink(token, v.show) }, http.MethodGet, http.MethodHead, http.MethodPost)
	}
}

// only serves the methods and refuses others.
func (v *visit) only(serve func(), methods ...string) {
	for _, m := range methods {
		if v.r.Method == m {
			serve()
			return
		}
	}
	v.w.Header().Set("Allow", strings.Join(methods, ", "))
	v.say(badRequest, http.StatusMethodNotAllowed)
}

// withLink serves a path with a token.
func (v *visit) withLink(token string, serve func()) {
	l, ok := openToken(v.mac, token)
	if !ok {
		v.say(forged, 0)
		return
	}
	v.link = &l
	if wait := v.byLink.take(linkKey(l.AgreementLink), v.now()); wait > 0 {
		v.limited(wait)
		return
	}
	if v.r.Method == http.MethodPost && !v.readForm() {
		return
	}
	serve()
}

// maxForm limits the form: two proofs and a tick for each text.
const maxForm = 4 << 10

// readForm reads the form of a request of our own page, or answers.
func (v *visit) readForm() bool {
	if err := v.origin.Check(v.r); err != nil {
		v.say(crossSite, 0)
		return false
	}
	if kind, _, _ := strings.Cut(v.r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind),
		"application/x-www-form-urlencoded") {
		v.say(badForm, http.StatusUnsupportedMediaType)
		return false
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	err := v.r.ParseForm()
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok && tooLarge != nil {
		v.say(badForm, http.StatusRequestEntityTooLarge)
		return false
	}
	if err != nil {
		v.say(badForm, 0)
		return false
	}
	return true
}

// lookUp returns the case of the link, or answers.
func (v *visit) lookUp() (c engine.AgreementCase, ok bool) {
	ctx, cancel := context.WithTimeout(v.r.Context(), lookupTimeout)
	defer cancel()
	c, err := v.cases.AgreementCase(ctx, v.link.AgreementLink)
	return c, v.found(err)
}

// found answers if the engine did not.
func (v *visit) found(err error) bool {
	switch {
	case errors.Is(err, flows.ErrNotFound):
		v.say(gone, 0)
	case err != nil:
		v.log.WarnContext(v.r.Context(), v.name()+": no answer of the engine", "case", v.link.CaseID, "error", err)
		v.say(unavailable, 0)
	}
	return err == nil
}
