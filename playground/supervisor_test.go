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
	"slices"
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

// TestSupervisedCrowd checks that ten people who register at once while the bot is paused, killed and restarted are
// all filed exactly once.
func TestSupervisedCrowd(t *testing.T) {
	s := harness.StartPlayground(t)
	s.Ask("POST", "/sim/crew", `{"hire":10,"hr":1,"sms_patience":"20s"}`, http.StatusOK)
	calls := func(n int) func() bool {
		return func() bool { return s.World.Recorder.Count("feishu", "id_card.recognize") >= n }
	}
	s.Until("the first photos are read", calls(4))
	if b := s.BotAction(playground.DoKill); b["state"] != playground.StateStopped {
		t.Errorf("after a kill: got %v, want the state %s", b, playground.StateStopped)
	}
	s.Ask("POST", "/sim/bot", `{"do":"pause"}`, http.StatusNotImplemented) // it does not run
	b := s.BotAction(playground.DoStart)
	if b["state"] != playground.StateRunning || b["restarts"] != 1.0 || b["pid"] == nil {
		t.Errorf("after a start: got %v, want the state %s, 1 restart and a pid", b, playground.StateRunning)
	}
	s.Until("more photos are read", calls(10))
	if child.CanPause {
		s.BotAction(playground.DoPause)
		s.Ask("POST", "/sim/clock", `{"advance":"1h"}`, http.StatusUnprocessableEntity) // it cannot read the command
		s.BotAction(playground.DoResume)
	}
	s.Until("codes are sent", func() bool { return s.World.Recorder.Count("tencent", "SendSms") >= 2 })
	s.BotAction(playground.DoRestart)
	s.Until("everybody is filed", func() bool { return s.World.Report().Filed == 10 })
	if r := s.World.Report(); r.Duplicates != 0 || r.Points != 10 || r.Identities != 10 {
		t.Errorf("got %d points, %d identities, %d duplicates, want 10, 10, 0", r.Points, r.Identities, r.Duplicates)
	}
}

// TestBroughtToTheBankCard checks that the supervised bot asks for the bank card after a mismatch.
func TestBroughtToTheBankCard(t *testing.T) {
	s := harness.StartPlayground(t)
	p := s.BringTo("state/awaiting_bank_card")
	s.WaitForCard(p, "不会扣款")
	if n := s.World.Recorder.Count("tencent", "PhoneVerification"); n != 1 {
		t.Errorf("got %d checks by mobile, want the one that did not match", n)
	}
}

