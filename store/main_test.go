package store

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// The tests wait for limits, heartbeats and commits rather than for the processor.
	_ = flag.Set("test.parallel", "24")
	// The engine's cache of names ends its goroutine only when it is garbage collected.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/patrickmn/go-cache.(*janitor).Run"))
}
