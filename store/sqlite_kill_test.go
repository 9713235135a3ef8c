package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// killedChildDir is the environment variable with the directory of TestKilledChild.
const killedChildDir = "SHIMING_TEST_KILLED_CHILD"

// TestKilledChild stores keys from many goroutines and prints each result, until it is killed.
func TestKilledChild(t *testing.T) {
	dir := os.Getenv(killedChildDir)
	if dir == "" {
		t.Skip("runs as a child of TestAcknowledgedSurvivesAKill only")
	}
	keys, err := keyset.Load(filepath.Join(dir, "keyset.json"))
	must(t, err)
	s := mustOpen(t, Config{DSN: "sqlite:" + filepath.Join(dir, "bot.db"), Keyset: keys})
	must(t, s.Start(t.Context(), func(context.Context, flows.Job) error { return nil })) // River writes at the same time
	var mu sync.Mutex
	var wg sync.WaitGroup
	for g := range 32 {
		wg.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("key/%d/%d", g, i)
				err := s.Tx(t.Context(), func(tx flows.Tx) error {
					_, err := tx.InsertEventKeys(t.Context(), time.Now(), key)
					if err == nil && i%5 == 4 {
						return errors.New("boom")
					}
					return errors.Join(err, tx.Enqueue(t.Context(), flows.Job{Kind: flows.JobCheck, Case: key}))
				})
				mu.Lock()
				if err == nil {
					fmt.Println("stored", key)
				} else {
					fmt.Println("undone", key)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// TestAcknowledgedSurvivesAKill kills the child in the middle of commit groups. Every key that it
// reported as stored must exist, with its job; every key that it reported as undone must not.
func TestAcknowledgedSurvivesAKill(t *testing.T) {
	dir := t.TempDir()
	keys := keyset.New()
	must(t, keyset.Write(filepath.Join(dir, "keyset.json"), keys))
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledChild$", "-test.v")
	child.Env = append(os.Environ(), killedChildDir+"="+dir)
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	stored, undone := []string{}, []string{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if key, ok := strings.CutPrefix(lines.Text(), "stored "); ok {
			stored = append(stored, key)
		} else if key, ok := strings.CutPrefix(lines.Text(), "undone "); ok {
			undone = append(undone, key)
		}
		if len(stored) == 1000 {
			must(t, child.Process.Kill()) // and read the rest of its output
		}
	}
	_ = child.Wait() // it was killed
	if len(stored) < 1000 {
		t.Fatalf("the child stored %d keys", len(stored))
	}
	s := mustOpen(t, Config{DSN: "sqlite:" + filepath.Join(dir, "bot.db"), Keyset: keys})
	count := func(query, key string) (n int) {
		must(t, s.backend.read.QueryRowContext(t.Context(), query, key).Scan(&n))
		return n
	}
	for _, key := range stored {
		if count(`SELECT count(*) FROM event_keys WHERE key = $1`, key) != 1 {
			t.Errorf("%s was reported as stored and is missing", key)
		}
	}
	for _, key := range undone {
		if count(`SELECT count(*) FROM event_keys WHERE key = $1`, key) != 0 {
			t.Errorf("%s was reported as undone and is stored", key)
		}
	}
	var jobs, events int
	must(t, s.backend.read.QueryRowContext(t.Context(), `SELECT count(*) FROM river_job WHERE kind = $1`,
		jobArgs{}.Kind()).Scan(&jobs))
	must(t, s.backend.read.QueryRowContext(t.Context(), `SELECT count(*) FROM event_keys`).Scan(&events))
	if jobs != events {
		t.Errorf("%d jobs for %d events, want equal numbers", jobs, events)
	}
}
