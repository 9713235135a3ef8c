package harness

import "testing"

// RequireChromium, set to 1 in the environment, makes the tests of the page fail without a browser. Otherwise they
// are skipped.
const RequireChromium = "SHIMING_REQUIRE_CHROMIUM"

// browsersAtOnce bounds the number of tests with an open browser, because one browser keeps a processor busy.
var browsersAtOnce = make(chan struct{}, 2)

// WaitForBrowser waits for a free place among the tests with a browser and frees it when the test ends.
func WaitForBrowser(t *testing.T) {
	browsersAtOnce <- struct{}{}
	t.Cleanup(func() { <-browsersAtOnce })
}
