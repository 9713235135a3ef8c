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

// supervised executes the commands of the parent process, one per line. The returned context ends when the parent has
// closed the input or the output.
func supervised(ctx context.Context, a *app.App, in io.Reader, out io.Writer) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	replies := json.NewEncoder(out)
	go func() {
		defer cancel()
		if replies.Encode(playground.ProtocolLine{URL: a.URL(), Ahead: a.Store().ClockOffset().String()}) != nil {
			return
		}
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			reply := playground.ProtocolLine{}
			if err := command(ctx, a, lines.Text()); err != nil {
				reply.Error = err.Error()
			}
			reply.Ahead = a.Store().ClockOffset().String()
			if replies.Encode(reply) != nil {
				return
			}
		}
	}()
	return ctx
}

// reportDataInUse tells the parent that this process ends because another process uses the data.
func reportDataInUse(out io.Writer, err error) {
	reply := playground.ProtocolLine{Error: err.Error(), DataInUse: true}
	_ = json.NewEncoder(out).Encode(reply) // fails only if the parent has ended
}

// command executes one line of the parent. The only command is "ahead DURATION", which moves the clock.
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
