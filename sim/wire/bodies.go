package wire

import (
	"io"
	"net/http"
)

// sampleSize is how much of a body is handed to Recorder.Inspect. It holds the largest JSON of the simulated
// platforms (a card of 30 KB, escaped inside a message); of pictures only the beginning is of interest.
const sampleSize = 96 << 10

// Sample is the beginning of a body.
type Sample struct {
	Head        []byte // at most 96 KiB
	Size        int64  // of the whole body as far as it was read or written, in bytes
	ContentType string
}

// Whole reports whether Head is all of the body.
func (s Sample) Whole() bool { return int64(len(s.Head)) == s.Size }

// Exchange is a call with its bodies. They are as they went over the wire: who keeps any of it masks it first.
type Exchange struct {
	Call  Call
	Query string // of the URL, without the question mark
	In    Sample // the request
	Out   Sample // the answer; empty when none was given
}

// sampled is a request body that remembers its beginning while it is read.
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

// inspect hands the exchange to the recorder's Inspect. out is the answer's body as it is going to leave.
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
