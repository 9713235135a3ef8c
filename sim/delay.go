package sim

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"
)

// maxDelayedBody limits the bodies that are buffered while a call is delayed. No platform accepts a larger one.
const maxDelayedBody = 64 << 20

// delayed delays every request: by half before next is called and by half before the answer leaves. A client that dies
// meanwhile therefore leaves behind a call that was never handled, or one whose answer got lost. The delay ends when
// the client disconnects.
func delayed(by time.Duration, next http.Handler) http.Handler {
	if by <= 0 {
		return next
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		// The server detects a disconnected client only after the body was read.
		body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxDelayedBody))
		if err != nil {
			http.Error(rw, "the body cannot be read", http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if pause(r.Context(), by/2) != nil {
			return
		}
		// If the client has left, the answer goes nowhere.
		late := &lateWriter{ResponseWriter: rw, wait: sync.OnceFunc(func() { _ = pause(r.Context(), by-by/2) })}
		next.ServeHTTP(late, r)
		late.wait()
	})
}

// lateWriter waits before the first byte of an answer. A wait after a long answer, which leaves before its handler
// returns, would delay the next call on the connection instead.
type lateWriter struct {
	http.ResponseWriter
	wait func()
}

func (l *lateWriter) WriteHeader(status int) {
	l.wait()
	l.ResponseWriter.WriteHeader(status)
}

func (l *lateWriter) Write(b []byte) (int, error) {
	l.wait()
	return l.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find the methods of the connection.
func (l *lateWriter) Unwrap() http.ResponseWriter { return l.ResponseWriter }
