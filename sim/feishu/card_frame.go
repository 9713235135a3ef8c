package feishu

// Rules of the card's frame: config, card_link, header, body.

var customSize = objectOf(map[string]rule{
	"default": oneOf(textSizes...),
	"pc":      oneOf(textSizes...),
	"mobile":  oneOf(textSizes...),
})

var customColor = objectOf(map[string]rule{
	"light_mode": pattern("rgba()", rgba.String()),
	"dark_mode":  pattern("rgba()", rgba.String()),
}, "light_mode", "dark_mode")

// named checks an object with arbitrary keys whose values all follow one rule.
func named(item rule) rule {
	return func(v *validator, path string, x any, at place) {
		o, ok := x.(map[string]any)
		if !ok {
			v.fail(codeParse, path, "must be an object")
		}
		for _, k := range keysInOrder(o) {
			item(v, join(path, k), o[k], at)
		}
	}
}

// shared accepts only true: 2.0 cards have one state for all readers, so update_multi cannot be false.
func shared(v *validator, path string, x any, _ place) {
	if x != true {
		v.fail(codeParse, path, "cards of schema V2 must be shared: update_multi may only be true")
	}
}

var config = objectOf(map[string]rule{
	"update_multi":               shared,
	"enable_forward":             boolean,
	"enable_forward_interaction": boolean,
	"width_mode":                 oneOf("default", "compact", "fill"),
	"summary":                    objectOf(map[string]rule{"content": text0, "i18n_content": perLocale(text0)}),
	"use_custom_translation":     boolean,
	"streaming_mode":             boolean,
	"streaming_config": objectOf(map[string]rule{
		"print_frequency_ms": named(integer(1, many)),
		"print_step":         named(integer(1, many)),
		"print_strategy":     oneOf("fast", "delay"),
	}),
	"locales": listOf(func(v *validator, path string, x any, _ place) {
		if !locales[str(x)] {
			v.fail(codeParse, path, "unknown language")
		}
	}, 1, many),
	"style": objectOf(map[string]rule{"text_size": named(customSize), "color": named(customColor)}),
})

func cardLink(v *validator, path string, x any, at place) {
	link(v, path, x, at)
	o := object(x)
	if str(o["url"]) == "" && (str(o["pc_url"]) == "" || str(o["ios_url"]) == "" || str(o["android_url"]) == "") {
		v.fail(codeParse, path, "needs url, or all of pc_url, ios_url and android_url")
	}
}

var textTag = objectOf(map[string]rule{
	"tag":        oneOf("text_tag"),
	"element_id": uniqueID,
	"text":       richText,
	"color":      color,
}, "tag", "text")

var headerTemplate = oneOf("blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet",
	"purple", "indigo", "grey", "default")

var header = objectOf(map[string]rule{
	"title":              richText,
	"subtitle":           richText,
	"text_tag_list":      listOf(textTag, 0, 3),
	"i18n_text_tag_list": perLocale(listOf(textTag, 0, 3)),
	"template":           headerTemplate,
	"icon":               icon,
	"padding":            padding,
}, "title")

// layout adds the properties that arrange the children of the body and of containers.
func layout(more map[string]rule) map[string]rule {
	all := map[string]rule{
		"direction":          oneOf("vertical", "horizontal"),
		"padding":            padding,
		"horizontal_spacing": spacing,
		"vertical_spacing":   spacing,
		"horizontal_align":   align,
		"vertical_align":     valign,
	}
	for k, r := range more {
		all[k] = r
	}
	return all
}

func body(v *validator, path string, x any, at place) {
	at.root = true
	objectOf(layout(map[string]rule{"elements": elements}), "elements")(v, path, x, at)
}
