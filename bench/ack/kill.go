package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shiming/bench/harness"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
)

// killAfter is how long the load runs before the process is killed.
const killAfter = 2 * time.Second

// killUnderLoad kills the bot under the load of 64 connections, restarts it and looks for the effect of every
// acknowledged event. A power cut would also test the disk's cache and is not simulated.
func (b *bench) killUnderLoad(ctx context.Context) (row, error) {
	c, err := b.child(ctx, targetBot)
	if err != nil {
		return row{}, err
	}
	t, err := startTarget(ctx, c)
	if err != nil {
		return row{}, err
	}
	const conns = 64
	list := pushes(fmt.Sprintf("r%02d", b.databases), maxClosedRate*int(killAfter.Seconds()))
	r := row{load: load{targetBot, "kill", conns}, Load: harness.Load()}
	time.AfterFunc(killAfter, t.kill)
	out, err := closed(t.addr, conns, time.Minute, list, false)
	if err != nil {
		return row{}, err
	}
	r.fill(out, 0)
	r.Failed = 0 // the connections that the kill broke
	// The next process decides on the acknowledged events.
	t, err = startTarget(ctx, c)
	if err != nil {
		return row{}, err
	}
	err = r.waitDecided(ctx, t, out.span)
	t.stop()
	if err != nil {
		return row{}, err
	}
	keys, err := keyset.Load(c.keyset)
	if err != nil {
		return row{}, err
	}
	db, err := store.Open(ctx, store.Config{DSN: c.dsn, Sync: c.sync, Keyset: keys})
	if err != nil {
		return row{}, err
	}
	defer db.Close() //nolint:errcheck // only reads
	for _, id := range out.acked {
		there := false
		err := db.Tx(ctx, func(tx flows.Tx) (err error) {
			there, err = tx.InsertEventKeys(ctx, time.Now(), "message:"+id)
			if err == nil {
				err = errLook
			}
			return err
		})
		if !errors.Is(err, errLook) {
			return row{}, err
		}
		if !there {
			r.Lost++
		}
	}
	return r, nil
}

// errLook rolls back a transaction that only reads.
var errLook = errors.New("only looked")
