package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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

	"shiming/flows"
	"shiming/playground"
	"shiming/sim"
	"shiming/sim/scenario"
	"shiming/store"
	"shiming/store/keyset"
)

// staged is a stage whose bot is this test binary, being the program.
type staged struct {
	*testing.T
	*stage
	play  *playground.Server
	world *sim.World
	ctx   context.Context
}

func onStage(t *testing.T, before ...func(*testing.T)) *staged {
	t.Helper()
	t.Parallel()
	for _, wait := range before { // its time is not the test's
		wait(t)
	}
	ctx, cancel := context.WithTimeout(context.Background(), testTime())
	t.Cleanup(cancel)
	play, err := playground.Start(ctx, playground.Config{Inspect: true,
		World: sim.Config{EsignRevision: "2024", OCRPerSecond: 50, Seed: 4711, RetryLadder: impatient}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cutOff(play) })
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	supervisor := newStage(play, exe, t.TempDir(), "error", asProgram+"=1")
	s := &staged{T: t, stage: supervisor, play: play, world: play.World, ctx: ctx}
	if err := s.open(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	go s.watchQueue(ctx)
	return s
}

// ask posts to the control API and reads the answer.
func (s *staged) ask(method, path, body string, want int) (answer map[string]any) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.ctx, method, s.play.URL+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != want {
		s.Fatalf("%s %s %s: %d %s %v", method, path, body, resp.StatusCode, raw, err)
	}
	_ = json.Unmarshal(raw, &answer) // lists are of no interest here
	return answer
}

func (s *staged) do(what string) map[string]any {
	s.Helper()
	return s.ask("POST", "/sim/bot", `{"do":"`+what+`"}`, http.StatusOK)
}

func (s *staged) until(what string, ok func() bool) {
	s.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			s.Fatalf("never came: %s", what)
		}
	}
}

// shows waits until a card in somebody's chat says all these words.
func (s *staged) shows(e *sim.Employee, words ...string) {
	s.Helper()
	s.until(strings.Join(words, ", "), func() bool {
		for _, m := range s.world.Feishu.Messages(e.ChatID) {
			all := m.FromBot && len(m.Card) > 0
			for _, w := range words {
				all = all && bytes.Contains(m.Card, []byte(w))
			}
			if all {
				return true
			}
		}
		return false
	})
}

// brought takes somebody to a place of the catalogue.
func (s *staged) brought(name string) *sim.Employee {
	s.Helper()
	to, _ := scenario.StateNamed(name)
	e := s.world.Employee(s.ask("POST", "/sim/scenarios/"+name+"/arm", "", http.StatusOK)["person"].(string))
	s.until(name, func() bool {
		runs, _ := s.play.Robots()
		for _, r := range runs {
			if r.OpenID == e.OpenID && r.Error != "" {
				s.Fatalf("%s: %s", name, r.Error)
			}
			if r.OpenID == e.OpenID && r.Ended {
				return true
			}
		}
		return false
	})
	s.until("the card of "+name, func() bool { return string(s.world.Journey(e.OpenID).Stage) == to.Stage })
	return e
}

// TestStageCrowd: ten people register at once while the bot is paused, killed, stopped and started; nothing is lost, nothing is
// there twice.
func TestStageCrowd(t *testing.T) {
	s := onStage(t)
	s.ask("POST", "/sim/crew", `{"hire":10,"hr":1,"sms_patience":"20s"}`, http.StatusOK)
	calls := func(n int) func() bool {
		return func() bool { return s.world.Recorder.Count("feishu", "id_card.recognize") >= n }
	}
	s.until("the first photos are read", calls(4))
	if b := s.do(doKill); b["state"] != stageStopped {
		t.Errorf("%v", b)
	}
	s.ask("POST", "/sim/bot", `{"do":"pause"}`, http.StatusNotImplemented) // a dead bot cannot be paused
	if b := s.do(doStart); b["state"] != stageRunning || b["restarts"] != 1.0 || b["pid"] == nil {
		t.Errorf("%v", b)
	}
	s.until("more photos are read", calls(10))
	if canPause {
		s.do(doPause)
		s.ask("POST", "/sim/clock", `{"advance":"1h"}`, http.StatusUnprocessableEntity) // it would not hear
		s.do(doResume)
	}
	s.until("codes are sent", func() bool { return s.world.Recorder.Count("tencent", "SendSms") >= 2 })
	s.do(doRestart)
	s.until("everybody is filed", func() bool { return s.world.Report().Filed == 10 })
	if r := s.world.Report(); r.Duplicates != 0 || r.Points != 10 || r.Identities != 10 {
		t.Errorf("filed %d, points %d, identities %d, twice %d", r.Filed, r.Points, r.Identities, r.Duplicates)
	}
}

