package feishu

func addContainers() {
	components["column_set"] = component{
		container: true,
		need:      []string{"columns"},
		props: map[string]rule{
			"flex_mode":          oneOf("none", "stretch", "flow", "bisect", "trisect"),
			"horizontal_spacing": spacing,
			"horizontal_align":   align,
			"background_style":   color,
			"action":             objectOf(map[string]rule{"multi_url": link}, "multi_url"),
			"columns":            listOf(column, 0, many),
		},
	}
	components["form"] = component{
		container: true,
		rootOnly:  true,
		need:      []string{"name", "elements"},
		props:     layout(map[string]rule{"name": uniqueName, "elements": elements}),
		also:      submittable,
	}
	components["interactive_container"] = component{
		container: true,
		need:      []string{"elements", "behaviors"},
		props: layout(map[string]rule{
			"width":            width("fill", "auto"),
			"height":           width("auto"),
			"background_style": color,
			"has_border":       boolean,
			"border_color":     color,
			"corner_radius":    radius,
			"border":           border,
			"behaviors":        behaviors,
			"disabled":         boolean,
			"disabled_tips":    plain,
			"hover_tips":       plain,
			"confirm":          confirm,
			"elements":         elements,
		}),
	}
	components["collapsible_panel"] = component{
		container: true,
		need:      []string{"header", "elements"},
		props: layout(map[string]rule{
			"expanded":         boolean,
			"background_color": color,
			"border":           border,
			"header":           panelHeader,
			"elements":         elements,
		}),
	}
}

var border = objectOf(map[string]rule{"color": color, "corner_radius": radius})

// px is the pattern of a length of at most 99 px.
const px = `[0-9]{1,2}(px)?`

// panelHeader is the header of a collapsible panel; its padding has one or four lengths, not two.
var panelHeader = objectOf(map[string]rule{
	"title":               textOf(0, "plain_text", "markdown"),
	"background_color":    color,
	"vertical_align":      valign,
	"padding":             pattern("one or four lengths", `^`+px+`( `+px+` `+px+` `+px+`)?$`),
	"position":            oneOf("top", "bottom"),
	"width":               oneOf("fill", "auto", "auto_when_fold"),
	"icon":                icon,
	"icon_position":       oneOf("left", "right", "follow_text"),
	"icon_expanded_angle": integer(-180, 180),
}, "title")

func column(v *validator, path string, x any, at place) {
	objectOf(layout(map[string]rule{
		"tag":              oneOf("column"),
		"element_id":       uniqueID,
		"margin":           margin,
		"width":            width("auto", "weighted"),
		"weight":           integer(1, 5),
		"background_style": color,
		"elements":         elements,
		"action":           objectOf(map[string]rule{"multi_url": link}, "multi_url"),
	}), "tag", "elements")(v, path, x, at)
}

// submittable checks that a form has a button that submits it.
func submittable(v *validator, path string, o map[string]any, _ place) {
	found := false
	walk(o, func(e map[string]any) {
		found = found || e["tag"] == "button" && e["form_action_type"] == "submit"
	})
	if !found {
		v.fail(codeParse, path, "a form needs at least one button with form_action_type submit")
	}
}
