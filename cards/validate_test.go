package cards

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a card (page "卡片 JSON 2.0 结构"). The bytes are those of the request body (page "发送消息"), in which the card
// stands as a string.
const (
	maxBodyBytes    = 30 * 1024
	maxCardElements = 200
	maxNesting      = 5
)

// knownProperties lists the properties of every tag in use. Feishu refuses a card with any other property (sub-code
// 200621).
var knownProperties = map[string][]string{
	"plain_text": {"tag", "content", "i18n_content", "text_size", "text_color"},
	"markdown":   {"tag", "content", "i18n_content", "text_size", "text_align", "icon", "margin", "element_id"},
	"text_tag":   {"tag", "text", "color", "element_id"},
	"div":        {"tag", "text", "icon", "width", "margin", "element_id"},
	"img": {"tag", "img_key", "alt", "title", "preview", "transparent", "scale_type", "size", "corner_radius", "margin",
		"element_id"},
	"hr": {"tag", "margin", "element_id"},
	"person_list": {"tag", "persons", "size", "show_name", "show_avatar", "lines", "drop_invalid_user_id", "icon",
		"ud_icon", "margin", "element_id"},
	"table": {"tag", "page_size", "columns", "rows", "row_height", "element_id"},
	"chart": {"tag", "chart_spec", "aspect_ratio", "color_theme", "height", "preview", "margin", "element_id"},
	"column_set": {"tag", "columns", "flex_mode", "horizontal_spacing", "horizontal_align", "background_style",
		"action", "margin", "element_id"},
	"column": {"tag", "elements", "width", "weight", "vertical_align", "direction", "horizontal_spacing",
		"vertical_spacing", "padding", "margin", "background_style", "action", "element_id"},
	"collapsible_panel": {"tag", "header", "elements", "expanded", "background_color", "border", "direction",
		"vertical_spacing", "horizontal_spacing", "padding", "margin", "element_id"},
	"form": {"tag", "name", "elements", "direction", "horizontal_spacing", "vertical_spacing", "horizontal_align",
		"vertical_align", "padding", "margin", "element_id"},
	"button": {"tag", "text", "type", "size", "width", "behaviors", "icon", "hover_tips", "disabled",
		"disabled_tips", "confirm", "margin", "element_id", "name", "form_action_type"},
	"input": {"tag", "name", "required", "placeholder", "default_value", "label", "label_position", "input_type",
		"rows", "auto_resize", "max_rows", "max_length", "show_icon", "width", "disabled", "disabled_tips", "behaviors",
		"confirm", "margin", "element_id"},
	"select_person": {"tag", "name", "required", "options", "type", "placeholder", "width", "disabled", "behaviors",
		"confirm", "margin", "element_id"},
	"select_static": {"tag", "name", "required", "options", "type", "placeholder", "initial_index",
		"width", "disabled", "behaviors", "confirm", "margin", "element_id"},
}

// Properties of objects without a tag.
var (
	knownCard   = []string{"schema", "config", "header", "body", "card_link"}
	knownConfig = []string{"update_multi", "enable_forward", "enable_forward_interaction", "width_mode", "summary",
		"locales", "style"}
	knownHeader = []string{"title", "subtitle", "template", "text_tag_list", "i18n_text_tag_list", "icon", "padding"}
	knownBody   = []string{"direction", "padding", "horizontal_spacing", "vertical_spacing", "horizontal_align",
		"vertical_align", "elements"}
	knownConfirm = []string{"title", "text"}
	templates    = []string{"blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet",
		"purple", "indigo", "grey", "default"}
	tagColours = []string{"neutral", "blue", "turquoise", "lime", "orange", "violet", "indigo", "wathet", "green",
		"yellow", "red", "purple", "carmine"}
	buttonTypes = []string{"default", "primary", "danger", "text", "primary_text", "danger_text", "primary_filled",
		"danger_filled", "laser"}
	interactive = []string{"button", "input", "select_static", "select_person"}
)

var (
	elementID   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,19}$`)
	hexColour   = regexp.MustCompile(`^#[0-9A-Fa-f]{3,8}$`)
	bareNumber  = regexp.MustCompile(`(^|[^0-9])[1-9][0-9]{16}[0-9Xx]($|[^0-9])`)
	bareMobile  = regexp.MustCompile(`(^|[^0-9])1[3-9][0-9]{9}($|[^0-9])`)
	longMarkups = regexp.MustCompile(`<(at|person|link|font)|\]\(`)
)

type validator struct {
	errs      []error
	elements  int
	names     map[string]bool
	ids       map[string]bool
	clearData bool // the card may hold clear personal data in inputs
}

