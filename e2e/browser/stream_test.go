package browser

import (
	"bufio"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/sim"
)

// inspected is a call or an event in the page's inspector.
type inspected struct {
	Kind      string
	Type      string
	Upstream  string
	Operation string
	Path      string
	Note      string
	Person    string
	Case      string
	In, Out   json.RawMessage
}

// inspect reads every call and event of the stream.
func inspect(h *harness.Harness) []inspected {
	h.Helper()
	req, err := http.NewRequestWithContext(h.Ctx, http.MethodGet, h.Play.URL+"/sim/stream", nil)
	if err != nil {
		h.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	kind := ""
	var out []inspected
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case key == "event" && value == "ready":
			return out
		case key == "event":
			kind = value
		case key == "data" && (kind == "call" || kind == "event"):
			x := inspected{Kind: kind}
			if err := json.Unmarshal([]byte(value), &x); err != nil {
				h.Fatal(err)
			}
			out = append(out, x)
		}
	}
	h.Fatal("the stream ended: ", lines.Err())
	return nil
}

// TestInspectorMasks searches the inspector's data of whole registrations for personal data, and checks that each
// item is attributed to the right person.
func TestInspectorMasks(t *testing.T) {
	h := harness.Start(t, harness.Setup{Playground: true, World: sim.Config{People: 2}, HR: func(hr *sim.HR) sim.Policy {
		return hr.Diligent
	}})
	secrets := map[string]string{}
	for i, e := range h.World.People() {
		script := sim.Script{}
		if i == 1 {
			script.ByWord = true
		}
		if _, err := e.Register(h.Ctx, script, nil); err != nil {
			t.Fatal(err)
		}
		p := e.Person
		for what, s := range map[string]string{
			"name":    p.Name,
			"number":  p.Code,
			"mobile":  p.Mobile,
			"address": p.Address,
			"birth":   p.Birth,
		} {
			secrets[what+" of "+e.OpenID] = s
		}
		for _, m := range h.World.Tencent.Inbox(p.Mobile) {
			secrets["code of "+e.OpenID] = m.Code()
		}
	}
	for _, key := range []string{"feishu.app_secret", "feishu.encrypt_key", "feishu.verification_token",
		"verification.tencent.secret_key", "verification.tencent.secret_id", "esign.app_secret"} {
		secrets[key] = h.Values[key]
	}
	all := inspect(h)
	ops, persons := map[string]int{}, map[string]int{}
	for _, x := range all {
		ops[x.Kind+" "+x.Type+x.Upstream+" "+x.Operation]++
		persons[x.Person]++
		shown := string(x.In) + string(x.Out) + x.Path + x.Note
		for what, s := range secrets {
			if s == "" {
				t.Fatalf("got no %s of the person, want one to search for", what)
			}
			if strings.Contains(shown, s) {
				t.Errorf("%s %s%s: got the %s, want it masked", x.Kind, x.Type, x.Operation, what)
			}
		}
		if token := regexp.MustCompile(`\bt-[0-9a-z]{20,}|Signature=|c-[0-9a-f]{32}`).FindString(shown); token != "" {
			t.Errorf("%s %s%s shows %s, want %q", x.Kind, x.Type, x.Operation, token, "")
		}
		if len(x.In) > 8<<10 || len(x.Out) > 8<<10 {
			t.Errorf("%s %s%s: got too long a body, want it cut", x.Kind, x.Type, x.Operation)
		}
		switch x.Operation {
		case "id_card.recognize", "SendSms", "PhoneVerification", "evidence.psn_realname", "identities.create":
			if x.Person == "" {
				t.Errorf("got no person for %s, want one", x.Operation)
			}
		}
		ofDesk := strings.Contains(string(x.In), `"next"`) // HR opens the next case, whoever's it is
		if x.Kind == "event" && (x.Person == "" && !ofDesk || len(x.In) == 0) {
			t.Errorf("event %s: got person %q and %d bytes, want a person and a body", x.Type, x.Person, len(x.In))
		}
	}
	for _, e := range h.World.People() {
		if persons[e.OpenID] < 20 {
			t.Errorf("%s: got %d items, want at least 20", e.OpenID, persons[e.OpenID])
		}
	}
	t.Logf("%d lines; %v; %d about nobody", len(all), ops, persons[""])
}
