package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"shiming/e2e/harness"
)

// screenshots, set in the environment, is a directory for screenshots of the page.
const screenshots = "SHIMING_SCREENSHOTS"

// browser is a profile in a headless Chromium that is driven over a pipe, so that no port is opened.
type browser struct {
	t   *testing.T
	ctx context.Context
}

// tab is one page. It collects problems: console errors, exceptions and requests to other hosts.
type tab struct {
	b    *browser
	ctx  context.Context
	home string // host that may be asked
	also string // another one, whose pages may have errors, "" for none

	prefers map[string]string // media features

	mu       sync.Mutex
	problems []string
}

// chromium is the process that all tests share. It speaks Chinese and lives in China time.
var chromium struct {
	start sync.Once
	ctx   context.Context
	end   func()
	err   error
}

func startChromium(path string) {
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"), chromedp.Env("TZ=Asia/Shanghai")}
	for _, flag := range []string{"disable-background-networking", "disable-component-update", "disable-sync",
		"disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, free := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(ctx)
	chromium.ctx, chromium.end = ctx, func() { end(); free() }
	chromium.err = chromedp.Do(ctx)
}

// openBrowser returns an empty profile of its own in Chromium. It is gone when the test ends, or ctx.
func openBrowser(ctx context.Context, t *testing.T, profile ...chromedp.CreateBrowserContextOption) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv(harness.RequireChromium) == "1" {
			t.Fatal("got no chromium on the PATH, want one")
		}
		t.Skip("no chromium on the PATH; " + harness.RequireChromium + "=1 makes this a failure")
	}
	chromium.start.Do(func() { startChromium(path) })
	if chromium.err != nil {
		t.Fatal(chromium.err)
	}
	own, end := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext(profile...))
	stop := context.AfterFunc(ctx, end)
	t.Cleanup(func() { stop(); end() })
	b := &browser{t: t, ctx: own}
	b.must(chromedp.Do(own)) // makes the profile
	return b
}

// open opens a page of the playground in a window of its own and waits for its first data.
func (b *browser) open(address string, width, height int, dark bool) *tab {
	b.t.Helper()
	p := b.window(address, width, height, dark)
	b.must(chromedp.Do(p.ctx, chromedp.Navigate(address)))
	p.until(`document.querySelector('.link')?.dataset.link === 'live' && !!document.querySelector('[data-say="phone"]')`)
	return p
}

// window opens an empty window of the given size for the pages of one host.
func (b *browser) window(address string, width, height int, dark bool) *tab {
	b.t.Helper()
	p := &tab{b: b, home: hostOf(b.t, address), prefers: map[string]string{}}
	ctx, end := chromedp.NewContext(b.ctx, chromedp.WithListener(p.saw))
	b.t.Cleanup(end)
	p.ctx = ctx
	b.must(chromedp.Do(ctx))
	// Separate windows do not hide each other.
	p.do(emulation.CommandSetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	p.size(width, height, dark)
	return p
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal("got an address that cannot be parsed") // it may hold a secret
	}
	return u.Host
}

func (b *browser) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// do sends one command of the DevTools protocol.
func (p *tab) do(method string, params any) {
	p.b.t.Helper()
	p.b.must(chromedp.Do(p.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return t.Call(ctx, method, params, nil)
	})))
}

// size changes the size of the window and the colour scheme. A narrow window emulates a phone.
func (p *tab) size(width, height int, dark bool) {
	p.b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	var kind []chromedp.EmulateViewportOption
	if width < 600 {
		kind = append(kind, chromedp.EmulateMobile)
	}
	p.b.must(chromedp.Do(p.ctx, chromedp.EmulateViewport(int64(width), int64(height), kind...)))
	p.prefer("prefers-color-scheme", scheme)
}

// prefer sets a preference that the page's media queries see.
func (p *tab) prefer(feature, value string) {
	p.b.t.Helper()
	p.prefers[feature] = value
	var all []*emulation.MediaFeature
	for name, value := range p.prefers {
		all = append(all, &emulation.MediaFeature{Name: name, Value: value})
	}
	p.do(emulation.CommandSetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: all})
}

