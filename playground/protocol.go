package playground

// A supervised bot (serve --stage AHEAD) is the child of a playground. Nobody else can reach what it adds: the two
// speak over the child's own standard input and output, in lines.
//
//	child:  {"url":"http://127.0.0.1:41234","ahead":"4h0m0s"}   it listens; its clock is that far ahead
//	parent: ahead 28h0m0s                                       be that far ahead
//	child:  {"ahead":"28h0m0s"}, or {"ahead":"4h0m0s","error":"…"}
//
// The child ends when its input does, which it does when the parent is gone, however that ended.

// ProtocolLine is what a child says.
type ProtocolLine struct {
	URL   string `json:"url,omitempty"`
	Ahead string `json:"ahead"`
	Error string `json:"error,omitempty"`
}
