package playground

import "errors"

// ProtocolLine is a line that a supervised bot writes to its parent.
//
// A supervised bot (serve --stage AHEAD) is the child process of a playground. The two exchange lines over the
// child's standard input and output, which no other process can reach:
//
//	child:  {"url":"http://127.0.0.1:41234","ahead":"4h0m0s"}   it listens; the offset of its clock
//	parent: ahead 28h0m0s                                       set the offset of the clock
//	child:  {"ahead":"28h0m0s"}, or {"ahead":"4h0m0s","error":"…"}
//
// A child that cannot start because another process uses its database reports that and ends:
//
//	child:  {"ahead":"","error":"…","data_in_use":true}
//
// The child ends when its input ends. That also happens when the parent is killed.
type ProtocolLine struct {
	URL       string `json:"url,omitempty"`
	Ahead     string `json:"ahead"`
	Error     string `json:"error,omitempty"`
	DataInUse bool   `json:"data_in_use,omitempty"` // only with Error
}

// ErrDataInUse means that another process uses the bot's database.
var ErrDataInUse = errors.New("the bot's database is in use by another process")

// childError is an error that the child reported.
type childError struct{ line ProtocolLine }

func (e *childError) Error() string { return e.line.Error }

func (e *childError) Is(target error) bool { return target == ErrDataInUse && e.line.DataInUse }
