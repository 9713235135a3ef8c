package browser

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// looks are the sizes and colours in which every page has to be sound. 180 px is a phone of 360 px at a zoom of 200 %.
var looks = []struct {
	name          string
	width, height int
	dark          bool
	text          string // size of the text, as a phone's settings change it
}{
	{"zoomed", 180, 370, false, ""},
	{"large-text", 360, 740, false, "200%"},
	{"desktop", 1280, 800, false, ""},
	{"dark", 360, 740, true, ""},
	{"light", 360, 740, false, ""},
}

// sound checks a page as somebody on a phone, with bad eyes, or with a screen reader meets it.
func (p *tab) sound(state string) {
	p.b.t.Helper()
	for _, look := range looks {
		p.size(look.width, look.height, look.dark)
		p.eval(`document.documentElement.style.fontSize = `+quoted(look.text), nil)
		var faults []string
		p.eval(findFaults, &faults)
		for _, f := range faults {
			p.b.t.Errorf("%s, %s: %s", state, look.name, f)
		}
		p.shot(state + "-" + look.name)
	}
	p.wantNames(state)
}

// findFaults returns what is wrong with the layout of a page: sideways scrolling, texts over each other, small targets,
// faint texts.
const findFaults = `(() => {
	const faults = [], say = (n, what) => faults.push('<' + n.tagName.toLowerCase() + ' ' + (n.id || n.className) + '> ' +
		n.textContent.trim().slice(0, 20) + ': ' + what);
	const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
	if (wide > 0) faults.push('wider than the window by ' + wide + ' px');

	// Texts and boxes, without what is hidden.
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
	for (let n = walker.nextNode(); n; n = walker.nextNode()) {
		const at = n.parentElement;
		if (n.data.trim() && at.checkVisibility() && !at.closest('.skip')) texts.push([n, at]);
	}
	const pieces = [];
	for (const [n, at] of texts) {
		const range = document.createRange();
		range.selectNodeContents(n);
		const rects = n.data.length > 2000 ? [range.getBoundingClientRect()] : [...range.getClientRects()];
		// The box of a line is higher than its letters.
		for (const r of rects) pieces.push({at, l: r.left, r: r.right, t: r.top + r.height / 5, b: r.bottom - r.height / 5});
	}
	for (const at of document.querySelectorAll('input:not([type="hidden"])')) {
		const r = at.getBoundingClientRect();
		pieces.push({at, l: r.left, r: r.right, t: r.top, b: r.bottom});
	}
	pieces.forEach((a, i) => pieces.slice(i + 1).forEach((b) => {
		if (a.at !== b.at && Math.min(a.r, b.r) - Math.max(a.l, b.l) > 1 && Math.min(a.b, b.b) - Math.max(a.t, b.t) > 1)
			say(a.at, 'overlaps ' + b.at.textContent.trim().slice(0, 20));
	}));

	for (const n of document.querySelectorAll('a, button, summary, label')) {
		const r = n.getBoundingClientRect();
		if (n.checkVisibility() && (r.width < 44 || r.height < 44)) say(n, r.width + ' x ' + r.height + ' px, want 44');
	}

	const channels = (c) => (c.match(/[\d.]+/g) || []).map(Number);
	const light = (c) => {
		const [r, g, b] = channels(c).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ground = (n) => {
		for (; n; n = n.parentElement) {
			const c = getComputedStyle(n).backgroundColor;
			if ((channels(c)[3] ?? 1) === 1) return c;
		}
		return matchMedia('(prefers-color-scheme: dark)').matches ? 'rgb(18, 18, 18)' : 'rgb(255, 255, 255)';
	};
	const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
	for (const at of new Set(texts.map(([, at]) => at))) {
		const got = ratio(getComputedStyle(at).color, ground(at));
		if (!(got >= 4.5)) say(at, 'contrast ' + got.toFixed(2) + ', want 4.5');
	}
	for (const at of document.querySelectorAll('.tick, .button, button')) {
		const got = ratio(getComputedStyle(at).borderColor, ground(at.parentElement));
		if (!(got >= 3)) say(at, 'border with contrast ' + got.toFixed(2) + ', want 3');
	}
	return faults;
})()`

// axNode is a node of the accessibility tree.
type axNode struct {
	role, name, description string
	level                   int
	invalid                 bool
}

// tree returns what a screen reader meets, in order.
func (p *tab) tree() (nodes []axNode) {
	p.b.t.Helper()
	var all accessibility.GetFullAXTreeResult
	p.b.must(chromedp.Do(p.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) (err error) {
		all, err = chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		return err
	})))
	text := func(v *accessibility.Value) (s string) {
		if v != nil {
			_ = json.Unmarshal(v.Value, &s) // stays empty for other types
		}
		return s
	}
	byID := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range all.Nodes {
		byID[n.NodeID] = n
	}
	var walk func(*accessibility.Node)
	walk = func(n *accessibility.Node) {
		if !n.Ignored {
			x := axNode{role: text(n.Role), name: text(n.Name), description: text(n.Description)}
			for _, prop := range n.Properties {
				switch prop.Name {
				case "level":
					_ = json.Unmarshal(prop.Value.Value, &x.level)
				case "invalid":
					x.invalid = text(prop.Value) == "true"
				}
			}
			nodes = append(nodes, x)
		}
		for _, id := range n.ChildIDs {
			if c := byID[id]; c != nil {
				walk(c)
			}
		}
	}
	walk(all.Nodes[0])
	return nodes
}

// wantNames checks the accessibility tree: headings in order, and a name for everything that can be used.
func (p *tab) wantNames(state string) {
	p.b.t.Helper()
	before, controls := 0, 0
	for _, n := range p.tree() {
		switch n.role {
		case "heading":
			if before == 0 && n.level != 1 || before > 0 && (n.level == 1 || n.level > before+1) {
				p.b.t.Errorf("%s: got the heading %q of level %d after %d, want them in order", state, n.name, n.level, before)
			}
			before = n.level
		case "checkbox", "link", "button", "group", "navigation", "region", "textbox", "DisclosureTriangle", "alert":
			controls++
			if strings.TrimSpace(n.name) == "" && n.role != "group" {
				p.b.t.Errorf("%s: got a %s without a name, want one", state, n.role)
			}
		}
		if n.invalid && !strings.Contains(n.description, "还没完成") && !strings.Contains(n.description, "Missing") {
			p.b.t.Errorf("%s: got the description %q of the invalid %q, want what is missing", state, n.description, n.name)
		}
	}
	if before == 0 || controls == 0 {
		p.b.t.Errorf("%s: got an accessibility tree without headings or controls, want both", state)
	}
}
