// Package harness is the shared part of the end-to-end tests: a bot in this process and the simulated world over real
// HTTP (harness.go), employees and admins who act by the test's calls (person.go, admin.go), the cards that they see
// (card_view.go), forged events (forge.go), a movable clock (clock.go), and the program in a process of its own
// (program.go, main.go). At the end of each test it searches the log and all cards for personal data and errors
// (logs.go).
//
// It checks no rule of the bot itself. Only tests and benchmarks import it.
package harness
