package sim

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"shiming/sim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// harness is a world with a bot that the test plays by hand.
type harness struct {
	*simtest.Bot
	w *World
}

func newHarness(t *testing.T, c Config) *harness {
	t.Helper()
	h := &harness{}
	h.Bot = simtest.New(t, func(ctx context.Context, webhook string) (simtest.World, error) {
		c.Webhook, c.NoLimits = webhook, true
		var err error
		if h.w, err = Start(ctx, c); err != nil {
			return simtest.World{}, err
		}
		return simtest.World{Feishu: h.w.Feishu, Settings: h.w.Settings(), Close: h.w.Close}, nil
	})
	return h
}
