package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
)

// asBot calls the simulated Feishu as the bot would.
func asBot(h *harness.Harness, method, path, token string, body any) map[string]any {
	h.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		h.Fatal(err)
	}
	req, err := http.NewRequestWithContext(h.Ctx, method, h.World.FeishuURL+path, bytes.NewReader(raw))
	if err != nil {
		h.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || out["code"] != float64(0) {
		h.Fatalf("%s: got %v, code %v, want success", path, err, out["code"])
	}
	return out
}

// forget drops expected problems, such as the browser's console line about a failed request.
func (p *tab) forget(about string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var rest []string
	for _, problem := range p.problems {
		if !strings.Contains(problem, about) {
			rest = append(rest, problem)
		}
	}
	p.problems = rest
}

// dropped is a script that drops a file on the phone. %s is the file.
const dropped = `(async () => {
	const data = new DataTransfer();
	data.items.add(%s);
	const pane = document.querySelector('[data-pane="phone"]');
	pane.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
})()`

func TestPageRefusesPictures(t *testing.T) {
	h := harness.Start(t, harness.Setup{Browser: true, Playground: true, World: sim.Config{People: 1}})
	b := openBrowser(h.Ctx, t)
	p := b.open(h.Play.URL, 1440, 900, false)
	sent := func() int { return len(h.World.Feishu.Messages(h.World.People()[0].ChatID)) }

	// The page itself refuses 200 MB and sends nothing.
	p.eval(`(() => {
		const f = window.fetch;
		window.asked = [];
		window.fetch = (...a) => { window.asked.push(String(a[0])); return f(...a); };
	})()`, nil)
	p.eval(fmt.Sprintf(dropped, `new File([new Uint8Array(200 << 20)], 'big.png', { type: 'image/png' })`), nil)
	p.until(`document.querySelector('[data-pane="phone"] [data-toast="error"]')?.textContent.includes('10 MB')`)
	var asked []string
	p.eval(`window.asked`, &asked)
	if len(asked) != 0 {
		t.Errorf("got requests for %v, want none", asked)
	}
	p.eval(fmt.Sprintf(dropped, `new File(['x'], 'a.pdf', { type: 'application/pdf' })`), nil)
	p.until(`document.querySelector('[data-pane="phone"] [data-toast="warning"]')`)
	p.clean()

	// The server refuses a picture that looks like a photo, with a reason.
	noise := `await new Promise((done) => {
		const c = document.createElement('canvas');
		c.width = c.height = 300;
		const x = c.getContext('2d');
		const d = x.createImageData(300, 300);
		for (let i = 0; i < d.data.length; i++) d.data[i] = i % 4 === 3 ? 255 : (i * 7919) % 251;
		x.putImageData(d, 0, 0);
		c.toBlob((v) => done(new File([v], 'me.png', { type: 'image/png' })));
	})`
	p.eval(fmt.Sprintf(dropped, noise), nil)
	p.until(`/真实证件|real cards/.test(document.querySelector('[data-pane="phone"] [data-toast="warning"]')?.textContent)`)
	p.forget("422")
	if n := sent(); n != 0 {
		t.Fatalf("%d messages were sent, want 0", n)
	}
	// A drawing is passed on to the bot, which asks for consent first.
	drawing := `await new Promise((done) => {
		const c = document.createElement('canvas');
		c.width = 300;
		c.height = 200;
		const x = c.getContext('2d');
		x.fillStyle = '#fff';
		x.fillRect(0, 0, 300, 200);
		x.fillStyle = '#00f';
		x.fillRect(20, 20, 90, 60);
		c.toBlob((v) => done(new File([v], 'd.png', { type: 'image/png' })));
	})`
	p.eval(fmt.Sprintf(dropped, drawing), nil)
	p.until(`document.querySelector('[data-pane="phone"] [data-type="image"] img.photo')?.naturalWidth === 300`)
	p.consent()
	p.until(`document.querySelectorAll('[data-pane="phone"] [data-type="interactive"]').length >= 2`)
	p.shot("unreadable")
	p.clean()
}

