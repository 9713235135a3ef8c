// Package e2e holds the tests of the whole bot from outside, one file a topic: they act as people and platforms do
// and look at what those see. What needs a browser is in e2e/browser, what several tests share in e2e/harness.
// failed_calls_test.go and error_codes_test.go walk the catalogue of package scenario.
package e2e