// TestSupervisedClock checks that moving the clock runs the jobs that fall due, keeps the bot's time equal to the
// world's, and that a restart keeps the time.
func TestSupervisedClock(t *testing.T) {
	s := harness.StartPlayground(t)
	advance := func(by string) {
		s.Helper()
		s.Ask("POST", "/sim/clock", `{"advance":"`+by+`"}`, http.StatusOK)
	}
	begun := s.World.Ahead() // at 10:00 China time, so that quiet hours defer no reminder
	waits := s.BringTo("state/awaiting_confirmation")
	done := s.BringTo("state/done")
	s.WaitForCard(done, "照片会在")
	advance("61m")
	s.WaitForCard(done, "照片已经删除")
	advance("4h")
	s.WaitForCard(waits, "实名登记还没办完")
	s.BotAction(playground.DoKill)
	advance("24h") // the bot gets the offset when it starts
	s.BotAction(playground.DoStart)
	// The platforms check the times of the signatures.
	if late := s.BringTo("state/done"); !s.World.Journey(late.OpenID).Filed() {
		t.Error("after the clock was moved: got no filed case, want one")
	}
	advance("168h")
	s.Until("expiry", func() bool { return s.World.Journey(waits.OpenID).Stage == sim.StageExpired })
	s.Ask("POST", "/sim/clock", `{"advance":"-1h"}`, http.StatusBadRequest)
	if got, want := s.World.Ahead(), begun+197*time.Hour+time.Minute; got != want {
		t.Errorf("got the world ahead by %s, want %s", got, want)
	}
	// One hour after the end of the case the photos are deleted.
	advance("61m")
	s.BotAction(playground.DoStop)
	keys, err := keyset.Load(s.Settings()["security.keyset_file"])
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(s.Ctx, store.Config{DSN: s.Settings()["store.dsn"], Keyset: keys, MovableClock: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	if got, want := kept.ClockOffset(), s.World.Ahead(); got != want {
		t.Errorf("got a database ahead by %s, want %s", got, want)
	}
	err = kept.View(s.Ctx, func(v flows.View) error {
		all, err := v.CasesOf(s.Ctx, harness.Tenant, waits.OpenID)
		if err == nil && (len(all) != 1 || all[0].PhotosGoneAt.IsZero()) {
			t.Errorf("got %d expired cases, or one with photos, want one without", len(all))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSupervisedStates brings a person to every state of the catalogue. The states are spread over a few playgrounds
// and follow each other there, because a fault that one state needs would hit the others.
func TestSupervisedStates(t *testing.T) {
	t.Parallel()
	const playgrounds = 4
	for n := range playgrounds {
		t.Run(fmt.Sprint("playground ", n+1), func(t *testing.T) {
			s := harness.StartPlayground(t)
			for i, to := range scenario.States() {
				if i%playgrounds == n {
					s.BringTo(to.Name)
				}
			}
			s.Ask("POST", "/sim/scenarios/state/nowhere/arm", "", http.StatusNotFound)
		})
	}
}

// TestSupervisedScenarios checks that an armed scenario happens once and is listed until then.
func TestSupervisedScenarios(t *testing.T) {
	s := harness.StartPlayground(t)
	s.Ask("POST", "/sim/scenarios/feishu.ocr/2110010/arm", "", http.StatusOK)
	s.Ask("POST", "/sim/scenarios/tencent.sms/LimitExceeded.DailyLimit/arm", "", http.StatusOK)
	left := s.Ask("DELETE", "/sim/scenarios/tencent.sms/LimitExceeded.DailyLimit", "", http.StatusOK)
	if armed := left["armed"].([]any); len(armed) != 1 {
		t.Errorf("got the armed scenarios %v, want one", armed)
	}
	s.Ask("DELETE", "/sim/scenarios/tencent.sms/LimitExceeded.DailyLimit", "", http.StatusNotFound)
	s.BringTo("state/awaiting_code")
	if left := s.World.Faults.List(); len(left) > 0 {
		t.Errorf("got the faults %v, want none", left)
	}
	failed := 0
	for _, c := range s.World.Recorder.Calls() {
		if c.Operation == "id_card.recognize" && c.Fault != "" {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("got %d failed calls, want 1", failed)
	}
}

// TestSupervisedEncounters plays two encounters, one of which moves the clock, and arms two shapes: one lasts until it is
// disarmed, the other until its faults have happened. TestEncounters of e2e plays all.
func TestSupervisedEncounters(t *testing.T) {
	s := harness.StartPlayground(t)
	s.Bring("match/never", sim.StageConfirmation)
	s.Ask("POST", "/sim/scenarios/shape/numbers_as_text/arm", "", http.StatusOK)
	armed := s.Ask("POST", "/sim/scenarios/shape/too_many_requests/arm", "", http.StatusOK)["armed"].([]any)
	if want := []any{"shape/numbers_as_text", "shape/too_many_requests"}; !slices.Equal(armed, want) {
		t.Errorf("got the armed scenarios %v, want %v", armed, want)
	}
	s.Bring("words/marks", sim.StagePhotos)
	armed = s.Ask("DELETE", "/sim/scenarios/shape/too_many_requests", "", http.StatusOK)["armed"].([]any)
	if want := []any{"shape/numbers_as_text"}; !slices.Equal(armed, want) {
		t.Errorf("got the armed scenarios %v, want %v", armed, want)
	}
	if left := s.World.Faults.List(); len(left) > 0 {
		t.Errorf("got the faults %v, want none", left)
	}
	s.Ask("DELETE", "/sim/scenarios/shape/numbers_as_text", "", http.StatusOK)
	s.Ask("POST", "/sim/scenarios/card/no_such/arm", "", http.StatusNotFound)
	s.Ask("DELETE", "/sim/scenarios/card/expired", "", http.StatusNotFound)
}

// TestSupervisedBotRefusesUnknownLines checks that the bot answers a line it does not know with an error and goes on.
func TestSupervisedBotRefusesUnknownLines(t *testing.T) {
	s := harness.StartPlayground(t)
	for _, line := range []string{"", "sleep 4h", "ahead", "ahead soon"} {
		if err := s.Tell(s.Ctx, line); err == nil || errors.Is(err, playground.ErrProcessGone) {
			t.Errorf("%q: got %v, want a refusal", line, err)
		}
	}
	if err := s.World.Feishu.Challenge(s.Ctx); err != nil {
		t.Errorf("got %v, want a bot that answers the challenge", err)
	}
}

var childPID = regexp.MustCompile(`"pid":\s*(\d+)`)

// TestDemoEnds checks that the bot ends with its parent, even with a killed one, and that a second demo on the same
// data is refused with the reason.
func TestDemoEnds(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	ctx, cancel := context.WithTimeout(context.Background(), harness.TestTimeout())
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
	inUse := "another demo or bot is using the data in " + data
	if code != 1 || !strings.Contains(out, inUse) || !strings.Contains(out, "--data") {
		t.Errorf("a second demo: got %d %s, want 1, %q and --data in it", code, out, inUse)
	}
	code, out = harness.Command(ctx, nil, "demo", "--listen", strings.TrimPrefix(url, "http://")).Run(t)
	if code != 1 || !strings.Contains(out, "--listen 127.0.0.1:0") {
		t.Errorf("the same port: got %d %s, want 1, %q in it", code, out, "--listen 127.0.0.1:0")
	}

	if child.CanPause { // a paused bot cannot notice that its parent has ended
		resp, err := http.Post(url+"/sim/bot", "application/json", strings.NewReader(`{"do":"pause"}`))
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		m := childPID.FindSubmatch(raw)
		if m == nil {
			t.Fatalf("got %s, want a pid in it", raw)
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
