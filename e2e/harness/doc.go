// Package harness is what tests from outside share: a bot in this process and the world around it over real HTTP
// (harness.go), people and HR who act by hand (person.go), what they must see (screen.go), forged events (forge.go),
// a clock that the test moves (clock.go), and the program itself in a process of its own (program.go, main.go). At
// the end of every test it searches the log and each card for what must not be there (logs.go).
//
// It asserts about no single rule; those are the tests' own. Only tests and measurements import it.
package harness
