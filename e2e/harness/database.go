package harness

import (
	"os"
	"path/filepath"
	"testing"

	"shiming/store/keyset"
	"shiming/store/pgtest"
	"shiming/store/storetest"
)

// OnPostgres, set to 1 in the environment, runs these tests on PostgreSQL.
const OnPostgres = "SHIMING_E2E_POSTGRES"

// database returns the settings of a new database for one test. The program's own tests begin without one.
func database(t *testing.T, dir string) map[string]string {
	t.Helper()
	file, keys := filepath.Join(dir, "keyset.json"), keyset.New()
	values := map[string]string{"store.sync": "normal", "security.keyset_file": file}
	if os.Getenv(OnPostgres) == "1" {
		values["store.dsn"] = pgtest.DSN(t)
	} else {
		path := filepath.Join(dir, "shiming.db")
		values["store.dsn"] = "sqlite:" + path
		keys = storetest.Write(t, path)
	}
	if err := keyset.Write(file, keys); err != nil { // the bot does not create the file of a database that exists
		t.Fatal(err)
	}
	return values
}