// saw handles every event of the page.
func (p *tab) saw(event any) {
	problem := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "assert" {
			problem = "console:"
			for _, a := range e.Args {
				problem += " " + string(a.Value) + " " + a.Description
			}
		}
	case *runtime.EventExceptionThrown:
		problem = "exception: " + e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			problem += " " + x.Description
		}
	case *log.EventEntryAdded:
		if u, err := url.Parse(e.Entry.URL); e.Entry.Level == "error" && (err != nil || p.also == "" || u.Host != p.also) {
			problem = "log: " + e.Entry.Text + " " + e.Entry.URL
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != p.home && u.Host != p.also &&
			u.Scheme != "data" && u.Scheme != "blob" {
			problem = "request to " + u.Scheme + "://" + u.Host
		}
	}
	if problem != "" {
		p.mu.Lock()
		p.problems = append(p.problems, problem)
		p.mu.Unlock()
	}
}

// clean fails the test if the page has had a problem.
func (p *tab) clean() {
	p.b.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, problem := range p.problems {
		p.b.t.Error(problem)
	}
	p.problems = nil
}

// eval runs JavaScript, waits for a promise, and decodes the result.
func (p *tab) eval(js string, out any) {
	p.b.t.Helper()
	raw, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]byte](js, chromedp.EvalAwaitPromise, byHand))
	if err != nil {
		p.b.t.Fatalf("%s: %v", js, err)
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			p.b.t.Fatalf("%s: %v", js, err)
		}
	}
}

// byHand makes a script's actions count as user actions.
func byHand(e *runtime.EvaluateParams) {
	yes := true
	e.UserGesture = &yes
}

// until waits until a JavaScript condition holds.
func (p *tab) until(condition string) {
	p.b.t.Helper()
	var ok bool
	p.eval(`new Promise((done) => {
		const end = Date.now() + 20000;
		const look = () => { let v = false; try { v = !!(`+condition+
		`); } catch {} if (v || Date.now() > end) done(v); else setTimeout(look, 25); };
		look();
	})`, &ok)
	if !ok {
		p.shot("failed")
		p.mu.Lock()
		defer p.mu.Unlock()
		p.b.t.Fatalf("not within 20 s: %s\n%s", condition, strings.Join(p.problems, "\n"))
	}
}

// press clicks the last element that matches a selector, once it is visible and enabled.
func (p *tab) press(selector string) {
	p.b.t.Helper()
	find := `[...document.querySelectorAll(` + quoted(selector) +
		`)].filter((n) => !n.disabled && n.offsetParent !== null).pop()`
	p.until(find)
	p.eval(`(() => { const n = `+find+`; n.scrollIntoView({block: 'center'}); n.focus(); n.click(); })()`, nil)
}

// fill sets the value of the last field that matches a selector.
func (p *tab) fill(selector, text string) {
	p.b.t.Helper()
	find := `[...document.querySelectorAll(` + quoted(selector) + `)].pop()`
	p.until(find)
	p.eval(`(() => { const n = `+find+`; n.value = `+quoted(text)+
		`; n.dispatchEvent(new Event('input')); n.dispatchEvent(new Event('change')); })()`, nil)
}

// key presses and releases a key, given by its name or its letter.
func (p *tab) key(name string) {
	p.b.t.Helper()
	named := map[string]string{
		"Enter":      kb.Enter,
		"Escape":     kb.Escape,
		"Tab":        kb.Tab,
		"Space":      " ",
		"ArrowRight": kb.ArrowRight,
	}
	p.b.must(chromedp.Do(p.ctx, chromedp.KeyEvent(cmp.Or(named[name], name))))
}

// settle waits until the page has been drawn twice.
func (p *tab) settle() {
	p.b.t.Helper()
	p.eval(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))`, nil)
}

func quoted(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err) // impossible for a string
	}
	return string(raw)
}

// shot takes a screenshot of the window if screenshots are enabled.
func (p *tab) shot(name string) {
	p.b.t.Helper()
	p.shotOf(name, "")
}

// shotOf takes a screenshot of the element that a selector finds, or of the window for "", if screenshots are
// enabled.
func (p *tab) shotOf(name, selector string) {
	p.b.t.Helper()
	dir := os.Getenv(screenshots)
	if dir == "" {
		return
	}
	take := chromedp.CaptureScreenshot()
	if selector != "" {
		take = chromedp.Screenshot(chromedp.CSS(selector))
	}
	raw, err := chromedp.Run(p.ctx, take)
	p.b.must(err)
	file := strings.ReplaceAll(p.b.t.Name(), "/", "-") + "-" + name + ".png"
	p.b.must(os.WriteFile(filepath.Join(dir, file), raw, 0o644))
}
