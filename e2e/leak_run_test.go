package e2e

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
	"shiming/sim/wire"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// calledURLs is an observer that keeps the address of each call to a platform, with its query.
type calledURLs struct {
	mu  sync.Mutex
	all []string
}

func (u *calledURLs) Opening(*sim.World) {}

func (u *calledURLs) Joined(string, specimen.Person, string) {}

func (u *calledURLs) Message(feishu.Message) {}

func (u *calledURLs) Event(feishu.Observed) {}

func (u *calledURLs) SMS(tencent.SMS) {}

func (u *calledURLs) FaultEnded() {}

func (u *calledURLs) ClockMoved(time.Duration) {}

func (u *calledURLs) Call(x wire.Exchange) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all = append(u.all, x.Call.Path+"?"+x.Query)
}

func (u *calledURLs) text() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return strings.Join(u.all, "\n")
}

// leakRun is a bot in a process of its own, whose people come to many ends.
type leakRun struct {
	*harness.Harness
	program *harness.ServedProgram
	urls    *calledURLs
	dsn     string
	// server holds the files of the PostgreSQL server; "" on SQLite.
	server string
	// printed is what commands beside the bot have printed.
	printed strings.Builder
	search  leakSearch
}

// startLeakRun starts the program on a database, with its temporary files in its directory and every trace of a crash
// wanted.
func startLeakRun(t *testing.T, postgres bool) *leakRun {
	t.Helper()
	r := &leakRun{urls: &calledURLs{}}
	tmp := t.TempDir()
	env := []string{
		"TMPDIR=" + tmp, "GOTRACEBACK=all", "SHIMING_TIMING_WRITE_QUIET=1ms", "SHIMING_TIMING_CODE_RESEND=1ms",
		"SHIMING_VERIFICATION_LADDER=three_elements,bank_card_four,face", "SHIMING_EVIDENCE_FACE_LIVE_SCORE=status",
	}
	if postgres {
		server, err := pgtest.Start()
		pgtest.SkipIfMissing(t, err)
		t.Cleanup(func() { _ = server.Close() })
		if r.dsn, err = server.Database(t.Context()); err != nil {
			t.Fatal(err)
		}
		if at, err := url.Parse(r.dsn); err == nil && os.Getenv("SHIMING_TEST_POSTGRES") == "" {
			r.server = at.Query().Get("host")
		}
		file := filepath.Join(t.TempDir(), "keyset.json")
		if err := keyset.Write(file, keyset.New()); err != nil {
			t.Fatal(err)
		}
		env = append(env, "SHIMING_STORE_DSN="+r.dsn, "SHIMING_SECURITY_KEYSET_FILE="+file)
	}
	r.program = harness.ServeProgram(t, sim.Config{Observer: r.urls}, env...)
	r.Harness = r.program.Harness()
	if !postgres {
		r.dsn = "sqlite:" + filepath.Join(r.program.Dir, "shiming.db")
	}
	if err := os.Mkdir(filepath.Join(r.program.Dir, "copies"), 0o700); err != nil {
		t.Fatal(err)
	}
	return r
}

// says runs a command beside the bot and keeps what it prints.
func (r *leakRun) says(args ...string) {
	r.Helper()
	code, out := harness.Command(r.Ctx, r.program.Env, append(args, "--config", r.program.File)...).Run(r.T)
	if code != 0 {
		r.Fatalf("%v: got %d, want 0: %s", args, code, out)
	}
	r.printed.WriteString(out)
}

// backup copies the database while the bot works on it.
func (r *leakRun) backup() {
	r.Helper()
	file := filepath.Join(r.program.Dir, "copies", "copy")
	if strings.HasPrefix(r.dsn, "sqlite:") {
		r.says("backup", file+".db")
		return
	}
	bin, err := pgtest.Tools()
	pgtest.SkipIfMissing(r.T, err)
	for _, format := range []string{"plain", "custom"} {
		dump := exec.CommandContext(r.Ctx, filepath.Join(bin, "pg_dump"), "--format="+format, "--no-owner",
			"--file="+file+"."+format, r.dsn)
		if out, err := dump.CombinedOutput(); err != nil {
			r.Fatalf("pg_dump: %v %s", err, out)
		}
	}
}

// dies ends the program with SIGQUIT, which makes the runtime print where every goroutine stands.
func (r *leakRun) dies() {
	r.Helper()
	p := r.program.Running
	if err := p.Cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		r.Fatal(err)
	}
	p.WaitExit(r.T)
	if !strings.Contains(p.Out.String(), "goroutine ") {
		r.Errorf("no stack traces after SIGQUIT, want all")
	}
}

// asBot posts a text as the bot, as a leak would.
func (r *leakRun) asBot(ctx context.Context, chat, text string) {
	r.Helper()
	base, settings := r.World.FeishuURL, r.World.Settings()
	var token struct {
		Token string `json:"tenant_access_token"`
	}
	postJSON(r.T, ctx, base+"/open-apis/auth/v3/tenant_access_token/internal", "", map[string]string{
		"app_id": settings["feishu.app_id"], "app_secret": settings["feishu.app_secret"],
	}, &token)
	postJSON(r.T, ctx, base+"/open-apis/im/v1/messages?receive_id_type=chat_id", token.Token, map[string]string{
		"receive_id": chat, "msg_type": "text", "content": `{"text":"` + text + `"}`,
	}, &struct{}{})
}
