package playground

import (
	"net/http"
	"strings"
	"testing"

	"shiming/sim"
	"shiming/sim/simtest"
)

func TestControlRefuses(t *testing.T) {
	h := newPlayer(t, Config{World: sim.Config{People: 1}})
	who := h.w.People()[0].OpenID
	m := h.Send("open_id", who, simtest.Card("核对", simtest.Form("details", simtest.Input("identity_name", "", true),
		simtest.Submit("confirm")), simtest.Button("cancel")))
	click := "/sim/chats/" + who + "/click"
	text, photo := "/sim/chats/"+who+"/text", "/sim/chats/"+who+"/photo"
	onCard := `{"message_id":"` + m + `",`
	for _, c := range []struct {
		name, method, path, body string
		want                     int
	}{
		{"text messages of nobody", "GET", "/sim/sms/ou_nobody", "", 404},
		{"messages of no chat", "GET", "/sim/chats/oc_nowhere/messages", "", 404},
		{"nobody enters a chat", "POST", "/sim/chats/ou_nobody/enter", "", 404},
		{"nobody writes", "POST", "/sim/chats/ou_nobody/text", `{"text":"x"}`, 404},
		{"text to no chat", "POST", text, `{"text":"x","chat":"oc_nowhere"}`, 404},
		{"text to a group without the sender", "POST", text, `{"text":"x","chat":"` + h.w.ReviewChat() + `"}`, 422},
		{"no body", "POST", text, ``, 400},
		{"text is a number", "POST", text, `{"text":7}`, 400},
		{"unknown member", "POST", text, `{"txt":"x"}`, 400},
		{"two JSON values", "POST", text, `{"text":"x"} {}`, 400},
		{"body too large", "POST", text, `{"text":"` + strings.Repeat("x", maxBody) + `"}`, 413},
		{"unknown side", "POST", photo + "?side=left", "", 400},
		{"unknown variant", "POST", photo + "?side=front&variant=odd", "", 400},
		{"unknown way to send", "POST", photo + "?side=front&as=fax", "", 400},
		{"photo of nobody", "POST", "/sim/chats/ou_nobody/photo?side=front", "", 404},
		{"picture as PNG", "GET", "/sim/people/" + who + "/front.png", "", 404},
		{"picture of no side", "GET", "/sim/people/" + who + "/side.jpg", "", 400},
		{"picture of nobody", "GET", "/sim/people/ou_nobody/front.jpg", "", 404},
		{"click on no message", "POST", click, `{"act":"confirm"}`, 400},
		{"click on an unknown message", "POST", click, `{"message_id":"om_x","act":"confirm"}`, 404},
		{"no such button", "POST", click, onCard + `"act":"approve"}`, 422},
		{"empty required field", "POST", click, onCard + `"act":"confirm"}`, 422},
		{"no such field", "POST", click, onCard + `"act":"confirm","form":{"age":"7"}}`, 422},
		{"hire nobody", "POST", "/sim/people", `{"n":0}`, 400},
		{"hire too many", "POST", "/sim/people", `{"n":100000}`, 400},
		{"webhook over FTP", "POST", "/sim/webhook", `{"url":"ftp://x"}`, 400},
		{"webhook without a host", "POST", "/sim/webhook", `{"url":"/webhook"}`, 400},
		{"unknown kind of fault", "POST", "/sim/faults", `{"kind":"earthquake"}`, 400},
		{"delay is no duration", "POST", "/sim/faults", `{"kind":"delay","delay":"soon"}`, 400},
		{"status is none of HTTP", "POST", "/sim/faults", `{"kind":"error","status":7}`, 400},
		{"unknown upstream", "POST", "/sim/faults", `{"kind":"error","upstream":"bank"}`, 400},
		{"fault id is no number", "DELETE", "/sim/faults?id=x", "", 400},
		{"limit is no number", "GET", "/sim/calls?limit=x", "", 400},
	} {
		t.Run(c.name, func(t *testing.T) { h.callIn(t, c.method, c.path, c.body, c.want, nil) })
	}
	if n := len(h.Clicked(m, 0)); n != 0 {
		t.Errorf("%d clicks went out, want 0", n)
	}
}

// TestControlRefusesOtherSites checks that a page of another site cannot use the control API, by whatever host name.
func TestControlRefusesOtherSites(t *testing.T) {
	h := newPlayer(t, Config{})
	for name, change := range map[string]func(*http.Request){
		"another name":      func(r *http.Request) { r.Host = "evil.example" },
		"another site":      func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"cross-site fetch":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"an address beyond": func(r *http.Request) { r.Host = "192.0.2.1:80" },
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequest("POST", h.pg.URL+"/sim/people", strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			change(req)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusForbidden {
				t.Errorf("got status %d, want %d", resp.StatusCode, http.StatusForbidden)
			}
		})
	}
	if n := len(h.w.People()); n != 0 {
		t.Errorf("got %d people hired, want 0", n)
	}
}
