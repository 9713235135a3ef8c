package feishu

import (
	"encoding/json"
	"slices"
)

// component describes one tag: its own properties besides tag, element_id and margin, the needed ones, and what else
// holds.
type component struct {
	props       map[string]rule
	need        []string
	container   bool // counts for the nesting limit
	interactive bool // needs a name inside a form
	rootOnly    bool
	also        func(v *validator, path string, o map[string]any, at place)
}

// retired are tags of card JSON 1.0 that 2.0 refuses with a code of its own.
var retired = map[string]bool{"action": true, "note": true}

var components map[string]component

func init() {
	components = map[string]component{}
	addContainers()
	addDisplays()
	addInteractives()
}

func addContainers() {
	components["column_set"] = component{container: true, need: []string{"columns"}, props: map[string]rule{
		"flex_mode": oneOf("none", "stretch", "flow", "bisect", "trisect"), "horizontal_spacing": spacing,
		"horizontal_align": align,
		"background_style": color, "action": objectOf(map[string]rule{"multi_url": link}, "multi_url"),
		"columns": listOf(column, 0, many)}}
	components["form"] = component{
		container: true,
		rootOnly:  true,
		need:      []string{"name", "elements"},
		props:     layout(map[string]rule{"name": uniqueName, "elements": elements}),
		also:      submittable,
	}
	components["interactive_container"] = component{container: true, need: []string{"elements", "behaviors"},
		props: layout(map[string]rule{
			"width": width("fill", "auto"), "height": width("auto"), "background_style": color, "has_border": boolean,
			"border_color":  color,
			"corner_radius": radius, "border": border, "behaviors": behaviors, "disabled": boolean, "disabled_tips": plain,
			"hover_tips": plain,
			"confirm":    confirm, "elements": elements})}
	components["collapsible_panel"] = component{container: true, need: []string{"header", "elements"},
		props: layout(map[string]rule{
			"expanded": boolean, "background_color": color, "border": border, "header": panelHeader, "elements": elements})}
}

var border = objectOf(map[string]rule{"color": color, "corner_radius": radius})

// panelHeader: its padding takes one or four lengths, not two.
var panelHeader = objectOf(map[string]rule{
	"title": textOf(0, "plain_text", "markdown"), "background_color": color, "vertical_align": valign,
	"padding":  pattern("one or four lengths", `^[0-9]{1,2}(px)?( [0-9]{1,2}(px)? [0-9]{1,2}(px)? [0-9]{1,2}(px)?)?$`),
	"position": oneOf("top", "bottom"),
	"width":    oneOf("fill", "auto", "auto_when_fold"), "icon": icon,
	"icon_position":       oneOf("left", "right", "follow_text"),
	"icon_expanded_angle": integer(-180, 180)}, "title")

func column(v *validator, path string, x any, at place) {
	objectOf(layout(map[string]rule{"tag": oneOf("column"), "element_id": uniqueID, "margin": margin,
		"width":  width("auto", "weighted"),
		"weight": integer(1, 5), "background_style": color, "elements": elements,
		"action": objectOf(map[string]rule{"multi_url": link}, "multi_url")}), "tag", "elements")(v, path, x, at)
}

// submittable: a form needs a button that submits it.
func submittable(v *validator, path string, o map[string]any, _ place) {
	found := false
	walk(o, func(e map[string]any) {
		found = found || e["tag"] == "button" && e["form_action_type"] == "submit"
	})
	if !found {
		v.fail(codeParse, path, "a form needs at least one button with form_action_type submit")
	}
}

