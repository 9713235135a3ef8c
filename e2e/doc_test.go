// Package e2e tests the whole bot from outside, one file for each topic. The tests act as people and platforms and
// check what those see. Tests with a browser are in e2e/browser, shared code in e2e/harness. failed_calls_test.go and
// error_codes_test.go run the catalogue of package scenario.
package e2e
