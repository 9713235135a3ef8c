package pgtest

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestDatabasesAreSeparate(t *testing.T) {
	one, two := DSN(t), DSN(t)
	for _, dsn := range []string{one, two} {
		conn, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "CREATE TABLE mine (id BIGINT)"); err != nil {
			t.Error(err)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	var gone string
	t.Run("inner", func(t *testing.T) { gone = DSN(t) })
	if conn, err := pgx.Connect(t.Context(), gone); err == nil {
		_ = conn.Close(t.Context())
		t.Error("the database outlived its test")
	}
}

const childEnv = "SHIMING_TEST_CHILD"

// TestChild starts a server and waits until it is killed.
func TestChild(t *testing.T) {
	if os.Getenv(childEnv) == "" {
		t.Skip("runs as a child of TestServerEndsWithTestProcess only")
	}
	fmt.Println("dsn", DSN(t))
	select {}
}

// TestServerEndsWithTestProcess kills a test binary: its server ends, and its directory is removed.
func TestServerEndsWithTestProcess(t *testing.T) {
	if os.Getenv("SHIMING_TEST_POSTGRES") != "" {
		t.Skip("the server is not ours")
	}
	DSN(t) // skips the test without PostgreSQL
	child := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	child.Env = append(os.Environ(), childEnv+"=1")
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var dir string
	for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
		if dsn, is := strings.CutPrefix(lines.Text(), "dsn "); is {
			u, err := url.Parse(dsn)
			if err != nil {
				t.Fatal(err)
			}
			dir = u.Query().Get("host")
		}
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("no server: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // reports the kill as an error
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(2 * time.Minute)
	for {
		select {
		case <-tick.C:
			if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
				return
			}
		case <-late:
			t.Fatal("the server's directory is still there")
		}
	}
}
