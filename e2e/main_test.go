package e2e

import (
	"testing"

	"shiming/e2e/harness"
)

func TestMain(m *testing.M) { harness.RunTests(m) }
