// Command export measures an export of many people by the real program: how long it takes from the click to the file,
// the largest resident set of the bot, what the rows of the audit chains cost, and what it does to a click meanwhile.
//
//	go run ./bench/export [--people 100000] [--store sqlite|postgres]
//
// It fills a database with sample people first. Feishu is the simulated one.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"shiming/bench/harness"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/store"
	"shiming/store/keyset"
)

type command struct {
	People int    `help:"People in the database." default:"100000"`
	Store  string `help:"Database." default:"sqlite" enum:"sqlite,postgres"`
	Out    string `help:"File to which the run is added; default bench/results/export.jsonl."`
}

// goal is the limit of the resident set, in bytes.
const goal = 128 << 20

func main() { harness.Main(&command{}, "An export of many people by the real program.") }

// Measure implements the command of harness.Main.
func (c *command) Measure(ctx context.Context) error {
	result := harness.NewResult(ctx)
	result.Store = c.Store
	result.Settings["people"], result.Settings["sync"] = c.People, "normal"
	dir, err := os.MkdirTemp("", "shiming-bench-export-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	dsn, server, err := harness.NewDatabase(ctx, c.Store, dir)
	if err != nil {
		return err
	}
	if server != nil {
		defer func() { _ = server.Close() }()
	}
	// NewDatabase writes a keyset for PostgreSQL. It is replaced by one that is known here.
	keys, file := keyset.New(), filepath.Join(dir, "export.json")
	if err := keyset.Write(file, keys); err != nil {
		return err
	}
	if err := fillDatabase(ctx, store.Config{DSN: dsn, Sync: "normal", Keyset: keys}, c.People); err != nil {
		return err
	}
	s, err := harness.Open(ctx, harness.Setup{
		Bots:     1,
		Store:    c.Store,
		Sync:     "normal",
		World:    sim.Config{Seed: 7},
		Settings: map[string]string{"store.dsn": dsn, "security.keyset_file": file},
	})
	if err != nil {
		return err
	}
	defer s.Close()
	return c.measure(ctx, s, result)
}

// measure asks for the file, lets an employee click until it is there, and reads the figures.
func (c *command) measure(ctx context.Context, s *harness.Harness, result *harness.Result) error {
	admins := s.World.Admins()
	if _, err := s.World.Feishu.SendText(ctx, admins[0], "导出"); err != nil {
		return err
	}
	mine, err := s.Card(ctx, s.World.Feishu.P2PChat(admins[0]), "export")
	if err != nil {
		return err
	}
	other := s.World.Hire(1)[0]
	if _, err := s.World.Feishu.SendText(ctx, other.OpenID, "帮助"); err != nil {
		return err
	}
	greeting, err := s.Card(ctx, other.ChatID, "start")
	if err != nil {
		return err
	}
	idle, err := s.Peak(0)
	if err != nil {
		return err
	}
	began := time.Now()
	if _, err := s.World.Feishu.ClickAct(ctx, admins[0], mine.ID, "export", nil); err != nil {
		return err
	}
	var clicks []float64
	var sent feishu.Message
	for sent.ID == "" {
		if time.Since(began) > 10*time.Minute {
			return errors.New("no file within ten minutes")
		}
		click := time.Now()
		if _, err := s.World.Feishu.ClickAct(ctx, other.OpenID, greeting.ID, "start", nil); err != nil {
			return err
		}
		clicks = append(clicks, float64(time.Since(click).Microseconds())/1000)
		for _, m := range s.World.Feishu.Messages(s.World.Feishu.P2PChat(admins[0])) {
			if m.Type == "file" {
				sent = m
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	took := time.Since(began)
	peak, err := s.Peak(0)
	if err != nil {
		return err
	}
	var content struct {
		FileKey string `json:"file_key"`
	}
	if err := json.Unmarshal([]byte(sent.Content), &content); err != nil {
		return err
	}
	_, file, _ := s.World.Feishu.Resource(content.FileKey)
	const mib = 1 << 20
	result.Add("click-to-file", "s", took.Seconds())
	result.Add("people-per-second", "/s", float64(c.People)/took.Seconds())
	result.Add("file", "MiB", float64(len(file))/mib)
	result.Add("resident-before", "MiB", float64(idle)/mib)
	result.Add("resident-peak", "MiB", float64(peak)/mib)
	result.Add("click-meanwhile", "ms", clicks...)
	result.Add("click-meanwhile/p95", "ms", harness.P95(clicks))
	fmt.Printf("%d people: %.1f s, file %.1f MiB, resident at most %.1f MiB (%.1f MiB before)\n", c.People, took.Seconds(),
		float64(len(file))/mib, float64(peak)/mib, float64(idle)/mib)
	if err := result.Append(c.Out, "export"); err != nil {
		return err
	}
	if peak > goal {
		return fmt.Errorf("the bot needs %d MiB, more than %d", peak/mib, goal/mib)
	}
	return nil
}
