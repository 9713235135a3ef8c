package browser

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/feishu"
)

// goldenCards returns the golden cards of the bot's tests by file name.
func goldenCards(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	names := files.Glob(t, "cards/testdata/*.json")
	if len(names) < 50 {
		t.Fatalf("got %d golden cards, want at least 50", len(names))
	}
	out := map[string]json.RawMessage{}
	for _, name := range names {
		out[filepath.Base(name)] = json.RawMessage(files.Read(t, name))
	}
	return out
}

// TestPageDrawsEveryCard draws every golden card in both languages. It checks that no component is unknown and that
// every title, button, label and text is visible.
func TestPageDrawsEveryCard(t *testing.T) {
	h := harness.Start(t, harness.Setup{Browser: true, Playground: true, World: sim.Config{People: 1}})
	b := openBrowser(h.Ctx, t)
	p := b.open(h.Play.URL, 1440, 900, false)
	for name, raw := range goldenCards(t) {
		card, err := feishu.ParseCard(raw)
		if err != nil {
			t.Fatal(err)
		}
		for lang, locale := range map[string]string{"zh": "zh_cn", "en": "en_us"} {
			var got struct {
				Unknown []string
				Text    string
				Buttons int
				Wide    bool
			}
			p.eval(`(async () => {
				shiming.setLang(`+quoted(lang)+`);
				const { drawCard } = await import('/page/card.js');
				const node = drawCard(`+string(raw)+`, { person: (id) => id, image: () => '', click: async () => {} });
				const box = document.createElement('div');
				box.style.width = '360px';
				box.append(node);
				document.body.append(box);
				const values = [...node.querySelectorAll('input,textarea')].map((n) => n.value + ' ' + n.placeholder);
				const out = {
					unknown: [...node.querySelectorAll('[data-unknown]')].map((n) => n.dataset.unknown),
					text: node.textContent + values.join(' '),
					buttons: node.querySelectorAll('.c-button').length,
					wide: node.scrollWidth > 362,
				};
				box.remove();
				return out;
			})()`, &got)
			if len(got.Unknown) > 0 {
				t.Errorf("%s: got the unknown components %v, want none", name, got.Unknown)
			}
			if want := len(card.Buttons()); got.Buttons != want {
				t.Errorf("%s: %d buttons, want %d", name, got.Buttons, want)
			}
			if got.Wide {
				t.Errorf("%s (%s): got a card wider than 360 px, want it to fit", name, lang)
			}
			for _, text := range visibleTexts(t, raw, locale) {
				if !strings.Contains(got.Text, text) {
					t.Errorf("%s (%s): got no %q, want it shown", name, lang, text)
				}
			}
		}
	}
	p.clean()
}

// visibleTexts returns the plain texts of a card that are visible without a click. It omits the preview of the chat
// list, the texts of confirm dialogs and the words that stand for a picture.
func visibleTexts(t *testing.T, raw []byte, locale string) []string {
	t.Helper()
	var root any
	if err := json.Unmarshal(raw, &root); err != nil {
		t.Fatal(err)
	}
	var out []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if v["tag"] == "plain_text" {
				if m, ok := v["i18n_content"].(map[string]any); ok {
					out = append(out, m[locale].(string))
				}
			}
			for k, x := range v {
				if k != "confirm" && k != "config" && k != "hover_tips" && k != "alt" {
					walk(x)
				}
			}
		}
	}
	walk(root)
	return out
}

// TestPageRegistersSomebody plays a whole registration by clicks, without an error on the console.
func TestPageRegistersSomebody(t *testing.T) {
	h := harness.Start(t, harness.Setup{Browser: true, Playground: true, World: sim.Config{People: 2}})
	b := openBrowser(h.Ctx, t)
	p := b.open(h.Play.URL, 1600, 1000, false)
	who := h.World.People()[0]

	p.shot("0-empty")
	p.press(`[data-enter]`)
	p.until(`document.querySelector('[data-pane="phone"] [data-act]')`)
	p.press(`[data-pane="phone"] [data-quick="实名"]`)
	p.consent()
	p.until(`document.querySelector('[data-pane="phone"] [data-stage="photos"]')`)
	p.press(`[data-photo]`)
	p.until(`document.querySelector('img.sample')?.complete`)
	p.shot("1-sampler")
	p.press(`[data-sendboth]`)
	p.until(`document.querySelector('[data-pane="phone"] [data-act="confirm"]')`)
	p.fill(`[data-pane="phone"] [data-field="mobile"]`, "")
	p.press(`[data-pane="phone"] [data-act="confirm"]`)
	// An empty required field sends nothing.
	p.until(`document.querySelector('[data-pane="phone"] .c-error:not([hidden])')`)
	p.fill(`[data-pane="phone"] [data-field="mobile"]`, who.Person.Mobile)
	p.shot("2-confirm")
	p.press(`[data-pane="phone"] [data-act="confirm"]`)
	p.press(`[data-usecode]`)
	p.shot("3-code")
	p.press(`[data-pane="phone"] [data-act="submit_code"]`)
	p.until(`document.querySelector('[data-pane="hr"] [data-act="next"]')`)
	p.shot("4-desk")
	p.begin()
	p.shot("4-review")
	p.openForm()
	p.press(`[data-pane="hr"] [data-act="reject"]`)
	p.until(`document.querySelector('[data-pane="hr"] .c-error:not([hidden])')`) // no reason was chosen
	p.press(`[data-pane="hr"] [data-act="approve"]`)
	p.until(`document.querySelector('[data-pane="phone"] [data-stage="done"]')`)
	p.until(`document.querySelector('[data-state="done"][data-now]')`)
	p.until(`/累计完成 1 人/.test(document.querySelector('[data-pane="group"] .card')?.textContent)`)
	p.press(`[data-pane="hr"] [data-quick="统计"]`)
	p.until(`document.querySelector('[data-pane="hr"] .c-chart svg rect')`)
	p.eval(`document.querySelector('[data-line]').click()`, nil) // the newest
	p.until(`document.querySelector('[data-detail] .ins-body')`)
	p.shot("5-done")
	if j := h.World.Journey(who.OpenID); !j.Filed() {
		t.Errorf("got the journey %+v, want it filed", j)
	}
	for _, look := range []struct {
		name          string
		width, height int
		dark          bool
		lang, tab     string
	}{
		{"dark", 1600, 1000, true, "zh", "phone"}, {"english", 1440, 900, false, "en", "phone"},
		{"phone-chat", 390, 844, false, "zh", "phone"},
		{"phone-hr", 390, 844, true, "en", "hr"}, {"phone-inspector", 390, 844, false, "zh", "inspector"},
		{"narrow", 1100, 800, false, "zh", "phone"},
	} {
		p.size(look.width, look.height, look.dark)
		p.eval(`shiming.setLang(`+quoted(look.lang)+`); shiming.choose('tab', `+quoted(look.tab)+`)`, nil)
		var over bool
		p.eval(fmt.Sprintf(`document.documentElement.scrollWidth > %d`, look.width), &over)
		if over {
			t.Errorf("%s: got a page wider than the window, want it to fit", look.name)
		}
		p.shot("6-" + look.name)
	}
	p.clean()
}
