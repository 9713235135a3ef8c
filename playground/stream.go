package playground

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"shiming/sim"
)

// Limits of the stream.
const (
	maxSubscribers = 24               // open streams at a time
	batch          = 64               // items between two checks of the connection
	writeTimeout   = 10 * time.Second // a subscriber that reads nothing for so long is dropped
	heartbeat      = 15 * time.Second
)

// stream serves GET /sim/stream: everything that the page shows, as server-sent events. It sends hello, the present
// state of everything, ready, and then each change. Each item has an id. A page that reconnects with Last-Event-ID
// gets the items that changed since, each once, in their present state. ?last= does the same for a page that closed
// the stream while it was hidden.
func (pg *Server) stream(rw http.ResponseWriter, r *http.Request) {
	if pg.feed == nil {
		http.Error(rw, "this world was started without Inspect, so that there is nothing to watch", http.StatusNotFound)
		return
	}
	if !pg.feed.subscribe() {
		http.Error(rw, "too many tabs are open; close one", http.StatusServiceUnavailable)
		return
	}
	defer pg.feed.unsubscribe()
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("last")
	}
	from := pg.feed.resume(last)
	h := rw.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")

	out := subscriber{rw: rw, rc: http.NewResponseController(rw), writeTimeout: pg.feed.currentWriteTimeout()}
	out.send("hello", "", pg.hello(from > 0))
	caughtUp := false
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for out.err == nil {
		items, changed := pg.feed.since(from, batch)
		for _, it := range items {
			from = it.seq
			if v := pg.render(it); v != nil {
				out.send(it.kind, pg.feed.epoch+"-"+strconv.FormatUint(it.seq, 10), v)
			}
		}
		if len(items) == batch {
			continue
		}
		if !caughtUp {
			caughtUp = true
			out.send("ready", "", map[string]any{})
		}
		out.flush()
		select {
		case <-changed:
		case <-beat.C:
			out.comment()
		case <-r.Context().Done():
			return
		}
	}
}

// subscriber writes to one open page. After the first error it writes nothing.
type subscriber struct {
	rw           http.ResponseWriter
	rc           *http.ResponseController
	writeTimeout time.Duration // of one write
	err          error
}

func (t *subscriber) send(event, id string, v any) {
	t.write("event: " + event + "\n")
	if id != "" {
		t.write("id: " + id + "\n")
	}
	t.write("data: " + string(encode(v)) + "\n\n")
}

func (t *subscriber) comment() {
	t.write(":\n\n")
	t.flush()
}

func (t *subscriber) write(s string) {
	if t.err != nil {
		return
	}
	t.err = t.rc.SetWriteDeadline(time.Now().Add(t.writeTimeout))
	if t.err == nil {
		_, t.err = fmt.Fprint(t.rw, s)
	}
}

func (t *subscriber) flush() {
	if t.err == nil {
		t.err = t.rc.Flush()
	}
}

func (f *feed) currentWriteTimeout() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writeTimeout
}

func (f *feed) subscribe() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.subscribers >= maxSubscribers {
		return false
	}
	f.subscribers++
	return true
}

func (f *feed) unsubscribe() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.subscribers--
}

// resume parses the id of the last item that a page has seen. It returns 0 for an id of another world.
func (f *feed) resume(last string) uint64 {
	no, ours := strings.CutPrefix(last, f.epoch+"-")
	if !ours {
		return 0
	}
	seq, err := strconv.ParseUint(no, 10, 64)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil || seq > f.seq {
		return 0
	}
	return seq
}

// hello is the first event of a stream. With resumed the page keeps its data, otherwise it starts empty.
func (pg *Server) hello(resumed bool) map[string]any {
	people := []shownPerson{}
	for _, e := range pg.World.People() {
		person := profile{
			OpenID: e.OpenID,
			ChatID: e.ChatID,
			Name:   e.Person.Name,
			Number: e.Person.Code,
			Mobile: e.Person.Mobile,
		}
		people = append(people, shownPerson{profile: person, Role: "employee"})
	}
	admins := []shownPerson{}
	for _, id := range pg.World.Admins() {
		if p, ok := pg.render(item{kind: itemPerson, key: id}).(shownPerson); ok {
			admins = append(admins, p)
		}
	}
	return map[string]any{
		"resumed":  resumed,
		"company":  pg.cfg.Company,
		"bot_name": sim.BotName,
		"people":   people,
		"admins":   admins,
		"chats": []shownChat{
			{pg.World.ReviewChat(), sim.ReviewChatName, "review"},
			{pg.World.AnnounceChat(), sim.AnnounceChatName, "announce"},
		},
		"review_chat":   pg.World.ReviewChat(),
		"announce_chat": pg.World.AnnounceChat(),
		"webhook":       pg.World.Webhook(),
		"bot":           pg.feed.botState(),
		"clock":         pg.clockItem(),
		"login":         pg.pageLogin(),
		"languages":     []string{"zh_cn", "en_us"},
		"variants":      shownVariants,
		"limits":        map[string]int64{"photo": maxPhoto},
	}
}
