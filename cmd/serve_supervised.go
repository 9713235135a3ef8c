package cmd

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"shiming/app"
	"shiming/playground"
)

// supervised does what the parent says. The context that it returns ends when the parent is gone.
func supervised(ctx context.Context, a *app.App, in io.Reader, out io.Writer) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	say := json.NewEncoder(out)
	go func() {
		defer cancel()
		if say.Encode(playground.ProtocolLine{URL: a.URL(), Ahead: a.Store().ClockOffset().String()}) != nil {
			return
		}
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			answer := playground.ProtocolLine{}
			if err := command(ctx, a, lines.Text()); err != nil {
				answer.Error = err.Error()
			}
			answer.Ahead = a.Store().ClockOffset().String()
			if say.Encode(answer) != nil {
				return
			}
		}
	}()
	return ctx
}

// sayDataInUse tells the parent why this process ends.
func sayDataInUse(out io.Writer, err error) {
	_ = json.NewEncoder(out).Encode(playground.ProtocolLine{Error: err.Error(), DataInUse: true}) // a parent that is gone
}

// command does what a line of the parent says.
func command(ctx context.Context, a *app.App, line string) error {
	to, ok := strings.CutPrefix(line, "ahead ")
	if !ok {
		return fmt.Errorf("supervised: no such command")
	}
	ahead, err := time.ParseDuration(to)
	if err != nil {
		return fmt.Errorf("supervised: %w", err)
	}
	return a.Store().AdvanceClock(ctx, ahead)
}
