package feishu

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// in returns a card with these elements.
func in(elements ...string) string {
	return `{"schema":"2.0","body":{"elements":[` + strings.Join(elements, ",") + `]}}`
}

func with(member string) string { return `{"schema":"2.0","body":{"elements":[]},` + member + `}` }

const (
	submit   = `{"tag":"button","name":"go","text":{"tag":"plain_text","content":"go"},"form_action_type":"submit","behaviors":[{"type":"callback","value":{"act":"go"}}]}`
	callback = `"behaviors":[{"type":"callback","value":{"act":"x"}}]`
	button   = `{"tag":"button","text":{"tag":"plain_text","content":"x"},` + callback + `}`
	md       = `{"tag":"markdown","content":"x"}`
)

func formOf(elements ...string) string {
	return `{"tag":"form","name":"f","elements":[` + strings.Join(elements, ",") + `]}`
}

func field(tag, more string) string { return formOf(`{"tag":"`+tag+`","name":"a"`+more+`}`, submit) }

func TestGoodCards(t *testing.T) {
	nested := md
	for range 5 {
		nested = `{"tag":"column_set","columns":[{"tag":"column","width":"weighted","weight":1,"elements":[` + nested + `]}]}`
	}
	for name, card := range map[string]string{
		"form of the reference": formCard,
		"empty body":            in(),
		"config": with(`"config":{"update_multi":true,"enable_forward":false,"enable_forward_interaction":false,"width_mode":"fill",` +
			`"summary":{"content":"x","i18n_content":{"en_us":"y"}},"locales":["zh_cn","en_us"],"streaming_mode":false,` +
			`"style":{"text_size":{"cus-0":{"default":"medium","pc":"medium","mobile":"large"}},"color":{"cus-0":{"light_mode":"rgba(5,157,178,0.52)","dark_mode":"rgba(78,23,108,0.49)"}}}}`),
		"header": with(`"header":{"title":{"tag":"lark_md","content":"x"},"subtitle":{"tag":"plain_text","content":"y"},"template":"green","padding":"12px 8px 12px 8px",` +
			`"icon":{"tag":"standard_icon","token":"chat_outlined","color":"orange"},"text_tag_list":[{"tag":"text_tag","element_id":"t1","text":{"tag":"plain_text","content":"1"},"color":"neutral"}]}`),
		"link":        with(`"card_link":{"url":"https://example.com"}`),
		"body layout": `{"schema":"2.0","body":{"direction":"vertical","padding":"4px 0","vertical_spacing":"12px","horizontal_spacing":"small","elements":[{"tag":"hr","margin":"-4px 0"}]}}`,
		"markdown":    in(`{"tag":"markdown","element_id":"md_1","content":"**x**","i18n_content":{"zh_cn":"一"},"text_size":"heading-2","text_align":"center","margin":"0 -12px"}`),
		"div":         in(`{"tag":"div","text":{"tag":"plain_text","content":"x","text_color":"grey","text_size":"notation","lines":2},"icon":{"tag":"custom_icon","img_key":"img_1"}}`),
		"custom size": `{"schema":"2.0","config":{"style":{"text_size":{"cus-0":{"default":"medium"}}}},"body":{"elements":[{"tag":"markdown","content":"x","text_size":"cus-0"}]}}`,
		"img":         in(`{"tag":"img","img_key":"img_1","alt":{"tag":"plain_text","content":"x"},"preview":true,"scale_type":"crop_center","size":"100px 100px","corner_radius":"5px"}`),
		"button":      in(`{"tag":"button","type":"primary_filled","size":"large","width":"120px","text":{"tag":"plain_text","content":"x"},"confirm":{"title":{"tag":"plain_text","content":"?"}},"disabled":true,"disabled_tips":{"tag":"plain_text","content":"x"},` + callback + `}`),
		"link button": in(`{"tag":"button","text":{"tag":"plain_text","content":"x"},"behaviors":[{"type":"open_url","default_url":"https://example.com","pc_url":""},{"type":"callback","value":{}}]}`),
		"input": in(field("input",
			`,"label":{"tag":"plain_text","content":"x"},"label_position":"left","placeholder":{"tag":"plain_text","content":"x"},"default_value":"","required":true,"max_length":1000,"width":"fill"`)),
		"multiline": in(field("input", `,"input_type":"multiline_text","rows":3,"auto_resize":true,"max_rows":6`)),
		"select": in(field("select_static",
			`,"required":true,"initial_option":"一","options":[{"text":{"tag":"plain_text","content":"一"},"value":"1"}]`)),
		"multi select": in(field("multi_select_static",
			`,"selected_values":["1"],"options":[{"text":{"tag":"plain_text","content":"一"},"value":"1"}]`)),
		"dates": in(field("date_picker", `,"initial_date":"2024-04-01"`)),
		"columns in form": in(formOf(`{"tag":"column_set","columns":[{"tag":"column","elements":[`+submit+`]}]}`,
			`{"tag":"input","name":"a"}`)),
		"two submits": in(formOf(submit, strings.Replace(submit, `"name":"go"`, `"name":"no"`, 1))),
		"five deep":   in(nested),
		"panel":       in(`{"tag":"collapsible_panel","expanded":false,"header":{"title":{"tag":"markdown","content":"x"},"padding":"4px 8px 4px 8px","icon":{"tag":"standard_icon","token":"down-small-ccm_outlined","size":"16px 16px"},"icon_position":"right","icon_expanded_angle":-180},"border":{"color":"grey","corner_radius":"5px"},"elements":[` + md + `]}`),
		"container":   in(`{"tag":"interactive_container","width":"fill","elements":[` + md + `],` + callback + `}`),
		"table":       in(`{"tag":"table","page_size":5,"columns":[{"name":"a","display_name":"A","data_type":"text"},{"name":"n","data_type":"number"},{"name":"o","data_type":"options"}],"rows":[{"a":"x","n":1,"o":[{"text":"完成","color":"green"}]}]}`),
		"person": in(`{"tag":"person","user_id":"ou_1","size":"small"}`,
			`{"tag":"person_list","persons":[{"id":"ou_1"}]}`),
		"overflow": in(`{"tag":"overflow","options":[{"text":{"tag":"plain_text","content":"x"},"value":"v"}],` +
			callback + `}`),
		"200 elements": in(strings.TrimSuffix(strings.Repeat(md+",", 200), ",")),
		"100 in the button": in(`{"tag":"button","text":{"tag":"plain_text","content":"` + strings.Repeat("字", 100) + `"},` +
			callback + `}`),
	} {
		t.Run(name, func(t *testing.T) {
			if errs := ValidateCard([]byte(card)); len(errs) > 0 {
				t.Errorf("%s: %v", name, errors.Join(errs...))
			}
		})
	}
}

