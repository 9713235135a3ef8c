package web

import (
	"bytes"
	"cmp"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// visit is one request.
type visit struct {
	*Pages
	w         http.ResponseWriter
	r         *http.Request
	lang      lang
	langAsked bool  // the address names the language
	link      *link // nil until it is known to be authentic
}

// view is what every page shows.
type view struct {
	lang
	Title   string
	Problem string // goes before the title in the tab, which a screen reader says first; "" for none
	Style   string // address of the style sheet
	Other   lang   // the other language
	Switch  string // address of this page in the other language
	ChatURL string
}

// messageView is a page that says one thing.
type messageView struct {
	view
	What, Do string
	Again    string // address of the link; "" offers nothing
	Renew    string // where a new link is asked for; "" offers nothing
}

// say answers with a message. status 0 is the message's own.
func (v *visit) say(m message, status int) {
	if m.later > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(m.later))
	}
	page := messageView{
		view: v.newView(v.lang.must(m.id + ".title")),
		What: v.lang.must(m.id + ".what"),
		Do:   v.lang.must(m.id + ".do"),
	}
	if v.link != nil && m.again {
		page.Again = v.address(v.link.token, nil)
	}
	if v.link != nil && m.renew {
		page.Renew = v.address(v.link.token+renewPath, nil)
	}
	v.ended(m.outcome, m.id)
	v.render("message.html", cmp.Or(status, m.status), page)
}

// limited says when to come again.
func (v *visit) limited(wait time.Duration) {
	m := limited
	m.later = int((wait + time.Second - 1) / time.Second)
	v.say(m, 0)
}

func (v *visit) newView(title string) view {
	other := v.lang.other()
	return view{
		lang:    v.lang,
		Title:   title,
		Style:   v.prefix + stylePath,
		Other:   other,
		Switch:  v.switchTo(other),
		ChatURL: v.chatURL,
	}
}

// switchTo returns the address of this page in another language. It never repeats a form, or the code of a login.
func (v *visit) switchTo(l lang) string {
	q := url.Values{}
	path := v.r.URL.Path
	if v.link != nil {
		path = v.prefix + v.link.token
	}
	if v.r.Method != http.MethodPost {
		for _, name := range []string{paramOpen, paramOpened} {
			if s := v.r.URL.Query().Get(name); s != "" {
				q.Set(name, s)
			}
		}
	}
	q.Set(paramLang, string(l))
	return (&url.URL{Path: path, RawQuery: q.Encode()}).String()
}

// Query parameters of a page.
const (
	paramLang   = "lang"
	paramOpen   = "open"   // index of the text that a click opens
	paramOpened = "opened" // proof of the texts opened before, also a field of the form
	paramFrom   = "from"   // fromLogin after a login
	fromLogin   = "login"
)

// name is how the log calls the pages.
func (p *Pages) name() string {
	if p.prefix == FacePrefix {
		return "face page"
	}
	return "agreement page"
}

// address returns the address of a path below the prefix. It keeps a language that was asked for.
func (v *visit) address(path string, q url.Values) string {
	if q == nil {
		q = url.Values{}
	}
	if v.langAsked {
		q.Set(paramLang, string(v.lang))
	}
	return (&url.URL{Path: v.prefix + path, RawQuery: q.Encode()}).String()
}

// ended logs and counts how the visit ended.
func (v *visit) ended(o Outcome, code string) {
	v.observe(o)
	attrs := []slog.Attr{slog.String("outcome", string(o)), slog.String("code", code)}
	if v.link != nil {
		attrs = append(attrs, slog.String("case", v.link.CaseID))
	}
	level := slog.LevelInfo
	if v.link == nil || o == BadRequest || o == Limited {
		level = slog.LevelDebug // strangers can make as many as they like; the metric counts them
	}
	v.log.LogAttrs(v.r.Context(), level, v.name(), attrs...)
}

// render answers with a page and the texts whose marks are in it. It writes nothing before the whole page is made.
func (v *visit) render(name string, status int, data any, texts ...[]byte) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		v.log.ErrorContext(v.r.Context(), v.name()+" cannot be drawn", "page", name, "error", err)
		http.Error(v.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	v.w.Header().Set("Content-Language", v.lang.tag())
	v.send(status, "text/html; charset=utf-8", inserted(b.Bytes(), texts)...)
}

// perSecond is how many bytes a slow phone takes in a second. A long text may outlast the time that the server gives an
// answer.
const perSecond = 16 << 10

func (v *visit) send(status int, kind string, parts ...[]byte) {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	if extra := time.Duration(size/perSecond) * time.Second; extra > 0 {
		// Not every server has deadlines; then there is none to move.
		_ = http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(10*time.Second + extra))
	}
	v.w.Header().Set("Content-Type", kind)
	v.w.Header().Set("Content-Length", strconv.Itoa(size))
	v.w.WriteHeader(status)
	if v.r.Method == http.MethodHead {
		return
	}
	for _, part := range parts {
		_, _ = v.w.Write(part) // fails only if the client has disconnected
	}
}

// redirect sends the browser to another address by GET.
func (v *visit) redirect(address string, status int) {
	v.w.Header().Set("Location", address)
	v.w.WriteHeader(status)
}
