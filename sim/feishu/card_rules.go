package feishu

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rule checks the value of one property.
type rule func(v *validator, path string, x any, at place)

func text1(v *validator, path string, x any, _ place) {
	if s, ok := x.(string); !ok || s == "" {
		v.fail(codeParse, path, "must be a non-empty string")
	}
}

func text0(v *validator, path string, x any, _ place) {
	if _, ok := x.(string); !ok {
		v.fail(codeParse, path, "must be a string")
	}
}

func boolean(v *validator, path string, x any, _ place) {
	if _, ok := x.(bool); !ok {
		v.fail(codeParse, path, "must be true or false")
	}
}

func anyObject(v *validator, path string, x any, _ place) {
	if _, ok := x.(map[string]any); !ok {
		v.fail(codeParse, path, "must be an object")
	}
}

func integer(lo, hi int) rule {
	return func(v *validator, path string, x any, _ place) {
		n, ok := number(x)
		if !ok || n != float64(int(n)) || int(n) < lo || int(n) > hi {
			v.fail(codeParse, path, "must be a whole number from %d to %d", lo, hi)
		}
	}
}

func oneOf(values ...string) rule {
	return func(v *validator, path string, x any, _ place) {
		if s, ok := x.(string); !ok || !slices.Contains(values, s) {
			v.fail(codeParse, path, "must be one of %s", strings.Join(values, ", "))
		}
	}
}

func pattern(what, re string) rule {
	r := regexp.MustCompile(re)
	return func(v *validator, path string, x any, _ place) {
		if s, ok := x.(string); !ok || !r.MatchString(s) {
			v.fail(codeParse, path, "must be %s", what)
		}
	}
}

// listOf checks an array of lo to hi items.
func listOf(item rule, lo, hi int) rule {
	return func(v *validator, path string, x any, at place) {
		l, ok := x.([]any)
		if !ok || len(l) < lo || len(l) > hi {
			v.fail(codeParse, path, "must be an array of %d to %d items", lo, hi)
			return
		}
		for i, e := range l {
			item(v, path+"["+strconv.Itoa(i)+"]", e, at)
		}
	}
}

func objectOf(rules map[string]rule, need ...string) rule {
	return func(v *validator, path string, x any, at place) {
		o, ok := x.(map[string]any)
		if !ok {
			v.fail(codeParse, path, "must be an object")
			return
		}
		v.props(path, o, at, rules, need...)
	}
}

const many = 1 << 20

// Patterns of lengths and colours.
var (
	margin  = sides("margin", -99)
	padding = sides("padding", 0)
	spacing = pattern("small, medium, large, extra_large or 0px to 99px",
		`^(small|medium|large|extra_large|[0-9]{1,2}px)$`)
	radius = pattern("a radius such as 5px or 50%", `^[0-9]+(px|%)$`)
)

// sides checks one, two or four lengths from lo to 99 px, where a zero needs no unit.
func sides(what string, lo int) rule {
	one := regexp.MustCompile(`^(-?[0-9]{1,2})(px)?$`)
	return func(v *validator, path string, x any, _ place) {
		s, _ := x.(string)
		parts := strings.Fields(s)
		good := len(parts) == 1 || len(parts) == 2 || len(parts) == 4
		for _, p := range parts {
			m := one.FindStringSubmatch(p)
			if m == nil {
				good = false
				continue
			}
			n, _ := strconv.Atoi(m[1])
			good = good && n >= lo && (m[2] == "px" || n == 0)
		}
		if !good {
			v.fail(codeParse, path, "%s must be one, two or four lengths from %d to 99 px", what, lo)
		}
	}
}

// width checks one of the words or a number of pixels.
func width(words ...string) rule {
	what := "one of " + strings.Join(words, ", ") + " or a number of px"
	return pattern(what, `^(`+strings.Join(words, "|")+`|[0-9]{2,4}px)$`)
}

var (
	colorName = regexp.MustCompile(`^(default|neutral|grey|black|white|blue|wathet|turquoise|indigo|green|lime|yellow|` +
		`orange|red|carmine|purple|violet|bg-white|sunflower)(-[0-9]{1,3})?$`)
	rgba = regexp.MustCompile(`^rgba\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*(0|1|0?\.\d+|1\.0+)\s*\)$`)
)

// color accepts a name, rgba() or a custom colour of config.style; #hex is not a colour here.
func color(v *validator, path string, x any, _ place) {
	s, _ := x.(string)
	if _, own := v.colors[s]; !own && !colorName.MatchString(s) && !rgba.MatchString(s) {
		v.fail(codeParse, path, "must be a colour name or rgba(), or defined in config.style.color")
	}
}

var textSizes = []string{"heading-0", "heading-1", "heading-2", "heading-3", "heading-4", "heading", "normal",
	"notation",
	"xxxx-large", "xxx-large", "xx-large", "x-large", "large", "medium", "small", "x-small"}

