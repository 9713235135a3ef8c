package browser

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/sim"
)

// allComponents is a card with every component that the page draws and the bot may send, inside a form where the
// component has a value. PICTURE and PERSON are replaced.
const allComponents = `{"schema":"2.0","config":{"update_multi":true},
"header":{"title":{"tag":"plain_text","content":"全部组件","i18n_content":{"zh_cn":"全部组件","en_us":"Every component"}},
 "subtitle":{"tag":"plain_text","content":"副标题"},"template":"turquoise",
 "text_tag_list":[{"tag":"text_tag","text":{"tag":"plain_text","content":"标签"},"color":"orange"}],
 "i18n_text_tag_list":{"en_us":[{"tag":"text_tag","text":{"tag":"plain_text","content":"tag"},"color":"orange"}]}},
"body":{"elements":[
 {"tag":"markdown","content":"**粗** *斜* ~~删~~ [链接](https://example.com) <font color='red'>红</font>\n- 一\n- 二"},
 {"tag":"column_set","columns":[{"tag":"column","width":"weighted","weight":1,"elements":[{"tag":"div","text":{"tag":"plain_text","content":"左"}}]},
  {"tag":"column","width":"weighted","weight":1,"elements":[{"tag":"div","text":{"tag":"plain_text","content":"右"}}]}]},
 {"tag":"img","img_key":"PICTURE","alt":{"tag":"plain_text","content":"图"}},
 {"tag":"table","page_size":2,"columns":[{"name":"n","display_name":"名","data_type":"text"},{"name":"s","display_name":"数","data_type":"number"}],
  "rows":[{"n":"甲","s":1},{"n":"乙","s":2},{"n":"丙","s":3}]},
 {"tag":"chart","chart_spec":{"type":"bar","data":{"values":[{"x":"一","y":3},{"x":"二","y":5}]},"xField":"x","yField":"y"}},
 {"tag":"collapsible_panel","expanded":false,"header":{"title":{"tag":"plain_text","content":"更多"}},"elements":[{"tag":"div","text":{"tag":"plain_text","content":"里面"}}]},
 {"tag":"person","user_id":"PERSON","show_name":true},{"tag":"hr"},
 {"tag":"form","name":"f","elements":[
  {"tag":"input","name":"words","label":{"tag":"plain_text","content":"文字"},"required":true,"max_length":10},
  {"tag":"select_static","name":"one","placeholder":{"tag":"plain_text","content":"选一个"},"options":[{"text":{"tag":"plain_text","content":"甲"},"value":"a"},{"text":{"tag":"plain_text","content":"乙"},"value":"b"}]},
  {"tag":"multi_select_static","name":"some","options":[{"text":{"tag":"plain_text","content":"甲"},"value":"a"},{"text":{"tag":"plain_text","content":"乙"},"value":"b"},{"text":{"tag":"plain_text","content":"丙"},"value":"c"}]},
  {"tag":"select_person","name":"who","options":[{"value":"PERSON"}]},
  {"tag":"date_picker","name":"day","initial_date":"2026-01-31"},
  {"tag":"picker_time","name":"hour","initial_time":"08:30"},
  {"tag":"picker_datetime","name":"moment","initial_datetime":"2026-01-31 08:30"},
  {"tag":"checker","name":"agree","checked":false,"text":{"tag":"plain_text","content":"同意"}},
  {"tag":"button","name":"again","text":{"tag":"plain_text","content":"重填"},"form_action_type":"reset"},
  {"tag":"button","name":"go","text":{"tag":"plain_text","content":"提交"},"type":"primary","form_action_type":"submit",
   "confirm":{"title":{"tag":"plain_text","content":"真的吗"},"text":{"tag":"plain_text","content":"提交以后不能改"}},
   "behaviors":[{"type":"callback","value":{"v":1,"act":"nothing","rev":1}}]}]}]}}`

