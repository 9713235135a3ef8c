package harness

import (
	"flag"
	"os"
	"runtime/debug"
	"testing"

	"shiming/cmd"
	"shiming/config"
)

// AsProgram, set in the environment, makes the test binary run as the program.
const AsProgram = "SHIMING_TEST_AS_PROGRAM"

// RunTests is the TestMain of packages that start bots. Their binary can also run as the program.
func RunTests(m *testing.M) {
	Prepare()
	os.Exit(m.Run())
}

// Prepare is RunTests without running the tests, for a TestMain that does more.
func Prepare() {
	if os.Getenv(AsProgram) != "" {
		os.Exit(cmd.Main())
	}
	flag.Parse()
	// In the programs that the tests start, a decision takes effect at once.
	_ = os.Setenv(config.EnvName("review.undo"), "0s")
	_ = os.Setenv(config.EnvName("review.sla"), "0s")
	debug.SetGCPercent(200) // the live heap is small beside the pictures that come and go
	// The tests mostly wait for upstreams and clocks, so many can run in parallel.
	parallel := "32"
	switch {
	case underRace:
		parallel = "3"
	case os.Getenv(OnPostgres) == "1":
		parallel = "10" // each bot opens its own connections, and the server takes one hundred
	}
	_ = flag.Set("test.parallel", parallel)
}
