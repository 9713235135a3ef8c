package harness

import (
	"flag"
	"os"
	"testing"

	"shiming/cmd"
)

// AsProgram, set in the environment, makes the test binary be the program.
const AsProgram = "SHIMING_TEST_AS_PROGRAM"

// RunTests is TestMain of packages whose tests start bots: their binary can be the program, too.
func RunTests(m *testing.M) {
	Prepare()
	os.Exit(m.Run())
}

// Prepare does what RunTests does before it runs the tests, for a TestMain with something else to do.
func Prepare() {
	if os.Getenv(AsProgram) != "" {
		os.Exit(cmd.Main())
	}
	flag.Parse()
	// These tests wait for upstreams and clocks rather than for the processor.
	parallel := "32"
	switch {
	case underRace:
		parallel = "3"
	case os.Getenv(OnPostgres) == "1":
		parallel = "10" // each bot has connections of its own to one server, which takes a hundred
	}
	_ = flag.Set("test.parallel", parallel)
}
