package harness

import (
	"os"
	"path/filepath"
	"testing"

	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// OnPostgres, set to 1 in the environment, runs these tests on PostgreSQL.
const OnPostgres = "SHIMING_E2E_POSTGRES"

// database returns the settings of a new database for one test.
func database(t *testing.T, dir string) map[string]string {
	t.Helper()
	keys := filepath.Join(dir, "keyset.json")
	values := map[string]string{
		"store.dsn":            "sqlite:" + filepath.Join(dir, "shiming.db"),
		"store.sync":           "normal",
		"security.keyset_file": keys,
	}
	if os.Getenv(OnPostgres) == "1" {
		values["store.dsn"] = pgtest.DSN(t)
		if err := keyset.Write(keys, keyset.New()); err != nil { // with PostgreSQL the bot does not create the file
			t.Fatal(err)
		}
	}
	return values
}
