package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

// These variables are the arguments of TestRotatingInsideChild.
const (
	insideChildDSN  = "SHIMING_TEST_INSIDE_DSN"
	insideChildFile = "SHIMING_TEST_INSIDE_FILE"
	insideChildAt   = "SHIMING_TEST_INSIDE_AT"
)

// TestRotatingInsideChild rotates, says "here" inside a batch, and waits there to be killed.
func TestRotatingInsideChild(t *testing.T) {
	dsn := os.Getenv(insideChildDSN)
	if dsn == "" {
		t.Skip("runs as a child of TestRotationKilledInsideABatch only")
	}
	s := mustOpen(t, Config{DSN: dsn, Keyset: loadKeys(t, os.Getenv(insideChildFile)), Beside: true})
	if os.Getenv(insideChildAt) == "" {
		fmt.Println("opened")
		bufio.NewScanner(os.Stdin).Scan()
	}
	var mu sync.Mutex
	calls := map[string]int{}
	at := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		if calls[what]++; fmt.Sprint(what, " ", calls[what]) == os.Getenv(insideChildAt) {
			fmt.Println("here")
			bufio.NewScanner(os.Stdin).Scan()
		}
	}
	index, hashes := indexOf(s), hashesOf(s)
	_, err := s.RotateKeys(t.Context(), RotateConfig{
		Index: func(c *flows.Case) []byte {
			at("index") // in the transaction, behind the rows of the batch before this one
			return index(c)
		},
		Hashes: func(tenantKey, openID string, mobiles ...string) (uses, settings [][]string) {
			at("hash") // between the read of a page and its transaction
			return hashes(tenantKey, openID, mobiles...)
		},
		Progress: func(KeyProgress) {},
	})
	must(t, err)
	fmt.Println("rotated")
}

// rotatingChild starts a rotation in a process of its own.
func rotatingChild(t *testing.T, dsn, file, at string) (child *exec.Cmd, in io.Writer, out *bufio.Scanner) {
	t.Helper()
	child = exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRotatingInsideChild$", "-test.v")
	child.Env = append(os.Environ(), insideChildDSN+"="+dsn, insideChildFile+"="+file, insideChildAt+"="+at)
	in, err := child.StdinPipe()
	must(t, err)
	pipe, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	return child, in, bufio.NewScanner(pipe)
}

// says reads lines up to one.
func says(out *bufio.Scanner, line string) bool {
	for out.Scan() {
		if out.Text() == line {
			return true
		}
	}
	return false
}

// load inserts new cases, with chains and indexes, until stop, which returns how many there are.
func (ts *testStore) load(t *testing.T) (stop func() int) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			c := loadedCase(n)
			err := ts.Tx(context.WithoutCancel(ctx), func(tx flows.Tx) error {
				return errors.Join(tx.InsertCase(t.Context(), c),
					tx.SetBlindIndex(t.Context(), c.ID, ts.BlindIndex("number", c.Personal.Number)),
					tx.Audit(t.Context(), flows.AuditRow{CaseID: c.ID, At: epoch, Event: "opened"}))
			})
			if err != nil {
				t.Error(err)
				break
			}
		}
		ended <- n
	}()
	return func() int {
		cancel()
		return <-ended
	}
}

func loadedCase(n int) *flows.Case {
	c := newCase(fmt.Sprintf("load-%06d", n), fmt.Sprintf("ou_load_%06d", n))
	c.Personal = flows.Personal{Name: fmt.Sprintf("新%06d", n), Number: fmt.Sprintf("load-number-%06d", n)}
	return c
}

