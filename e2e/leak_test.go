package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A place is one of the places where personal data could come to light. read returns what stands there by a name.
type place struct {
	name string
	text bool // what stands there is text throughout, and must not even hold masked forms
	read func(*leakRun) map[string][]byte
}

// places are all of a run. The database is a place twice: as its files, with side files, backups and whatever else lies
// in the program's directories, and as rows.
var places = []place{
	{"files", false, (*leakRun).files},
	{"rows", false, (*leakRun).rows},
	{"jobs", true, (*leakRun).jobs},
	{"groups", true, (*leakRun).groups},
	{"addresses", true, (*leakRun).addresses},
	{"metrics", true, func(r *leakRun) map[string][]byte { return r.metrics(r.program.URL()) }},
	{"output", true, (*leakRun).output},
}

// files reads every file that the run has left, and what its PostgreSQL server has written: pages, write-ahead log,
// log. One that is removed meanwhile is no finding.
func (r *leakRun) files() map[string][]byte {
	r.Helper()
	out := map[string][]byte{}
	dirs := []string{r.program.Dir, filepath.Dir(r.program.File)}
	for _, v := range r.program.Env {
		if dir, ok := strings.CutPrefix(v, "TMPDIR="); ok {
			dirs = append(dirs, dir)
		}
		if file, ok := strings.CutPrefix(v, "SHIMING_SECURITY_KEYSET_FILE="); ok {
			dirs = append(dirs, filepath.Dir(file))
		}
	}
	if r.server != "" {
		data := filepath.Join(r.server, "data")
		dirs = append(dirs, filepath.Join(data, "base", r.databaseOID()), filepath.Join(data, "pg_wal"),
			filepath.Join(r.server, "log"))
	}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return ignoreGone(err)
			}
			raw, err := os.ReadFile(path)
			out[path] = bytes.TrimRight(raw, "\x00") // what PostgreSQL has reserved of its log
			return ignoreGone(err)
		})
		if err != nil {
			r.Fatal(err)
		}
	}
	return out
}

