package main

import (
	"errors"
	"time"
)

// options are the flags of a run.
type options struct {
	People    int           `help:"Employees who register." default:"30"`
	Kills     int           `help:"How often a serve process gets SIGKILL." default:"40"`
	Terms     int           `help:"How often a serve process gets SIGTERM." default:"0"`
	DBKills   int           `help:"How often the database server is killed; PostgreSQL only." default:"0" name:"db-kills"`
	Instances int           `help:"Serve processes, 1 to 3; SQLite takes one." default:"1"`
	Store     string        `help:"sqlite or postgres." enum:"sqlite,postgres" default:"sqlite"`
	Seed      int64         `help:"Of moments and victims. The rest of a run is as random as processes are." default:"1"`
	Every     time.Duration `help:"Mean time between two injected faults." default:"1500ms"`
	Pause     time.Duration `help:"A process stays away for up to so long; half of them start again at once." default:"3s"`
	Latency   time.Duration `help:"What every call to a platform takes at least." default:"150ms"`
	Patch     string        `help:"What Feishu does with a patch that overtakes the answer to a click: lock, flip or allow." enum:"lock,flip,allow" default:"lock"`
	Within    time.Duration `help:"When to give up, after the last injected fault." default:"4m"`
	Keep      bool          `help:"Keep the directory with logs and database."`
	Out       string        `help:"File to which the run is added; default bench/results/crash.jsonl."`
}

func (o *options) check() error {
	switch {
	case o.Instances < 1 || o.Instances > 3:
		return errors.New("--instances: want 1, 2 or 3")
	case o.Store == "sqlite" && o.Instances > 1:
		return errors.New("--instances: SQLite takes one process; use --store postgres")
	case o.Store == "sqlite" && o.DBKills > 0:
		return errors.New("--db-kills: SQLite has no server; use --store postgres")
	case o.People < 1 || o.People > 1000:
		return errors.New("--people: want 1 to 1000")
	case o.Kills < 0 || o.Terms < 0 || o.DBKills < 0 || o.Every <= 0 || o.Pause < 0 || o.Latency < 0:
		return errors.New("numbers and durations must not be negative")
	}
	return nil
}

// injections returns the number of planned injections.
func (o *options) injections() int { return o.Kills + o.Terms + o.DBKills }
