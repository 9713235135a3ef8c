package cmd

import (
	"context"
	"fmt"
	"time"

	"shiming/playground"
	"shiming/sim"
	"shiming/sim/feishu"
)

// simCmd runs the simulated world without a bot.
type simCmd struct {
	Listen string `help:"Loopback address; the three platforms and the gateway to the bot take the ports after it." default:"127.0.0.1:8700"`
	People int    `help:"Employees to begin with." default:"3"`
	Bot    string `help:"Webhook of the bot." default:"http://127.0.0.1:8080/webhook/event"`

	Seed    int64           `help:"Picks the people; the same seed gives the same ones. 0 = others every time."`
	Latency time.Duration   `help:"What every call to a platform takes at least, such as 200ms."`
	Ladder  []time.Duration `help:"Waits before an event is sent again." default:"15s,5m,1h,6h"`
	Patch   string          `help:"What becomes of a patch that comes before the answer to a click on the same card." enum:"lock,flip,allow" default:"lock" name:"early-patch"`
	OCR     int             `help:"Limit of the OCR, calls a second." default:"10" name:"ocr"`
	Page    bool            `help:"Keep what the page shows: the latest calls and events, masked." default:"true" negatable:""`
}

func (s *simCmd) Run(ctx context.Context) error {
	play, err := playground.Start(ctx, playground.Config{Inspect: s.Page, World: sim.Config{
		Listen:        s.Listen,
		People:        s.People,
		Webhook:       s.Bot,
		Seed:          s.Seed,
		Latency:       s.Latency,
		RetrySchedule: s.Ladder,
		OCRPerSecond:  s.OCR,
	}})
	if err != nil {
		return portTaken(err, s.Listen)
	}
	defer closePlayground(play)
	earlyPatch := map[string]feishu.EarlyPatch{
		"lock":  feishu.EarlyPatchLock,
		"flip":  feishu.EarlyPatchFlip,
		"allow": feishu.EarlyPatchAllow,
	}
	play.World.Feishu.Set(func(b *feishu.Behaviour) { b.EarlyPatch = earlyPatch[s.Patch] })
	fmt.Printf(`The simulated world is open: %s
In a browser that is the employee's phone, HR's chat and the company group.
Start the bot in another terminal, on its default port:

  eval "$(curl -s %[1]s/sim/env)"
  go run . serve

curl %[1]s lists everything that can be done. Ctrl-C ends it.
`, play.URL)
	<-ctx.Done()
	return nil
}