func TestBadCards(t *testing.T) {
	nested := md
	for range 6 {
		nested = `{"tag":"column_set","columns":[{"tag":"column","elements":[` + nested + `]}]}`
	}
	text := `"text":{"tag":"plain_text","content":"x"}`
	for name, v := range map[string]struct {
		code int
		path string // of one of the faults
		card string
	}{
		"not JSON":             {200621, "", `{"schema":`},
		"an array":             {200621, "", `[]`},
		"something after it":   {200621, "", in() + `{}`},
		"1.0":                  {200621, "schema", `{"elements":[]}`},
		"schema as number":     {200621, "schema", `{"schema":2.0,"body":{"elements":[]}}`},
		"no body":              {200621, "body", `{"schema":"2.0"}`},
		"i18n_elements":        {200861, "i18n_elements", with(`"i18n_elements":{}`)},
		"fallback":             {200621, "fallback", with(`"fallback":{}`)},
		"unknown in config":    {200621, "config.wide_screen_mode", with(`"config":{"wide_screen_mode":true}`)},
		"not shared":           {200621, "config.update_multi", with(`"config":{"update_multi":false}`)},
		"width_mode":           {200621, "config.width_mode", with(`"config":{"width_mode":"wide"}`)},
		"summary i18n":         {200621, "config.summary.i18n", with(`"config":{"summary":{"content":"x","i18n":{}}}`)},
		"header without title": {200621, "header.title", with(`"header":{"template":"blue"}`)},
		"title as string":      {200621, "header.title", with(`"header":{"title":"x"}`)},
		"title markdown":       {200621, "header.title.tag", with(`"header":{"title":{"tag":"markdown","content":"x"}}`)},
		"template": {200621, "header.template",
			with(`"header":{"title":{"tag":"plain_text","content":"x"},"template":"pink"}`)},
		"four text tags": {200621, "header.text_tag_list",
			with(`"header":{"title":{"tag":"plain_text","content":"x"},"text_tag_list":[{},{},{},{}]}`)},
		"language": {200621, "header.title.i18n_content.en",
			with(`"header":{"title":{"tag":"plain_text","content":"x","i18n_content":{"en":"x"}}}`)},
		"text without content":  {200621, "header.title.content", with(`"header":{"title":{"tag":"plain_text"}}`)},
		"link without url":      {200621, "card_link", with(`"card_link":{"pc_url":"https://example.com"}`)},
		"action":                {200861, "body.elements[0]", in(`{"tag":"action","actions":[]}`)},
		"note":                  {200861, "body.elements[0]", in(`{"tag":"note","elements":[]}`)},
		"unknown tag":           {200621, "body.elements[0]", in(`{"tag":"label"}`)},
		"no tag":                {200621, "body.elements[0]", in(`{"content":"x"}`)},
		"element not an object": {200621, "body.elements[0]", in(`"x"`)},
		"elements not an array": {200621, "body.elements", `{"schema":"2.0","body":{"elements":{}}}`},
		"unknown property":      {200621, "body.elements[0].colour", in(`{"tag":"hr","colour":"red"}`)},
		"1.0 value on button": {200621, "body.elements[0].value",
			in(`{"tag":"button",` + text + `,"value":{"a":1},` + callback + `}`)},
		"button without text": {200621, "body.elements[0]", in(`{"tag":"button",` + callback + `}`)},
		"dead button":         {200621, "body.elements[0]", in(`{"tag":"button",` + text + `}`)},
		"button text lark_md": {200621, "body.elements[0].text.tag",
			in(`{"tag":"button","text":{"tag":"lark_md","content":"x"},` + callback + `}`)},
		"button text too long": {200621, "body.elements[0].text.content",
			in(`{"tag":"button","text":{"tag":"plain_text","content":"` + strings.Repeat("字", 101) + `"},` + callback + `}`)},
		"long in one language": {200621, "body.elements[0].text.i18n_content.en_us",
			in(`{"tag":"button","text":{"tag":"plain_text","content":"x","i18n_content":{"en_us":"` + strings.Repeat("x", 101) +
				`"}},` + callback + `}`)},
		"button type": {200621, "body.elements[0].type",
			in(`{"tag":"button","type":"warning",` + text + `,` + callback + `}`)},
		"string value": {200621, "body.elements[0].behaviors[0].value",
			in(`{"tag":"button",` + text + `,"behaviors":[{"type":"callback","value":"x"}]}`)},
		"no value": {200621, "body.elements[0].behaviors[0].value",
			in(`{"tag":"button",` + text + `,"behaviors":[{"type":"callback"}]}`)},
		"behaviors as object": {200621, "body.elements[0].behaviors",
			in(`{"tag":"button",` + text + `,"behaviors":{"type":"callback","value":{}}}`)},
		"behavior type": {200621, "body.elements[0].behaviors[0]",
			in(`{"tag":"button",` + text + `,"behaviors":[{"type":"submit"}]}`)},
		"open_url nowhere": {200621, "body.elements[0].behaviors[0]",
			in(`{"tag":"button",` + text + `,"behaviors":[{"type":"open_url","pc_url":"https://example.com"}]}`)},
		"two callbacks": {200621, "body.elements[0].behaviors[1]",
			in(`{"tag":"button",` + text + `,"behaviors":[{"type":"callback","value":{}},{"type":"callback","value":{}}]}`)},
		"confirm without title": {200621, "body.elements[0].confirm.title",
			in(`{"tag":"button",` + text + `,"confirm":{` + text + `},` + callback + `}`)},
		"submit outside a form": {200621, "body.elements[0]", in(submit)},
		"form without name":     {200621, "body.elements[0].name", in(`{"tag":"form","elements":[` + submit + `]}`)},
		"form without submit":   {200621, "body.elements[0]", in(formOf(`{"tag":"input","name":"a"}`))},
		"form in a column": {200621, "body.elements[0].columns[0].elements[0]",
			in(`{"tag":"column_set","columns":[{"tag":"column","elements":[` + formOf(submit) + `]}]}`)},
		"form in a form": {200621, "body.elements[0].elements[0]",
			in(formOf(strings.Replace(formOf(submit), `"name":"f"`, `"name":"g"`, 1)))},
		"table in a form": {200621, "body.elements[0].elements[0]",
			in(formOf(`{"tag":"table","columns":[{"name":"a","data_type":"text"}],"rows":[]}`, submit))},
		"form child unnamed": {200530, "body.elements[0].elements[0]", in(formOf(`{"tag":"input"}`, submit))},
		"form button unnamed": {200530, "body.elements[0].elements[1]",
			in(formOf(submit, strings.Replace(button, `"tag":"button"`, `"tag":"button","form_action_type":"submit"`, 1)))},
		"name twice": {200530, "body.elements[0].elements[1].name",
			in(formOf(`{"tag":"input","name":"a"}`, `{"tag":"input","name":"a"}`, submit))},
		"name of the form": {200530, "body.elements[0].name", in(formOf(`{"tag":"input","name":"f"}`, submit))},
		"form button no action": {200621, "body.elements[0].elements[0]",
			in(formOf(strings.Replace(button, `"tag":"button"`, `"tag":"button","name":"b"`, 1), submit))},
		"form_submit": {200621, "body.elements[0].elements[0].form_action_type",
			in(formOf(strings.Replace(submit, `"submit"`, `"form_submit"`, 1)))},
		"required outside": {200621, "body.elements[0].required", in(`{"tag":"input","required":true}`)},
		"element_id twice": {200621, "body.elements[1].element_id",
			in(`{"tag":"hr","element_id":"a"}`, `{"tag":"hr","element_id":"a"}`)},
		"element_id form": {200621, "body.elements[0].element_id", in(`{"tag":"hr","element_id":"1a"}`)},
		"element_id length": {200621, "body.elements[0].element_id",
			in(`{"tag":"hr","element_id":"` + strings.Repeat("a", 21) + `"}`)},
		"hex colour": {200621, "body.elements[0].text.text_color",
			in(`{"tag":"div","text":{"tag":"plain_text","content":"x","text_color":"#ff0000"}}`)},
		"custom size undefined": {200621, "body.elements[0].text_size",
			in(`{"tag":"markdown","content":"x","text_size":"cus-0"}`)},
		"margin":           {200621, "body.elements[0].margin", in(`{"tag":"hr","margin":"100px"}`)},
		"three margins":    {200621, "body.elements[0].margin", in(`{"tag":"hr","margin":"1px 2px 3px"}`)},
		"negative padding": {200621, "body.padding", `{"schema":"2.0","body":{"padding":"-1px","elements":[]}}`},
		"img without alt":  {200621, "body.elements[0].alt", in(`{"tag":"img","img_key":"x"}`)},
		"input max_length": {200621, "body.elements[0].elements[0].max_length",
			in(field("input", `,"max_length":1001`))},
		"input rows": {200621, "body.elements[0].elements[0].rows", in(field("input", `,"rows":3`))},
		"input_type": {200621, "body.elements[0].elements[0].input_type",
			in(field("input", `,"input_type":"number"`))},
		"label as string": {200621, "body.elements[0].elements[0].label", in(field("input", `,"label":"姓名"`))},
		"default as number": {200621, "body.elements[0].elements[0].default_value",
			in(field("input", `,"default_value":1`))},
		"date form": {200621, "body.elements[0].elements[0].initial_date",
			in(field("date_picker", `,"initial_date":"长期"`))},
		"select without options": {200621, "body.elements[0].elements[0].options", in(field("select_static", ``))},
		"select empty": {200621, "body.elements[0].elements[0].options",
			in(field("select_static", `,"options":[]`))},
		"select same value": {200621, "body.elements[0].elements[0].options[1].value",
			in(field("select_static", `,"options":[{`+text+`,"value":"1"},{`+text+`,"value":"1"}]`))},
		"select initial": {200621, "body.elements[0].elements[0]",
			in(field("select_static", `,"initial_option":"2","options":[{`+text+`,"value":"1"}]`))},
		"option value number": {200621, "body.elements[0].elements[0].options[0].value",
			in(field("select_static", `,"options":[{`+text+`,"value":1}]`))},
		"column tag": {200621, "body.elements[0].columns[0].tag",
			in(`{"tag":"column_set","columns":[{"tag":"col","elements":[]}]}`)},
		"column weight": {200621, "body.elements[0].columns[0].weight",
			in(`{"tag":"column_set","columns":[{"tag":"column","weight":6,"elements":[]}]}`)},
		"panel padding": {200621, "body.elements[0].header.padding",
			in(`{"tag":"collapsible_panel","header":{"title":{"tag":"plain_text","content":"x"},"padding":"4px 8px"},"elements":[]}`)},
		"icon without token": {200621, "body.elements[0].icon",
			in(`{"tag":"markdown","content":"x","icon":{"tag":"standard_icon"}}`)},
		"table cell type": {200914, "body.elements[0]",
			in(`{"tag":"table","columns":[{"name":"a","data_type":"number"}],"rows":[{"a":"x"}]}`)},
		"table column": {200915, "body.elements[0]",
			in(`{"tag":"table","columns":[{"name":"a","data_type":"text"}],"rows":[{"b":"x"}]}`)},
		"table page_size": {200621, "body.elements[0].page_size",
			in(`{"tag":"table","page_size":11,"columns":[{"name":"a","data_type":"text"}],"rows":[]}`)},
		"chart":           {200550, "body.elements[0].chart_spec", in(`{"tag":"chart","chart_spec":{}}`)},
		"six deep":        {200621, "body.elements[0].columns[0].elements[0].columns[0].elements[0].columns[0].elements[0].columns[0].elements[0].columns[0].elements[0]", in(nested)},
		"201 elements":    {11310, "", in(strings.TrimSuffix(strings.Repeat(md+",", 201), ","))},
		"texts count too": {11310, "", in(strings.TrimSuffix(strings.Repeat(button+",", 101), ","))},
		"over 30 KB":      {230025, "", in(`{"tag":"markdown","content":"` + strings.Repeat("x", 30<<10) + `"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			errs := ValidateCard([]byte(v.card))
			found := false
			for _, err := range errs {
				var ce *CardError
				if !errors.As(err, &ce) {
					t.Fatalf("%T is not a *CardError", err)
				}
				found = found || ce.Code == v.code && ce.Path == v.path
			}
			if !found {
				t.Errorf("want %d at %q, got %v", v.code, v.path, errs)
			}
		})
	}
}

func TestFaultsComeInTheSameOrder(t *testing.T) {
	card := []byte(in(`{"tag":"hr","a":1,"b":2,"c":3}`, `{"tag":"note"}`, `{"tag":"input","required":true,"zz":1}`))
	want := fmt.Sprint(ValidateCard(card))
	for range 20 {
		if got := fmt.Sprint(ValidateCard(card)); got != want {
			t.Fatalf("%s\n%s", got, want)
		}
	}
}

func TestPeopleOnCardsMustExist(t *testing.T) {
	w := newWorld(t).login()
	w.AddUser(User{OpenID: "ou_a"})
	for card, code := range map[string]int{
		in(`{"tag":"person","user_id":"ou_a"}`):                                   0,
		in(`{"tag":"person","user_id":"ou_x"}`):                                   230099,
		in(`{"tag":"person_list","persons":[{"id":"ou_x"}]}`):                     230099,
		in(`{"tag":"markdown","content":"<at id=ou_a></at> <at id='all'></at>"}`): 0,
		in(`{"tag":"markdown","content":"<at id=ou_x></at>"}`):                    230099,
	} {
		if a := w.send("ou_a", "interactive", card, ""); a.code() != code || code != 0 &&
			!strings.Contains(str(a.body["msg"]), "ErrCode: 100290") {
			t.Errorf("%s: %s", card, a.raw)
		}
	}
}

// FuzzValidateCard checks that the validator and the reader of cards never panic, and that a valid card can be read.
func FuzzValidateCard(f *testing.F) {
	for _, seed := range []string{formCard, plainCard, in(), in(submit), in(formOf(submit)), `{}`, `[]`,
		`{"schema":"2.0","body":{"elements":[{"tag":"table","columns":[null],"rows":[1]}]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, card []byte) {
		errs := ValidateCard(card)
		c, err := ParseCard(card)
		if err != nil {
			if len(errs) == 0 {
				t.Fatal("an unreadable card passes")
			}
			return
		}
		c.Text("en_us")
		c.Buttons()
		for _, in := range c.Inputs() {
			_, _ = formValue(c, in.Form, nil, false)
		}
	})
}