func TestPageTwoTabsAndLongChats(t *testing.T) {
	h := harness.Start(t, harness.Setup{Browser: true, Playground: true, World: sim.Config{People: 1, NoLimits: true}})
	b := openBrowser(h.Ctx, t)
	one := b.open(h.Play.URL, 1440, 900, false)
	two := b.open(h.Play.URL, 1440, 900, true)
	one.press(`[data-pane="phone"] [data-quick="帮助"]`)
	two.until(`document.querySelectorAll('[data-pane="phone"] .msg').length >= 2`)

	token := asBot(h, "POST", "/open-apis/auth/v3/tenant_access_token/internal", "",
		map[string]string{"app_id": h.Values["feishu.app_id"],
			"app_secret": h.Values["feishu.app_secret"]})["tenant_access_token"].(string)
	card := regexp.MustCompile(`"ou_[a-z]+"`).ReplaceAllString(string(goldenCards(t)["review.json"]), `"`+
		h.World.People()[0].OpenID+`"`)
	const cards = 90
	for i := range cards {
		asBot(h, "POST", "/open-apis/im/v1/messages?receive_id_type=chat_id", token,
			map[string]string{"receive_id": h.World.ReviewChat(), "msg_type": "interactive",
				"content": strings.ReplaceAll(card, "张**", fmt.Sprintf("第%d位", i))})
	}
	for _, p := range []*tab{one, two} {
		p.press(`[data-pane="hr"] [data-where="review"]`)
		p.until(fmt.Sprintf(`document.querySelector('[data-pane="hr"] .messages').textContent.includes('第%d位')`, cards-1))
		var drawn int
		p.eval(`document.querySelectorAll('[data-pane="hr"] .card').length`, &drawn)
		if drawn > 65 {
			t.Errorf("got %d of %d cards drawn, want at most 65", drawn, cards)
		}
	}
	// A new tab draws only the latest cards, and older ones on request.
	late := b.open(h.Play.URL, 1440, 900, false)
	late.press(`[data-pane="hr"] [data-where="review"]`)
	late.until(`document.querySelectorAll('[data-pane="hr"] .card').length === 30`)
	late.press(`[data-pane="hr"] [data-older]`)
	late.until(`document.querySelectorAll('[data-pane="hr"] .card').length === 60`)

	// A hidden tab continues where it stopped.
	setHidden := func(hidden bool) {
		two.eval(fmt.Sprintf(`Object.defineProperty(document, 'hidden', { value: %t, configurable: true });
			document.dispatchEvent(new Event('visibilitychange'))`, hidden), nil)
	}
	setHidden(true)
	two.until(`document.querySelector('.link').dataset.link === 'away'`)
	one.press(`[data-pane="phone"] [data-quick="进度"]`)
	one.until(`[...document.querySelectorAll('[data-pane="phone"] .own')].length >= 2`)
	setHidden(false)
	two.until(`[...document.querySelectorAll('[data-pane="phone"] .own')].length >= 2`)
	for _, p := range []*tab{one, two, late} {
		p.clean()
	}
	// When the world ends, the page says what to do.
	ctx, cancel := context.WithTimeout(h.Ctx, time.Second)
	defer cancel()
	h.StopBot()
	_ = h.Play.Close(ctx)
	one.until(`document.querySelector('.banner:not([hidden])')?.textContent.includes('go run . demo')`)
}

