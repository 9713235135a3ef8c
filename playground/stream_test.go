package playground

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/sim"
	"shiming/sim/simtest"
)

// frame is one server-sent event.
type frame struct {
	kind, id string
	data     json.RawMessage
}

// hangs ends a test that waits for ever. Nothing is measured by it.
const hangs = 2 * time.Minute

// until asks until the answer is yes.
func (h *player) until(what string, yes func() bool) {
	h.T.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(hangs); !yes(); <-tick.C {
		if time.Now().After(end) {
			h.T.Fatalf("never came: %s", what)
		}
	}
}

// watching is an open tab.
type watching struct {
	t      *testing.T
	frames chan frame
	cancel context.CancelFunc
}

// watch opens the stream, after the item with this id if it is not empty.
func (h *player) watch(last string) *watching {
	h.T.Helper()
	ctx, cancel := context.WithCancel(h.Ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.pg.URL+"/sim/stream", nil)
	if err != nil {
		h.T.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.T.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		h.T.Fatalf("status %d, %s, want %v, %q at its beginning", resp.StatusCode, resp.Header.Get("Content-Type"),
			http.StatusOK, "text/event-stream")
	}
	w := &watching{t: h.T, frames: make(chan frame, 10_000), cancel: cancel}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(w.frames)
		r := bufio.NewReaderSize(resp.Body, 1<<20)
		var f frame
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimSuffix(line, "\n")
			switch key, value, _ := strings.Cut(line, ": "); {
			case line == "" && f.kind != "":
				w.frames <- f
				f = frame{}
			case key == "event":
				f.kind = value
			case key == "id":
				f.id = value
			case key == "data":
				f.data = json.RawMessage(value)
			}
		}
	}()
	h.T.Cleanup(func() {
		cancel()
		<-done
		_ = resp.Body.Close()
	})
	return w
}

// until reads frames up to the first that satisfies the condition and returns all of them.
func (w *watching) until(ok func(frame) bool) []frame {
	w.t.Helper()
	var all []frame
	for deadline := time.After(hangs); ; {
		select {
		case f, open := <-w.frames:
			if !open {
				w.t.Fatalf("the stream ended after %d frames", len(all))
			}
			if all = append(all, f); ok(f) {
				return all
			}
		case <-deadline:
			w.t.Fatalf("not among %d frames", len(all))
		}
	}
}

func kindIs(kind string) func(frame) bool { return func(f frame) bool { return f.kind == kind } }

func (f frame) message(t *testing.T) streamMessage {
	t.Helper()
	var m streamMessage
	if err := json.Unmarshal(f.data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func aboutMessage(id string) func(frame) bool {
	return func(f frame) bool { return f.kind == itemMessage && strings.Contains(string(f.data), id) }
}

func TestStreamBegins(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true, World: sim.Config{People: 2}})
	who := h.w.People()[0]
	sent := h.Send("open_id", who.OpenID, simtest.Card("一", simtest.Button("start")))
	h.Patch(sent, simtest.Card("二", simtest.Button("start")))
	tab := h.watch("")
	all := tab.until(kindIs("ready"))
	if all[0].kind != "hello" {
		t.Fatalf("the first is %s, want %q", all[0].kind, "hello")
	}
	var hello struct {
		Company string
		People  []profile
		Admins  []profile
		Chats   []shownChat
		Bot     BotState
	}
	if err := json.Unmarshal(all[0].data, &hello); err != nil {
		t.Fatal(err)
	}
	if hello.Company == "" || len(hello.People) != 2 || hello.People[0].Name != who.Person.Name ||
		len(hello.Admins) != 2 || len(hello.Chats) != 2 || hello.Bot.State != "running" {
		t.Errorf("hello %s", all[0].data)
	}
	seen := map[string]int{}
	last := uint64(0)
	for _, f := range all[1:] {
		seen[f.kind]++
		if f.id == "" {
			continue
		}
		_, no, _ := strings.Cut(f.id, "-")
		seq, err := strconv.ParseUint(no, 10, 64)
		if err != nil || seq <= last {
			t.Errorf("id %q after %d", f.id, last)
		}
		last = seq
	}
	// calls: token, send, patch
	want := map[string]int{itemMessage: 1, itemPerson: 4, itemChat: 2, itemFaults: 1, itemBot: 1, itemClock: 1,
		itemCall: 3, "ready": 1}
	for kind, n := range want {
		if seen[kind] != n {
			t.Errorf("%d of %s, want %d", seen[kind], kind, n)
		}
	}
	i := slices.IndexFunc(all, kindIs(itemMessage))
	if m := all[i].message(t); m.ID != sent || m.Sender != "bot" || m.Edits != 1 ||
		!strings.Contains(string(m.Card), "二") || m.Kind != "offer" {
		t.Errorf("message %+v", m)
	}
}

