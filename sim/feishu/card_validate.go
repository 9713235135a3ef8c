package feishu

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// ValidateCard checks a card against the rules of card JSON 2.0 and returns every fault as a *CardError; a valid card
// has none. It is stricter than a client and about as strict as the documentation: unknown properties are errors, forms
// are at the root and have a submit button, interactive components in a form have a name, names and element ids are
// unique, callback values are objects, 200 elements, 30 KB. Sources: 卡片 JSON 2.0 结构, 卡片 JSON 2.0 版本更新说明, 表单容器, 按钮, 输入框
// and the component pages. The Server checks separately whether pictures and people exist.
func ValidateCard(card []byte) []error {
	_, errs := parseValid(card)
	return errs
}

// parseValid is ValidateCard with the parsed card, which is nil if the card cannot be parsed.
func parseValid(card []byte) (*Card, []error) {
	v := &validator{names: map[string]bool{}, ids: map[string]bool{}}
	if n := requestBytes(string(card)); n > maxCard {
		v.fail(codeTooLong, "", "the card makes a request of %d bytes, more than 30 KB", n)
		return nil, v.errs
	}
	c, err := ParseCard(card)
	if err != nil {
		v.fail(codeParse, "", "the card is not a JSON object")
		return nil, v.errs
	}
	v.card(c.root)
	return c, v.errs
}

const (
	maxElements = 200
	maxDepth    = 5 // nested containers
)

type validator struct {
	errs   []error
	names  map[string]bool
	ids    map[string]bool
	sizes  map[string]any // custom text sizes of config.style
	colors map[string]any // custom colours of config.style
	tables int
}

// place is the position of a component in the card.
type place struct {
	root  bool // directly in body.elements
	form  bool // inside a form, at any depth
	depth int  // number of containers around it
}

func (v *validator) fail(code int, path, format string, args ...any) {
	v.errs = append(v.errs, &CardError{Code: code, Path: path, Msg: fmt.Sprintf(format, args...)})
}

// props checks an object: no unknown members, all required ones, and each by its rule.
func (v *validator) props(path string, o map[string]any, at place, rules map[string]rule, need ...string) {
	for _, k := range need {
		if _, ok := o[k]; !ok {
			v.fail(codeParse, join(path, k), "required property is missing")
		}
	}
	for _, k := range keysInOrder(o) {
		r, ok := rules[k]
		if !ok {
			v.fail(codeParse, join(path, k), "unknown property")
			continue
		}
		r(v, join(path, k), o[k], at)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (v *validator) card(root map[string]any) {
	if root["schema"] != "2.0" {
		v.fail(codeParse, "schema", `must be "2.0"`)
		return
	}
	if _, ok := root["i18n_elements"]; ok {
		v.fail(codeOldTag, "i18n_elements", "cards of schema V2 no longer support this capability")
		return
	}
	style := object(object(root["config"])["style"])
	v.sizes, v.colors = object(style["text_size"]), object(style["color"])

	n := 0
	walk(root, func(o map[string]any) {
		if _, ok := o["tag"]; ok {
			n++
		}
	})
	if n > maxElements {
		v.fail(codeElements, "", "element exceeds the limit")
	}
	v.props("", root, place{}, map[string]rule{
		"schema":    text1,
		"config":    config,
		"card_link": cardLink,
		"header":    header,
		"body":      body,
	}, "body")
}

// component checks one element of the body or of a container.
func (v *validator) component(path string, x any, at place) {
	o, ok := x.(map[string]any)
	if !ok {
		v.fail(codeParse, path, "an element must be an object")
		return
	}
	tag, _ := o["tag"].(string)
	spec, ok := components[tag]
	switch {
	case retired[tag]:
		v.fail(codeOldTag, path, "cards of schema V2 no longer support this capability; unsupported tag %s", tag)
		return
	case !ok:
		v.fail(codeParse, path, "unknown tag %q", tag)
		return
	}
	if spec.rootOnly && !at.root {
		v.fail(codeParse, path, "%s may stand directly in body.elements only", tag)
	}
	if spec.container && at.depth >= maxDepth {
		v.fail(codeParse, path, "containers are nested more than %d deep", maxDepth)
		return
	}
	inside := at
	inside.root = false
	if spec.container {
		inside.depth++
	}
	if tag == "form" {
		inside.form = true
	}
	v.props(path, o, inside, merged(spec.props), append([]string{"tag"}, spec.need...)...)
	if spec.interactive {
		v.interactive(path, o, at)
	}
	if spec.also != nil {
		spec.also(v, path, o, at)
	}
}

// interactive checks the common properties of interactive components. Only inside a form they need a name.
func (v *validator) interactive(path string, o map[string]any, at place) {
	if at.form {
		if name, _ := o["name"].(string); name == "" {
			v.fail(codeFormName, path, "an interactive component in a form needs a name")
		}
	} else if yes(o["required"]) {
		v.fail(codeParse, join(path, "required"), "only a field in a form can be required")
	}
}

// uniqueName checks that a name is unique in the card.
func uniqueName(v *validator, path string, x any, _ place) {
	n, ok := x.(string)
	switch {
	case !ok || n == "":
		v.fail(codeFormName, path, "a name must be a non-empty string")
	case v.names[n]:
		v.fail(codeFormName, path, "the name %q is used twice", n)
	}
	v.names[n] = true
}

var elementID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,19}$`)

// uniqueID checks that an element_id is unique in the card.
func uniqueID(v *validator, path string, x any, _ place) {
	n, _ := x.(string)
	switch {
	case !elementID.MatchString(n):
		v.fail(codeParse, path, "an element_id is a letter and up to 19 letters, digits and underscores")
	case v.ids[n]:
		v.fail(codeParse, path, "the element_id %q is used twice", n)
	}
	v.ids[n] = true
}

// merged adds the properties of every component.
func merged(props map[string]rule) map[string]rule {
	all := map[string]rule{"tag": text1, "element_id": uniqueID, "margin": margin}
	for k, r := range props {
		all[k] = r
	}
	return all
}

func number(x any) (float64, bool) {
	n, ok := x.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}
