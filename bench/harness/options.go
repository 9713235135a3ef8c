package harness

import (
	"context"
	"maps"
	"time"

	"shiming/sim"
)

// Options are the flags of a measurement of whole bots. A command embeds them.
type Options struct {
	Bots    int           `help:"Instances of the bot." default:"1"`
	Store   string        `help:"Database." default:"sqlite" enum:"sqlite,postgres"`
	Sync    string        `help:"store.sync." default:"full" enum:"full,normal"`
	Latency time.Duration `help:"What every call to a platform takes at least." default:"200ms"`
	Out     string        `help:"File to which the run is added; by default bench/results/ and the command's name."`
}

// Result returns a result without figures. Its settings are those of the options and what more holds.
func (o Options) Result(ctx context.Context, more map[string]any) *Result {
	r := NewResult(ctx)
	r.Store = o.Store
	r.Settings["sync"], r.Settings["latency_ms"], r.Settings["bots"] = o.Sync, o.Latency.Milliseconds(), o.Bots
	maps.Copy(r.Settings, more)
	return r
}

// Setup returns the setup of the options, with a world that takes its latency from them.
func (o Options) Setup(world sim.Config, settings map[string]string) Setup {
	world.Latency = o.Latency
	return Setup{World: world, Bots: o.Bots, Store: o.Store, Sync: o.Sync, Settings: settings}
}
