package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// requireChromium, set to 1 in the environment, makes tests of the page fail where there is no browser; else they are skipped.
const requireChromium = "SHIMING_REQUIRE_CHROMIUM"

// screenshots, set in the environment, is a directory for pictures of the page.
const screenshots = "SHIMING_SCREENSHOTS"

// browser is a headless Chromium, driven by its DevTools protocol over a pipe, so that no port is opened and no library is needed.
type browser struct {
	t   *testing.T
	ctx context.Context
	out io.Writer

	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
	tabs    map[string]*tab // by session
	gone    error
}

type reply struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// tab is one page. What goes wrong on it is collected: errors on the console, exceptions, requests to anywhere else.
type tab struct {
	b       *browser
	session string
	home    string // host that may be asked

	mu       sync.Mutex
	problems []string
}

// openBrowser starts Chromium with an empty profile and ends it with the test.
func openBrowser(ctx context.Context, t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv(requireChromium) == "1" {
			t.Fatal("no chromium on the PATH")
		}
		t.Skip("no chromium on the PATH; " + requireChromium + "=1 makes this a failure")
	}
	toBrowser, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, fromBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.MkdirTemp("", "shiming-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-dev-shm-usage", "--no-first-run", "--lang=zh-CN", "--user-data-dir="+profile, "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{toBrowser, fromBrowser} // descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = toBrowser.Close(), fromBrowser.Close()
	b := &browser{t: t, ctx: ctx, out: in, waiting: map[int]chan reply{}, tabs: map[string]*tab{}}
	read := make(chan struct{})
	go func() { defer close(read); b.read(out) }()
	t.Cleanup(func() {
		_ = in.Close() // Chromium ends when its pipe does
		ended := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		ended.Stop()
		_ = out.Close()
		<-read
		_ = os.RemoveAll(profile)
	})
	return b
}

