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

// killed kills the bot under the load of 64 connections, starts it again and looks for the effect
// of every event that it had acknowledged. Only a power cut could tell more, and is not tried here.
func (b *bench) killed(ctx context.Context) (row, error) {
	c, err := b.child(ctx, targetBot)
	if err != nil {
		return row{}, err
	}
	t, err := startTarget(ctx, c)
	if err != nil {
		return row{}, err
	}
	const conns = 64
	list := pushes(fmt.Sprintf("r%02d", b.databases), enough*int(killAfter.Seconds()))
	r := row{load: load{targetBot, "kill", conns}, Load: harness.Load()}
	time.AfterFunc(killAfter, t.kill)
	out, err := closed(t.addr, conns, time.Minute, list, false)
	if err != nil {
		return row{}, err
	}
	r.fill(out, 0)
	r.Failed = 0 // the connections that the kill cut, which is what it is for
	// What was acknowledged is decided on by the next process.
	if t, err = startTarget(ctx, c); err != nil {
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
	defer db.Close() //nolint:errcheck // only read
	for _, id := range out.acked {
		there := false
		err := db.Tx(ctx, func(tx flows.Tx) (err error) {
			if there, err = tx.Seen(ctx, time.Now(), "message:"+id); err == nil {
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

// errLook undoes a transaction that was to look only.
var errLook = errors.New("only looked")