// TestStageClock: what falls due on the way happens at once, the bot and the world stay together, and a restart keeps the time.
func TestStageClock(t *testing.T) {
	s := onStage(t)
	advance := func(by string) { s.Helper(); s.ask("POST", "/sim/clock", `{"advance":"`+by+`"}`, http.StatusOK) }
	// The test begins at 10:00 in China, so that quiet hours defer no reminder.
	const day = 24 * time.Hour
	sinceTen := time.Duration(time.Now().Unix()-2*3600) * time.Second % day // 10:00 in China is 02:00 UTC
	toTen := day - sinceTen
	advance(toTen.String())
	waits := s.brought("state/awaiting_confirmation")
	done := s.brought("state/done")
	s.shows(done, "照片会在")
	advance("61m")
	s.shows(done, "照片已经删除")
	advance("4h")
	s.shows(waits, "还差一点就好")
	s.do(doKill)
	advance("24h") // the bot follows when it starts
	s.do(doStart)
	if late := s.brought("state/done"); !s.world.Journey(late.OpenID).Filed() { // every signature fits the time
		t.Error("nobody can be filed after the clock was moved")
	}
	advance("168h")
	s.until("expiry", func() bool { return s.world.Journey(waits.OpenID).Stage == sim.StageExpired })
	s.ask("POST", "/sim/clock", `{"advance":"-1h"}`, http.StatusBadRequest)
	if got, want := s.world.Ahead(), toTen+197*time.Hour+time.Minute; got != want {
		t.Errorf("the world is ahead by %s, want %s", got, want)
	}
	// An hour after the end nothing of the person is left.
	advance("61m")
	s.do(doStop)
	keys, err := keyset.Load(s.settings()["security.keyset_file"])
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(s.ctx, store.Config{DSN: s.settings()["store.dsn"], Keyset: keys, Staged: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	if kept.Ahead() != s.world.Ahead() {
		t.Errorf("the data is ahead by %s", kept.Ahead())
	}
	if err := kept.View(s.ctx, func(v flows.View) error {
		all, err := v.CasesOf(s.ctx, tenant, waits.OpenID)
		if err == nil && (len(all) != 1 || all[0].PhotosGoneAt.IsZero()) {
			t.Errorf("photos of an expired case are left: %d cases", len(all))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestStageStates brings somebody to every place of the catalogue.
func TestStageStates(t *testing.T) {
	s := onStage(t)
	for _, to := range scenario.States() {
		if e := s.brought(to.Name); e != nil && testing.Verbose() {
			t.Log(to.Name)
		}
	}
	s.ask("POST", "/sim/scenarios/state/nowhere/arm", "", http.StatusNotFound)
}

// TestStageScenarios: what is armed happens once, and is shown until then.
func TestStageScenarios(t *testing.T) {
	s := onStage(t)
	s.ask("POST", "/sim/scenarios/feishu.ocr/2110010/arm", "", http.StatusOK)
	s.ask("POST", "/sim/scenarios/tencent.sms/LimitExceeded.DailyLimit/arm", "", http.StatusOK)
	if left := s.ask("DELETE", "/sim/scenarios/tencent.sms/LimitExceeded.DailyLimit", "", http.StatusOK)["armed"].([]any); len(left) != 1 {
		t.Errorf("armed: %v", left)
	}
	s.ask("DELETE", "/sim/scenarios/tencent.sms/LimitExceeded.DailyLimit", "", http.StatusNotFound)
	s.brought("state/awaiting_code")
	if left := s.world.Faults.List(); len(left) > 0 {
		t.Errorf("still armed: %v", left)
	}
	failed := 0
	for _, c := range s.world.Recorder.Calls() {
		if c.Operation == "id_card.recognize" && c.Fault != "" {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d calls failed", failed)
	}
}

// TestStageChildIsNobodyElses: without its parent there is nothing to be told, and what it is told must be sense.
func TestStageChildIsNobodyElses(t *testing.T) {
	s := onStage(t)
	for _, line := range []string{"", "sleep 4h", "ahead", "ahead soon"} {
		if err := s.tellBot(s.ctx, line); err == nil || errors.Is(err, errChildGone) {
			t.Errorf("%q: %v", line, err)
		}
	}
	if s.world.Feishu.Challenge(s.ctx) != nil {
		t.Error("the bot is gone")
	}
}

var childPID = regexp.MustCompile(`"pid":\s*(\d+)`)

// TestDemoEnds: the bot ends with its parent, also with one that is killed; a second demo on the same data is refused clearly.
func TestDemoEnds(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	ctx, cancel := context.WithTimeout(context.Background(), testTime())
	defer cancel()
	data := filepath.Join(t.TempDir(), "data")
	first := command(ctx, nil, "demo", "--listen", "127.0.0.1:0", "--data", data)
	if err := first.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.cmd.Process.Kill() })
	s := &staged{T: t, ctx: ctx}
	page := regexp.MustCompile(`open: (http://\S+)`)
	s.until("the page", func() bool { return page.MatchString(first.out.String()) })
	url := page.FindStringSubmatch(first.out.String())[1]

	code, out := command(ctx, nil, "demo", "--listen", "127.0.0.1:0", "--data", data).run(t)
	if code != 1 || !strings.Contains(out, "another demo or bot is using the data in "+data) || !strings.Contains(out, "--data") {
		t.Errorf("a second demo: %d %s", code, out)
	}
	code, out = command(ctx, nil, "demo", "--listen", strings.TrimPrefix(url, "http://")).run(t)
	if code != 1 || !strings.Contains(out, "--listen 127.0.0.1:0") {
		t.Errorf("the same port: %d %s", code, out)
	}

	if canPause { // the hardest case: it cannot notice that its parent is gone
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
		_ = first.cmd.Process.Kill()
		_ = first.cmd.Wait()
		bot, err := os.FindProcess(pid)
		if err != nil {
			t.Fatal(err)
		}
		s.until("the bot is gone", func() bool { return bot.Signal(syscall.Signal(0)) != nil })
	}
}
