package playground

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"shiming/playground/child"
	"shiming/sim"
	"shiming/sim/feishu"
)

// Actions on a supervised bot.
const (
	DoPause   = "pause"   // SIGSTOP: it answers nothing and keeps its locks and connections
	DoResume  = "resume"  // SIGCONT
	DoKill    = "kill"    // SIGKILL
	DoStop    = "stop"    // an orderly stop
	DoStart   = "start"   // after a kill or a stop
	DoRestart = "restart" // stop and start
)

// States of a supervised bot, as the page names them.
const (
	StateStarting = "starting"
	StateRunning  = "running"
	StatePaused   = "paused"
	StateStopped  = "stopped"
)

// actionTimeout bounds one action. A stop takes as long as the bot drains.
const actionTimeout = 30 * time.Second

// Supervisor runs a bot in a process of its own beside a simulated world. The page can pause, kill and restart the
// bot and move the clock of both.
type Supervisor struct {
	play   *Server
	world  *sim.World // the world of play
	exe    string
	dir    string
	env    []string // added to the bot's environment
	values map[string]string

	mu       sync.Mutex // held during one action
	current  *process   // nil while no bot runs
	state    string
	restarts int
	url      string
}

// NewSupervisor prepares a bot with its data in dir and its log at level. env is added to its environment. The page
// shows the bot's buttons from then on.
func NewSupervisor(play *Server, exe, dir, level string, env ...string) *Supervisor {
	s := &Supervisor{
		play:   play,
		world:  play.World,
		exe:    exe,
		dir:    dir,
		env:    env,
		values: play.World.Settings(),
		state:  StateStopped,
	}
	maps.Copy(s.values, map[string]string{
		"server.listen":            "127.0.0.1:0",
		"company.name":             "样本科技有限公司",
		"store.dsn":                "sqlite:" + filepath.Join(dir, DatabaseFile),
		"store.sync":               "normal",
		"log.level":                level,
		"verification.ladder":      "three_elements,bank_card_four,face",
		"evidence.face_live_score": "status",
		"security.keyset_file":     filepath.Join(dir, "keyset.json"),
	})
	// The bot's clock may have moved since the first delivery, so retries get a fresh timestamp and signature.
	s.world.Feishu.Set(func(k *feishu.Behaviour) { k.ResignRetries = true })
	play.HandleBot(s.do)
	play.HandleClock(s.advance)
	play.TellClock(ClockState{Can: true})
	return s
}

// Settings returns the bot's settings by key.
func (s *Supervisor) Settings() map[string]string { return maps.Clone(s.values) }

// Tell writes a line of the protocol to the bot and waits for the answer. A refusal is returned as an error.
func (s *Supervisor) Tell(ctx context.Context, line string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return ErrProcessGone
	}
	if _, err := io.WriteString(s.current.in, line+"\n"); err != nil {
		return ErrProcessGone
	}
	_, err := s.current.readLine(ctx)
	return err
}

// Open starts the bot for the first time.
func (s *Supervisor) Open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, actionTimeout)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.start(ctx)
}

// do performs an action of the page.
func (s *Supervisor) do(ctx context.Context, what string) error {
	// Closing the page does not interrupt an action.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), actionTimeout)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if what == DoStart {
		s.restarts++
		return s.start(ctx)
	}
	c := s.current
	if c == nil {
		return errors.New("the bot is not running")
	}
	switch what {
	case DoPause:
		return s.setStateAfter(c.Pause(), StatePaused)
	case DoResume:
		defer s.world.Feishu.Hurry() // deliver at once what the paused bot did not take
		return s.setStateAfter(c.Resume(), StateRunning)
	case DoKill:
		s.current = nil
		c.Kill()
		s.setState(StateStopped, "kill -9")
		return nil
	case DoStop, DoRestart:
		s.current = nil
		c.stop()
		s.setState(StateStopped, "")
		if what == DoStop {
			return nil
		}
		s.restarts++
		return s.start(ctx)
	}
	return fmt.Errorf("%q cannot be done", what)
}

func (s *Supervisor) setStateAfter(err error, state string) error {
	if err == nil {
		s.setState(state, "")
	}
	return err
}

// setState records the bot's state and shows it on the page.
func (s *Supervisor) setState(state, detail string) {
	s.state = state
	can := map[string][]string{
		StateRunning: {DoPause, DoKill, DoStop, DoRestart},
		StatePaused:  {DoResume, DoKill},
		StateStopped: {DoStart},
	}[state]
	if !child.CanPause && state == StateRunning {
		can = can[1:]
	}
	b := BotState{
		State:    state,
		Detail:   detail,
		Can:      can,
		Since:    time.Now(),
		Restarts: s.restarts,
	}
	if s.current != nil {
		b.PID = s.current.PID()
	}
	s.play.TellBot(b)
}

// start starts the bot and returns when it takes events. If the bot's data is ahead of the world, the world's clock
// moves to it.
func (s *Supervisor) start(ctx context.Context) error {
	s.setState(StateStarting, "")
	c, err := spawn(s.exe, s.dir, s.values, s.world.Ahead(), s.env)
	if err != nil {
		s.setState(StateStopped, "")
		return err
	}
	if err := s.waitReady(ctx, c); err != nil {
		c.Kill()
		lastLine := c.stderr.String()
		s.setState(StateStopped, "")
		if errors.Is(err, ErrProcessGone) && lastLine != "" {
			return fmt.Errorf("the bot did not start: %s", strings.TrimPrefix(lastLine, "shiming: "))
		}
		return fmt.Errorf("the bot did not start: %w", err)
	}
	s.current = c
	s.setState(StateRunning, "")
	s.world.Feishu.Hurry() // deliver at once what was not taken meanwhile
	go s.watchExit(c)
	return nil
}

// waitReady waits until a child reports its address and answers a challenge.
func (s *Supervisor) waitReady(ctx context.Context, c *process) error {
	hello, err := c.readLine(ctx)
	if err != nil {
		return err
	}
	s.url = hello.URL
	s.values["server.listen"] = strings.TrimPrefix(hello.URL, "http://") // the address stays the same after a restart
	s.world.SetWebhook(hello.URL + "/webhook/event")
	if ahead, err := time.ParseDuration(hello.Ahead); err == nil && ahead > s.world.Ahead() {
		if err := s.world.Advance(ctx, ahead-s.world.Ahead(), nil); err != nil {
			return err
		}
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for s.world.Feishu.Challenge(ctx) != nil {
		select {
		case <-tick.C:
		case <-c.Exited():
			return ErrProcessGone
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// watchExit shows that a bot has ended by itself.
func (s *Supervisor) watchExit(c *process) {
	<-c.Exited()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == c {
		s.current = nil
		s.setState(StateStopped, fmt.Sprintf("exit %d", c.ExitCode()))
	}
}

// advance moves the clock of the world and of the bot. A bot that does not run gets the offset when it starts.
func (s *Supervisor) advance(ctx context.Context, by time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), actionTimeout)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == StatePaused {
		return errors.New("the bot is paused and cannot hear that the clock moves; let it go on first")
	}
	return s.world.Advance(ctx, by, func(ctx context.Context, ahead time.Duration) error {
		if s.current == nil {
			return nil
		}
		return s.current.setClock(ctx, ahead)
	})
}

// Close stops the bot in an orderly way.
func (s *Supervisor) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.current; c != nil {
		s.current = nil
		if s.state == StatePaused {
			_ = c.Resume() // a paused process cannot handle the stop
		}
		c.stop()
	}
}

// DatabaseFile is the name of the bot's database in the data directory.
const DatabaseFile = "shiming.db"
