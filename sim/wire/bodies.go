package wire

import (
	"io"
	"net/http"
)

// sampleSize limits how much of a body Recorder.Inspect receives. It holds the largest JSON of the simulated platforms
// (a card of 30 KB, escaped inside a message). Of pictures only the beginning matters.
const sampleSize = 96 << 10

// Sample is the beginning of a body.
type Sample struct {
	Head        []byte // at most 96 KiB
	Size        int64  // bytes of the whole body, as far as it was read or written
	ContentType string
}

// Whole reports whether Head is all of the body.
func (s Sample) Whole() bool { return int64(len(s.Head)) == s.Size }

// Exchange is a call with its bodies as they were sent. Inspect must mask them before it stores or shows any part.
type Exchange struct {
	Call  Call
	Query string // of the URL, without the question mark
	In    Sample // request
	Out   Sample // answer; empty if there was none
}

// sampled is a request body that keeps a Sample of what was read.
type sampled struct {
	io.ReadCloser
	sample Sample
}

func sampleOf(r *http.Request) *sampled {
	s := &sampled{ReadCloser: r.Body, sample: Sample{ContentType: r.Header.Get("Content-Type")}}
	r.Body = s
	return s
}

func (s *sampled) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.sample.add(p[:n])
	return n, err
}

func (s *Sample) add(p []byte) {
	s.Size += int64(len(p))
	if room := sampleSize - len(s.Head); room > 0 {
		s.Head = append(s.Head, p[:min(room, len(p))]...)
	}
}

// inspect passes the exchange to Recorder.Inspect. out is the answer's body as the client gets it.
func (e *exchange) inspect(c Call, contentType string, out []byte, size int64) {
	if e.in == nil {
		return
	}
	x := Exchange{
		Call:  c,
		Query: e.r.URL.RawQuery,
		In:    e.in.sample,
		Out:   Sample{ContentType: contentType, Size: size},
	}
	x.Out.Head = out[:min(len(out), sampleSize)]
	e.rec.Inspect(x)
}
