package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shiming/flows"
)

// TestAcknowledgedIsDecidedOn: what got a 200 is decided on once, and then forgotten.
func TestAcknowledgedIsDecidedOn(t *testing.T) {
	t.Parallel()
	for _, plain := range behindEvents {
		r := newTestServer(t)
		wantAnswer(t, r.send(pushOf(plain)), 200, `{}`)
		if len(r.box.all()) != 1 || r.shelf.left() != 0 {
			t.Errorf("decided on %d times, %d left of %s, want 1, 0", len(r.box.all()), r.shelf.left(), plain)
		}
	}
}

// TestUndecidedStays: what the database, or a bug, keeps from being decided on stays in the store and comes again.
func TestUndecidedStays(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*testServer){
		"an error": func(r *testServer) { r.box.err = errors.New("database gone") },
		"a panic":  func(r *testServer) { r.inbox.events.handler = &panicking{r.box} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newTestServer(t)
			spoil(r)
			wantAnswer(t, r.send(pushOf(messageEvent("text", `{"text":"hi"}`))), 200, `{}`)
			if r.shelf.left() != 1 {
				t.Fatal("it is lost")
			}
			if log := r.log.String(); !strings.Contains(log, "level=ERROR") || strings.Contains(log, "secret") {
				t.Errorf("log: %s, want %q in it", log, "level=ERROR")
			}
			r.box.err, r.inbox.events.handler = nil, r.box
			before := len(r.box.all())
			r.feedSome()
			r.settle()
			if len(r.box.all()) != before+1 || r.shelf.left() != 0 {
				t.Errorf("decided on %d times when it came again, %d left, want 0", len(r.box.all())-before, r.shelf.left())
			}
		})
	}
}

type panicking struct{ *fakeHandler }

func (*panicking) Message(context.Context, flows.Message) error { panic("110101199001011237 secret") }

func (r *testServer) feedSome() { r.inbox.pollOnce(context.Background()) }

// TestChatsAreInOrder: a person's events are decided on in the order in which they came.
func TestChatsAreInOrder(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	const chats, each = 40, 12
	var want [chats][]string
	for n := range each {
		for chat := range chats {
			id := fmt.Sprintf("om_%d_%d", chat, n)
			want[chat] = append(want[chat], id)
			plain := messageEvent("text", `{"text":"\"chat_id\":\"oc_other\""}`, func(e m) {
				e["message"].(m)["message_id"], e["message"].(m)["chat_id"] = id, fmt.Sprintf("oc_%d", chat)
			})
			if w := r.serveOnly(pushOf(plain).request()); w.Code != 200 {
				t.Fatal(w.Code)
			}
		}
	}
	r.settle()
	var got [chats][]string
	for _, v := range r.box.all() {
		var chat, n int
		id := v.(flows.Message).MessageID
		if _, err := fmt.Sscanf(id, "om_%d_%d", &chat, &n); err != nil {
			t.Fatal(err)
		}
		got[chat] = append(got[chat], id)
	}
	for chat := range chats {
		if !slices.Equal(got[chat], want[chat]) {
			t.Errorf("chat %d: %q", chat, got[chat])
		}
	}
}

// TestFullLanes: what finds no room in memory is taken up from the store.
func TestFullLanes(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	const n = partitionSize + 100
	for i := range n {
		plain := messageEvent("text", `{"text":"hi"}`, func(e m) { e["message"].(m)["message_id"] = fmt.Sprint("om_", i) })
		if w := r.serveOnly(pushOf(plain).request()); w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	if got := len(r.inbox.partition([]byte(`"chat_id":"oc_p2p"`))); got != partitionSize {
		t.Fatalf("%d in memory, want %v", got, partitionSize)
	}
	r.settle()
	for r.shelf.left() > 0 {
		r.feedSome()
		r.settle()
	}
	seen := map[string]bool{}
	for _, v := range r.box.all() {
		seen[v.(flows.Message).MessageID] = true
	}
	if len(seen) != n || len(r.box.all()) != n {
		t.Errorf("%d decided on, of which %d different, want %v, %v", len(r.box.all()), len(seen), n, n)
	}
}

// TestWorkTakesUpWhatWasLeft: at the start and every few seconds.
func TestWorkTakesUpWhatWasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTestServer(t)
		keep := func(id string) {
			plain := messageEvent("text", `{"text":"hi"}`, func(e m) { e["message"].(m)["message_id"] = id })
			if _, err := r.shelf.KeepPush(t.Context(), []byte(plain)); err != nil {
				t.Fatal(err)
			}
		}
		keep("om_before")
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			r.Run(ctx, time.Second)
		}()
		synctest.Wait()
		if got := len(r.box.all()); got != 1 || r.shelf.left() != 0 {
			t.Errorf("%d decided on at the start, want 1", got)
		}
		keep("om_after")
		time.Sleep(pollEvery)
		synctest.Wait()
		if got := len(r.box.all()); got != 2 || r.shelf.left() != 0 {
			t.Errorf("%d decided on after a while, want 2", got)
		}
		stop()
		<-ended
	})
}
