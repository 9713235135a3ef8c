// Package wire is what every simulated upstream has in common: a record of the calls that came in, and faults that
// can be armed from outside.
//
// Handler wraps an upstream. It names the operation of each request, lets the upstream answer, and records the call.
// When a matching Fault is armed, it spoils the exchange at one well-defined point: before the upstream saw the
// request (nothing applied) or after it (applied, but the client never learns). The second sort is what clients get
// wrong, so the answer is held back in memory until it is known that it may leave.
//
// The record holds no bodies, no headers and no query strings, so it can be printed by a failing test. Who wants to
// show bodies sets Recorder.Inspect and masks them.
package wire
