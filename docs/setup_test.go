package docs

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// TestSetupNamesScopesAndEvents checks that every imported scope and subscribed event is explained.
func TestSetupNamesScopesAndEvents(t *testing.T) {
	var list struct {
		Scopes struct {
			Tenant []string `json:"tenant"`
			User   []string `json:"user"`
		} `json:"scopes"`
	}
	if err := json.Unmarshal([]byte(files.Read(t, "bot/scopes.json")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Scopes.Tenant) == 0 || list.Scopes.User == nil || len(list.Scopes.User) > 0 {
		t.Errorf("want tenant scopes and an empty list of user scopes, got %+v", list.Scopes)
	}
	var events []string
	event := regexp.MustCompile(`(?m)^\tevent\w+ += "([^"]+)"$`)
	for _, m := range event.FindAllStringSubmatch(files.Read(t, "bot/dispatch.go"), -1) {
		events = append(events, m[1])
	}
	if len(events) < 5 {
		t.Fatalf("bot/dispatch.go: found only the events %v", events)
	}
	for _, name := range []string{"docs/feishu-setup.md", "docs/feishu-setup.zh.md"} {
		text := files.Read(t, name)
		for _, scope := range list.Scopes.Tenant {
			if !strings.Contains(text, "| `"+scope+"` |") {
				t.Errorf("%s: got no row for the scope %s, want one", name, scope)
			}
		}
		for _, event := range events {
			if !strings.Contains(text, "`"+event+"`") {
				t.Errorf("%s: got no %s, want it named", name, event)
			}
		}
	}
}
