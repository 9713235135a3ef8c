package playground

import (
	"context"
	"testing"
	"time"

	"shiming/sim"
	"shiming/sim/simtest"
	"shiming/sim/tencent"
	"shiming/verify"
)

// player is a playground with a passive bot: it acknowledges pushes and sends only what a test sends.
type player struct {
	*simtest.Bot
	pg *Server
	w  *sim.World
}

func newPlayer(t *testing.T, c Config) *player {
	t.Helper()
	h := &player{}
	h.Bot = simtest.New(t, func(ctx context.Context, webhook string) (simtest.World, error) {
		c.World.Webhook, c.World.NoLimits = webhook, true
		var err error
		h.pg, err = Start(ctx, c)
		if err != nil {
			return simtest.World{}, err
		}
		h.w = h.pg.World
		return simtest.World{Feishu: h.w.Feishu, Settings: h.w.Settings(), Close: h.pg.Close}, nil
	})
	return h
}

// sendCode sends a text message with a code through the bot's Tencent client.
func sendCode(t *testing.T, w *sim.World, mobile, code string) {
	t.Helper()
	d := tencent.DefaultConfig()
	c, err := verify.NewTencent(verify.Config{
		EndpointFaceID: w.TencentURL,
		EndpointSMS:    w.TencentURL,
		SecretID:       d.SecretID,
		SecretKey:      verify.Secret(d.SecretKey),
		SMSSdkAppID:    d.SMSSdkAppID,
		SMSSignName:    d.SMSSignName,
		SMSTemplateID:  d.TemplateID,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.SendCode(context.Background(), mobile, code, 5*time.Minute); err != nil {
		t.Fatal(err)
	}
}
