package sim

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Form is a form of a page.
type Form struct {
	Post   bool // method
	Fields []Field

	action string
	page   *Page
}

// Field is a field of a form or a button that submits it.
type Field struct {
	Type, Name, Value string // Type is hidden, checkbox, submit, …
	Checked, Required bool
}

// Ticks returns the names of the boxes that have to be ticked.
func (f *Form) Ticks() (names []string) {
	for _, in := range f.Fields {
		if in.Type == "checkbox" && in.Required {
			names = append(names, in.Name)
		}
	}
	return names
}

// CanSubmit reports whether the form has a button that submits it.
func (f *Form) CanSubmit() bool {
	return slices.ContainsFunc(f.Fields, func(in Field) bool { return in.Type == "submit" })
}

// Accept ticks every required box and submits the form by its first button. Submit sends other values.
func (f *Form) Accept(ctx context.Context) (*Page, error) {
	values, pressed := url.Values{}, false
	for _, in := range f.Fields {
		switch in.Type {
		case "submit":
			if pressed {
				continue
			}
			pressed = true
		case "checkbox", "radio":
			if !in.Checked && !in.Required {
				continue
			}
			if !in.Checked {
				f.page.browser.note(Tapped, in.Name)
			}
		}
		if in.Name != "" {
			values.Add(in.Name, in.Value)
		}
	}
	return f.Submit(ctx, values)
}

// Submit submits the form with these values, whatever it requires. The error is that of Browser.Open.
func (f *Form) Submit(ctx context.Context, values url.Values) (*Page, error) {
	to := f.page.resolve(f.action)
	f.page.browser.note(Tapped, "submit")
	if !f.Post {
		before, _, _ := strings.Cut(to, "?")
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, before+"?"+values.Encode(), http.NoBody)
		if err != nil {
			return nil, errNoPage
		}
		return f.page.browser.load(r)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(values.Encode()))
	if err != nil {
		return nil, errNoPage
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", f.page.origin())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	return f.page.browser.load(r)
}

// origin is the header Origin of a form: "null" if the page does not want to be named (Fetch standard, "append a
// request Origin header").
func (p *Page) origin() string {
	u, err := url.Parse(p.URL)
	if err != nil || p.Header.Get("Referrer-Policy") == "no-referrer" {
		return "null"
	}
	return u.Scheme + "://" + u.Host
}

// read fills in what the page shows.
func (p *Page) read(root *html.Node) {
	var text strings.Builder
	var form *Form
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			text.WriteString(n.Data)
		}
		switch n.DataAtom {
		case atom.Head, atom.Script, atom.Style, atom.Template, atom.Noscript:
			return
		case atom.A:
			if to := attribute(n, "href"); to != "" {
				p.Links = append(p.Links, Link{wordsOf(n), to})
			}
		case atom.Form:
			form = &Form{Post: strings.EqualFold(attribute(n, "method"), "post"), action: attribute(n, "action"), page: p}
			if p.Form == nil {
				p.Form = form
			}
		case atom.Input, atom.Button:
			if in, ok := fieldOf(n); ok && form != nil {
				form.Fields = append(form.Fields, in)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		switch n.DataAtom {
		case atom.Form:
			form = nil
		case atom.P, atom.Div, atom.Li, atom.H1, atom.H2, atom.H3, atom.Br, atom.Pre, atom.Label, atom.Button, atom.Summary,
			atom.Section, atom.Header, atom.Footer, atom.Dt, atom.Dd:
			text.WriteByte('\n')
		}
	}
	walk(root)
	var lines []string
	for line := range strings.Lines(text.String()) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	p.Text = strings.Join(lines, "\n")
}

// fieldOf reads a field. A browser sends none that is disabled, and no button that submits nothing; nobody presses one
// that is hidden.
func fieldOf(n *html.Node) (Field, bool) {
	in := Field{
		Type:     strings.ToLower(attribute(n, "type")),
		Name:     attribute(n, "name"),
		Value:    attribute(n, "value"),
		Checked:  has(n, "checked"),
		Required: has(n, "required"),
	}
	switch {
	case in.Type == "" && n.DataAtom == atom.Button:
		in.Type = "submit"
	case in.Type == "":
		in.Type = "text"
	case in.Type == "checkbox" && !has(n, "value"):
		in.Value = "on"
	}
	return in, !has(n, "disabled") && in.Type != "button" && in.Type != "reset" && !(in.Type == "submit" && has(n, "hidden"))
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// wordsOf returns the text inside an element.
func wordsOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
