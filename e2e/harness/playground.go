package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"shiming/playground"
	"shiming/sim"
	"shiming/sim/scenario"
)

// Playground is a playground whose supervised bot runs in a process of this test binary.
type Playground struct {
	*testing.T
	*playground.Supervisor
	Play  *playground.Server
	World *sim.World
	Ctx   context.Context
}

func StartPlayground(t *testing.T, before ...func(*testing.T)) *Playground {
	t.Helper()
	t.Parallel()
	for _, wait := range before { // before the timeout begins
		wait(t)
	}
	ctx, cancel := context.WithTimeout(context.Background(), TestTimeout())
	t.Cleanup(cancel)
	world := sim.Config{
		OCRPerSecond:  50,
		Seed:          4711,
		RetrySchedule: FastRetries,
		AnswerWithin:  AnswerWithin,
		Readings:      readings,
	}
	play, err := playground.Start(ctx, playground.Config{Inspect: true, World: world})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { CutOff(play) })
	if err := play.World.Advance(ctx, untilMorning(), nil); err != nil { // the bot starts with the same offset
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	supervisor := playground.NewSupervisor(play, exe, t.TempDir(), "error", AsProgram+"=1")
	s := &Playground{
		T:          t,
		Supervisor: supervisor,
		Play:       play,
		World:      play.World,
		Ctx:        ctx,
	}
	if err := s.Open(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	go s.WatchQueue(ctx)
	return s
}

// Ask calls the control API, checks the status and returns the answer.
func (s *Playground) Ask(method, path, body string, want int) (answer map[string]any) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Ctx, method, s.Play.URL+path, strings.NewReader(body))
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
	_ = json.Unmarshal(raw, &answer) // answers that are lists are not needed
	return answer
}

func (s *Playground) BotAction(what string) map[string]any {
	s.Helper()
	return s.Ask("POST", "/sim/bot", `{"do":"`+what+`"}`, http.StatusOK)
}

// Until polls a condition. It fails the test if the condition never holds.
func (s *Playground) Until(what string, ok func() bool) {
	s.Helper()
	until(s.Ctx, s.T, what, ok)
}

// WaitForCard waits until a card in an employee's chat contains all the words.
func (s *Playground) WaitForCard(e *sim.Employee, words ...string) {
	s.Helper()
	s.Until(strings.Join(words, ", "), func() bool {
		for _, m := range s.World.Feishu.Messages(e.ChatID) {
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

// BringTo brings a new person to a state of the catalogue.
func (s *Playground) BringTo(name string) *sim.Employee {
	s.Helper()
	to, _ := scenario.StateNamed(name)
	return s.Bring(name, sim.CardStage(to.Stage))
}

// Bring arms a scenario that brings somebody and waits for the end of the run, which shows this stage.
func (s *Playground) Bring(name string, stage sim.CardStage) *sim.Employee {
	s.Helper()
	e := s.World.Employee(s.Ask("POST", "/sim/scenarios/"+name+"/arm", "", http.StatusOK)["person"].(string))
	seen := false
	s.Until(name, func() bool {
		runs, _ := s.Play.Robots()
		for _, r := range runs {
			if r.OpenID == e.OpenID && r.Error != "" {
				s.Fatalf("%s: %s", name, r.Error)
			}
			if r.OpenID == e.OpenID && r.Ended {
				seen = r.Stage == stage // a state that gets well by itself may be over by now
				return true
			}
		}
		return false
	})
	s.Until("the card of "+name, func() bool { return seen || s.World.Journey(e.OpenID).Stage == stage })
	return e
}
