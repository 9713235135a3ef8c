package harness

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"shiming/playground/scrape"
	"shiming/sim"
)

// TestProcesses runs a world and a bot, kills the bot and stops it in an orderly way.
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
			t.Errorf("killed: got exit code %d, want -1", code)
		}
	}
	if err := bot.Start(ctx); err != nil {
		t.Fatal(err)
	}
	m, err := scrape.Read(ctx, bot.URL)
	if err != nil || m.Sum("shiming_jobs_waiting") != 0 || m.Sum("go_goroutines") == 0 {
		t.Errorf("got the metrics %v and %v, want no waiting job", m, err)
	}
	if code, took, err := bot.Process().Stop(15 * time.Second); code != 0 || err != nil {
		t.Errorf("got exit code %d after %s and %v, want 0", code, took, err)
	}
	bad, err := NewBot(program, dir, "bad", map[string]string{"store.dsn": "nowhere"})
	if err != nil {
		t.Fatal(err)
	}
	if err := bad.Start(ctx); !errors.Is(err, ErrEnded) || bad.Process().ExitCode() != 2 {
		t.Errorf("a bot without a configuration: got %v, want %v and exit code 2", err, ErrEnded)
	}
}

func TestResult(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results", "x.jsonl")
	for i := range 2 {
		r := NewResult(t.Context())
		r.Store, r.Settings["run"] = "sqlite", i
		r.Add("rate", "/s", 1234.5678)
		r.Add("time", "ms", 3, 1, 2, 5, 4)
		r.Add("nothing", "ms")
		if err := r.Append(file, ""); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Parse(string(raw))
	if err != nil || len(all) != 2 {
		t.Fatalf("got %d runs and %v, want 2", len(all), err)
	}
	want := map[string]Figure{
		"rate": {Unit: "/s", N: 1, Median: 1235},
		"time": {Unit: "ms", N: 5, Median: 3, P1: 1, P99: 5, Max: 5},
	}
	for i, r := range all {
		if !maps.Equal(r.Figures, want) {
			t.Errorf("got %v, want %v", r.Figures, want)
		}
		if r.Settings["run"] != float64(i) || r.Store != "sqlite" {
			t.Errorf("got the settings %v of %q, want those of run %d", r.Settings, r.Store, i)
		}
		if r.Date.IsZero() || r.Machine.Cores == 0 || r.Machine.Go == "" || r.Machine.OS == "" {
			t.Errorf("got %+v, want date and machine", r)
		}
	}
}

func TestOptions(t *testing.T) {
	o := Options{Bots: 3, Store: "postgres", Sync: "full", Latency: 200 * time.Millisecond}
	r := o.Result(t.Context(), map[string]any{"people": 7})
	want := map[string]any{"bots": 3, "sync": "full", "latency_ms": int64(200), "people": 7}
	if r.Store != "postgres" || !maps.Equal(r.Settings, want) {
		t.Errorf("got %s and the settings %v, want %v", r.Store, r.Settings, want)
	}
	s := o.Setup(sim.Config{Seed: 7}, map[string]string{"review.undo": "10s"})
	if s.World.Latency != o.Latency || s.World.Seed != 7 || s.Bots != 3 || s.Store != "postgres" || s.Sync != "full" ||
		s.Settings["review.undo"] != "10s" {
		t.Errorf("got %+v, want the options, the world and the settings", s)
	}
}
