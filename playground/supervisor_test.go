package playground_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/playground"
	"shiming/playground/child"
	"shiming/sim"
	"shiming/sim/scenario"
	"shiming/store"
	"shiming/store/keyset"
)

// TestStageCrowd: ten people register at once while the bot is paused, killed, stopped and started; nothing is lost,
// nothing is there twice.
func TestStageCrowd(t *testing.T) {
	s := harness.StartPlayground(t)
	s.Ask("POST", "/sim/crew", `{"hire":10,"hr":1,"sms_patience":"20s"}`, http.StatusOK)
	calls := func(n int) func() bool {
		return func() bool { return s.World.Recorder.Count("feishu", "id_card.recognize") >= n }
	}
	s.Until("the first photos are read", calls(4))
	if b := s.Do(playground.DoKill); b["state"] != playground.StateStopped {
		t.Errorf("%v", b)
	}
	s.Ask("POST", "/sim/bot", `{"do":"pause"}`, http.StatusNotImplemented) // a dead bot cannot be paused
	if b := s.Do(playground.DoStart); b["state"] != playground.StateRunning || b["restarts"] != 1.0 || b["pid"] == nil {
		t.Errorf("%v", b)
	}
	s.Until("more photos are read", calls(10))
	if child.CanPause {
		s.Do(playground.DoPause)
		s.Ask("POST", "/sim/clock", `{"advance":"1h"}`, http.StatusUnprocessableEntity) // it would not hear
		s.Do(playground.DoResume)
	}
	s.Until("codes are sent", func() bool { return s.World.Recorder.Count("tencent", "SendSms") >= 2 })
	s.Do(playground.DoRestart)
	s.Until("everybody is filed", func() bool { return s.World.Report().Filed == 10 })
	if r := s.World.Report(); r.Duplicates != 0 || r.Points != 10 || r.Identities != 10 {
		t.Errorf("filed %d, points %d, identities %d, twice %d, want 0, 10, 10", r.Filed, r.Points, r.Identities,
			r.Duplicates)
	}
}