func TestPageKeyboardAndContrast(t *testing.T) {
	h := harness.Start(t, harness.Setup{Browser: true, Playground: true, World: sim.Config{People: 1}})
	b := openBrowser(h.Ctx, t)
	p := b.open(h.Play.URL, 1440, 900, false)
	focus := func(want string) {
		t.Helper()
		p.until(`document.activeElement?.matches(` + quoted(want) + `)`)
	}
	p.press(`[data-enter]`)
	p.until(`document.querySelector('[data-pane="phone"] [data-act="start"], [data-pane="phone"] [data-act="decline"]')`)
	// Tab reaches every control, with a visible focus.
	p.eval(`document.activeElement.blur()`, nil)
	var reached, all int
	for range 60 {
		p.key("Tab")
		p.eval(`(() => {
			const n = document.activeElement;
			if (!n || n === document.body) return;
			n.dataset.reached = '';
			if (getComputedStyle(n).outlineStyle === 'none') n.dataset.dim = '';
		})()`, nil)
	}
	p.eval(`document.querySelectorAll('[data-reached]').length`, &reached)
	p.eval(`[...document.querySelectorAll('button, select, input, textarea')]
		.filter((n) => n.offsetParent && !n.disabled && getComputedStyle(n).visibility !== 'hidden').length`, &all)
	if reached < all {
		var missed []string
		p.eval(`[...document.querySelectorAll('button, select, input, textarea')]
			.filter((n) => n.offsetParent && !n.disabled && !('reached' in n.dataset))
			.map((n) => n.outerHTML.slice(0, 90))`, &missed)
		t.Errorf("got %d of %d controls by Tab, want all; missing: %v", reached, all, missed)
	}
	var dim []string
	p.eval(`[...document.querySelectorAll('[data-dim]')].map((n) => n.outerHTML.slice(0, 90))`, &dim)
	if len(dim) > 0 {
		t.Errorf("got no visible focus on %v, want one", dim)
	}
	// The photo panel and the dialogs close on Escape and restore the focus.
	p.press(`[data-photo]`)
	focus(`[data-variant="good"]`)
	p.key("Escape")
	focus(`[data-photo]`)
	p.press(`[data-pane="phone"] [data-quick="我的资料"]`)
	p.press(`[data-pane="phone"] [data-quick="实名"]`)
	p.until(`document.querySelector('[data-pane="phone"] [data-act="decline"]')`)
	p.consent()
	p.press(`[data-pane="phone"] [data-act="cancel"]`)
	focus(`dialog [data-answer="yes"]`)
	for range 5 {
		p.key("Tab")
		p.until(`document.activeElement === document.body || document.activeElement.closest('dialog')`)
	}
	p.key("Escape")
	p.until(`!document.querySelector('dialog')`)
	focus(`[data-act="cancel"]`)

	cards, err := json.Marshal(goldenCards(t))
	if err != nil {
		t.Fatal(err)
	}
	p.eval(`(async () => {
		const { drawCard } = await import('/page/card.js');
		const box = document.createElement('div');
		box.id = 'all-cards';
		box.style.cssText = 'position:fixed;inset:0;z-index:99;overflow:auto';
		const inner = document.createElement('div');
		inner.style.cssText = 'columns:4;column-gap:12px;padding:12px';
		box.append(inner);
		box.style.background = 'var(--pane)';
		for (const card of Object.values(`+string(cards)+`)) {
			const c = drawCard(card, { person: (id) => id, image: () => '', click: async () => {} });
			c.style.cssText = 'break-inside:avoid;margin-bottom:12px';
			inner.append(c);
		}
		document.body.append(box);
	})()`, nil)
	for _, dark := range []bool{false, true} {
		p.size(1440, 900, dark)
		p.shot(fmt.Sprintf("cards-dark-%t", dark))
		var poor []string
		p.eval(contrast, &poor)
		if len(poor) > 0 {
			t.Errorf("dark %t: got too little contrast, want WCAG AA: %s", dark, strings.Join(poor, "; "))
		}
	}
	for i, top := range []int{850, 1700, 2550, 3400} {
		p.eval(fmt.Sprintf(`document.getElementById('all-cards').scrollTop = %d`, top), nil)
		p.shot(fmt.Sprintf("cards-%d", i))
	}
	p.clean()
}

// contrast lists the texts whose contrast is below WCAG AA (4.5, or 3 for large text). Disabled elements are exempt.
const contrast = `(() => {
	const parse = (s) => {
		const m = /rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)/.exec(s);
		return m ? [+m[1], +m[2], +m[3], m[4] === undefined ? 1 : +m[4]] : null;
	};
	const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
	const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
	const light = (c) => {
		const [r, g, b] = c.map((v) => linear(v / 255));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ground = (n) => {
		const layers = [];
		for (; n; n = n.parentElement) {
			const c = parse(getComputedStyle(n).backgroundColor);
			if (!c || c[3] === 0) continue;
			layers.push(c);
			if (c[3] === 1) break;
		}
		return layers.reverse().reduce((below, c) => over(c, below), [255, 255, 255, 1]);
	};
	const poor = new Set();
	for (const n of document.querySelectorAll('body *')) {
		if (n.matches(':disabled, option, script, title') || n.closest('[aria-hidden="true"], [hidden]')) continue;
		if (!n.getClientRects().length) continue;
		if (![...n.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim())) continue;
		const style = getComputedStyle(n);
		const color = parse(n instanceof SVGElement ? style.fill : style.color);
		if (!color) continue;
		let below = ground(n);
		if (n instanceof SVGElement) {
			const rect = n.parentElement.querySelector('rect');
			const own = n.closest('.state') && rect && parse(getComputedStyle(rect).fill);
			if (own) below = own;
		}
		const [a, b] = [light(over(color, below)), light(below)].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05);
		const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
		const text = n.textContent.trim().slice(0, 20);
		if (ratio < (large ? 3 : 4.5)) poor.add(n.className + ' ' + ratio.toFixed(2) + ' ' + text);
	}
	return [...poor];
})()`
