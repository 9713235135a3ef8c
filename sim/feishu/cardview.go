package feishu

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Card is a parsed card JSON 2.0, for reading what a person sees. The zero value is an empty card.
type Card struct {
	root map[string]any // numbers are json.Number
}

// String returns counts and none of the card's text.
func (c *Card) String() string {
	return fmt.Sprintf("Card(buttons=%d inputs=%d)", len(c.Buttons()), len(c.Inputs()))
}

// GoString is String.
func (c *Card) GoString() string { return c.String() }

// Button is a button of a card.
type Button struct {
	Text      string // of content; translations are ignored
	Name      string
	ElementID string
	Type      string         // primary, danger, …
	Value     map[string]any // of its callback behavior; nil if it has none
	Act       string         // Value["act"], if that is a string
	URL       string         // of its open_url behavior
	Form      string         // name of the form around it
	Submit    bool           // form_action_type submit
	Reset     bool           // form_action_type reset
	Disabled  bool
	Confirm   bool // asks for confirmation: only a submit button does (按钮, confirm)
	value     json.RawMessage
}

// Input is a field of a form: an input, a select or a picker.
type Input struct {
	Tag, Name, Form string
	Label           string
	Required        bool
	Disabled        bool
	MaxLength       int      // characters, inputs only; default 1000
	Options         []string // values, selects only
	Default         any      // string, or []string for multiple selection
}

// ParseCard reads a card. It only checks that the card is a JSON object.
func ParseCard(card []byte) (*Card, error) {
	dec := json.NewDecoder(bytes.NewReader(card))
	dec.UseNumber()
	var root map[string]any
	if err := dec.Decode(&root); err != nil {
		return nil, errors.New("feishu sim: the card is not a JSON object")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("feishu sim: something follows the card")
	}
	return &Card{root: root}, nil
}

// each visits every object of the card, parents before children, in reading order.
func (c *Card) each(visit func(map[string]any)) { walk(c.root, visit) }

// readingOrder is the order in which a person reads the parts of one object; other keys follow alphabetically.
var readingOrder = []string{"config", "summary", "header", "title", "subtitle", "text_tag_list", "label", "text",
	"content", "body", "elements"}

func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			walk(x, visit)
		}
	case map[string]any:
		visit(v)
		for _, k := range keysInOrder(v) {
			if k != "value" { // the client does not show the data of a callback
				walk(v[k], visit)
			}
		}
	}
}

