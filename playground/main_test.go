package playground_test

import (
	"testing"

	"go.uber.org/goleak"

	"shiming/e2e/harness"
)

func TestMain(m *testing.M) {
	harness.Prepare()
	goleak.VerifyTestMain(m)
}
