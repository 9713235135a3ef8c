package feishu

import "slices"

func addInteractives() {
	fieldWidth := width("default", "fill")
	buttonType := oneOf("default", "primary", "danger", "text", "primary_text", "danger_text",
		"primary_filled", "danger_filled", "laser")
	components["button"] = component{
		interactive: true,
		also:        buttonPlace,
		props: map[string]rule{
			"text":             textOf(100, "plain_text"),
			"size":             oneOf("tiny", "small", "medium", "large"),
			"width":            fieldWidth,
			"type":             buttonType,
			"icon":             icon,
			"hover_tips":       plain,
			"disabled":         boolean,
			"disabled_tips":    plain,
			"confirm":          confirm,
			"behaviors":        behaviors,
			"name":             uniqueName,
			"form_action_type": oneOf("submit", "reset"),
		},
	}
	components["input"] = component{
		interactive: true,
		also:        inputShape,
		props: map[string]rule{
			"name":               uniqueName,
			"label":              plain,
			"label_position":     oneOf("top", "left"),
			"placeholder":        plain,
			"default_value":      text0,
			"i18n_default_value": perLocale(text0),
			"required":           boolean,
			"max_length":         integer(1, 1000),
			"input_type":         oneOf("text", "multiline_text", "password"),
			"rows":               integer(1, many),
			"auto_resize":        boolean,
			"max_rows":           integer(1, many),
			"show_icon":          boolean,
			"width":              fieldWidth,
			"disabled":           boolean,
			"disabled_tips":      plain,
			"behaviors":          behaviors,
			"confirm":            confirm,
		},
	}

	field := func(more map[string]rule) map[string]rule {
		all := map[string]rule{
			"name":        uniqueName,
			"required":    boolean,
			"disabled":    boolean,
			"placeholder": plain,
			"width":       fieldWidth,
			"behaviors":   behaviors,
			"confirm":     confirm,
		}
		for k, r := range more {
			all[k] = r
		}
		return all
	}
	kind := oneOf("default", "text")
	components["select_static"] = component{
		interactive: true,
		need:        []string{"options"},
		also:        initialChoice,
		props: field(map[string]rule{
			"type":           kind,
			"options":        options,
			"initial_option": text1,
			"initial_index":  integer(1, many),
		}),
	}
	components["multi_select_static"] = component{
		interactive: true,
		need:        []string{"options"},
		also:        chosen,
		props:       field(map[string]rule{"type": kind, "options": options, "selected_values": listOf(text1, 0, many)}),
	}
	people := listOf(objectOf(map[string]rule{"value": text1}, "value"), 0, many)
	components["select_person"] = component{
		interactive: true,
		props:       field(map[string]rule{"type": kind, "options": people, "initial_option": text1}),
	}
	components["multi_select_person"] = component{
		interactive: true,
		props:       field(map[string]rule{"type": kind, "options": people, "selected_values": listOf(text1, 0, many)}),
	}
	components["date_picker"] = component{
		interactive: true,
		props:       field(map[string]rule{"initial_date": pattern("YYYY-MM-DD", `^\d{4}-\d{2}-\d{2}$`)}),
	}
	components["picker_time"] = component{
		interactive: true,
		props:       field(map[string]rule{"initial_time": pattern("HH:mm", `^\d{2}:\d{2}$`)}),
	}
	components["picker_datetime"] = component{
		interactive: true,
		props: field(map[string]rule{
			"initial_datetime": pattern("YYYY-MM-DD HH:mm", `^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$`),
		}),
	}
	imgOption := objectOf(map[string]rule{"img_key": text1, "value": text1, "disabled": boolean}, "img_key", "value")
	components["select_img"] = component{
		interactive: true,
		need:        []string{"options"},
		also:        chosen,
		props: field(map[string]rule{
			"style":           oneOf("default", "laser"),
			"layout":          oneOf("stretch", "bisect", "trisect"),
			"aspect_ratio":    oneOf("1:1", "16:9", "4:3"),
			"multi_select":    boolean,
			"can_preview":     boolean,
			"disabled_tips":   plain,
			"selected_values": listOf(text1, 0, many),
			"options":         listOf(imgOption, 1, many),
		}),
	}
	components["overflow"] = component{
		interactive: true,
		need:        []string{"options"},
		props: map[string]rule{
			"name":      uniqueName,
			"width":     fieldWidth,
			"confirm":   confirm,
			"behaviors": behaviors,
			"options": listOf(objectOf(map[string]rule{
				"text":      plain,
				"value":     text1,
				"icon":      icon,
				"multi_url": link,
				"confirm":   confirm,
			}, "text"), 1, many),
		},
	}
	components["checker"] = component{
		interactive: true,
		props: map[string]rule{
			"name":              uniqueName,
			"checked":           boolean,
			"text":              richText,
			"overall_checkable": boolean,
			"button_area":       anyObject,
			"checked_style":     anyObject,
			"padding":           padding,
			"confirm":           confirm,
			"behaviors":         behaviors,
			"hover_tips":        plain,
			"disabled":          boolean,
			"disabled_tips":     plain,
		},
	}
}

// buttonPlace checks that a button has behaviors unless it resets a form, and that form_action_type occurs in forms and
// only there. The top-level value and url of 1.0 are unknown properties here, because the platform ignores them and
// such a button does nothing.
func buttonPlace(v *validator, path string, o map[string]any, at place) {
	_, acts := o["form_action_type"]
	switch {
	case at.form && !acts:
		v.fail(codeParse, path, "a button in a form needs form_action_type")
	case !at.form && acts:
		v.fail(codeParse, path, "form_action_type outside a form")
	}
	if o["behaviors"] == nil && o["form_action_type"] != "reset" {
		v.fail(codeParse, path, "a button needs behaviors")
	}
	if o["text"] == nil && o["icon"] == nil {
		v.fail(codeParse, path, "a button needs a text or an icon")
	}
}

// inputShape allows rows and auto-growing only for multi-line inputs.
func inputShape(v *validator, path string, o map[string]any, _ place) {
	if o["input_type"] == "multiline_text" {
		return
	}
	for _, k := range []string{"rows", "auto_resize", "max_rows"} {
		if _, ok := o[k]; ok {
			v.fail(codeParse, join(path, k), "only for input_type multiline_text")
		}
	}
}

// chosen checks that the initial selection is one of the options.
func chosen(v *validator, path string, o map[string]any, _ place) {
	var values []string
	for _, x := range list(o["options"]) {
		values = append(values, str(object(x)["value"]))
	}
	for _, p := range texts(o["selected_values"]) {
		if !slices.Contains(values, p) {
			v.fail(codeParse, path, "the preselected value is not among the options")
		}
	}
}
