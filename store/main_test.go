package store

import (
	arguments "flag" // flag is a function here
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	arguments.Parse()
	_ = arguments.Set("test.parallel", "24") // they wait for limits, beats and commits rather than for the processor
	// The cache of names that an engine of flows has ends with it, when the garbage is collected.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/patrickmn/go-cache.(*janitor).Run"))
}
