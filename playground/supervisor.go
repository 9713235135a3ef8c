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

// What can be done to a supervised bot.
const (
	DoPause   = "pause"   // it stays where it is, answers nothing and holds what it holds
	DoResume  = "resume"  // it goes on
	DoKill    = "kill"    // kill -9
	DoStop    = "stop"    // it ends in good order
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

// actTime bounds what is done to the bot: a stop takes as long as draining.
const actTime = 30 * time.Second

// Supervisor runs a bot in a process of its own beside a simulated world, whose page can pause, kill and restart it
// and move the clock of both.
type Supervisor struct {
	play   *Server
	world  *sim.World // that of play
	exe    string
	dir    string
	env    []string // of the bot, on top
	values map[string]string

	mu       sync.Mutex // one act at a time
	now      *process   // nil while no bot runs
	state    string
	restarts int
	url      string
}

// NewSupervisor prepares a bot that keeps its data in dir and logs from level on; env is added to its environment.
// The page gets its buttons.
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
		"server.listen": "127.0.0.1:0", "company.name": "样本科技有限公司", "store.sync": "normal", "log.level": level,
		"store.dsn": "sqlite:" + filepath.Join(dir, DatabaseFile), "security.keyset_file": filepath.Join(dir, "keyset.json"),
	})
	// What was not taken while the bot was away comes again with a fresh signature, since the clock may have moved
	// meanwhile.
	s.world.Feishu.Set(func(k *feishu.Behaviour) { k.ResignRetries = true })
	play.HandleBot(s.do)
	play.HandleClock(s.advance)
	play.TellClock(ClockState{Can: true})
	return s
}

// Settings are the bot's, by key.
func (s *Supervisor) Settings() map[string]string { return maps.Clone(s.values) }

// Tell writes a line of the protocol to the bot's process and waits for its answer, which is the error if it refuses.
func (s *Supervisor) Tell(ctx context.Context, line string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == nil {
		return ErrProcessGone
	}
	if _, err := io.WriteString(s.now.in, line+"\n"); err != nil {
		return ErrProcessGone
	}
	_, err := s.now.readLine(ctx)
	return err
}

// Open starts the bot for the first time.
func (s *Supervisor) Open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, actTime)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.start(ctx)
}

// do is what the page asks for.
func (s *Supervisor) do(ctx context.Context, what string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), actTime) // a tab that is closed changes nothing
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if what == DoStart {
		s.restarts++
		return s.start(ctx)
	}
	c := s.now
	if c == nil {
		return errors.New("the bot is not running")
	}
	switch what {
	case DoPause:
		return s.tellAfter(c.Pause(), StatePaused)
	case DoResume:
		defer s.world.Feishu.Hurry() // what was not taken meanwhile comes now
		return s.tellAfter(c.Resume(), StateRunning)
	case DoKill:
		s.now = nil
		c.Kill()
		s.tell(StateStopped, "kill -9")
		return nil
	case DoStop, DoRestart:
		s.now = nil
		c.stop()
		s.tell(StateStopped, "")
		if what == DoStop {
			return nil
		}
		s.restarts++
		return s.start(ctx)
	}
	return fmt.Errorf("%q cannot be done", what)
}

func (s *Supervisor) tellAfter(err error, state string) error {
	if err == nil {
		s.tell(state, "")
	}
	return err
}

// tell shows on the page how the bot is.
func (s *Supervisor) tell(state, detail string) {
	s.state = state
	can := map[string][]string{
		StateRunning: {DoPause, DoKill, DoStop, DoRestart}, StatePaused: {DoResume, DoKill}, StateStopped: {DoStart},
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
	if s.now != nil {
		b.PID = s.now.PID()
	}
	s.play.TellBot(b)
}

// start runs the bot and returns when it takes events. A world that is behind the bot's data goes forward to it.
func (s *Supervisor) start(ctx context.Context) error {
	s.tell(StateStarting, "")
	c, err := spawn(s.exe, s.dir, s.values, s.world.Ahead(), s.env)
	if err != nil {
		s.tell(StateStopped, "")
		return err
	}
	if err := s.waitReady(ctx, c); err != nil {
		c.Kill()
		words := c.stderr.String()
		s.tell(StateStopped, "")
		if errors.Is(err, ErrProcessGone) && words != "" {
			return fmt.Errorf("the bot did not start: %s", strings.TrimPrefix(words, "shiming: "))
		}
		return fmt.Errorf("the bot did not start: %w", err)
	}
	s.now = c
	s.tell(StateRunning, "")
	s.world.Feishu.Hurry() // as after a pause
	go s.watchExit(c)
	return nil
}

// waitReady waits for a child to say where it listens, and for its first answer.
func (s *Supervisor) waitReady(ctx context.Context, c *process) error {
	hello, err := c.readLine(ctx)
	if err != nil {
		return err
	}
	s.url = hello.URL
	s.values["server.listen"] = strings.TrimPrefix(hello.URL, "http://") // stays the same, as a bot's does
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

// watchExit shows when a bot has ended by itself.
func (s *Supervisor) watchExit(c *process) {
	<-c.Exited()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == c {
		s.now = nil
		s.tell(StateStopped, fmt.Sprintf("exit %d", c.ExitCode()))
	}
}

// advance moves the clock of the world and of the bot. One that does not run follows when it starts.
func (s *Supervisor) advance(ctx context.Context, by time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), actTime)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == StatePaused {
		return errors.New("the bot is paused and cannot hear that the clock moves; let it go on first")
	}
	return s.world.Advance(ctx, by, func(ctx context.Context, ahead time.Duration) error {
		if s.now == nil {
			return nil
		}
		return s.now.ahead(ctx, ahead)
	})
}

// Close ends the bot in good order.
func (s *Supervisor) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.now; c != nil {
		s.now = nil
		if s.state == StatePaused {
			_ = c.Resume() // else it would not hear that it is to end
		}
		c.stop()
	}
}

// DatabaseFile is the bot's database in the data directory.
const DatabaseFile = "shiming.db"