// validate checks a card against the documented rules of the format and our rules for personal data. clearData is true
// for the confirmation form only, whose inputs may have clear default values.
func validate(raw []byte, clearData bool) []error {
	v := &validator{names: map[string]bool{}, ids: map[string]bool{}, clearData: clearData}
	if n := bodyBytes(raw); n > maxBodyBytes {
		v.fail("card", "%d bytes in the request", n)
	}
	var card map[string]any
	if err := json.Unmarshal(raw, &card); err != nil {
		return []error{err}
	}
	v.only("card", card, knownCard)
	if card["schema"] != "2.0" {
		v.fail("card", "schema is %v", card["schema"])
	}
	v.config(object(card["config"]))
	v.header(object(card["header"]))
	body := object(card["body"])
	v.only("body", body, knownBody)
	if len(list(body["elements"])) == 0 {
		v.fail("body", "no elements")
	}
	for i, e := range list(body["elements"]) {
		v.node(fmt.Sprintf("body[%d]", i), object(e), 1, false, true)
	}
	if v.elements > maxCardElements {
		v.fail("card", "%d elements", v.elements)
	}
	v.strings("card", card, "")
	return v.errs
}

// bodyBytes returns the length of the request that sends a card. The SDK marshals it, and so escapes quotes and < > &.
func bodyBytes(card []byte) int {
	body, err := json.Marshal(map[string]string{
		"receive_id": strings.Repeat("x", 64),
		"msg_type":   "interactive",
		"content":    string(card),
		"uuid":       strings.Repeat("x", 50),
	})
	if err != nil {
		panic(err) // strings always marshal
	}
	return len(body)
}

func (v *validator) fail(where, format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...)))
}

func (v *validator) only(where string, o map[string]any, keys []string) {
	for k := range o {
		if !slices.Contains(keys, k) {
			v.fail(where, "unknown property %q", k)
		}
	}
}

func (v *validator) config(c map[string]any) {
	v.only("config", c, knownConfig)
	if c["update_multi"] != true {
		v.fail("config", "update_multi is not true")
	}
	if c["enable_forward"] != false {
		v.fail("config", "enable_forward is not false")
	}
	v.languages("config.summary", object(c["summary"]))
}

func (v *validator) header(h map[string]any) {
	v.only("header", h, knownHeader)
	v.text("header.title", object(h["title"]), 200)
	if t, _ := h["template"].(string); !slices.Contains(templates, t) {
		v.fail("header", "template %q", t)
	}
	tags := list(h["text_tag_list"])
	if len(tags) > 3 {
		v.fail("header", "%d tags", len(tags))
	}
	for i, t := range tags {
		where := fmt.Sprintf("header.text_tag_list[%d]", i)
		o := object(t)
		v.count(where, o)
		if c, _ := o["color"].(string); !slices.Contains(tagColours, c) {
			v.fail(where, "colour %q", c)
		}
		v.text(where, object(o["text"]), 100)
	}
}

// count counts a tagged object and checks its properties.
func (v *validator) count(where string, o map[string]any) string {
	v.elements++
	tag, _ := o["tag"].(string)
	keys, ok := knownProperties[tag]
	if !ok {
		v.fail(where, "tag %q", tag)
		return ""
	}
	v.only(where+" "+tag, o, keys)
	if id, given := o["element_id"].(string); given {
		if !elementID.MatchString(id) || v.ids[id] {
			v.fail(where, "element_id %q", id)
		}
		v.ids[id] = true
	}
	return tag
}

func (v *validator) text(where string, o map[string]any, max int) {
	if tag := v.count(where, o); tag != "plain_text" {
		v.fail(where, "text is %q, not plain_text", tag)
	}
	v.languages(where, o)
	for _, s := range []any{o["content"], object(o["i18n_content"])["en_us"]} {
		if s, _ := s.(string); utf8.RuneCountInString(s) > max {
			v.fail(where, "text of more than %d characters", max)
		}
	}
}

// languages requires both languages, and a content equal to the Chinese one.
func (v *validator) languages(where string, o map[string]any) {
	langs := object(o["i18n_content"])
	v.only(where+".i18n_content", langs, []string{"zh_cn", "en_us"})
	zh, _ := langs["zh_cn"].(string)
	en, _ := langs["en_us"].(string)
	if zh == "" || en == "" {
		v.fail(where, "a language is missing")
	}
	if o["content"] != zh {
		v.fail(where, "content is not the Chinese text")
	}
}

// strings checks every string of the card for clear numbers, hex colours and control characters.
func (v *validator) strings(where string, x any, key string) {
	switch x := x.(type) {
	case map[string]any:
		for k, c := range x {
			v.strings(where+"."+k, c, k)
		}
	case []any:
		for i, c := range x {
			v.strings(fmt.Sprintf("%s[%d]", where, i), c, key)
		}
	case string:
		if (bareNumber.MatchString(x) || bareMobile.MatchString(x)) && !(v.clearData && key == "default_value") {
			v.fail(where, "a clear number")
		}
		if hexColour.MatchString(x) {
			v.fail(where, "colour %q", x)
		}
		if strings.ContainsFunc(x, func(r rune) bool {
			return r < ' ' && r != '\n' || r == 0x7f || r >= 0x202a && r <= 0x202e
		}) {
			v.fail(where, "control characters")
		}
	}
}

func object(x any) map[string]any {
	o, _ := x.(map[string]any)
	return o
}
func list(x any) []any {
	l, _ := x.([]any)
	return l
}