// TestStageClock: what falls due on the way happens at once, the bot and the world stay together, and a restart keeps
// the time.
func TestStageClock(t *testing.T) {
	s := harness.StartPlayground(t)
	advance := func(by string) {
		s.Helper()
		s.Ask("POST", "/sim/clock", `{"advance":"`+by+`"}`, http.StatusOK)
	}
	begun := s.World.Ahead() // at ten in the morning, in China: quiet hours defer no reminder
	waits := s.Brought("state/awaiting_confirmation")
	done := s.Brought("state/done")
	s.Shows(done, "照片会在")
	advance("61m")
	s.Shows(done, "照片已经删除")
	advance("4h")
	s.Shows(waits, "还差一点就好")
	s.Do(playground.DoKill)
	advance("24h") // the bot follows when it starts
	s.Do(playground.DoStart)
	if late := s.Brought("state/done"); !s.World.Journey(late.OpenID).Filed() { // every signature fits the time
		t.Error("nobody can be filed after the clock was moved")
	}
	advance("168h")
	s.Until("expiry", func() bool { return s.World.Journey(waits.OpenID).Stage == sim.StageExpired })
	s.Ask("POST", "/sim/clock", `{"advance":"-1h"}`, http.StatusBadRequest)
	if got, want := s.World.Ahead(), begun+197*time.Hour+time.Minute; got != want {
		t.Errorf("the world is ahead by %s, want %s", got, want)
	}
	// An hour after the end nothing of the person is left.
	advance("61m")
	s.Do(playground.DoStop)
	keys, err := keyset.Load(s.Settings()["security.keyset_file"])
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(s.Ctx, store.Config{DSN: s.Settings()["store.dsn"], Keyset: keys, MovableClock: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	if kept.ClockOffset() != s.World.Ahead() {
		t.Errorf("the data is ahead by %s", kept.ClockOffset())
	}
	if err := kept.View(s.Ctx, func(v flows.View) error {
		all, err := v.CasesOf(s.Ctx, harness.Tenant, waits.OpenID)
		if err == nil && (len(all) != 1 || all[0].PhotosGoneAt.IsZero()) {
			t.Errorf("photos of an expired case are left: %d cases", len(all))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestStageStates brings somebody to every place of the catalogue, on a few stages side by side: what a place needs
// to go wrong would hit others on the same one.
func TestStageStates(t *testing.T) {
	t.Parallel()
	const stages = 4
	for n := range stages {
		t.Run(fmt.Sprint("stage ", n+1), func(t *testing.T) {
			s := harness.StartPlayground(t)
			for i, to := range scenario.States() {
				if i%stages == n {
					s.Brought(to.Name)
				}
			}
			s.Ask("POST", "/sim/scenarios/state/nowhere/arm", "", http.StatusNotFound)
		})
	}
}

// TestStageScenarios: what is armed happens once, and is shown until then.
func TestStageScenarios(t *testing.T) {
	s := harness.StartPlayground(t)
	s.Ask("POST", "/sim/scenarios/feishu.ocr/2110010/arm", "", http.StatusOK)
	s.Ask("POST", "/sim/scenarios/tencent.sms/LimitExceeded.DailyLimit/arm", "", http.StatusOK)
	if left := s.Ask("DELETE", "/sim/scenarios/tencent.sms/LimitExceeded.DailyLimit", "",
		http.StatusOK)["armed"].([]any); len(left) != 1 {
		t.Errorf("armed: %v", left)
	}
	s.Ask("DELETE", "/sim/scenarios/tencent.sms/LimitExceeded.DailyLimit", "", http.StatusNotFound)
	s.Brought("state/awaiting_code")
	if left := s.World.Faults.List(); len(left) > 0 {
		t.Errorf("still armed: %v", left)
	}
	failed := 0
	for _, c := range s.World.Recorder.Calls() {
		if c.Operation == "id_card.recognize" && c.Fault != "" {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d calls failed, want 1", failed)
	}
}

// TestStageChildIsNobodyElses: without its parent there is nothing to be told, and what it is told must be sense.
func TestStageChildIsNobodyElses(t *testing.T) {
	s := harness.StartPlayground(t)
	for _, line := range []string{"", "sleep 4h", "ahead", "ahead soon"} {
		if err := s.Tell(s.Ctx, line); err == nil || errors.Is(err, playground.ErrProcessGone) {
			t.Errorf("%q: %v", line, err)
		}
	}
	if s.World.Feishu.Challenge(s.Ctx) != nil {
		t.Error("the bot is gone")
	}
}

var childPID = regexp.MustCompile(`"pid":\s*(\d+)`)

// TestDemoEnds: the bot ends with its parent, also with one that is killed; a second demo on the same data is refused
// clearly.
func TestDemoEnds(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	ctx, cancel := context.WithTimeout(context.Background(), harness.TestTime())
	defer cancel()
	data := filepath.Join(t.TempDir(), "data")
	first := harness.Command(ctx, nil, "demo", "--listen", "127.0.0.1:0", "--data", data)
	if err := first.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Cmd.Process.Kill() })
	s := &harness.Playground{T: t, Ctx: ctx}
	page := regexp.MustCompile(`open: (http://\S+)`)
	s.Until("the page", func() bool { return page.MatchString(first.Out.String()) })
	url := page.FindStringSubmatch(first.Out.String())[1]

	code, out := harness.Command(ctx, nil, "demo", "--listen", "127.0.0.1:0", "--data", data).Run(t)
	if code != 1 || !strings.Contains(out, "another demo or bot is using the data in "+data) ||
		!strings.Contains(out, "--data") {
		t.Errorf("a second demo: %d %s, want 1, %q in it, %q in it", code, out, "another demo or bot is using the data in "+
			data, "--data")
	}
	code, out = harness.Command(ctx, nil, "demo", "--listen", strings.TrimPrefix(url, "http://")).Run(t)
	if code != 1 || !strings.Contains(out, "--listen 127.0.0.1:0") {
		t.Errorf("the same port: %d %s, want 1, %q in it", code, out, "--listen 127.0.0.1:0")
	}

	if child.CanPause { // the hardest case: it cannot notice that its parent is gone
		resp, err := http.Post(url+"/sim/bot", "application/json", strings.NewReader(`{"do":"pause"}`))
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		m := childPID.FindSubmatch(raw)
		if m == nil {
			t.Fatalf("%s", raw)
		}
		pid, _ := strconv.Atoi(string(m[1]))
		_ = first.Cmd.Process.Kill()
		_ = first.Cmd.Wait()
		bot, err := os.FindProcess(pid)
		if err != nil {
			t.Fatal(err)
		}
		s.Until("the bot is gone", func() bool { return bot.Signal(syscall.Signal(0)) != nil })
	}
}
