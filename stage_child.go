package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"shiming/app"
)

// A staged bot (serve --stage AHEAD) is the child of a demonstration. Nobody else can reach what it adds: the two speak over
// the child's own standard input and output, in lines.
//
//	child:  {"url":"http://127.0.0.1:41234","ahead":"4h0m0s"}   it listens; its clock is that far ahead
//	parent: ahead 28h0m0s                                       be that far ahead
//	child:  {"ahead":"28h0m0s"}, or {"ahead":"4h0m0s","error":"…"}
//
// The child ends when its input does, which it does when the parent is gone, however that ended.

// stageLine is what a child says.
type stageLine struct {
	URL   string `json:"url,omitempty"`
	Ahead string `json:"ahead"`
	Error string `json:"error,omitempty"`
}

// childOf serves the parent's wishes. The context that it returns ends when the parent is gone.
func childOf(ctx context.Context, a *app.App, in io.Reader, out io.Writer) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	say := json.NewEncoder(out)
	go func() {
		defer cancel()
		if say.Encode(stageLine{URL: a.URL(), Ahead: a.Store().Ahead().String()}) != nil {
			return
		}
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			answer := stageLine{}
			if err := wish(ctx, a, lines.Text()); err != nil {
				answer.Error = err.Error()
			}
			answer.Ahead = a.Store().Ahead().String()
			if say.Encode(answer) != nil {
				return
			}
		}
	}()
	return ctx
}

// wish does what a line of the parent says.
func wish(ctx context.Context, a *app.App, line string) error {
	to, ok := strings.CutPrefix(line, "ahead ")
	if !ok {
		return fmt.Errorf("stage: no such wish")
	}
	ahead, err := time.ParseDuration(to)
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	return a.Store().Shift(ctx, ahead)
}
