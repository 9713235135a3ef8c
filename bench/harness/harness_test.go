package harness

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"shiming/playground/scrape"
)

// TestProcesses runs a world and a bot, kills the bot and asks it to end in order.
func TestProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	program, err := Build(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	world, err := StartWorld(ctx, program, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	settings := world.Settings
	settings["store.dsn"] = "sqlite:" + filepath.Join(dir, "shiming.db")
	bot, err := NewBot(program, dir, "bot", settings)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := bot.Start(ctx); err != nil {
			t.Fatal(err)
		}
		if err := world.SetWebhook(ctx, bot.URL+"/webhook/event"); err != nil {
			t.Fatal(err)
		}
		bot.Kill()
		if code := bot.Process().ExitCode(); code != -1 {
			t.Errorf("killed: exit code %d", code)
		}
	}
	if err := bot.Start(ctx); err != nil {
		t.Fatal(err)
	}
	m, err := scrape.Read(ctx, bot.URL)
	if err != nil || m.Sum("shiming_jobs_waiting") != 0 || m.Sum("go_goroutines") == 0 {
		t.Errorf("%v %v", m, err)
	}
	if code, took, err := bot.Process().Stop(15 * time.Second); code != 0 || err != nil {
		t.Errorf("%d after %s: %v", code, took, err)
	}
	bad, err := NewBot(program, dir, "bad", map[string]string{"store.dsn": "nowhere"})
	if err != nil {
		t.Fatal(err)
	}
	if err := bad.Start(ctx); !errors.Is(err, ErrEnded) || bad.Process().ExitCode() != 2 {
		t.Errorf("a bot without a configuration: %v", err)
	}
}

func TestResult(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results", "x.json")
	r := NewResult("x")
	r.Rows = []int{1}
	if err := r.Write(file); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"name", "when", "cores", "go", "os", "load", "store", "settings", "rows"} {
		if _, there := back[key]; !there {
			t.Errorf("%s is missing", key)
		}
	}
}
