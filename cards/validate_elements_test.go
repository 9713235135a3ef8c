package cards

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

func (v *validator) node(where string, o map[string]any, depth int, inForm, atRoot bool) {
	tag := v.count(where, o)
	where += " " + tag
	if slices.Contains(interactive, tag) {
		name, _ := o["name"].(string)
		switch {
		case inForm && name == "":
			v.fail(where, "no name inside a form")
		case name != "" && v.names[name]:
			v.fail(where, "name %q twice", name)
		}
		if name != "" {
			v.names[name] = true
		}
		if c, given := o["confirm"]; given {
			if o["form_action_type"] != "submit" {
				v.fail(where, "a dialog on a button that submits no form, which is not documented to appear")
			}
			v.only(where+".confirm", object(c), knownConfirm)
			v.text(where+".confirm.title", object(object(c)["title"]), 100)
			v.text(where+".confirm.text", object(object(c)["text"]), 500)
		}
	}
	children := func(key string, inForm bool) {
		if depth > maxNesting {
			v.fail(where, "nested too deep")
		}
		for i, e := range list(o[key]) {
			v.node(fmt.Sprintf("%s.%s[%d]", where, key, i), object(e), depth+1, inForm, false)
		}
	}
	switch tag {
	case "div":
		v.text(where, object(o["text"]), 10_000)
	case "img":
		v.text(where+".alt", object(o["alt"]), 100)
	case "markdown":
		v.languages(where, o)
		if s, _ := o["content"].(string); longMarkups.MatchString(s) {
			v.fail(where, "mentions or links")
		}
	case "column_set":
		for i, c := range list(o["columns"]) {
			if object(c)["tag"] != "column" {
				v.fail(where, "child %d is no column", i)
			}
		}
		children("columns", inForm)
	case "column":
		children("elements", inForm)
	case "collapsible_panel":
		v.only(where+".header", object(o["header"]), []string{"title"})
		v.text(where+".header", object(object(o["header"])["title"]), 100)
		children("elements", inForm)
	case "form":
		v.form(where, o, atRoot)
		children("elements", true)
	case "button":
		v.button(where, o, inForm)
	case "input":
		v.text(where+".label", object(o["label"]), 100)
		if p, given := o["placeholder"]; given {
			v.text(where+".placeholder", object(p), 100)
		}
		n, _ := o["max_length"].(float64)
		value, _ := o["default_value"].(string)
		if n < 1 || n > 1000 || utf8.RuneCountInString(value) > int(n) {
			v.fail(where, "max_length %v", n)
		}
	case "select_static":
		v.choice(where, o)
	case "select_person":
		v.text(where+".placeholder", object(o["placeholder"]), 100)
		for i, opt := range list(o["options"]) {
			v.only(fmt.Sprintf("%s.options[%d]", where, i), object(opt), []string{"value"})
			if object(opt)["value"] == "" {
				v.fail(where, "nobody")
			}
		}
	case "chart":
		if inForm || object(o["chart_spec"])["type"] == nil {
			v.fail(where, "in a form or without type")
		}
	case "table":
		v.table(where, o, atRoot)
	case "person_list":
		if o["drop_invalid_user_id"] != true {
			v.fail(where, "somebody who has left would make the card unsendable")
		}
		for i, p := range list(o["persons"]) {
			v.only(fmt.Sprintf("%s[%d]", where, i), object(p), []string{"id"})
			if object(p)["id"] == "" {
				v.fail(where, "nobody")
			}
		}
	}
}

func (v *validator) form(where string, o map[string]any, atRoot bool) {
	name, _ := o["name"].(string)
	if !atRoot || name == "" || v.names[name] {
		v.fail(where, "not at the root, or its name %q is missing or taken", name)
	}
	v.names[name] = true
	if !anyOf(o, func(c map[string]any) bool { return c["form_action_type"] == "submit" }) {
		v.fail(where, "no submit button")
	}
	if anyOf(o["elements"], func(c map[string]any) bool {
		return c["tag"] == "form" || c["tag"] == "table" || c["tag"] == "chart"
	}) {
		v.fail(where, "holds a form, table or chart")
	}
}

func (v *validator) button(where string, o map[string]any, inForm bool) {
	v.text(where, object(o["text"]), 100)
	if t, _ := o["type"].(string); !slices.Contains(buttonTypes, t) {
		v.fail(where, "type %q", t)
	}
	if _, submits := o["form_action_type"]; submits != inForm {
		v.fail(where, "submits outside a form, or does not inside")
	}
	behaviors := list(o["behaviors"])
	if len(behaviors) != 1 {
		v.fail(where, "%d behaviors", len(behaviors))
	}
	for _, b := range behaviors {
		if object(b)["type"] == "open_url" {
			v.only(where+".behaviors", object(b), []string{"type", "default_url"})
			if address, _ := object(b)["default_url"].(string); !strings.HasPrefix(address, "https://") {
				v.fail(where, "opens %q", address)
			}
			continue
		}
		v.only(where+".behaviors", object(b), []string{"type", "value"})
		if _, isObject := object(b)["value"].(map[string]any); object(b)["type"] != "callback" || !isObject {
			v.fail(where, "behaviour without a value object")
		}
	}
}

func (v *validator) choice(where string, o map[string]any) {
	v.text(where+".placeholder", object(o["placeholder"]), 100)
	values := map[any]bool{}
	for i, opt := range list(o["options"]) {
		at := fmt.Sprintf("%s.options[%d]", where, i)
		v.only(at, object(opt), []string{"text", "value"})
		v.text(at, object(object(opt)["text"]), 100)
		value := object(opt)["value"]
		if value == "" || value == nil || values[value] {
			v.fail(at, "value %v is empty or taken", value)
		}
		values[value] = true
	}
	if n, given := o["initial_index"].(float64); given && (n < 1 || int(n) > len(values)) {
		v.fail(where, "initial_index %v is no option", n)
	}
}

// anyOf reports whether an object inside x satisfies f.
func anyOf(x any, f func(map[string]any) bool) bool {
	switch x := x.(type) {
	case map[string]any:
		if f(x) {
			return true
		}
		for _, c := range x {
			if anyOf(c, f) {
				return true
			}
		}
	case []any:
		for _, c := range x {
			if anyOf(c, f) {
				return true
			}
		}
	}
	return false
}

// table checks a table (page "表格"): at the root, at most ten rows on a page, each cell of a column.
func (v *validator) table(where string, o map[string]any, atRoot bool) {
	if size, _ := o["page_size"].(float64); !atRoot || size < 1 || size > 10 {
		v.fail(where, "not at the root, or page_size %v", o["page_size"])
	}
	columns := map[string]bool{}
	for i, c := range list(o["columns"]) {
		at := fmt.Sprintf("%s.columns[%d]", where, i)
		v.only(at, object(c), []string{"name", "display_name", "data_type", "width"})
		if object(c)["data_type"] != "text" || object(c)["display_name"] == "" {
			v.fail(at, "not a column of texts with a title")
		}
		name, _ := object(c)["name"].(string)
		columns[name] = true
	}
	for i, r := range list(o["rows"]) {
		for name, cell := range object(r) {
			if _, text := cell.(string); !text || !columns[name] {
				v.fail(fmt.Sprintf("%s.rows[%d]", where, i), "cell %q", name)
			}
		}
	}
}
