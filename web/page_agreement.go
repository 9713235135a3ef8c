package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
)

// agreementView is the page on which a person reads and accepts.
type agreementView struct {
	view
	Click   bool // the read type is CLICK
	Again   bool // the person has read an earlier version
	Changed bool // a text has changed while it was read
	Missing []missing
	Files   []fileView // texts that the page shows
	List    []fileView // with CLICK: all texts, without their text
	Consent *consentView
	Next    string // with CLICK: address of the next text; "" if all were opened
	Action  string
	Shown   string // proofs, see shown.go
	Opened  string
}

// fileView is a text.
type fileView struct {
	flows.AgreementFile
	N       int
	Text    string // the mark of large_text.go
	Exact   string // address of the exact bytes
	Open    string // with CLICK: address that opens it
	Opened  bool
	Ticked  bool
	Missing bool
}

// Tag returns the language of the text, by its title. It may differ from the page's, and a screen reader needs it.
func (f fileView) Tag() string {
	if strings.ContainsFunc(f.Title, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return zh.tag()
	}
	return en.tag()
}

// localFile is a text with the language of its page.
type localFile struct {
	lang
	File fileView
}

// In returns the text for a part of a template that has words of its own.
func (f fileView) In(l lang) localFile { return localFile{l, f} }

// consentView is the separate consent (个人信息保护法 art. 29). The button that submits the form gives it, and nothing
// else: every agreement has a box or a click of its own.
type consentView struct {
	cards.AgreementParts
	Missing bool // the form came without the button
}

// missing is something that the person has not done yet.
type missing struct {
	At   string // id of the field
	Text string
}

// form is what a form of the page brings back.
type form struct {
	ticked  []bool // with CHECK: of each text
	consent bool
	opened  opened // with CLICK
	sent    bool   // false if no form was sent
	changed bool   // it was for other texts
}

// show answers GET and HEAD of a link. It changes nothing.
func (v *visit) show() {
	c, ok := v.lookUp()
	if !ok {
		return
	}
	if !v.open(c) {
		return
	}
	if !v.known(v.r, v.link.AgreementLink, c) {
		switch {
		case v.r.Method == http.MethodHead: // a robot looks at the link
			v.send(http.StatusOK, "text/html; charset=utf-8", nil)
		case v.r.URL.Query().Get(paramFrom) == fromLogin: // never in a circle
			v.say(signedOut, 0)
		default:
			v.startLogin()
		}
		return
	}
	if c.State == engine.AgreementAccepted {
		v.showAccepted(c)
		return
	}
	if _, err := v.readerAddress(); err != nil { // before somebody reads for nothing
		v.say(noAddress, 0)
		return
	}
	v.ended(Shown, "shown")
	v.showAgreement(http.StatusOK, c, form{})
}

// open answers for a link behind which there is nothing to read, and reports whether there is.
func (v *visit) open(c engine.AgreementCase) bool {
	late := v.link.expired(v.now())
	switch {
	case c.State == engine.AgreementGone:
		v.say(gone, 0)
	case late && c.State == engine.AgreementAccepted:
		v.say(already, 0)
	case late:
		v.say(expired, 0)
	default:
		return true
	}
	return false
}

// showAgreement draws the page. f is the form that was sent, if one was.
func (v *visit) showAgreement(status int, c engine.AgreementCase, f form) {
	page := agreementView{
		view:    v.newView(v.lang.must("agreement.title")),
		Click:   v.page.ReadType == flows.ReadClick,
		Again:   c.Again,
		Changed: f.changed,
		Action:  v.address(v.link.token, nil),
		Shown:   v.proofOfShown(*v.link, c),
	}
	texts := make([]fileView, len(c.Files))
	for i, file := range c.Files {
		texts[i] = fileView{AgreementFile: file, N: i + 1, Exact: Prefix + textPath + file.SHA256}
	}
	shown := texts
	if page.Click {
		shown = v.clicked(&page, c, texts, f)
	}
	var bodies [][]byte
	for i := range shown {
		body, err := v.escapedOf(v.r.Context(), shown[i].SHA256)
		if err != nil {
			v.log.ErrorContext(v.r.Context(), "agreement page: a text is missing", "sha256", shown[i].SHA256, "error", err)
			v.say(unavailable, 0)
			return
		}
		shown[i].Text = markOf(len(bodies))
		bodies = append(bodies, body)
		if !page.Click && f.sent {
			shown[i].Ticked = f.ticked[i]
			shown[i].Missing = !f.ticked[i]
		}
		if shown[i].Missing {
			text, _ := v.lang.T("missing.read", "title", shown[i].Title)
			page.Missing = append(page.Missing, missing{"read-" + strconv.Itoa(shown[i].N), text})
		}
	}
	page.Files = shown
	if page.Next == "" {
		page.Consent = &consentView{AgreementParts: c.Consent.Parts(v.lang == en)}
		if f.sent && !f.consent {
			page.Consent.Missing = true
			page.Missing = append(page.Missing, missing{"consent", v.lang.must("missing.consent")})
		}
	}
	switch {
	case len(page.Missing) > 0:
		page.Problem = v.lang.must("missing.title")
	case page.Changed:
		page.Problem = v.lang.must("agreement.changed.title")
	}
	v.render("agreement.html", status, page, bodies...)
}

// clicked fills a page of CLICK: the list of texts and, if a click has opened one, that text. The last one that is
// opened comes with the consent and the button.
func (v *visit) clicked(page *agreementView, c engine.AgreementCase, texts []fileView, f form) (shown []fileView) {
	done, authentic := f.opened, f.sent
	at := -1
	if !f.sent && !f.changed {
		q := v.r.URL.Query()
		if proof := q.Get(paramOpened); proof != "" {
			done, authentic = v.wasOpened(*v.link, c.Files, proof)
			page.Changed = !authentic
		}
		if i, err := strconv.Atoi(q.Get(paramOpen)); authentic && err == nil && i >= 0 && i < len(texts) {
			at, done = i, done.with(i)
		}
	}
	page.Opened = v.proofOfOpened(*v.link, c.Files, done)
	open := func(i int) string { // goes on to the text
		q := url.Values{paramOpen: {strconv.Itoa(i)}, paramOpened: {page.Opened}}
		return v.address(v.link.token, q) + "#file-" + strconv.Itoa(i+1)
	}
	for i := range texts {
		texts[i].Open = open(i)
		texts[i].Opened = done.with(i).String() == done.String()
	}
	page.List = texts
	if next := done.next(len(texts)); next < len(texts) {
		page.Next = open(next)
		if f.sent {
			page.Missing = append(page.Missing, missing{"text-" + strconv.Itoa(next+1), v.lang.must("missing.open")})
		}
	}
	if at < 0 {
		return nil
	}
	return []fileView{texts[at]}
}

// acceptedView says what is on record.
type acceptedView struct {
	view
	Files []fileView
	At    string
}

func (v *visit) showAccepted(c engine.AgreementCase) {
	page := acceptedView{view: v.newView(v.lang.must("accepted.title")), At: cards.Stamp(c.Reading.At)}
	for i, file := range c.Reading.Files {
		page.Files = append(page.Files, fileView{AgreementFile: file, N: i + 1, Exact: Prefix + textPath + file.SHA256})
	}
	v.ended(Already, "accepted_page")
	v.render("accepted.html", http.StatusOK, page)
}