func TestStreamGoesOn(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true, World: sim.Config{People: 1}})
	who := h.w.People()[0]
	first, second := h.watch(""), h.watch("")
	for _, tab := range []*watching{first, second} {
		tab.until(kindIs("ready"))
	}
	id := h.Send("open_id", who.OpenID, simtest.Card("一"))
	var at string
	for _, tab := range []*watching{first, second} { // both tabs get it
		all := tab.until(aboutMessage(id))
		at = all[len(all)-1].id
	}
	first.cancel() // this tab is away
	h.Patch(id, simtest.Card("二"))
	h.Patch(id, simtest.Card("三"))
	other := h.Send("open_id", who.OpenID, simtest.Card("四"))
	h.w.Faults.Clear()
	all := h.watch(at).until(kindIs("ready"))
	var messages []string
	for _, f := range all {
		if f.kind == itemMessage {
			m := f.message(t)
			messages = append(messages, m.ID+" "+strconv.Itoa(m.Edits))
		}
	}
	if want := []string{id + " 2", other + " 0"}; !slices.Equal(messages, want) {
		t.Errorf("after coming back: %v, want each once as it is now: %v", messages, want)
	}
	if !strings.Contains(string(all[0].data), `"resumed":true`) {
		t.Error("hello does not say that the tab goes on")
	}
	// An id of another world begins anew.
	all = h.watch("zzz-" + strings.TrimPrefix(at, h.pg.feed.epoch+"-")).until(kindIs("ready"))
	if !strings.Contains(string(all[0].data), `"resumed":false`) || !slices.ContainsFunc(all, kindIs(itemPerson)) {
		t.Error("another world's id was taken for one of this world")
	}
}

// A tab that reads nothing holds nothing up and is dropped.
func TestStreamDeadTab(t *testing.T) {
	t.Parallel()
	h := newPlayer(t, Config{Inspect: true, World: sim.Config{People: 20}})
	waitFor := func(writeTimeout time.Duration) {
		h.pg.feed.mu.Lock()
		defer h.pg.feed.mu.Unlock()
		h.pg.feed.writeTimeout = writeTimeout
	}
	tabs := func() int {
		h.pg.feed.mu.Lock()
		defer h.pg.feed.mu.Unlock()
		return h.pg.feed.subscribers
	}
	waitFor(200 * time.Millisecond) // the dead one is waited for
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.pg.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.(*net.TCPConn).SetReadBuffer(4096)
	if _, err := conn.Write([]byte("GET /sim/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	h.until("the tab is there", func() bool { return tabs() == 1 })
	h.until("it is greeted", func() bool {
		_, err := conn.Read(make([]byte, 1))
		return err == nil
	})
	waitFor(writeTimeout)
	people := h.w.People() // many, since who somebody is is read from the whole chat
	live := h.watch("")
	live.until(kindIs("ready"))
	big := strings.Repeat("字", 8000)
	last := ""
	for i := range 300 { // 7 MB, far more than a socket takes
		last = h.Send("open_id", people[i%len(people)].OpenID, simtest.Card("大", simtest.Text(big)))
	}
	live.until(aboutMessage(last))
	if n := tabs(); n > 2 {
		t.Errorf("%d tabs", n)
	}
	h.until("the dead tab is dropped", func() bool { return tabs() == 1 })
}

func TestStreamOldMessagesLeave(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true, World: sim.Config{People: 1}})
	who := h.w.People()[0]
	var first, last string
	for i := range keptMessages + 5 {
		last = h.Send("open_id", who.OpenID, simtest.Card(strconv.Itoa(i)))
		if i == 0 {
			first = last
		}
	}
	all := h.watch("").until(kindIs("ready"))
	if n := len(slices.DeleteFunc(slices.Clone(all), func(f frame) bool {
		return f.kind != itemMessage
	})); n != keptMessages {
		t.Errorf("%d messages, want %d", n, keptMessages)
	}
	if slices.ContainsFunc(all, aboutMessage(first)) || !slices.ContainsFunc(all, aboutMessage(last)) {
		t.Error("the oldest has to go, the newest has to stay")
	}
}

func TestStreamTooManyTabs(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true})
	for range maxSubscribers {
		h.watch("")
	}
	h.get("/sim/stream", nil, http.StatusServiceUnavailable)
}

func TestStreamOff(t *testing.T) {
	h := newPlayer(t, Config{})
	h.get("/sim/stream", nil, http.StatusNotFound)
	if h.w.Recorder.Inspect != nil {
		t.Error("bodies are looked at although nobody asked")
	}
}

// get wants a status and returns the answer without its body.
func (h *player) get(path string, header http.Header, want int) *http.Response {
	h.T.Helper()
	req, err := http.NewRequestWithContext(h.Ctx, http.MethodGet, h.pg.URL+path, nil)
	if err != nil {
		h.T.Fatal(err)
	}
	req.Header = header
	if header == nil {
		req.Header = http.Header{}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.T.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != want {
		h.T.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
	}
	return resp
}

func TestStreamTellsFaults(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true})
	tab := h.watch("")
	tab.until(kindIs("ready"))
	last := func() string {
		all := tab.until(kindIs(itemFaults))
		return string(all[len(all)-1].data)
	}
	h.call("POST", "/sim/faults", `{"upstream":"feishu","operation":"token","kind":"error","times":2,"status":500}`, 200,
		nil)
	if got := last(); !strings.Contains(got, `"times":2`) {
		t.Errorf("armed: %s, want %q in it", got, `"times":2`)
	}
	resp, err := http.Post(h.w.FeishuURL+"/open-apis/auth/v3/tenant_access_token/internal", "application/json",
		strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := last(); !strings.Contains(got, `"times":1`) {
		t.Errorf("used once: %s, want %q in it", got, `"times":1`)
	}
	h.call("DELETE", "/sim/faults", "", 200, nil)
	if got := last(); got != "[]" {
		t.Errorf("cleared: %s, want %q", got, "[]")
	}
}
