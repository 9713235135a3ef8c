package playground

import "errors"

// A supervised bot (serve --stage AHEAD) is the child of a playground. Nobody else can reach what it adds: the two
// speak over the child's own standard input and output, in lines.
//
//	child:  {"url":"http://127.0.0.1:41234","ahead":"4h0m0s"}   it listens; its clock is that far ahead
//	parent: ahead 28h0m0s                                       be that far ahead
//	child:  {"ahead":"28h0m0s"}, or {"ahead":"4h0m0s","error":"…"}
//
// A child that cannot start since another process has its database says so, and ends:
//
//	child:  {"ahead":"","error":"…","data_in_use":true}
//
// The child ends when its input does, which it does when the parent is gone, however that ended.

// ProtocolLine is what a child says.
type ProtocolLine struct {
	URL       string `json:"url,omitempty"`
	Ahead     string `json:"ahead"`
	Error     string `json:"error,omitempty"`
	DataInUse bool   `json:"data_in_use,omitempty"` // with Error
}

// ErrDataInUse: another process has the bot's database.
var ErrDataInUse = errors.New("the bot's database is in use by another process")

// childError is what a child says instead of an answer.
type childError struct{ line ProtocolLine }

func (e *childError) Error() string { return e.line.Error }

func (e *childError) Is(target error) bool { return target == ErrDataInUse && e.line.DataInUse }
