package feishu

import (
	"encoding/json"
	"slices"
)

func addDisplays() {
	components["hr"] = component{}
	components["markdown"] = component{
		need: []string{"content"},
		props: map[string]rule{
			"content":      text0,
			"i18n_content": perLocale(text0),
			"text_size":    textSize,
			"text_align":   align,
			"icon":         icon,
		},
	}
	components["div"] = component{props: map[string]rule{
		"text":   richText,
		"icon":   icon,
		"width":  width("fill", "auto"),
		"fields": listOf(objectOf(map[string]rule{"is_short": boolean, "text": richText}, "text"), 1, many),
	}}
	components["img"] = component{
		need: []string{"img_key", "alt"},
		props: map[string]rule{
			"img_key":       text1,
			"i18n_img_key":  perLocale(text1),
			"alt":           plain,
			"title":         richText,
			"preview":       boolean,
			"transparent":   boolean,
			"scale_type":    oneOf("crop_center", "crop_top", "fit_horizontal"),
			"size":          pattern("a size", `^(stretch|large|medium|small|tiny|[0-9]+px [0-9]+px)$`),
			"corner_radius": radius,
		},
	}
	components["img_combination"] = component{
		need: []string{"combination_mode", "img_list"},
		props: map[string]rule{
			"combination_mode":        oneOf("double", "triple", "bisect", "trisect", "nine"),
			"corner_radius":           radius,
			"combination_transparent": boolean,
			"img_list":                listOf(objectOf(map[string]rule{"img_key": text1}, "img_key"), 2, 9),
		},
	}
	size := oneOf("extra_small", "small", "medium", "large")
	components["person"] = component{
		need: []string{"user_id"},
		props: map[string]rule{
			"user_id":     text1,
			"size":        size,
			"show_avatar": boolean,
			"show_name":   boolean,
			"style":       oneOf("normal", "capsule"),
		},
	}
	components["person_list"] = component{
		need: []string{"persons"},
		props: map[string]rule{
			"persons":              listOf(objectOf(map[string]rule{"id": text1}, "id"), 1, many),
			"size":                 size,
			"show_avatar":          boolean,
			"show_name":            boolean,
			"lines":                integer(1, many),
			"drop_invalid_user_id": boolean,
		},
	}
	components["avatar"] = component{
		need:  []string{"user_id"},
		props: map[string]rule{"user_id": text1, "size": oneOf("tiny", "small", "medium", "large", "huge")},
	}
	components["audio"] = component{
		need:  []string{"file_key", "background_style"},
		props: map[string]rule{"file_key": text1, "background_style": color},
	}
	components["video"] = component{
		need: []string{"file_key", "cover"},
		props: map[string]rule{
			"file_key": text1,
			"cover":    objectOf(map[string]rule{"img_key": text1}, "img_key"),
		},
	}
	components["chart"] = component{
		need: []string{"chart_spec"},
		props: map[string]rule{
			"chart_spec":   chartSpec,
			"preview":      boolean,
			"aspect_ratio": oneOf("1:1", "2:1", "4:3", "16:9"),
			"color_theme":  text1,
			"height":       pattern("auto or a number of px", `^(auto|[0-9]{3}px)$`),
		},
	}
	components["table"] = component{
		rootOnly: true,
		need:     []string{"columns", "rows"},
		also:     tableRows,
		props: map[string]rule{
			"page_size": integer(1, 10),
			"row_height": pattern("low, middle, high, auto or a number of px",
				`^(low|middle|high|auto|[0-9]{2,3}px)$`),
			"row_max_height":      pattern("a number of px", `^[0-9]{2,3}px$`),
			"freeze_first_column": boolean,
			"header_style": objectOf(map[string]rule{
				"text_align":       align,
				"text_size":        textSize,
				"background_style": color,
				"text_color":       color,
				"bold":             boolean,
				"lines":            integer(1, many),
			}),
			"columns": listOf(tableColumn, 1, 50),
			"rows":    listOf(anyObject, 0, many),
		},
	}
}

func chartSpec(v *validator, path string, x any, _ place) {
	if o, ok := x.(map[string]any); !ok || str(o["type"]) == "" {
		v.fail(codeChart, path, "chart spec is invalid")
	}
}

var tableColumn = objectOf(map[string]rule{
	"name":             text1,
	"display_name":     text0,
	"data_type":        oneOf("text", "lark_md", "options", "number", "persons", "date", "markdown"),
	"width":            pattern("auto, px or %", `^(auto|[0-9]+px|[0-9]+%)$`),
	"horizontal_align": align,
	"vertical_align":   valign,
	"date_format":      text1,
	"format":           objectOf(map[string]rule{"symbol": text0, "precision": integer(0, 10), "separator": boolean}),
}, "name", "data_type")

// tableRows checks that every cell belongs to a column and has its type. A card has at most five tables.
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
