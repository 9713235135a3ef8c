package main

import (
	"context"
	"fmt"

	"shiming/sim"
)

type simCmd struct {
	Listen string `help:"Loopback address; the three platforms take the ports after it." default:"127.0.0.1:8700"`
	People int    `help:"Employees to begin with." default:"3"`
	Bot    string `help:"Webhook of the bot." default:"http://127.0.0.1:8080/webhook/event"`
}

func (s *simCmd) Run(ctx context.Context) error {
	world, err := sim.Start(ctx, sim.Config{Listen: s.Listen, People: s.People, Webhook: s.Bot, EsignRevision: "2024"})
	if err != nil {
		return err
	}
	defer closeWorld(world)
	fmt.Printf(`The simulated world is open: %s
Start the bot in another terminal, on its default port:

  eval "$(curl -s %[1]s/sim/env)"
  go run . serve

%[1]s lists everything that can be done. Ctrl-C ends it.
`, world.ControlURL)
	<-ctx.Done()
	return nil
}
