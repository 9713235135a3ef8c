package sim

import (
	"context"
	"testing"
)

// player is a playground and a bot in it that does nothing by itself.
type player struct {
	*bot
	pg *Server
	w  *World
}

func newPlayer(t *testing.T, c PlayConfig) *player {
	t.Helper()
	h := &player{}
	h.bot = newBot(t, func(ctx context.Context, webhook string) (world, error) {
		c.World.Webhook, c.World.NoLimits = webhook, true
		var err error
		if h.pg, err = Play(ctx, c); err != nil {
			return world{}, err
		}
		h.w = h.pg.World
		return world{h.w.Feishu, h.w.Settings(), h.pg.Close}, nil
	})
	return h
}
