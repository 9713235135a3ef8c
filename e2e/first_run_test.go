package e2e

import (
	"context"
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"shiming/config"
	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/sim"
)

// TestFirstRun walks through the section of that name in both READMEs: the exported settings are enough for serve,
// check leaves only the paid scope, a person gets as far as the recording, and the case goes on once the scope is
// granted.
func TestFirstRun(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"README.md", "README.zh.md"} {
		t.Run(page, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), harness.TestTimeout())
			t.Cleanup(cancel)
			world, err := sim.Start(ctx, sim.Config{Seed: 4711, RetrySchedule: harness.FastRetries})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { harness.CutOff(world) })
			world.Feishu.LongConnection(true)
			world.Feishu.Revoke("human_authentication:identity")

			dir, of := t.TempDir(), world.Settings()
			env := exported(t, page, of)
			env = append(env, config.Environ(map[string]string{
				"feishu.base_url":      of["feishu.base_url"],
				"server.listen":        "127.0.0.1:0",
				"store.dsn":            "sqlite:" + filepath.Join(dir, "shiming.db"),
				"security.keyset_file": filepath.Join(dir, "keyset.json"),
			})...)
			file := files.Path(t, "config.yaml")
			p := harness.Command(ctx, env, "serve", "--config", file)
			if err := p.Cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				_ = p.Cmd.Process.Kill()
				_ = p.Cmd.Wait()
			})
			lineWith(t, p, "long connection is up")

			code, out := harness.Command(ctx, env, "check", "--config", file, "--lang", "zh").Run(t)
			if bad := regexp.MustCompile(`(?m)^✗ .*$`).FindAllString(out, -1); code != 1 || len(bad) != 1 ||
				!strings.Contains(bad[0], "human_authentication:identity") {
				t.Errorf("check: got exit code %d and %q, want 1 and only the paid scope in\n%s", code, bad, out)
			}

			hr, hrDone := world.HR(0), make(chan error, 1)
			hrCtx, stopHR := context.WithCancel(ctx)
			go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()
			e, done := world.Hire(1)[0], make(chan error, 1)
			go func() {
				_, err := e.Register(ctx, sim.Script{}, nil)
				done <- err
			}()
			lineWith(t, p, `"to":"needs_attention"`)
			world.Feishu.Grant("human_authentication:identity")
			if err := <-done; err != nil {
				t.Fatalf("got %v, want the person through: %s", err, p.Out)
			}
			stopHR()
			if err := <-hrDone; err != nil {
				t.Error(err)
			}
			if j := world.Journey(e.OpenID); j.Identities != 1 || len(j.Points) != 0 {
				t.Errorf("got %d identities and %d points, want 1 and none", j.Identities, len(j.Points))
			}
		})
	}
}

// exported returns the variables that a page tells the reader to export. The values that the reader has to fill in are
// those of the world.
func exported(t *testing.T, page string, of map[string]string) (env []string) {
	t.Helper()
	given := map[string]string{}
	for line := range strings.Lines(files.Read(t, page)) {
		assignments, ok := strings.CutPrefix(strings.TrimSpace(line), "export ")
		if !ok {
			continue
		}
		for _, assignment := range strings.Fields(assignments) {
			name, value, _ := strings.Cut(assignment, "=")
			given[name] = value
		}
	}
	filled := maps.Clone(given)
	for path, value := range of {
		if name := config.EnvName(path); strings.Contains(given[name], "…") {
			filled[name] = value
		}
	}
	if len(filled) != 6 {
		t.Errorf("%s: got the variables %v, want the six of the first run", page, given)
	}
	for name, value := range filled {
		env = append(env, name+"="+strings.ReplaceAll(value, "…", "样本科技有限公司"))
	}
	return env
}