// read takes messages, each ended by a zero byte, until the pipe is closed.
func (b *browser) read(from io.Reader) {
	r := bufio.NewReader(from)
	for {
		raw, err := r.ReadBytes(0)
		if err != nil {
			b.mu.Lock()
			b.gone = errors.New("the browser has ended")
			for _, ch := range b.waiting {
				close(ch)
			}
			b.waiting = map[int]chan reply{}
			b.mu.Unlock()
			return
		}
		var m struct {
			ID        int
			SessionID string
			Method    string
			Params    json.RawMessage
			reply
		}
		if json.Unmarshal(raw[:len(raw)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		ch, tab := b.waiting[m.ID], b.tabs[m.SessionID]
		delete(b.waiting, m.ID)
		b.mu.Unlock()
		switch {
		case ch != nil:
			ch <- m.reply
		case tab != nil && m.Method != "":
			tab.saw(m.Method, m.Params)
		}
	}
}

// do sends one command and decodes its result into out, if that is not nil.
func (b *browser) do(session, method string, params, out any) error {
	ch := make(chan reply, 1)
	b.mu.Lock()
	if b.gone != nil {
		b.mu.Unlock()
		return b.gone
	}
	b.last++
	id := b.last
	b.waiting[id] = ch
	msg := map[string]any{"id": id, "method": method}
	if params != nil {
		msg["params"] = params
	}
	if session != "" {
		msg["sessionId"] = session
	}
	raw, err := json.Marshal(msg)
	if err == nil {
		_, err = b.out.Write(append(raw, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case r, ok := <-ch:
		switch {
		case !ok:
			return errors.New("the browser has ended")
		case r.Error != nil:
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		case out != nil:
			return json.Unmarshal(r.Result, out)
		}
		return nil
	case <-b.ctx.Done():
		return fmt.Errorf("%s: %w", method, b.ctx.Err())
	}
}

type object = map[string]any

// open opens a page of the given size and waits for its first data.
func (b *browser) open(address string, width, height int, dark bool) *tab {
	b.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	var target struct{ TargetID string }
	b.must(b.do("", "Target.createTarget", object{"url": "about:blank", "newWindow": true}, &target))
	var attached struct{ SessionID string }
	b.must(b.do("", "Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached))
	p := &tab{b: b, session: attached.SessionID, home: u.Host}
	b.mu.Lock()
	b.tabs[p.session] = p
	b.mu.Unlock()
	for _, domain := range []string{"Runtime", "Log", "Page", "Network"} {
		p.do(domain+".enable", nil)
	}
	p.do("Emulation.setFocusEmulationEnabled", object{"enabled": true}) // no window hides another
	p.size(width, height, dark)
	p.do("Page.navigate", object{"url": address})
	p.until(`document.querySelector('.link')?.dataset.link === 'live' && !!document.querySelector('[data-say="phone"]')`)
	return p
}

func (b *browser) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (p *tab) do(method string, params any) {
	p.b.t.Helper()
	p.b.must(p.b.do(p.session, method, params, nil))
}

// size changes the window and the colours that the page is asked for.
func (p *tab) size(width, height int, dark bool) {
	p.b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	p.do("Emulation.setDeviceMetricsOverride", object{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
	p.do("Emulation.setEmulatedMedia", object{"features": []object{{"name": "prefers-color-scheme", "value": scheme}}})
}

func (p *tab) saw(method string, raw json.RawMessage) {
	var e struct {
		Type             string
		Args             []struct{ Value, Description any }
		ExceptionDetails struct {
			Text      string
			Exception struct{ Description string }
		}
		Entry   struct{ Level, Text, URL string }
		Request struct{ URL string }
	}
	if json.Unmarshal(raw, &e) != nil {
		return
	}
	problem := ""
	switch method {
	case "Runtime.consoleAPICalled":
		if e.Type == "error" || e.Type == "assert" {
			problem = fmt.Sprint("console: ", e.Args)
		}
	case "Runtime.exceptionThrown":
		problem = "exception: " + e.ExceptionDetails.Text + " " + e.ExceptionDetails.Exception.Description
	case "Log.entryAdded":
		if e.Entry.Level == "error" {
			problem = "log: " + e.Entry.Text + " " + e.Entry.URL
		}
	case "Network.requestWillBeSent":
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != p.home && u.Scheme != "data" && u.Scheme != "blob" {
			problem = "request to " + u.Scheme + "://" + u.Host
		}
	}
	if problem != "" {
		p.mu.Lock()
		p.problems = append(p.problems, problem)
		p.mu.Unlock()
	}
}

// clean fails the test if anything went wrong on the page so far.
func (p *tab) clean() {
	p.b.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, problem := range p.problems {
		p.b.t.Error(problem)
	}
	p.problems = nil
}

// eval runs JavaScript, waits for it if it is a promise, and decodes what it gives.
func (p *tab) eval(js string, out any) {
	p.b.t.Helper()
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	p.b.must(p.b.do(p.session, "Runtime.evaluate", object{"expression": js, "awaitPromise": true, "returnByValue": true, "userGesture": true}, &r))
	if d := r.ExceptionDetails; d != nil {
		p.b.t.Fatalf("%s: %s %s", js, d.Text, d.Exception.Description)
	}
	if out != nil {
		if err := json.Unmarshal(r.Result.Value, out); err != nil {
			p.b.t.Fatalf("%s: %v", js, err)
		}
	}
}

// until waits for something to become true on the page.
func (p *tab) until(condition string) {
	p.b.t.Helper()
	var ok bool
	p.eval(`new Promise((done) => {
		const end = Date.now() + 20000;
		const look = () => { let v = false; try { v = !!(`+condition+`); } catch {} if (v || Date.now() > end) done(v); else setTimeout(look, 25); };
		look();
	})`, &ok)
	if !ok {
		p.shot("failed")
		p.mu.Lock()
		defer p.mu.Unlock()
		p.b.t.Fatalf("not within 20 s: %s\n%s", condition, strings.Join(p.problems, "\n"))
	}
}

// press clicks the last element that a selector finds, once it is there and can be pressed.
func (p *tab) press(selector string) {
	p.b.t.Helper()
	find := `[...document.querySelectorAll(` + quoted(selector) + `)].filter((n) => !n.disabled && n.offsetParent !== null).pop()`
	p.until(find)
	p.eval(`(() => { const n = `+find+`; n.scrollIntoView({block: 'center'}); n.focus(); n.click(); })()`, nil)
}

// fill types into the last field that a selector finds.
func (p *tab) fill(selector, text string) {
	p.b.t.Helper()
	find := `[...document.querySelectorAll(` + quoted(selector) + `)].pop()`
	p.until(find)
	p.eval(`(() => { const n = `+find+`; n.value = `+quoted(text)+`; n.dispatchEvent(new Event('input')); n.dispatchEvent(new Event('change')); })()`, nil)
}

func quoted(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err) // impossible for a string
	}
	return string(raw)
}

// shot takes a picture, when pictures are wanted.
func (p *tab) shot(name string) {
	p.b.t.Helper()
	dir := os.Getenv(screenshots)
	if dir == "" {
		return
	}
	var r struct{ Data string }
	p.b.must(p.b.do(p.session, "Page.captureScreenshot", object{"format": "png"}, &r))
	raw, err := base64.StdEncoding.DecodeString(r.Data)
	p.b.must(err)
	p.b.must(os.WriteFile(filepath.Join(dir, p.b.t.Name()+"-"+name+".png"), raw, 0o644))
}
