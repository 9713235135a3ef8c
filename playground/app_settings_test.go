package playground

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"shiming/sim"
)

// TestControlApp revokes the app's settings and restores them.
func TestControlApp(t *testing.T) {
	pg, err := Start(t.Context(), Config{World: sim.Config{Seed: 4711}})
	if err != nil {
		t.Fatal(err)
	}
	defer pg.Close(t.Context()) //nolint:errcheck // a test
	post := func(body string, status int) (out struct {
		Events, Callbacks []string
		Published         bool
	}) {
		t.Helper()
		resp, err := http.Post(pg.URL+"/sim/app", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != status {
			t.Fatalf("%s: got status %d, want %d", body, resp.StatusCode, status)
		}
		if status == http.StatusOK {
			if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	out := post(`{}`, 200)
	if !out.Published || !slices.Contains(out.Events, "im.message.receive_v1") ||
		!slices.Contains(out.Callbacks, "card.action.trigger") {
		t.Errorf("at the start: got %+v, want a published app with the event and the callback", out)
	}
	out = post(`{"unsubscribe":["im.message.receive_v1","card.action.trigger"],"published":false,"bot":false,`+
		`"in_group":false,"ocr_left":0,"template":1,"revoke":["im:message"],"disconnect":true}`, 200)
	if out.Published || slices.Contains(out.Events, "im.message.receive_v1") || len(out.Callbacks) > 0 {
		t.Errorf("revoked: got %+v, want a draft without the event and the callback", out)
	}
	out = post(`{"subscribe":["im.message.receive_v1","card.action.trigger"],"published":true,"bot":true,`+
		`"in_group":true,"ocr_left":-1,"template":0,"grant":["im:message"],"long_conn":false}`, 200)
	if !out.Published || !slices.Contains(out.Events, "im.message.receive_v1") ||
		!slices.Equal(out.Callbacks, []string{"card.action.trigger"}) {
		t.Errorf("restored: got %+v, want a published app with the event and the callback", out)
	}
	post(`{"nonsense":1}`, 400)
}
