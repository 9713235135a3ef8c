package store

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"shiming/flows"
)

// These variables are the arguments of TestRotatingChild.
const (
	rotatingChildDSN  = "SHIMING_TEST_ROTATING_DSN"
	rotatingChildFile = "SHIMING_TEST_ROTATING_FILE"
)

// TestRotatingChild rotates and prints after each step how many rows are left, until it is killed. The parent lets it
// go on by a line, so that it dies where it is meant to.
func TestRotatingChild(t *testing.T) {
	dsn := os.Getenv(rotatingChildDSN)
	if dsn == "" {
		t.Skip("runs as a child of TestRotationKilled only")
	}
	s := mustOpen(t, Config{DSN: dsn, Keyset: loadKeys(t, os.Getenv(rotatingChildFile)), Beside: true})
	in := bufio.NewScanner(os.Stdin)
	_, err := s.RotateKeys(t.Context(), RotateConfig{Index: indexOf(s), Progress: func(p KeyProgress) {
		if p.Total > 0 {
			fmt.Println("left", p.Total-p.Done)
			in.Scan()
		}
	}})
	must(t, err)
	fmt.Println("rotated")
}

// TestRotationKilled: a rotation is killed with SIGKILL at every tenth of its way, while a store has the database open.
// After each kill everything opens, in the running store and in a new one; the next rotation goes on and the last one
// finishes it.
func TestRotationKilled(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		const people = 300
		ts.fillKeys(t, people, people/2)
		const rows = 3*people + 2
		for tenth := range 10 {
			killWhenLeft(t, ts.cfg.DSN, file, rows-rows*tenth/10)
			for i := tenth; i < people; i += 50 { // the store goes on writing
				ts.writeAgain(t, personOf(i))
			}
			checkKeysOpen(t, ts.Store, people)
			checkKeysOpen(t, ts.beside(t, file), people)
		}
		command := ts.beside(t, file)
		if got := rotate(t, command); got.Epoch != 2 || !got.Resumed || len(got.Unreadable) > 0 {
			t.Errorf("%+v, want epoch 2, resumed", got)
		}
		checkKeysOpen(t, ts.Store, people)
		usage, err := command.KeyUsage(t.Context())
		if left := usageBelow(usage, command.keys, 2); err != nil || left.Total() > 0 {
			t.Errorf("left under old keys: %+v (%v)", left, err)
		}
		if _, err := command.RetireKeys(t.Context(), RetireConfig{Epoch: 1, Now: epoch}); err != nil {
			t.Error(err)
		}
		must(t, ts.Close())
		cfg := ts.cfg
		cfg.Keyset = loadKeys(t, file)
		checkKeysOpen(t, mustOpen(t, cfg), people)
	})
}

// writeAgain writes the case, its index and its picture as they are.
func (ts *testStore) writeAgain(t *testing.T, p *flows.Case) {
	t.Helper()
	ctx := t.Context()
	ts.tx(t, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, p.ID)
		if err != nil {
			return err
		}
		c.Rev++
		return errors.Join(tx.UpdateCase(ctx, c), tx.PutPicture(ctx, c.ID, "p1", []byte("picture of "+p.Personal.Name)),
			tx.SetBlindIndex(ctx, c.ID, ts.BlindIndex("number", c.Personal.Number)))
	})
}

// killWhenLeft starts a rotation and kills it as soon as so many rows are left, or fewer.
func killWhenLeft(t *testing.T, dsn, file string, rows int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRotatingChild$", "-test.v")
	child.Env = append(os.Environ(), rotatingChildDSN+"="+dsn, rotatingChildFile+"="+file)
	in, err := child.StdinPipe()
	must(t, err)
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	killed := false
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		var left int
		if n, _ := fmt.Sscanf(lines.Text(), "left %d", &left); n != 1 {
			continue
		}
		if left <= rows {
			must(t, child.Process.Kill())
			killed = true
			continue
		}
		_, err := fmt.Fprintln(in)
		must(t, err)
	}
	_ = child.Wait() // it was killed
	if !killed {
		t.Errorf("never %d rows left, the child said\n%s", rows, said.String())
	}
}

// TestRotationKilledBeforeTheDatabaseKnows: the key file has the new epoch, the database was never told. The next
// rotation uses that epoch and makes no other.
func TestRotationKilledBeforeTheDatabaseKnows(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		ts.fillKeys(t, 4, 0)
		k := loadKeys(t, file)
		next, err := k.WithNewEpoch()
		must(t, err)
		must(t, k.Put(next))
		checkKeysOpen(t, ts.Store, 4)
		command := ts.beside(t, file)
		if list := must2(command.ListKeys(t.Context()))(t); len(list) != 2 || list[0].State != KeyNext {
			t.Errorf("listed %+v, want the new epoch as next", list)
		}
		if got := rotate(t, command); got.Epoch != 2 || !got.Resumed {
			t.Errorf("%+v, want epoch 2, resumed", got)
		}
		checkKeysOpen(t, ts.Store, 4)
		newest := loadKeys(t, file).Newest()
		if newest.KeyID != k.Newest().KeyID || newest.Number != 2 {
			t.Errorf("the key file has %+v, want the epoch that was there", newest)
		}
	})
}
