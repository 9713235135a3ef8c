package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"shiming/flows"
)

// textIn returns a message with an id in a chat.
func textIn(chat, id string) string {
	return messageEvent("text", `{"text":"hi"}`, func(e m) {
		e["message"].(m)["message_id"], e["message"].(m)["chat_id"] = id, chat
	})
}

// leave stores an event as a process does that is killed right after its acknowledgement.
func (r *testServer) leave(t *testing.T, plain string) {
	t.Helper()
	if _, err := r.pushes.SavePush(t.Context(), string(chatOf([]byte(plain))), []byte(plain)); err != nil {
		t.Fatal(err)
	}
}

// handled returns the ids of the messages that the handler got, in order.
func (r *testServer) handled() (ids []string) {
	for _, v := range r.stub.all() {
		ids = append(ids, v.(flows.Message).MessageID)
	}
	return ids
}

func (r *testServer) wantHandled(t *testing.T, want ...string) {
	t.Helper()
	if got := r.handled(); !slices.Equal(got, want) {
		t.Errorf("got the messages %q, want %q", got, want)
	}
}

// TestOlderEventsGoFirst checks that an event that another process acknowledged and did not handle is handled before a
// newer one of its chat, and only of its chat.
func TestOlderEventsGoFirst(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	r.leave(t, textIn("oc_1", "om_1"))
	r.leave(t, textIn("oc_2", "om_2"))
	r.leave(t, textIn("oc_1", "om_3"))
	wantResponse(t, r.send(pushOf(textIn("oc_1", "om_4"))), 200, `{}`)
	r.wantHandled(t, "om_1", "om_3", "om_4")
	r.wantLeft(t, 1)
	wantResponse(t, r.send(pushOf(textIn("oc_2", "om_5"))), 200, `{}`)
	r.wantHandled(t, "om_1", "om_3", "om_4", "om_2", "om_5")
	r.wantLeft(t, 0)
}

// TestOrderBehindAFullPartition checks that events which found their partition full keep their place.
func TestOrderBehindAFullPartition(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	var want []string
	say := func() {
		id := fmt.Sprint("om_", len(want))
		want = append(want, id)
		if w := r.acknowledge(pushOf(textIn("oc_1", id)).request()); w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	for range partitionSize + 3 {
		say()
	}
	r.drain() // leaves the three that are in the store only
	say()
	r.drain()
	r.wantHandled(t, want...)
	r.wantLeft(t, 0)
}

// failsOn is a Handler that fails on one message.
type failsOn struct {
	*fakeHandler
	id string
}

func (h *failsOn) Message(ctx context.Context, v flows.Message) error {
	if v.MessageID == h.id {
		return errors.New("database gone")
	}
	return h.fakeHandler.Message(ctx, v)
}

// TestFailedEventHoldsItsChatBack checks that no event passes an older one of its chat that fails, until that has failed
// often, and that other chats go on.
func TestFailedEventHoldsItsChatBack(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	r.inbox.events.handler = &failsOn{r.stub, "om_1"}
	for _, plain := range []string{textIn("oc_1", "om_1"), textIn("oc_1", "om_2"), textIn("oc_2", "om_3")} {
		wantResponse(t, r.send(pushOf(plain)), 200, `{}`)
	}
	r.wantHandled(t, "om_3")
	r.wantLeft(t, 2)
	r.pushes.tries = passOverTries - 1
	r.pollOnce()
	r.drain()
	r.wantHandled(t, "om_3")
	r.pushes.tries = passOverTries
	r.pollOnce()
	r.drain()
	r.wantHandled(t, "om_3", "om_2")
	r.wantLeft(t, 1)
	r.inbox.events.handler = r.stub
	r.pollOnce()
	r.drain()
	r.wantHandled(t, "om_3", "om_2", "om_1")
	r.wantLeft(t, 0)
}

// TestOrderOfAFailedLookup checks that an event stays in the store while nobody can say whether it is its turn.
func TestOrderOfAFailedLookup(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	r.pushes.lookup = errors.New("database gone")
	wantResponse(t, r.send(pushOf(textIn("oc_1", "om_1"))), 200, `{}`)
	r.wantHandled(t)
	r.wantLeft(t, 1)
	r.pushes.lookup = nil
	r.pollOnce()
	r.drain()
	r.wantHandled(t, "om_1")
	r.wantLeft(t, 0)
}

// TestChatOf checks what events are ordered by.
func TestChatOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, plain, want string }{
		{"a message", textIn("oc_1", "om_1"), "oc_1"},
		{"a text that names a chat", messageEvent("text", `{"text":"\"chat_id\":\"oc_9\""}`), "oc_p2p"},
		{"a recall", asyncEvents[eventRecalled], "oc"},
		{"a click in the menu", asyncEvents[eventMenu], "ou"},
		{"a person of the directory", asyncEvents[eventStaffChanged], "ou"},
		{"neither chat nor person", event20("x", m{}), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(chatOf([]byte(tt.plain))); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
