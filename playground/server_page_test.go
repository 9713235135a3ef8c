package playground

import (
	"net/http"
	"strings"
	"testing"

	"shiming/playground/page"
	"shiming/sim"
	"shiming/sim/simtest"
)

func TestPageOrHelp(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true, World: sim.Config{People: 1}})
	browser := http.Header{"Accept": {"text/html,application/xhtml+xml,*/*;q=0.8"}}
	r := h.get("/", browser, 200)
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") ||
		r.Header.Get("Content-Security-Policy") != page.Policy || r.Header.Get("Vary") != "Accept" {
		t.Errorf("a browser: got the header %v, want HTML", r.Header)
	}
	if r := h.get("/", http.Header{"Accept": {"*/*"}}, 200); !strings.HasPrefix(r.Header.Get("Content-Type"),
		"text/plain") {
		t.Errorf("curl: got the header %v, want plain text", r.Header)
	}
	h.get("/page/main.js", nil, 200)
	h.get("/page/none.js", nil, 404)
	h.get("/page/../control.go", nil, 404)
	p := h.w.People()[0]
	sent, err := h.w.Feishu.SendImage(h.Ctx, p.OpenID, []byte("\x89PNG\r\n\x1a\n....................."))
	if err != nil {
		t.Fatal(err)
	}
	r = h.get("/sim/images/"+sent.Keys[0], nil, 200)
	if r.Header.Get("Content-Type") != "image/png" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got the header %v, want a PNG that is not stored", r.Header)
	}
	file, err := h.w.Feishu.SendFile(h.Ctx, p.OpenID, "a.html", []byte("<html><script>alert(1)</script>"))
	if err != nil {
		t.Fatal(err)
	}
	h.get("/sim/images/"+file.Keys[0], nil, 404) // only pictures are served
	h.get("/sim/images/none", nil, 404)
	r = h.get("/sim/files/"+file.Keys[0], nil, 200) // a file is saved, and never shown
	if r.Header.Get("Content-Type") != "application/octet-stream" ||
		r.Header.Get("Content-Disposition") != "attachment; filename=a.html" ||
		r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got the header %v, want a download that is not stored", r.Header)
	}
	h.get("/sim/files/none", nil, 404)
}

// TestClickByValue clicks one of two buttons with the same act by the whole value of the button, as the page sends
// it.
func TestClickByValue(t *testing.T) {
	h := newPlayer(t, Config{World: sim.Config{People: 1}})
	who := h.w.People()[0].OpenID
	m := h.Send("open_id", who, simtest.Card("重拍", simtest.Button("retake", map[string]any{"side": "front"}),
		simtest.Button("retake", map[string]any{"side": "back"})))
	h.call("POST", "/sim/chats/"+who+"/click", `{"message_id":"`+m+`","value":{"v":1,"act":"retake","case":"`+
		simtest.CaseOne+`","rev":1,"side":"back"}}`, 200, nil)
	if c := h.Clicked(m, 1); c[0].Event.Action.Value["side"] != "back" {
		t.Errorf("got a click on %v, want the back's button", c[0].Event.Action.Value)
	}
	h.call("POST", "/sim/chats/"+who+"/click", `{"message_id":"`+m+`","value":{"act":"retake"}}`,
		http.StatusUnprocessableEntity, nil)
}