// TestRotationKilledInsideABatch: a rotation is killed with SIGKILL in the middle of a transaction and between the read
// of a batch and its transaction, while new cases come in. Nothing is lost or unreadable, nothing of the batch is half
// done, and the next rotation finishes it.
func TestRotationKilledInsideABatch(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		const people = 30
		ts.fillHashes(t, people)
		ts.tx(t, func(tx flows.Tx) error {
			for i := range people {
				c := personOf(i)
				if err := tx.SetBlindIndex(t.Context(), c.ID, ts.BlindIndex("number", c.Personal.Number)); err != nil {
					return err
				}
			}
			return nil
		})
		stop := ts.load(t)
		for _, at := range []string{"index 1", "index 17", "hash 1", "hash 20"} {
			child, _, out := rotatingChild(t, ts.cfg.DSN, file, at)
			here := says(out, "here")
			must(t, child.Process.Kill())
			_ = child.Wait() // it was killed
			if !here {
				t.Fatalf("the rotation was not killed at %s", at)
			}
			checkHashes(t, ts.Store, people)
		}
		command := ts.beside(t, file)
		got := rotateHashes(t, command)
		if got.Epoch != 2 || !got.Resumed || len(got.Unreadable) > 0 {
			t.Errorf("%+v, want epoch 2, resumed", got)
		}
		loaded := stop()
		if loaded == 0 {
			t.Error("no case came in meanwhile: the test proves nothing")
		}
		_, err := command.RetireKeys(t.Context(), RetireConfig{Epoch: 1, Now: epoch, Wait: time.Minute})
		must(t, err)
		must(t, ts.Close())
		cfg := ts.cfg
		cfg.Keyset = loadKeys(t, file)
		after := mustOpen(t, cfg)
		checkHashes(t, after, people)
		must(t, after.View(t.Context(), func(v flows.View) error {
			for n := range loaded {
				want := loadedCase(n)
				got, err := v.Case(t.Context(), want.ID)
				if err != nil {
					return err
				}
				same, err := v.SameNumber(t.Context(), "t1", after.BlindIndex("number", want.Personal.Number), "nobody")
				if err != nil || len(same) != 1 || got.Personal.Name != want.Personal.Name {
					t.Errorf("%s: name %q, found %v (%v)", want.ID, got.Personal.Name, same, err)
				}
			}
			return nil
		}))
		proof, err := after.ProveAudit(t.Context())
		if err != nil || len(proof.Gaps) > 0 || proof.Chains != people+loaded {
			t.Errorf("%d chains, gaps %v (%v), want %d without gaps", proof.Chains, proof.Gaps, err, people+loaded)
		}
	})
}

// TestRotationKilledBetweenFileAndDatabase: the key file has the new epoch, and the process dies in the write that
// tells the database so, which this test holds up. The next rotation goes on with that epoch.
func TestRotationKilledBetweenFileAndDatabase(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		const people = 4
		ts.fillHashes(t, people)
		child, in, out := rotatingChild(t, ts.cfg.DSN, file, "")
		if !says(out, "opened") {
			t.Fatal("the rotation has not opened the database")
		}
		blocked, err := ts.backend.write.BeginTx(t.Context(), nil)
		must(t, err)
		defer blocked.Rollback() //nolint:errcheck // ended below
		_, err = blocked.ExecContext(t.Context(), `INSERT INTO settings (tenant_key, key, value) VALUES ('', $1, 'x')`, nextMark)
		must(t, err)
		_, err = fmt.Fprintln(in)
		must(t, err)
		for loadKeys(t, file).Newest().Number == 1 { // the child writes the file before it is held up
			must(t, sleep(t.Context(), 5*time.Millisecond))
		}
		must(t, child.Process.Kill())
		_ = child.Wait() // it was killed
		must(t, blocked.Rollback())
		want := loadKeys(t, file).Newest()
		// PostgreSQL may still carry out what a dead process has sent.
		if _, found, err := ts.readMark(t.Context(), nextMark); err != nil || found && ts.database == "sqlite" {
			t.Errorf("the database knows of the new epoch (%v): the test proves nothing", err)
		}
		checkHashes(t, ts.Store, people)
		if got := rotateHashes(t, ts.beside(t, file)); got.Epoch != 2 || !got.Resumed {
			t.Errorf("%+v, want epoch 2, resumed", got)
		}
		ts.keyWatch.look(t.Context())
		checkHashes(t, ts.Store, people)
		if now := loadKeys(t, file).Newest(); now.KeyID != want.KeyID {
			t.Errorf("the key file has %+v, want the epoch that was there: %+v", now, want)
		}
	})
}
