package doctor

import (
	"path/filepath"
	"strings"
	"testing"

	"shiming/config"
)

// TestRecordsOutsideOfTheDatabase: check warns when a database administrator could rewrite history unseen, or a restored
// backup would bring back what was deleted.
func TestRecordsOutsideOfTheDatabase(t *testing.T) {
	for _, tt := range []struct {
		name        string
		change      func(*config.Config)
		list, heads Outcome
	}{
		{"defaults", func(*config.Config) {}, OK, Unknown},
		{"PostgreSQL", func(c *config.Config) {
			c.Store.DSN, c.Security.KeysetFile = "postgres://db/shiming", filepath.Join(t.TempDir(), "keyset.json")
		}, OK, Unknown},
		{"PostgreSQL, key file where nothing can be written", func(c *config.Config) {
			c.Store.DSN, c.Security.KeysetFile = "postgres://db/shiming", filepath.Join(t.TempDir(), "none", "keyset.json")
		}, Warning, Unknown},
		{"PostgreSQL with a list", func(c *config.Config) {
			c.Store.DSN, c.Store.DeletionsFile = "postgres://db/shiming", "/var/lib/shiming/deletions"
		}, OK, Unknown},
		{"a group", func(c *config.Config) { c.HR.ReviewChat = "oc_1" }, OK, OK},
		{"an officer", func(c *config.Config) { c.DPO.Viewers = []string{"ou_1"} }, OK, OK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config.Defaults()
			tt.change(&cfg)
			d := &Doctor{cfg: cfg}
			list, heads := d.checkDeletionList(t.Context()), d.checkHeads(t.Context())
			if list.outcome != tt.list || heads.outcome != tt.heads {
				t.Errorf("got %s for the list and %s for the heads, want %s and %s", list.outcome, heads.outcome, tt.list, tt.heads)
			}
			if list.outcome == Warning && !strings.Contains(list.remedy.EN, "store.deletions_file") {
				t.Errorf("got the remedy %q, want the setting named", list.remedy.EN)
			}
		})
	}
}
