package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/owncopy"
)

// listedRequest is a request as `shiming privacy request list --json` prints it.
type listedRequest struct {
	ID, Kind, State string
	OpenID          string `json:"open_id"`
	EndedBy         string `json:"ended_by"`
}

func requestList(h *harness.Harness, args ...string) (out []listedRequest) {
	h.Helper()
	printed := privacyOutput(h, 0, append([]string{"request", "list", "--json"}, args...)...)
	if err := json.Unmarshal([]byte(printed), &out); err != nil {
		h.Fatalf("got %s: %v", printed, err)
	}
	return out
}

// TestRequestsByLetter: somebody who has left asks by letter for a copy, a correction and the deletion. The commands
// work beside the running bot; each says clearly what is wrong, who acted and why is in the trail, nothing is sent to
// the former account, and the deletion is carried out.
func TestRequestsByLetter(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	a := h.Admin(0)
	p := filed(h)
	c := h.CaseOf(p.OpenID)
	leaves(h, p)
	h.Until("the leaving is known", func() bool { return !employmentOf(h, p.OpenID).LeftAt.IsZero() })
	waitIdle(h)
	before := len(h.World.Feishu.Messages(p.ChatID))

	behalf := func(args ...string) []string {
		return append(args, "--by", a.OpenID, "--reason", "来信申请，当面核对过证件")
	}
	for _, tt := range []struct {
		want string
		args []string
	}{
		{"no such person", behalf("request", "add", "ou_nobody", "--kind", "copy")},
		{"no such person", behalf("request", "add", "01970000-0000-7000-8000-000000000001", "--kind", "copy")},
		{"--by must be the open_id of an admin",
			[]string{"request", "add", p.OpenID, "--kind", "copy", "--by", "ou_nobody", "--reason", "来信申请"}},
		{"--reason must say", []string{"request", "add", p.OpenID, "--kind", "copy", "--by", a.OpenID, "--reason", " "}},
		{"must not hold the person's name",
			[]string{"request", "add", p.OpenID, "--kind", "copy", "--by", a.OpenID, "--reason", p.Person.Name + "来信"}},
		{"takes the words of the person", behalf("request", "add", p.OpenID, "--kind", "correct")},
		{"no such request", behalf("request", "answer", "nothing", "--fulfilled")},
		{"no such request", behalf("copy", "--request", "nothing", "--out", t.TempDir())},
	} {
		if out := privacyOutput(h, 1, tt.args...); !strings.Contains(out, tt.want) {
			t.Errorf("%v: got %s, want %q in it", tt.args, out, tt.want)
		}
	}
	if list := requestList(h); len(list) != 0 {
		t.Fatalf("got %+v after refused commands, want nothing", list)
	}

	privacyOutput(h, 0, behalf("request", "add", p.OpenID, "--kind", "copy")...)
	out := privacyOutput(h, 1, behalf("request", "add", c.ID, "--kind", "copy")...)
	if !strings.Contains(out, "open request") {
		t.Errorf("got %s for a second one, want that one is open", out)
	}
	asked := requestList(h)
	if len(asked) != 1 || asked[0].Kind != "copy" || asked[0].OpenID != p.OpenID {
		t.Fatalf("got %+v, want the request for a copy", asked)
	}
	// A directory in which nothing can be written leaves the request open.
	blocked := files.WriteTemp(t, "file", "")
	privacyOutput(h, 1, behalf("copy", "--request", asked[0].ID, "--out", blocked)...)
	if list := requestList(h); len(list) != 1 {
		t.Fatalf("got %+v after a copy that was not written, want it open", list)
	}
	dir := filepath.Join(t.TempDir(), "copies")
	privacyOutput(h, 0, behalf("copy", "--request", asked[0].ID, "--out", dir)...)
	written, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(written) != 2 {
		t.Fatalf("got %v, %v, want two files", written, err)
	}
	for _, name := range written {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 || strings.Contains(name, p.OpenID) {
			t.Errorf("%s: got %v, %v, want it readable by its owner only", filepath.Base(name), info.Mode(), err)
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range []string{p.Person.Name, p.Person.Code, p.Person.Mobile, c.ID, "来信申请，当面核对过证件"} {
			if !strings.Contains(string(raw), value) {
				t.Errorf("%s lacks %q", filepath.Base(name), value)
			}
		}
		var got owncopy.Copy
		if strings.HasSuffix(name, ".json") && (json.Unmarshal(raw, &got) != nil || len(got.Registrations) != 1) {
			t.Errorf("%s is no copy", filepath.Base(name))
		}
	}
	list := requestList(h, "--who", p.OpenID)
	if len(list) != 1 || list[0].State != "fulfilled" || list[0].EndedBy != a.OpenID {
		t.Errorf("got %+v, want the copy fulfilled by the admin", list)
	}
	out = privacyOutput(h, 1, behalf("copy", "--request", asked[0].ID, "--out", dir)...)
	if !strings.Contains(out, "ended already") {
		t.Errorf("got %s for the same request again, want that it has ended", out)
	}

	// A correction reaches HR as a card like one of the chat, and is answered in the shell.
	words := files.WriteTemp(t, "words.txt", "住址里的门牌号不对\n")
	privacyOutput(h, 0, behalf("request", "add", p.OpenID, "--kind", "correct", "--words-file", words)...)
	h.Find(a.Chat(), "the correction", func(s harness.CardView) bool { return s.Says("更正资料", "住址里的门牌号不对") })
	correct := requestList(h)[0]
	out = privacyOutput(h, 1, behalf("request", "answer", correct.ID, "--declined")...)
	if !strings.Contains(out, "with the reason") {
		t.Errorf("got %s, want an answer asked for", out)
	}
	answer := files.WriteTemp(t, "answer.txt", "存证以证件为准")
	privacyOutput(h, 0, behalf("request", "answer", correct.ID, "--declined", "--answer-file", answer)...)

	privacyOutput(h, 0, behalf("request", "add", p.OpenID, "--kind", "delete")...)
	h.Until("the deletion", func() bool { return !h.CaseOf(p.OpenID).Erased.IsZero() })
	waitIdle(h)
	if list := requestList(h); len(list) != 0 {
		t.Errorf("got %+v, want nothing open", list)
	}
	if after := len(h.World.Feishu.Messages(p.ChatID)); after != before {
		t.Errorf("got %d messages to the former account, want none", after-before)
	}
	trail := map[string]flows.AuditRow{}
	for _, r := range audit(h, c.ID) {
		if r.Actor == flows.ActorOperator && (r.Detail["by"] != a.OpenID || r.Detail["reason"] == "") {
			t.Errorf("%s: got %v, want who and why", r.Event, r.Detail)
		}
		trail[r.Event] = r
	}
	for _, event := range []string{flows.EventRequestMade, flows.EventCopyWritten, flows.EventRequestAnswered} {
		if trail[event].Actor != flows.ActorOperator {
			t.Errorf("got no row %s of the operator", event)
		}
	}
	report := privacyOutput(h, 0, "report", "--from", "2020-01-01", "--to", "2040-01-01")
	if !strings.Contains(report, "要一份资料副本：1 件，已办理 1") || !strings.Contains(report, "写出了给本人的资料副本") {
		t.Errorf("got %s, want the requests and the copy in the report", report)
	}
	if out := privacyOutput(h, 0, "audit"); !strings.Contains(out, "没有发现问题") {
		t.Errorf("got %s, want no gap", out)
	}
}
