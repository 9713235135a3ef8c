package cards

import "slices"

// node is a JSON object of a card. encoding/json sorts its keys, so equal cards give equal bytes.
type node map[string]any

// Text sizes and colours (page "普通文本"). text_color works on plain_text only.
const (
	sizeBig   = "heading-0"
	sizeHead  = "heading-4"
	sizeSmall = "notation"

	colourRed    = "red"
	colourOrange = "orange"
	colourGreen  = "green"
	colourGrey   = "grey"
)

// plainText is a text object without markup.
func plainText(t text) node {
	return node{"tag": "plain_text", "content": t.zh, "i18n_content": i18n(t)}
}

func i18n(t text) node { return node{"zh_cn": t.zh, "en_us": t.en} }

// line is a paragraph of plain text. style may contain a text size and a colour.
func line(t text, style ...string) node {
	body := plainText(t)
	for _, s := range style {
		switch s {
		case sizeBig, sizeHead, sizeSmall:
			body["text_size"] = s
		default:
			body["text_color"] = s
		}
	}
	return node{"tag": "div", "text": body}
}

// small is a paragraph in small grey letters.
func small(t text) node { return line(t, sizeSmall, colourGrey) }

// markdown interprets the markup of a trusted text. Any other text becomes plain text.
func markdown(t text) node {
	if !t.trusted {
		return line(t)
	}
	return node{"tag": "markdown", "content": t.zh, "i18n_content": i18n(t)}
}

// headline is a paragraph in the size of a heading.
func headline(t text) node { return line(t, sizeHead) }

func rule() node { return node{"tag": "hr"} }

// fact is a line "label: value"; empty without a value. label is an id of the texts "label.<id>".
func fact(label string, value text) text {
	if value.empty() {
		return text{}
	}
	value.zh, value.en = oneLine(value.zh), oneLine(value.en)
	return join(colon, tr("label."+label), value)
}

// colon separates a label from its value.
var colon = text{zh: "：", en: ": ", trusted: true}

// facts draws the non-empty lines as one element; nil if there are none.
func facts(lines ...text) []node {
	all := join(sameText("\n"), lines...)
	if all.empty() {
		return nil
	}
	return []node{line(all)}
}

// smallFacts is facts in small grey letters.
func smallFacts(lines ...text) []node {
	all := join(sameText("\n"), lines...)
	if all.empty() {
		return nil
	}
	return []node{small(all)}
}

// person shows a person with name and avatar, which Feishu fills in by the open_id. The component "person" has no
// drop_invalid_user_id, so that one person who has left the company would make a card unsendable.
func person(openID string) node {
	return personList("small", true, openID)
}

// personList shows people by their open_ids. People who have left the company are left out (page "人员列表").
func personList(size string, names bool, openIDs ...string) node {
	persons := make([]node, 0, len(openIDs))
	for _, id := range openIDs {
		persons = append(persons, node{"id": machineID(id).zh})
	}
	return node{
		"tag":                  "person_list",
		"persons":              persons,
		"size":                 size,
		"show_avatar":          true,
		"show_name":            names,
		"drop_invalid_user_id": true,
	}
}

// row draws elements side by side. They wrap on a narrow screen.
func row(elements ...node) node {
	columns := make([]node, 0, len(elements))
	for _, e := range elements {
		columns = append(columns, column(e))
	}
	return node{
		"tag":                "column_set",
		"flex_mode":          "flow",
		"horizontal_spacing": "small",
		"columns":            columns,
	}
}

// twoColumns draws two groups side by side, at equal width.
func twoColumns(left, right []node) node {
	half := func(elements []node) node {
		c := column(elements...)
		c["width"], c["weight"] = "weighted", 1
		return c
	}
	return node{
		"tag":                "column_set",
		"flex_mode":          "bisect",
		"horizontal_spacing": "medium",
		"columns":            []node{half(left), half(right)},
	}
}

func column(elements ...node) node {
	return node{
		"tag":              "column",
		"width":            "auto",
		"vertical_align":   "center",
		"vertical_spacing": "small",
		"elements":         elements,
	}
}

