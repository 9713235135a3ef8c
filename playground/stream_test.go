package playground

import (
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

func TestStreamBegins(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true, World: sim.Config{People: 2}})
	who := h.w.People()[0]
	sent := h.Send("open_id", who.OpenID, simtest.Card("一", simtest.Button("start")))
	h.Patch(sent, simtest.Card("二", simtest.Button("start")))
	tab := h.watch("")
	all := tab.until(kindIs("ready"))
	if all[0].kind != "hello" {
		t.Fatalf("got %q first, want %q", all[0].kind, "hello")
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
		t.Errorf("got hello %s, want the company, its people, admins and chats, and a running bot", all[0].data)
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
			t.Errorf("got the id %q after %d, want rising ids", f.id, last)
		}
		last = seq
	}
	want := map[string]int{
		itemMessage: 1,
		itemPerson:  4,
		itemChat:    2,
		itemFaults:  1,
		itemBot:     1,
		itemClock:   1,
		itemCall:    3, // token, send, patch
		"ready":     1,
	}
	for kind, n := range want {
		if seen[kind] != n {
			t.Errorf("got %d items of kind %s, want %d", seen[kind], kind, n)
		}
	}
	i := slices.IndexFunc(all, kindIs(itemMessage))
	m := all[i].message(t)
	if m.ID != sent || m.Sender != "bot" || m.Edits != 1 ||
		!strings.Contains(string(m.Card), "二") || m.Kind != "offer" {
		t.Errorf("got %+v, want the bot's card 二 of kind offer, edited once", m)
	}
}

func TestStreamResumes(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true, World: sim.Config{People: 1}})
	who := h.w.People()[0]
	first, second := h.watch(""), h.watch("")
	for _, tab := range []*watching{first, second} {
		tab.until(kindIs("ready"))
	}
	id := h.Send("open_id", who.OpenID, simtest.Card("一"))
	var at string
	for _, tab := range []*watching{first, second} {
		all := tab.until(aboutMessage(id))
		at = all[len(all)-1].id
	}
	first.cancel()
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
		t.Errorf("after resuming: got %v, want each message once in its present state: %v", messages, want)
	}
	if !strings.Contains(string(all[0].data), `"resumed":true`) {
		t.Errorf("got hello %s, want resumed to be true", all[0].data)
	}
	// With an id of another world the stream starts from the beginning.
	all = h.watch("zzz-" + strings.TrimPrefix(at, h.pg.feed.epoch+"-")).until(kindIs("ready"))
	if !strings.Contains(string(all[0].data), `"resumed":false`) || !slices.ContainsFunc(all, kindIs(itemPerson)) {
		t.Errorf("an id of another world: got hello %s, want resumed to be false and all items", all[0].data)
	}
}

// TestStreamDropsStuckSubscriber checks that a subscriber that reads nothing does not block others and is dropped.
func TestStreamDropsStuckSubscriber(t *testing.T) {
	t.Parallel()
	h := newPlayer(t, Config{Inspect: true, World: sim.Config{People: 20}})
	setWriteTimeout := func(writeTimeout time.Duration) {
		h.pg.feed.mu.Lock()
		defer h.pg.feed.mu.Unlock()
		h.pg.feed.writeTimeout = writeTimeout
	}
	subscribers := func() int {
		h.pg.feed.mu.Lock()
		defer h.pg.feed.mu.Unlock()
		return h.pg.feed.subscribers
	}
	setWriteTimeout(200 * time.Millisecond) // of the stuck subscriber
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.pg.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.(*net.TCPConn).SetReadBuffer(4096)
	if _, err := conn.Write([]byte("GET /sim/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	h.until("the stuck subscriber is connected", func() bool { return subscribers() == 1 })
	h.until("it gets its first bytes", func() bool {
		_, err := conn.Read(make([]byte, 1))
		return err == nil
	})
	setWriteTimeout(writeTimeout)
	people := h.w.People() // many, because a person's stage is read from the whole chat
	live := h.watch("")
	live.until(kindIs("ready"))
	big := strings.Repeat("字", 8000)
	last := ""
	for i := range 300 { // 7 MB, far more than a socket takes
		last = h.Send("open_id", people[i%len(people)].OpenID, simtest.Card("大", simtest.Text(big)))
	}
	live.until(aboutMessage(last))
	if n := subscribers(); n > 2 {
		t.Errorf("got %d subscribers, want at most 2", n)
	}
	h.until("the stuck subscriber is dropped", func() bool { return subscribers() == 1 })
}

func TestStreamKeepsNewestMessages(t *testing.T) {
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
	messages := 0
	for _, f := range all {
		if f.kind == itemMessage {
			messages++
		}
	}
	if messages != keptMessages {
		t.Errorf("got %d messages, want %d", messages, keptMessages)
	}
	if slices.ContainsFunc(all, aboutMessage(first)) || !slices.ContainsFunc(all, aboutMessage(last)) {
		t.Error("got the oldest message or not the newest one, want the newest messages")
	}
}

func TestStreamLimitsSubscribers(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true})
	for range maxSubscribers {
		h.watch("")
	}
	h.get("/sim/stream", nil, http.StatusServiceUnavailable)
}

func TestStreamNeedsInspect(t *testing.T) {
	h := newPlayer(t, Config{})
	h.get("/sim/stream", nil, http.StatusNotFound)
	if h.w.Recorder.Inspect != nil {
		t.Error("got a recorder that inspects bodies, want none without Inspect")
	}
}

func TestStreamTellsFaults(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true})
	tab := h.watch("")
	tab.until(kindIs("ready"))
	last := func() string {
		all := tab.until(kindIs(itemFaults))
		return string(all[len(all)-1].data)
	}
	fault := `{"upstream":"feishu","operation":"token","kind":"error","times":2,"status":500}`
	h.call("POST", "/sim/faults", fault, 200, nil)
	if got := last(); !strings.Contains(got, `"times":2`) {
		t.Errorf("armed: got %s, want %q in it", got, `"times":2`)
	}
	resp, err := http.Post(h.w.FeishuURL+"/open-apis/auth/v3/tenant_access_token/internal", "application/json",
		strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := last(); !strings.Contains(got, `"times":1`) {
		t.Errorf("used once: got %s, want %q in it", got, `"times":1`)
	}
	h.call("DELETE", "/sim/faults", "", 200, nil)
	if got := last(); got != "[]" {
		t.Errorf("cleared: got %s, want []", got)
	}
}
