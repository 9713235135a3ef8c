package engine

import (
	"testing"

	"shiming/flows"
)

// TestMergeKey: which answers are one while the first of them waits.
func TestMergeKey(t *testing.T) {
	private := flows.Message{OpenID: "ou_1", TenantKey: "t", ChatID: "oc_p", MessageID: "om_1", Private: true}
	group := flows.Message{OpenID: "ou_1", TenantKey: "t", ChatID: "oc_g", MessageID: "om_2"}
	notice := func(code string) flows.Job { return flows.Reply(flows.ReplyNotice).With(flows.ArgCode, code) }
	key := func(m flows.Message, j flows.Job) string {
		to := flows.Receiver{Type: "open_id", ID: m.OpenID}
		if !m.Private {
			to, j = flows.Receiver{Type: "message_id", ID: m.MessageID}, j.With(flows.ArgChat, m.ChatID)
		}
		return mergeKey(j.Towards(to).For(m.TenantKey, m.OpenID))
	}
	colleague, later := group, group
	colleague.OpenID, later.MessageID = "ou_2", "om_3"
	for _, tt := range []struct {
		name string
		a, b string
		same bool
	}{
		{"the same notice twice", key(private, notice("unsupported")), key(private, notice("unsupported")), true},
		{"another notice", key(private, notice("unsupported")), key(private, notice("not_understood")), false},
		{"in a group, on another message", key(group, notice("unsupported")), key(later, notice("unsupported")), true},
		{"in a group, to a colleague", key(group, notice("unsupported")), key(colleague, notice("unsupported")), false},
		{"in private and in a group", key(private, notice("unsupported")), key(group, notice("unsupported")), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.a == "" || (tt.a == tt.b) != tt.same {
				t.Errorf("got %q and %q, want the same: %t", tt.a, tt.b, tt.same)
			}
		})
	}
	if got := key(private, flows.Reply(flows.ReplyLatest)); got != "" {
		t.Errorf("an answer that shows a case: got the key %q, want none", got)
	}
}

// TestFlood: the answers after the fifth are merged.
func TestFlood(t *testing.T) {
	e := New(Deps{})
	for i := range floodAnswers + 3 {
		if got, want := e.isFlood("a"), i >= floodAnswers; got != want {
			t.Errorf("answer %d: got %t, want %t", i+1, got, want)
		}
	}
	if e.isFlood("b") {
		t.Error("another answer: got a flood, want none")
	}
}