// collapsed is a closed panel that a tap opens. A panel must not contain a form.
func collapsed(title text, elements ...node) node {
	return node{
		"tag":      "collapsible_panel",
		"expanded": false,
		"header":   node{"title": plainText(title)},
		"elements": elements,
	}
}

// Types of buttons (page "按钮").
const (
	mainButton   = "primary_filled"
	plainButton  = "default"
	dangerButton = "danger"
	quietButton  = "text"
)

// button sends its action when it is clicked. label is an id of the texts "button.<id>".
func button(label, look string, a Action) node {
	b := node{
		"tag":       "button",
		"type":      look,
		"text":      plainText(tr("button." + label)),
		"behaviors": []node{{"type": "callback", "value": a.Value()}},
	}
	if look == mainButton {
		b["width"] = "fill"
	}
	return b
}

// Address is a web address that the bot has made, or that of the supplier's page for a face as its signed answer gives
// it; never one of a person.
type Address string

// link is a button that opens a page (page "按钮", behaviors: open_url). Its click reaches nobody but the browser.
func link(label, look string, url Address) node {
	b := button(label, look, Action{})
	b["behaviors"] = []node{{"type": "open_url", "default_url": url}}
	return b
}

// askFirst is a button behind a confirmation dialog (texts "ask.<id>.title" and "ask.<id>.text"), as a form of its own:
// the dialog is documented for submit buttons only (page "按钮", confirm). It may stand only directly in the body of a
// card. The name of the button carries its action, so that it must not be an act without a case.
func askFirst(id, look string, a Action) node {
	return form("ask_"+id, asSubmit(withDialog(button(id, look, a), id), a))
}

// withDialog adds a confirmation dialog to a submit button (texts "ask.<id>.title" and "ask.<id>.text").
func withDialog(b node, id string) node {
	b["confirm"] = node{
		"title": plainText(tr("ask." + id + ".title")),
		"text":  plainText(tr("ask." + id + ".text")),
	}
	return b
}

// asSubmit makes the button of an action submit the form around it.
func asSubmit(b node, a Action) node {
	b["name"], b["form_action_type"] = a.Name(), "submit"
	return b
}

// form contains inputs and at least one button of asSubmit. It may stand only directly in the body of a card (page
// "表单容器").
func form(name string, elements ...node) node {
	return node{"tag": "form", "name": name, "elements": elements}
}

// field describes an input (page "输入框").
type field struct {
	name     string // key of the form value; the label is the text "label.<name>"
	hint     text   // placeholder
	value    string // prefilled
	max      int    // characters
	required bool   // only the client enforces it, so the server checks again
	lines    bool   // multi-line input
}

func (f field) node() node {
	in := node{
		"tag":        "input",
		"name":       f.name,
		"label":      plainText(tr("label." + f.name)),
		"max_length": f.max,
		"width":      "fill",
	}
	if f.required {
		in["required"] = true
	}
	if !f.hint.empty() {
		in["placeholder"] = plainText(f.hint)
	}
	if f.value != "" {
		in["default_value"] = visible(f.value, f.max)
	}
	if f.lines {
		in["input_type"], in["rows"] = "multiline_text", 3
	}
	return in
}

// choice is a select_static with the codes of a catalogue as options. The component has no label, so a line above it
// names it.
func choice(name, family string, codes []string, initial string, required bool) []node {
	options := make([]node, 0, len(codes))
	for _, code := range codes {
		options = append(options, node{"text": plainText(codeText(family, code)), "value": code})
	}
	s := node{
		"tag":         "select_static",
		"name":        name,
		"placeholder": plainText(tr("hint." + name)),
		"options":     options,
		"width":       "fill",
	}
	// initial_option is documented as the option's content, which depends on the reader's language; initial_index counts
	// from 1 (page "下拉选择-单选").
	if i := slices.Index(codes, initial); i >= 0 {
		s["initial_index"] = i + 1
	}
	if required {
		s["required"] = true
	}
	return []node{line(tr("label." + name)), s}
}
