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

// TestAcknowledgedEventIsHandledOnce checks that the inbox handles each acknowledged event once and then deletes it.
func TestAcknowledgedEventIsHandledOnce(t *testing.T) {
	t.Parallel()
	for kind, plain := range asyncEvents {
		t.Run(kind, func(t *testing.T) {
			r := newTestServer(t)
			wantResponse(t, r.send(pushOf(plain)), 200, `{}`)
			r.wantCalls(t, 1)
			r.wantLeft(t, 0)
		})
	}
}

// wantLeft checks how many pushes the store still holds.
func (r *testServer) wantLeft(t *testing.T, want int) {
	t.Helper()
	if got := r.pushes.left(); got != want {
		t.Errorf("got %d pushes in the store, want %d", got, want)
	}
}

// TestFailedEventStays checks that an event stays in the store after a failed attempt, and that the inbox handles it
// again.
func TestFailedEventStays(t *testing.T) {
	t.Parallel()
	for name, breakHandler := range map[string]func(*testServer){
		"an error": func(r *testServer) { r.stub.err = errors.New("database gone") },
		"a panic":  func(r *testServer) { r.inbox.events.handler = &panickingHandler{r.stub} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newTestServer(t)
			breakHandler(r)
			wantResponse(t, r.send(pushOf(messageEvent("text", `{"text":"hi"}`))), 200, `{}`)
			r.wantLeft(t, 1)
			if log := r.log.String(); !strings.Contains(log, "level=ERROR") || strings.Contains(log, "secret") {
				t.Errorf("log: %s, want %q in it", log, "level=ERROR")
			}
			r.stub.err, r.inbox.events.handler = nil, r.stub
			before := len(r.stub.all())
			r.pollOnce()
			r.drain()
			r.wantCalls(t, before+1)
			r.wantLeft(t, 0)
		})
	}
}

// panickingHandler is a Handler that panics on every message.
type panickingHandler struct{ *fakeHandler }

func (*panickingHandler) Message(context.Context, flows.Message) error {
	panic("110101199001011237 secret")
}

func (r *testServer) pollOnce() { r.inbox.pollOnce(context.Background()) }

// TestChatsAreInOrder checks that the inbox handles the events of each chat in the order of their arrival.
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
			if w := r.acknowledge(pushOf(plain).request()); w.Code != 200 {
				t.Fatal(w.Code)
			}
		}
	}
	r.drain()
	var got [chats][]string
	for _, v := range r.stub.all() {
		var chat, n int
		id := v.(flows.Message).MessageID
		if _, err := fmt.Sscanf(id, "om_%d_%d", &chat, &n); err != nil {
			t.Fatal(err)
		}
		got[chat] = append(got[chat], id)
	}
	for chat := range chats {
		if !slices.Equal(got[chat], want[chat]) {
			t.Errorf("chat %d: got %q, want %q", chat, got[chat], want[chat])
		}
	}
}

// TestFullPartition checks that the inbox loads events from the store that did not fit into their partition.
func TestFullPartition(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	const n = partitionSize + 100
	for i := range n {
		id := fmt.Sprint("om_", i)
		plain := messageEvent("text", `{"text":"hi"}`, func(e m) { e["message"].(m)["message_id"] = id })
		if w := r.acknowledge(pushOf(plain).request()); w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	if got := len(r.inbox.partition([]byte(`"chat_id":"oc_p2p"`))); got != partitionSize {
		t.Fatalf("got %d events in memory, want %d", got, partitionSize)
	}
	r.drain()
	for r.pushes.left() > 0 {
		r.pollOnce()
		r.drain()
	}
	seen := map[string]bool{}
	for _, v := range r.stub.all() {
		seen[v.(flows.Message).MessageID] = true
	}
	r.wantCalls(t, n)
	if len(seen) != n {
		t.Errorf("got %d different events, want %d", len(seen), n)
	}
}

// TestRunHandlesStoredEvents checks that Run loads stored events at the start and then every pollEvery.
func TestRunHandlesStoredEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTestServer(t)
		keep := func(id string) {
			plain := messageEvent("text", `{"text":"hi"}`, func(e m) { e["message"].(m)["message_id"] = id })
			if _, err := r.pushes.SavePush(t.Context(), "oc_p2p", []byte(plain)); err != nil {
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
		r.wantCalls(t, 1)
		r.wantLeft(t, 0)
		keep("om_after")
		time.Sleep(pollEvery)
		synctest.Wait()
		r.wantCalls(t, 2)
		r.wantLeft(t, 0)
		stop()
		<-ended
	})
}