// databaseOID names the directory of the database on its server.
func (r *leakRun) databaseOID() (oid string) {
	r.Helper()
	db, err := sql.Open("pgx", r.dsn)
	if err != nil {
		r.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // a test's
	err = db.QueryRowContext(r.Ctx, `SELECT oid::text FROM pg_database WHERE datname = current_database()`).Scan(&oid)
	if err != nil {
		r.Fatal(err)
	}
	return oid
}

func ignoreGone(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

func (r *leakRun) rows() map[string][]byte {
	r.Helper()
	out := map[string][]byte{}
	for table, rows := range readTables(r.T, r.dsn) {
		out[table] = []byte(strings.Join(rows, "\n"))
	}
	return out
}

// jobs reads arguments, errors and metadata of all jobs: what a job holds is ids and codes.
func (r *leakRun) jobs() map[string][]byte {
	r.Helper()
	return map[string][]byte{"river_job": []byte(strings.Join(readTables(r.T, r.dsn)["river_job"], "\n"))}
}

// groups reads every version of every message of the bot in a group.
func (r *leakRun) groups() map[string][]byte {
	private := map[string]bool{}
	for _, e := range r.World.People() {
		private[e.ChatID] = true
	}
	for _, admin := range r.World.Admins() {
		private[r.World.Feishu.P2PChat(admin)] = true
	}
	out := map[string][]byte{}
	for _, chat := range r.World.Feishu.Chats() {
		for _, m := range r.World.Feishu.Messages(chat) {
			if private[chat] || !m.FromBot {
				continue
			}
			all := []byte(m.Content)
			for _, v := range m.History {
				all = append(all, v.Card...)
			}
			out[m.ID] = all
		}
	}
	return out
}

var webAddress = regexp.MustCompile(`https?://[^"\\ <>]+`)

// addresses reads the addresses that the bot has called, and those that it has given to people.
func (r *leakRun) addresses() map[string][]byte {
	var given []byte
	for _, chat := range r.World.Feishu.Chats() {
		for _, m := range r.World.Feishu.Messages(chat) {
			for _, v := range m.History {
				given = append(given, bytes.Join(webAddress.FindAll(v.Card, -1), []byte("\n"))...)
			}
		}
	}
	return map[string][]byte{"called": []byte(r.urls.text()), "given": given}
}

func (r *leakRun) metrics(base string) map[string][]byte {
	r.Helper()
	resp, err := http.Get(base + "/metrics")
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.Fatal(err)
	}
	return map[string][]byte{"/metrics": body}
}

// output reads what the program and the commands beside it have printed: the log at level debug, and the stack traces.
func (r *leakRun) output() map[string][]byte {
	return map[string][]byte{
		"log":      []byte(r.program.Printed() + r.program.Running.Out.String()),
		"commands": []byte(r.printed.String()),
	}
}

// TestNothingPersonalComesToLight: after a full run of a real process, with people who come to many ends, nothing of
// them stands in clear in a file, a row, a job, a group, an address, a metric, the log at level debug or the trace of a
// dying process; and the search would have found it there.
func TestNothingPersonalComesToLight(t *testing.T) {
	for name, postgres := range map[string]bool{"SQLite": false, "PostgreSQL": true} {
		t.Run(name, func(t *testing.T) {
			r := startLeakRun(t, postgres)
			r.play()
			check := func(when string) {
				t.Helper()
				for _, p := range places {
					all := p.read(r)
					if len(all) == 0 {
						t.Errorf("%s: nothing was read, want something", p.name)
					}
					for at, b := range all {
						for _, what := range r.search.in(b, p.text) {
							t.Errorf("%s: %s in %s %s, want nothing personal", when, what, p.name, at)
						}
					}
				}
			}
			check("while the bot runs")
			metrics := r.metrics(r.program.URL())
			r.dies()
			for at, b := range r.output() {
				for _, what := range r.search.in(b, true) {
					t.Errorf("after SIGQUIT: %s in %s, want nothing personal", what, at)
				}
			}
			r.plant(metrics)
		})
	}
}

// plant puts a value of somebody into each place and wants each search to find it. The bot has ended.
func (r *leakRun) plant(metrics map[string][]byte) {
	r.Helper()
	who := r.World.People()[0].Person
	finds := func(p string, text bool, all map[string][]byte, what string) {
		r.Helper()
		for _, b := range all {
			if slices.Contains(r.search.in(b, text), what) {
				return
			}
		}
		r.Errorf("planted in %s: nothing was found, want %s", p, what)
	}
	packed, err := json.Marshal(map[string]string{"name": who.Name})
	if err != nil {
		r.Fatal(err)
	}
	for _, dir := range []string{r.program.Dir, filepath.Join(r.program.Dir, "copies")} {
		if err := os.WriteFile(filepath.Join(dir, "leak"), packed, 0o600); err != nil {
			r.Fatal(err)
		}
		finds("files", false, r.files(), "a name")
		if err := os.Remove(filepath.Join(dir, "leak")); err != nil {
			r.Fatal(err)
		}
	}

	path, onSQLite := strings.CutPrefix(r.dsn, "sqlite:")
	driver, from := "pgx", r.dsn
	if onSQLite {
		driver, from = "sqlite", path
	}
	db, err := sql.Open(driver, from)
	if err != nil {
		r.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // a test's
	exec := func(query string, args ...any) {
		r.Helper()
		if _, err := db.ExecContext(r.Ctx, query, args...); err != nil {
			r.Fatal(err)
		}
	}
	exec(`INSERT INTO settings (tenant_key, key, value) VALUES ('', 'leak', $1)`,
		base64.StdEncoding.EncodeToString([]byte("his number is "+who.Code)))
	finds("rows", false, r.rows(), "a number")
	if onSQLite || r.server != "" {
		exec(map[bool]string{true: `PRAGMA wal_checkpoint`, false: `CHECKPOINT`}[onSQLite])
		finds("files", false, r.files(), "a number")
	}
	exec(`UPDATE river_job SET metadata = $1 WHERE id = (SELECT max(id) FROM river_job)`, `{"who":"`+who.Name[:3]+`*"}`)
	finds("jobs", true, r.jobs(), "a masked name")

	r.asBot(r.Ctx, r.World.AnnounceChat(), who.Name[:3]+"*")
	finds("groups", true, r.groups(), "a masked name")
	resp, err := http.Get(r.World.FeishuURL + "/open-apis/leak?mobile=" + who.Mobile)
	if err != nil {
		r.Fatal(err)
	}
	_ = resp.Body.Close()
	finds("addresses", true, r.addresses(), "a mobile")
	leaky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(append(metrics["/metrics"], `shiming_leak{code="`+who.Code[12:]+`"} 1`...))
	}))
	defer leaky.Close()
	finds("metrics", true, r.metrics(leaky.URL), "six digits of a number")
	_, _ = r.program.Running.Out.Write([]byte(`{"msg":"leak","bank":"` + who.BankCard + `"}`))
	finds("output", true, r.output(), "a bank card")
	r.program.Running = nil // it has ended, and its output is no finding
}

// postJSON posts a value and decodes the answer.
func postJSON(t *testing.T, ctx context.Context, address, token string, in, out any) {
	t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: got %d, want 200", address, resp.StatusCode)
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		t.Fatal(err)
	}
}
