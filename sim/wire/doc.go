// Package wire holds what all simulated upstreams share: a record of the incoming calls, and faults that a test arms.
//
// Handler wraps an upstream. It names the operation of each request, lets the upstream answer, and records the call. A
// matching Fault spoils the exchange at a defined point: before the upstream saw the request (not applied), or after it
// (applied, but the client never learns it). Clients tend to handle the second case wrongly. To support it, Handler
// buffers the answer until the fault has decided whether it may leave.
//
// The record holds no bodies, no headers and no query strings, so a failing test can print it. Code that shows bodies
// sets Recorder.Inspect and masks them.
package wire