func addDisplays() {
	components["hr"] = component{}
	components["markdown"] = component{need: []string{"content"},
		props: map[string]rule{"content": text0, "i18n_content": perLocale(text0),
			"text_size": textSize, "text_align": align, "icon": icon}}
	components["div"] = component{props: map[string]rule{"text": richText, "icon": icon, "width": width("fill", "auto"),
		"fields": listOf(objectOf(map[string]rule{"is_short": boolean, "text": richText}, "text"), 1, many)}}
	components["img"] = component{need: []string{"img_key", "alt"},
		props: map[string]rule{"img_key": text1, "i18n_img_key": perLocale(text1),
			"alt": plain, "title": richText, "preview": boolean, "transparent": boolean,
			"scale_type": oneOf("crop_center", "crop_top", "fit_horizontal"),
			"size":       pattern("a size", `^(stretch|large|medium|small|tiny|[0-9]+px [0-9]+px)$`), "corner_radius": radius}}
	components["img_combination"] = component{need: []string{"combination_mode", "img_list"}, props: map[string]rule{
		"combination_mode": oneOf("double", "triple", "bisect", "trisect", "nine"), "corner_radius": radius,
		"combination_transparent": boolean,
		"img_list":                listOf(objectOf(map[string]rule{"img_key": text1}, "img_key"), 2, 9)}}
	size := oneOf("extra_small", "small", "medium", "large")
	components["person"] = component{need: []string{"user_id"},
		props: map[string]rule{"user_id": text1, "size": size, "show_avatar": boolean,
			"show_name": boolean, "style": oneOf("normal", "capsule")}}
	components["person_list"] = component{need: []string{"persons"}, props: map[string]rule{
		"persons": listOf(objectOf(map[string]rule{"id": text1}, "id"), 1, many), "size": size, "show_avatar": boolean,
		"show_name": boolean,
		"lines":     integer(1, many), "drop_invalid_user_id": boolean}}
	components["avatar"] = component{need: []string{"user_id"},
		props: map[string]rule{"user_id": text1, "size": oneOf("tiny", "small", "medium", "large", "huge")}}
	components["audio"] = component{need: []string{"file_key", "background_style"},
		props: map[string]rule{"file_key": text1, "background_style": color}}
	components["video"] = component{need: []string{"file_key", "cover"}, props: map[string]rule{"file_key": text1,
		"cover": objectOf(map[string]rule{"img_key": text1}, "img_key")}}
	components["chart"] = component{need: []string{"chart_spec"},
		props: map[string]rule{"chart_spec": chartSpec, "preview": boolean,
			"aspect_ratio": oneOf("1:1", "2:1", "4:3", "16:9"), "color_theme": text1,
			"height": pattern("auto or a number of px", `^(auto|[0-9]{3}px)$`)}}
	components["table"] = component{
		rootOnly: true,
		need:     []string{"columns", "rows"},
		also:     tableRows,
		props: map[string]rule{
			"page_size": integer(1, 10), "row_height": pattern("low, middle, high, auto or a number of px",
				`^(low|middle|high|auto|[0-9]{2,3}px)$`),
			"row_max_height": pattern("a number of px", `^[0-9]{2,3}px$`), "freeze_first_column": boolean,
			"header_style": objectOf(map[string]rule{"text_align": align, "text_size": textSize, "background_style": color,
				"text_color": color,
				"bold":       boolean, "lines": integer(1, many)}),
			"columns": listOf(tableColumn, 1, 50), "rows": listOf(anyObject, 0, many)},
	}
}

func chartSpec(v *validator, path string, x any, _ place) {
	if o, ok := x.(map[string]any); !ok || str(o["type"]) == "" {
		v.fail(codeChart, path, "chart spec is invalid")
	}
}

var tableColumn = objectOf(map[string]rule{"name": text1, "display_name": text0,
	"data_type":        oneOf("text", "lark_md", "options", "number", "persons", "date", "markdown"),
	"width":            pattern("auto, px or %", `^(auto|[0-9]+px|[0-9]+%)$`),
	"horizontal_align": align, "vertical_align": valign, "date_format": text1,
	"format": objectOf(map[string]rule{"symbol": text0, "precision": integer(0, 10), "separator": boolean})}, "name",
	"data_type")

// tableRows: every cell belongs to a column and has the column's type. At most five tables per card.
func tableRows(v *validator, path string, o map[string]any, _ place) {
	if v.tables++; v.tables > 5 {
		v.fail(codeParse, path, "more than five tables")
	}
	types := map[string]string{}
	for _, c := range list(o["columns"]) {
		types[str(object(c)["name"])] = str(object(c)["data_type"])
	}
	for _, row := range list(o["rows"]) {
		r := object(row)
		for _, k := range keysInOrder(r) {
			t, ok := types[k]
			if !ok {
				v.fail(codeTableColumn, path, "table rows name is invalid")
				continue
			}
			good := true
			switch r[k].(type) {
			case json.Number:
				good = t == "number" || t == "date"
			case string:
				good = slices.Contains([]string{"text", "lark_md", "markdown", "persons"}, t)
			case []any:
				good = t == "options" || t == "persons"
			default:
				good = false
			}
			if !good {
				v.fail(codeTableRows, path, "table rows is invalid: a cell is not of the type of its column")
			}
		}
	}
}

