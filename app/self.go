package app

import (
	"context"
	"time"
)

// selfTimeout limits how long a start waits for the bot's own open_id. Without it two words of the chat are refused
// until it is known.
const selfTimeout = time.Second

// learnSelf begins to ask for the bot's own open_id and waits for the first answer.
func (a *App) learnSelf(ctx context.Context) {
	tried := make(chan struct{})
	go a.self.Keep(ctx, tried)
	select {
	case <-tried:
	case <-time.After(selfTimeout):
	case <-ctx.Done():
	}
}
