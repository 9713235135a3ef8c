package harness

import "testing"

// RequireChromium, set to 1 in the environment, makes tests of the page fail where there is no browser; else they are
// skipped.
const RequireChromium = "SHIMING_REQUIRE_CHROMIUM"

// browsersAtOnce bounds how many tests have a browser open: one alone keeps a processor busy.
var browsersAtOnce = make(chan struct{}, 2)

// WaitForBrowser waits for a test's turn, which lasts until its end.
func WaitForBrowser(t *testing.T) {
	browsersAtOnce <- struct{}{}
	t.Cleanup(func() { <-browsersAtOnce })
}