func addInteractives() {
	fieldWidth := width("default", "fill")
	components["button"] = component{interactive: true, also: buttonPlace, props: map[string]rule{
		"text": textOf(100, "plain_text"), "size": oneOf("tiny", "small", "medium", "large"), "width": fieldWidth,
		"type": oneOf("default", "primary", "danger", "text", "primary_text", "danger_text", "primary_filled",
			"danger_filled", "laser"),
		"icon": icon, "hover_tips": plain, "disabled": boolean, "disabled_tips": plain, "confirm": confirm,
		"behaviors": behaviors,
		"name":      uniqueName, "form_action_type": oneOf("submit", "reset")}}
	components["input"] = component{interactive: true, also: inputShape, props: map[string]rule{
		"name": uniqueName, "label": plain, "label_position": oneOf("top", "left"), "placeholder": plain,
		"default_value":      text0,
		"i18n_default_value": perLocale(text0), "required": boolean, "max_length": integer(1, 1000),
		"input_type": oneOf("text", "multiline_text", "password"), "rows": integer(1, many), "auto_resize": boolean,
		"max_rows":  integer(1, many),
		"show_icon": boolean, "width": fieldWidth, "disabled": boolean, "disabled_tips": plain, "behaviors": behaviors,
		"confirm": confirm}}

	field := func(more map[string]rule) map[string]rule {
		all := map[string]rule{"name": uniqueName, "required": boolean, "disabled": boolean, "placeholder": plain,
			"width":     fieldWidth,
			"behaviors": behaviors, "confirm": confirm}
		for k, r := range more {
			all[k] = r
		}
		return all
	}
	kind := oneOf("default", "text")
	components["select_static"] = component{
		interactive: true,
		need:        []string{"options"},
		also:        chosen,
		props:       field(map[string]rule{"type": kind, "options": options, "initial_option": text1}),
	}
	components["multi_select_static"] = component{
		interactive: true,
		need:        []string{"options"},
		also:        chosen,
		props:       field(map[string]rule{"type": kind, "options": options, "selected_values": listOf(text1, 0, many)}),
	}
	people := listOf(objectOf(map[string]rule{"value": text1}, "value"), 0, many)
	components["select_person"] = component{interactive: true,
		props: field(map[string]rule{"type": kind, "options": people, "initial_option": text1})}
	components["multi_select_person"] = component{interactive: true,
		props: field(map[string]rule{"type": kind, "options": people, "selected_values": listOf(text1, 0, many)})}
	components["date_picker"] = component{interactive: true,
		props: field(map[string]rule{"initial_date": pattern("YYYY-MM-DD", `^\d{4}-\d{2}-\d{2}$`)})}
	components["picker_time"] = component{interactive: true,
		props: field(map[string]rule{"initial_time": pattern("HH:mm", `^\d{2}:\d{2}$`)})}
	components["picker_datetime"] = component{interactive: true,
		props: field(map[string]rule{"initial_datetime": pattern("YYYY-MM-DD HH:mm", `^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$`)})}
	components["select_img"] = component{
		interactive: true,
		need:        []string{"options"},
		also:        chosen,
		props: field(map[string]rule{
			"style": oneOf("default", "laser"), "layout": oneOf("stretch", "bisect", "trisect"),
			"aspect_ratio": oneOf("1:1", "16:9", "4:3"),
			"multi_select": boolean, "can_preview": boolean, "disabled_tips": plain, "selected_values": listOf(text1, 0, many),
			"options": listOf(objectOf(map[string]rule{"img_key": text1, "value": text1, "disabled": boolean}, "img_key",
				"value"), 1, many)}),
	}
	components["overflow"] = component{interactive: true, need: []string{"options"},
		props: map[string]rule{"name": uniqueName, "width": fieldWidth,
			"confirm": confirm, "behaviors": behaviors, "options": listOf(objectOf(map[string]rule{"text": plain, "value": text1,
				"icon":      icon,
				"multi_url": link, "confirm": confirm}, "text"), 1, many)}}
	components["checker"] = component{interactive: true, props: map[string]rule{"name": uniqueName, "checked": boolean,
		"text":              richText,
		"overall_checkable": boolean, "button_area": anyObject, "checked_style": anyObject, "padding": padding,
		"confirm":   confirm,
		"behaviors": behaviors, "hover_tips": plain, "disabled": boolean, "disabled_tips": plain}}
}

// buttonPlace: a button needs behaviors unless it resets a form; form_action_type belongs to forms and is needed
// there. The top-level value and url of 1.0 are unknown properties here: the platform ignores them, so that such a
// button is dead.
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

// inputShape: rows and growing are for several lines only.
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

// chosen: what is selected at first must be among the options.
func chosen(v *validator, path string, o map[string]any, _ place) {
	var values []string
	for _, x := range list(o["options"]) {
		values = append(values, str(object(x)["value"]))
	}
	picked := texts(o["selected_values"])
	if x, ok := o["initial_option"]; ok {
		picked = append(picked, str(x))
	}
	for _, p := range picked {
		if !slices.Contains(values, p) {
			v.fail(codeParse, path, "the preselected value is not among the options")
		}
	}
}