func keysInOrder(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	rank := func(k string) int {
		if i := slices.Index(readingOrder, k); i >= 0 {
			return i
		}
		return len(readingOrder)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return keys
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
func list(v any) []any {
	l, _ := v.([]any)
	return l
}
func str(v any) string {
	t, _ := v.(string)
	return t
}
func yes(v any) bool {
	b, _ := v.(bool)
	return b
}

// inForms visits every object of the body with the name of the form around it.
func (c *Card) inForms(visit func(o map[string]any, form string)) {
	for _, e := range list(object(c.root["body"])["elements"]) {
		form := ""
		if o := object(e); o["tag"] == "form" {
			form = str(o["name"])
		}
		walk(e, func(o map[string]any) { visit(o, form) })
	}
}

// Buttons returns the buttons in reading order.
func (c *Card) Buttons() []Button {
	var out []Button
	c.inForms(func(o map[string]any, form string) {
		if o["tag"] != "button" {
			return
		}
		b := Button{
			Text:      str(object(o["text"])["content"]),
			Name:      str(o["name"]),
			ElementID: str(o["element_id"]),
			Type:      str(o["type"]),
			Form:      form,
			Submit:    o["form_action_type"] == "submit",
			Reset:     o["form_action_type"] == "reset",
			Disabled:  yes(o["disabled"]),
			Confirm:   o["confirm"] != nil && o["form_action_type"] == "submit",
		}
		for _, x := range list(o["behaviors"]) {
			bh := object(x)
			switch bh["type"] {
			case "callback":
				b.value = raw(bh["value"])
				_ = json.Unmarshal(b.value, &b.Value)
				b.Act = str(b.Value["act"])
			case "open_url":
				b.URL = str(bh["default_url"])
			}
		}
		out = append(out, b)
	})
	return out
}

// FindAct returns the first button whose callback value has this act.
func (c *Card) FindAct(act string) (Button, bool) {
	all := c.Buttons()
	if i := slices.IndexFunc(all, ByAct(act)); i >= 0 {
		return all[i], true
	}
	return Button{}, false
}

// ByAct matches the buttons whose callback value has this act.
func ByAct(act string) func(Button) bool { return func(b Button) bool { return b.Act == act } }

// valueTags lists the components that put a value into form_value.
var valueTags = map[string]bool{
	"input":               true,
	"select_static":       true,
	"multi_select_static": true,
	"select_person":       true,
	"multi_select_person": true,
	"date_picker":         true,
	"picker_time":         true,
	"picker_datetime":     true,
	"select_img":          true,
	"checker":             true,
}

// Inputs returns the fields in reading order.
func (c *Card) Inputs() []Input {
	var out []Input
	c.inForms(func(o map[string]any, form string) {
		tag := str(o["tag"])
		if !valueTags[tag] {
			return
		}
		in := Input{
			Tag:      tag,
			Name:     str(o["name"]),
			Form:     form,
			Required: yes(o["required"]),
			Disabled: yes(o["disabled"]),
		}
		in.Label = str(object(o["label"])["content"])
		if in.Label == "" {
			in.Label = str(object(o["placeholder"])["content"])
		}
		for _, x := range list(o["options"]) {
			in.Options = append(in.Options, str(object(x)["value"]))
		}
		switch tag {
		case "input":
			in.Default, in.MaxLength = str(o["default_value"]), 1000
			if n, ok := o["max_length"].(json.Number); ok {
				n, _ := n.Int64()
				in.MaxLength = int(n)
			}
		case "multi_select_static", "multi_select_person", "select_img":
			in.Default = texts(o["selected_values"])
		case "select_static":
			in.Default = initialValue(o)
		case "select_person":
			in.Default = str(o["initial_option"])
		case "date_picker":
			in.Default = str(o["initial_date"])
		case "picker_time":
			in.Default = str(o["initial_time"])
		case "picker_datetime":
			in.Default = str(o["initial_datetime"])
		case "checker":
			in.Default = yes(o["checked"])
		}
		out = append(out, in)
	})
	return out
}

func texts(v any) []string {
	out := []string{}
	for _, x := range list(v) {
		out = append(out, str(x))
	}
	return out
}

// Title returns the header's title from content, without translation.
func (c *Card) Title() string { return str(object(object(c.root["header"])["title"])["content"]) }

// Template returns the colour of the header.
func (c *Card) Template() string { return str(object(c.root["header"])["template"]) }

// Text returns everything that a person with this client language (zh_cn, en_us, …) can read on the card, one piece per
// line, in reading order: preview, header, texts, labels, options, prefilled values, confirmations, table cells.
func (c *Card) Text(locale string) string {
	var lines []string
	add := func(s string) {
		if s != "" {
			lines = append(lines, s)
		}
	}
	c.each(func(o map[string]any) {
		if t, ok := object(o["i18n_content"])[locale].(string); ok {
			add(t)
		} else {
			add(str(o["content"]))
		}
		switch o["tag"] {
		case "input":
			if t, ok := object(o["i18n_default_value"])[locale].(string); ok {
				add(t)
			} else {
				add(str(o["default_value"]))
			}
		case "date_picker":
			add(str(o["initial_date"]))
		case "picker_time":
			add(str(o["initial_time"]))
		case "picker_datetime":
			add(str(o["initial_datetime"]))
		case "table":
			for _, col := range list(o["columns"]) {
				add(str(object(col)["display_name"]))
			}
			for _, row := range list(o["rows"]) {
				r := object(row)
				for _, k := range keysInOrder(r) {
					add(cell(r[k]))
				}
			}
		}
	})
	return strings.Join(lines, "\n")
}

func cell(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, cell(x))
		}
		return strings.Join(parts, " ")
	case map[string]any:
		return str(v["text"])
	}
	return ""
}