func textSize(v *validator, path string, x any, _ place) {
	s, _ := x.(string)
	if _, own := v.sizes[s]; !own && !slices.Contains(textSizes, s) {
		v.fail(codeParse, path, "unknown text size")
	}
}

// locales lists the languages of a card's translations (配置卡片多语言).
var locales = map[string]bool{
	"zh_cn": true,
	"en_us": true,
	"ja_jp": true,
	"zh_hk": true,
	"zh_tw": true,
	"id_id": true,
	"vi_vn": true,
	"th_th": true,
	"pt_br": true,
	"es_es": true,
	"ko_kr": true,
	"de_de": true,
	"fr_fr": true,
	"it_it": true,
	"ru_ru": true,
	"ms_my": true,
}

// perLocale checks an object whose keys are languages.
func perLocale(item rule) rule {
	return func(v *validator, path string, x any, at place) {
		o, ok := x.(map[string]any)
		if !ok || len(o) == 0 {
			v.fail(codeParse, path, "must be an object of languages")
			return
		}
		for _, k := range keysInOrder(o) {
			if !locales[k] {
				v.fail(codeParse, join(path, k), "unknown language")
				continue
			}
			item(v, join(path, k), o[k], at)
		}
	}
}

// textOf checks a text element with one of these tags and at most limit characters (0: no limit).
func textOf(limit int, tags ...string) rule {
	length := func(v *validator, path string, x any, at place) {
		text0(v, path, x, at)
		if s, _ := x.(string); limit > 0 && utf8.RuneCountInString(s) > limit {
			v.fail(codeParse, path, "longer than %d characters", limit)
		}
	}
	return objectOf(map[string]rule{
		"tag":          oneOf(tags...),
		"element_id":   uniqueID,
		"content":      length,
		"i18n_content": perLocale(length),
		"text_size":    textSize,
		"text_color":   color,
		"text_align":   align,
		"lines":        integer(1, many),
	}, "tag", "content")
}

var (
	align    = oneOf("left", "center", "right")
	valign   = oneOf("top", "center", "bottom")
	plain    = textOf(0, "plain_text")
	richText = textOf(0, "plain_text", "lark_md")
	confirm  = objectOf(map[string]rule{"title": plain, "text": plain}, "title")
	link     = objectOf(map[string]rule{"url": text0, "pc_url": text0, "ios_url": text0, "android_url": text0})
)

// icon checks a prefix icon: one of the library (token) or an uploaded one (img_key).
func icon(v *validator, path string, x any, at place) {
	objectOf(map[string]rule{
		"tag":     oneOf("standard_icon", "custom_icon"),
		"token":   text1,
		"color":   color,
		"img_key": text1,
		"size":    text1,
	}, "tag")(v, path, x, at)
	switch o := object(x); {
	case o["tag"] == "standard_icon" && str(o["token"]) == "":
		v.fail(codeParse, path, "a standard_icon needs a token")
	case o["tag"] == "custom_icon" && str(o["img_key"]) == "":
		v.fail(codeParse, path, "a custom_icon needs an img_key")
	}
}

// behaviors checks the list of actions on a click: at most one callback, whose value is an object, and one open_url.
func behaviors(v *validator, path string, x any, at place) {
	seen := map[string]bool{}
	listOf(func(v *validator, path string, x any, at place) {
		o := object(x)
		kind := str(o["type"])
		if seen[kind] {
			v.fail(codeParse, path, "two behaviors of type %s", kind)
		}
		seen[kind] = true
		switch kind {
		case "callback":
			v.props(path, o, at, map[string]rule{"type": text1, "value": anyObject}, "value")
		case "open_url":
			v.props(path, o, at, map[string]rule{
				"type":        text1,
				"default_url": text0,
				"pc_url":      text0,
				"ios_url":     text0,
				"android_url": text0,
			})
			allClients := str(o["pc_url"]) != "" && str(o["ios_url"]) != "" && str(o["android_url"]) != ""
			if str(o["default_url"]) == "" && !allClients {
				v.fail(codeParse, path, "needs default_url, or all of pc_url, ios_url and android_url")
			}
		default:
			v.fail(codeParse, path, "a behavior is an object of type callback or open_url")
		}
	}, 1, 2)(v, path, x, at)
}

// elements checks the components inside a container.
func elements(v *validator, path string, x any, at place) {
	listOf(func(v *validator, path string, x any, at place) { v.component(path, x, at) }, 0, many)(v, path, x, at)
}

// options checks the options of a select: at least one, with texts and unique values.
func options(v *validator, path string, x any, at place) {
	seen := map[string]bool{}
	value := func(v *validator, path string, x any, at place) {
		text1(v, path, x, at)
		if seen[str(x)] {
			v.fail(codeParse, path, "the value %q is used twice", str(x))
		}
		seen[str(x)] = true
	}
	option := objectOf(map[string]rule{"text": plain, "value": value, "icon": icon}, "text", "value")
	listOf(option, 1, many)(v, path, x, at)
}
