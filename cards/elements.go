package cards

// node is one JSON object of a card. encoding/json writes its keys in order, so equal cards are equal bytes.
type node map[string]any

// Text sizes and colours, as the page "普通文本" names them. text_color works on plain_text only.
const (
	sizeBig   = "heading-0"
	sizeHead  = "heading-4"
	sizeSmall = "notation"

	inkRed    = "red"
	inkOrange = "orange"
	inkGreen  = "green"
	inkGrey   = "grey"
)

// plainText is a text object that shows its content as it is.
func plainText(t text) node {
	return node{"tag": "plain_text", "content": t.zh, "i18n_content": i18n(t)}
}

func i18n(t text) node { return node{"zh_cn": t.zh, "en_us": t.en} }

// line is a paragraph of plain text. Only strings that hold something are set: size, colour.
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

// small is a grey aside.
func small(t text) node { return line(t, sizeSmall, inkGrey) }

// markdown shows a text of our own with its marks. Anything that holds a word of somebody else falls back to plain
// text.
func markdown(t text) node {
	if !t.ours {
		return line(t)
	}
	return node{"tag": "markdown", "content": t.zh, "i18n_content": i18n(t)}
}

// headline is a bold line of our own.
func headline(t text) node { return line(t, sizeHead) }

func rule() node { return node{"tag": "hr"} }

// fact is a "label: value" line of a list.
func fact(label string, value text) text {
	if value.empty() {
		return text{}
	}
	value.zh, value.en = oneLine(value.zh), oneLine(value.en)
	return joined(text{zh: "：", en: ": ", ours: true}, tr("label."+label), value)
}

// facts is a list of facts as one element; facts without value are left out. nil when nothing is left.
func facts(lines ...text) []node {
	all := joined(same("\n"), lines...)
	if all.empty() {
		return nil
	}
	return []node{line(all)}
}

// person shows somebody by open_id with name and avatar; Feishu fills in the name.
func person(openID string) node {
	return node{"tag": "person", "user_id": machineID(openID).zh, "size": "small", "show_avatar": true, "show_name": true,
		"style": "capsule"}
}

// row puts elements side by side; on a narrow screen they wrap.
func row(elements ...node) node {
	columns := make([]node, 0, len(elements))
	for _, e := range elements {
		columns = append(columns, column(e))
	}
	return node{"tag": "column_set", "flex_mode": "flow", "horizontal_spacing": "small", "columns": columns}
}

// halves puts two groups side by side at equal width.
func halves(left, right []node) node {
	half := func(elements []node) node {
		c := column(elements...)
		c["width"], c["weight"] = "weighted", 1
		return c
	}
	return node{"tag": "column_set", "flex_mode": "bisect", "horizontal_spacing": "medium",
		"columns": []node{half(left), half(right)}}
}

func column(elements ...node) node {
	return node{"tag": "column", "width": "auto", "vertical_align": "center", "vertical_spacing": "small",
		"elements": elements}
}

// folded is a closed panel that opens on a tap. Panels hold no forms.
func folded(title text, elements ...node) node {
	return node{"tag": "collapsible_panel", "expanded": false, "header": node{"title": plainText(title)},
		"elements": elements}
}

// Button looks.
const (
	mainButton   = "primary_filled"
	plainButton  = "default"
	dangerButton = "danger"
	quietButton  = "text"
)

// button sends its action back when pressed. label is a text id of the "button" catalogue.
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

// asking adds a dialog before the button acts; texts "ask.<id>.title" and "ask.<id>.text".
func asking(b node, id string) node {
	b["confirm"] = node{"title": plainText(tr("ask." + id + ".title")), "text": plainText(tr("ask." + id + ".text"))}
	return b
}

// submitting turns a button into the submit button of the form around it; name tells buttons of one form apart.
func submitting(b node, name string) node {
	b["name"], b["form_action_type"] = name, "submit"
	return b
}

// form collects inputs; it may stand only directly in the body of a card and needs a submitting button.
func form(name string, elements ...node) node {
	return node{"tag": "form", "name": name, "elements": elements}
}

// field describes an input.
type field struct {
	name     string // form field, DESIGN names; its label is the text "label.<name>"
	hint     text   // placeholder
	value    string // prefilled
	max      int    // characters
	required bool   // enforced by the client only, so the server checks again
	lines    bool   // several lines
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
		in["default_value"] = shorten(printable(f.value), f.max)
	}
	if f.lines {
		in["input_type"], in["rows"] = "multiline_text", 3
	}
	return in
}

// choice is a select_static whose options are the given codes of a catalogue. The component has no label of its own, so
// a line above it names it.
func choice(name, family string, codes []string, initial string, required bool) []node {
	options := make([]node, 0, len(codes))
	for _, code := range codes {
		options = append(options, node{"text": plainText(of(family, code)), "value": code})
	}
	s := node{
		"tag":         "select_static",
		"name":        name,
		"placeholder": plainText(tr("hint." + name)),
		"options":     options,
		"width":       "fill",
	}
	if initial != "" {
		s["initial_option"] = initial
	}
	if required {
		s["required"] = true
	}
	return []node{line(tr("label." + name)), s}
}
