package browser

import (
	"os"
	"testing"

	"shiming/e2e/harness"
)

func TestMain(m *testing.M) {
	harness.Prepare()
	code := m.Run()
	if chromium.end != nil {
		chromium.end()
	}
	os.Exit(code)
}
