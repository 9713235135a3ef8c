package esign

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// script is a gateway for complete uploads. It has the responses to each PUT and to each status request.
type script struct {
	puts, statuses []string // body, with "403 " or the like in front for another status than 200; the last one repeats
	retryAfter     string
	urls, putN, n  int
}

func (s *script) next(list []string, i *int) (int, string) {
	body := list[min(*i, len(list)-1)]
	*i++
	status := 200
	if len(body) > 4 && body[3] == ' ' {
		_, _ = fmt.Sscanf(body, "%d ", &status)
		body = body[4:]
	}
	return status, body
}

func (s *script) gateway(t *testing.T) *gateway {
	var g *gateway
	g = newGateway(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		status, body := 200, ""
		switch r.Method {
		case http.MethodPost:
			s.urls++
			body = fmt.Sprintf(`{"code":0,"data":{"fileId":"file%d","fileUploadUrl":"%s/put/%d"}}`, s.urls, g.URL, s.urls)
		case http.MethodPut:
			status, body = s.next(s.puts, &s.putN)
		case http.MethodGet:
			status, body = s.next(s.statuses, &s.n)
			if s.retryAfter != "" {
				w.Header().Set("Retry-After", s.retryAfter)
			}
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
	return g
}

const (
	expired = `403 <Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>`
	stored  = `{"errCode":0,"msg":"成功"}`
)

func status(n int) string { return fmt.Sprintf(`{"code":0,"data":{"fileStatus":%d}}`, n) }

func TestUploadFile(t *testing.T) {
	tests := []struct {
		name             string
		puts, statuses   []string
		retryAfter       string
		id               string
		kind             Kind
		temporary        bool
		urls, putN, asks int
		pauses           string
	}{
		{name: "usable at once", puts: []string{stored}, statuses: []string{status(2)},
			id: "file1", urls: 1, putN: 1, asks: 1, pauses: "[]"},
		{name: "usable later", puts: []string{""}, statuses: []string{status(0), status(1), status(7), status(5)},
			id: "file1", urls: 1, putN: 1, asks: 4, pauses: "[3s 3s 3s]"},
		{name: "address expired once", puts: []string{expired, stored}, statuses: []string{status(2)},
			id: "file2", urls: 2, putN: 2, asks: 1, pauses: "[]"},
		{name: "address expired twice", puts: []string{expired}, statuses: []string{status(2)},
			kind: KindUploadExpired, urls: 2, putN: 2, pauses: "[]"},
		{name: "put refused", puts: []string{`400 <Error><Code>InvalidDigest</Code></Error>`}, statuses: []string{status(2)},
			kind: KindUploadMismatch, urls: 1, putN: 1, pauses: "[]"},
		{name: "put fails for now", puts: []string{`502 bad gateway`}, statuses: []string{status(2)},
			kind: KindServer, temporary: true, urls: 1, putN: 1, pauses: "[]"},
		{name: "upload failed", puts: []string{stored}, statuses: []string{status(1), status(3)},
			kind: KindUploadFailed, urls: 1, putN: 1, asks: 2, pauses: "[3s]"},
		{name: "status fails for a moment", puts: []string{stored}, statuses: []string{"503 x", status(2)},
			id: "file1", urls: 1, putN: 1, asks: 2, pauses: "[3s]"},
		{name: "status asks for patience", puts: []string{stored}, statuses: []string{"429 x", status(2)}, retryAfter: "20",
			id: "file1", urls: 1, putN: 1, asks: 2, pauses: "[20s]"},
		{name: "status asks for too much", puts: []string{stored}, statuses: []string{"429 x", status(2)}, retryAfter: "91",
			kind: KindRate, temporary: true, urls: 1, putN: 1, asks: 1, pauses: "[]"},
		{name: "no such file", puts: []string{stored}, statuses: []string{`{"code":1430608,"message":"x"}`},
			kind: KindNotFound, urls: 1, putN: 1, asks: 1, pauses: "[]"},
		{name: "never usable", puts: []string{stored}, statuses: []string{status(1)},
			kind: KindUploadPending, temporary: true, urls: 1, putN: 1, asks: 31, pauses: "[" +
				strings.TrimSpace(strings.Repeat("3s ", 30)) + "]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &script{puts: tt.puts, statuses: tt.statuses, retryAfter: tt.retryAfter}
			var pauses []time.Duration
			c := s.gateway(t).client(t, func(cfg *Config) {
				cfg.Wait = func(_ context.Context, d time.Duration) error {
					pauses = append(pauses, d)
					return nil
				}
			})
			id, err := c.UploadFile(t.Context(), "front.jpg", photo)
			if id != tt.id || KindOf(err) != tt.kind {
				t.Fatalf("got %q, %v; want %q, kind %q", id, err, tt.id, tt.kind)
			}
			if err != nil && (mustError(t, err).Temporary() != tt.temporary || mustError(t, err).MaybeApplied()) {
				t.Errorf("%v: temporary %v", err, !tt.temporary)
			}
			if s.urls != tt.urls || s.putN != tt.putN || s.n != tt.asks {
				t.Errorf("%d addresses, %d puts, %d questions; want %d, %d, %d", s.urls, s.putN, s.n, tt.urls, tt.putN, tt.asks)
			}
			if got := fmt.Sprint(pauses); got != tt.pauses {
				t.Errorf("pauses %s, want %s", got, tt.pauses)
			}
		})
	}
}

// TestUploadFileGivesUpByTheClock checks that slow responses count towards the limit of the polling.
func TestUploadFileGivesUpByTheClock(t *testing.T) {
	s := &script{puts: []string{stored}, statuses: []string{status(1)}}
	now := testNow
	c := s.gateway(t).client(t, func(cfg *Config) {
		cfg.Now = func() time.Time { return now }
		cfg.Wait = func(_ context.Context, d time.Duration) error {
			now = now.Add(d + 10*time.Second)
			return nil
		}
	})
	if _, err := c.UploadFile(t.Context(), "front.jpg", photo); KindOf(err) != KindUploadPending {
		t.Fatalf("got %v", err)
	}
	if s.n != 8 { // at 0, 13, … 91 s
		t.Errorf("%d questions, want 8", s.n)
	}
}

func TestUploadFileEndsWithItsContext(t *testing.T) {
	s := &script{puts: []string{stored}, statuses: []string{status(1)}}
	ctx, cancel := context.WithCancel(t.Context())
	c := s.gateway(t).client(t, func(cfg *Config) {
		cfg.Wait = func(ctx context.Context, d time.Duration) error {
			cancel()
			return waitTimer(ctx, d)
		}
	})
	_, err := c.UploadFile(ctx, "front.jpg", photo)
	if e := mustError(t, err); e.Kind != KindNetwork || !errors.Is(err, context.Canceled) || e.MaybeApplied() {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestWaitTimer(t *testing.T) {
	if err := waitTimer(t.Context(), time.Nanosecond); err != nil {
		t.Error(err)
	}
}
