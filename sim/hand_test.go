package sim

import (
	"context"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hand is a world and a bot in it that does nothing by itself.
type hand struct {
	*bot
	w *World
}

func newHand(t *testing.T, c Config) *hand {
	t.Helper()
	h := &hand{}
	h.bot = newBot(t, func(ctx context.Context, webhook string) (world, error) {
		c.Webhook, c.NoLimits = webhook, true
		var err error
		if h.w, err = Start(ctx, c); err != nil {
			return world{}, err
		}
		return world{h.w.Feishu, h.w.Settings(), h.w.Close}, nil
	})
	return h
}