// uploadAsBot uploads a picture for cards and returns its key.
func uploadAsBot(h *harness.Harness, token string) string {
	h.Helper()
	var body, picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 60, 40))); err != nil {
		h.Fatal(err)
	}
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("image", "a.png")
	if err == nil {
		_, err = file.Write(picture.Bytes())
	}
	err = errors.Join(err, form.WriteField("image_type", "message"), form.Close())
	if err != nil {
		h.Fatal(err)
	}
	req, err := http.NewRequestWithContext(h.Ctx, http.MethodPost, h.World.FeishuURL+"/open-apis/im/v1/images", &body)
	if err != nil {
		h.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out struct {
		Data struct {
			Key string `json:"image_key"`
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || out.Data.Key == "" {
		h.Fatalf("got status %d and %v, want 200", resp.StatusCode, err)
	}
	return out.Data.Key
}

// TestPageComponents draws every component from a bot's JSON, fills in the form with keyboard and mouse, and checks
// the resulting callback.
func TestPageComponents(t *testing.T) {
	h := harness.Start(t, harness.Setup{Browser: true, Playground: true, World: sim.Config{People: 1, NoLimits: true}})
	p := openBrowser(h.Ctx, t).open(h.Play.URL, 1440, 900, false)
	who := h.World.People()[0]
	token := asBot(h, "POST", "/open-apis/auth/v3/tenant_access_token/internal", "",
		map[string]string{"app_id": h.Values["feishu.app_id"],
			"app_secret": h.Values["feishu.app_secret"]})["tenant_access_token"].(string)
	card := strings.NewReplacer("PICTURE", uploadAsBot(h, token), "PERSON", who.OpenID).Replace(allComponents)
	asBot(h, "POST", "/open-apis/im/v1/messages?receive_id_type=open_id", token,
		map[string]string{"receive_id": who.OpenID, "msg_type": "interactive", "content": card})

	const at = `[data-pane="phone"] .card:has([data-form="f"]) `
	p.until(`document.querySelector(` + quoted(at+`[data-field="moment"]`) + `)`)
	var unknown []string
	p.eval(`[...document.querySelectorAll('[data-unknown]')].map((n) => n.dataset.unknown)`, &unknown)
	if len(unknown) > 0 {
		t.Errorf("got the unknown components %v, want none", unknown)
	}
	for what, condition := range map[string]string{
		"title":    `$('.c-title').textContent === '全部组件'`,
		"subtitle": `$('.c-subtitle').textContent === '副标题'`,
		"tag":      `$('.c-header .c-tag').textContent === '标签'`,
		"markdown": `$('.c-md strong') && $('.c-md em') && $('.c-md del') && $('.c-md a[rel~="noopener"]') &&
			$('.c-md [data-ink="red"]') && $$('.c-md li').length === 2`,
		"columns": `$$('.c-column').length === 2 &&
			$$('.c-column')[0].getBoundingClientRect().right <= $$('.c-column')[1].getBoundingClientRect().left`,
		"picture": `$('.c-img').complete && $('.c-img').naturalWidth > 0 && $('.c-img').alt === '图'`,
		"chart":   `$$('.c-chart rect').length === 2`,
		"table":   `$$('.c-table tbody tr').length === 2 && $('.c-table th').textContent === '名'`,
		"person":  `$('.c-person').textContent.includes(` + quoted(who.Person.Name) + `)`,
		"panel":   `$('.c-fold-body').hidden`,
	} {
		p.until(`(() => { const $ = (s) => document.querySelector(` + quoted(at) +
			` + s), $$ = (s) => document.querySelectorAll(` + quoted(at) + ` + s); return ` + condition + `; })()`)
		t.Log(what)
	}
	p.press(at + `.c-fold-head`)
	p.until(`!document.querySelector(` + quoted(at+`.c-fold-body`) + `).hidden`)
	p.press(at + `.c-page:last-child`)
	p.until(`document.querySelector(` + quoted(at+`tbody td`) + `).textContent === '丙'`)
	p.eval(`shiming.setLang('en')`, nil)
	p.until(`document.querySelector(` + quoted(at+`.c-title`) +
		`).textContent === 'Every component' && document.querySelector(` + quoted(at+`.c-header .c-tag`) +
		`).textContent === 'tag'`)
	p.eval(`shiming.setLang('zh')`, nil)

	// An empty required field stops the form, a reset empties it, the confirmation can be declined, and the values
	// have Feishu's format.
	p.press(at + `[data-act="nothing"]`)
	p.until(`document.activeElement.matches('[data-field="words"]') && document.querySelector('` + at +
		`.c-error:not([hidden])')`)
	p.fill(at+`[data-field="words"]`, "字")
	p.press(at + `[data-name="again"]`)
	p.until(`document.querySelector('` + at + `[data-field="words"]').value === ''`)
	p.fill(at+`[data-field="words"]`, "你好")
	p.fill(at+`[data-field="one"]`, "b")
	p.eval(`(() => {
		const n = document.querySelector('`+at+`[data-field="some"]');
		for (const o of n.options) o.selected = o.value !== 'b';
		n.dispatchEvent(new Event('change'));
	})()`, nil)
	p.fill(at+`[data-field="who"]`, who.OpenID)
	p.fill(at+`[data-field="day"]`, "2026-02-28")
	p.fill(at+`[data-field="hour"]`, "23:59")
	p.fill(at+`[data-field="moment"]`, "2026-02-28T23:59")
	p.eval(`document.querySelector('`+at+`[data-field="agree"]').click()`, nil)
	p.shot("filled")
	p.press(at + `[data-act="nothing"]`)
	p.until(`document.querySelector('dialog').textContent.includes('真的吗')`)
	p.press(`dialog [data-answer="no"]`)
	p.until(`!document.querySelector('dialog')`)
	if n := len(h.World.Feishu.Presses()); n != 0 {
		t.Errorf("%d clicks were sent, want 0", n)
	}
	p.press(at + `[data-act="nothing"]`)
	p.press(`dialog [data-answer="yes"]`)
	p.until(`document.querySelector('[data-pane="phone"] [data-toast]')`)

	want := map[string]any{
		"words":  "你好",
		"one":    "b",
		"some":   []any{"a", "c"},
		"who":    who.OpenID,
		"day":    "2026-02-28 +0800",
		"hour":   "23:59 +0800",
		"moment": "2026-02-28 23:59 +0800",
		"agree":  true,
	}
	found := false
	for _, x := range inspect(h) {
		var body struct {
			Event struct {
				Action struct {
					Tag, Name string
					Value     map[string]any
					Form      map[string]any `json:"form_value"`
				}
			}
		}
		if x.Type != "card.action.trigger" || json.Unmarshal(x.In, &body) != nil {
			continue
		}
		found = true
		a := body.Event.Action
		got, _ := json.Marshal(a.Form)
		expected, _ := json.Marshal(want)
		if string(got) != string(expected) || a.Tag != "button" || a.Name != "go" || a.Value["act"] != "nothing" {
			t.Errorf("%s %s %v\n%s, want\n%s", a.Tag, a.Name, a.Value, got, expected)
		}
	}
	if !found {
		t.Error("got no callback, want one")
	}
	p.clean()
}
