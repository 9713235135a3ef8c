package esign

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterruptedCalls checks the ways in which a call can end without a complete response, and whether an evidence
// point may then exist.
func TestInterruptedCalls(t *testing.T) {
	notSent, unknown := outcome{KindNetwork, true, false}, outcome{KindNetwork, false, true}
	broken := func(dial func(ctx context.Context) (net.Conn, error)) func(*Config) {
		return func(cfg *Config) {
			cfg.HTTPClient = &http.Client{Transport: &http.Transport{
				DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
			}}
		}
	}
	type newClientFunc func(t *testing.T, cancel func()) *Client
	// responding starts a gateway whose response may cancel the caller's context.
	responding := func(respond func(cancel func(), w http.ResponseWriter, r *http.Request)) newClientFunc {
		return func(t *testing.T, cancel func()) *Client {
			g := newGateway(t, func(w http.ResponseWriter, r *http.Request, _ []byte) { respond(cancel, w, r) })
			return g.client(t, func(cfg *Config) { cfg.Timeout = 5 * time.Second })
		}
	}
	tests := []struct {
		name   string
		client newClientFunc
		status outcome // of FileStatus
		create outcome // of CreatePersonPoint
		cause  error
	}{
		{"refused connection", func(t *testing.T, _ func()) *Client {
			return newClient(t, "http://127.0.0.1:1", broken(func(context.Context) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			}))
		}, notSent, notSent, syscall.ECONNREFUSED},
		{"unknown host", func(t *testing.T, _ func()) *Client {
			return newClient(t, SandboxURL, broken(func(context.Context) (net.Conn, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "smlopenapi.esign.cn", IsNotFound: true}
			}))
		}, notSent, notSent, nil},
		{"timeout while connecting", func(t *testing.T, _ func()) *Client {
			return newClient(t, SandboxURL, broken(func(ctx context.Context) (net.Conn, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}), func(cfg *Config) { cfg.Timeout = 20 * time.Millisecond })
		}, notSent, notSent, context.DeadlineExceeded},
		{"cancelled in the TLS handshake", func(t *testing.T, cancel func()) *Client {
			return newClient(t, "https://127.0.0.1:1", broken(func(context.Context) (net.Conn, error) {
				ours, theirs := net.Pipe()
				t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
				go func() {
					_, _ = theirs.Read(make([]byte, 1)) // waits until the client has started the handshake
					cancel()
				}()
				return ours, nil
			}))
		}, notSent, notSent, context.Canceled},
		{"cancelled before the call", func(t *testing.T, cancel func()) *Client {
			cancel()
			return says(t, 200, `{}`).client(t)
		}, notSent, notSent, context.Canceled},
		{"transport that tells nothing, dial error", func(t *testing.T, _ func()) *Client {
			return newClient(t, SandboxURL, func(cfg *Config) {
				cfg.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
					return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
				})}
			})
		}, notSent, notSent, syscall.ECONNREFUSED},
		{"transport that tells nothing, other error", func(t *testing.T, _ func()) *Client {
			return newClient(t, SandboxURL, func(cfg *Config) {
				cfg.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
					return nil, errors.New("boom 张三 130401199601018395")
				})}
			})
		}, notSent, unknown, nil},
		{"cancelled after sending", responding(func(cancel func(), _ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		}), notSent, unknown, context.Canceled},
		{"timeout after sending", func(t *testing.T, _ func()) *Client {
			g := newGateway(t, func(_ http.ResponseWriter, r *http.Request, _ []byte) { <-r.Context().Done() })
			return g.client(t, func(cfg *Config) { cfg.Timeout = 300 * time.Millisecond })
		}, notSent, unknown, context.DeadlineExceeded},
		{"closed after sending", responding(func(func(), http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
			notSent, unknown, nil},
		{"not HTTP", responding(func(_ func(), w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, "张三 130401199601018395\r\n\r\n")
				_ = conn.Close()
			}
		}), notSent, unknown, nil},
		{"answer cut off", responding(func(_ func(), w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"code":0,"data":{"fileStatus":2,"eviPointId":"P1"}}`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}), outcome{KindMalformed, true, false}, outcome{KindMalformed, false, true}, io.ErrUnexpectedEOF},
		{"cancelled in the middle of the answer", responding(func(cancel func(), w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"code":0,`)
			_ = http.NewResponseController(w).Flush()
			cancel()
			<-r.Context().Done()
		}), notSent, unknown, context.Canceled},
		{"server error cut off", responding(func(_ func(), w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(502)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}), outcome{KindServer, true, false}, outcome{KindServer, false, true}, nil},
		{"401 cut off", responding(func(_ func(), w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(401)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}), outcome{KindAuth, false, false}, outcome{KindAuth, false, false}, nil},
	}
	for _, tt := range tests {
		calls := []struct {
			name string
			want outcome
			call func(*Client, context.Context) error
		}{
			{"FileStatus", tt.status, func(c *Client, ctx context.Context) error {
				_, err := c.FileStatus(ctx, frontID)
				return err
			}},
			{"CreatePersonPoint", tt.create, func(c *Client, ctx context.Context) error {
				_, err := c.CreatePersonPoint(ctx, threeElements())
				return err
			}},
		}
		for _, k := range calls {
			t.Run(tt.name+"/"+k.name, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c := tt.client(t, cancel)
				err := k.call(c, ctx)
				if got := outcomeOf(t, err); got != k.want {
					t.Errorf("got %+v, want %+v (%v)", got, k.want, err)
				}
				if tt.cause != nil && !errors.Is(err, tt.cause) {
					t.Errorf("got %v, want an error that wraps %v", err, tt.cause)
				}
				for e := err; e != nil; e = errors.Unwrap(e) {
					for _, leak := range canaries {
						if strings.Contains(e.Error(), leak) {
							t.Errorf("got error %q with %q, want it masked", e, leak)
						}
					}
				}
			})
		}
	}
}

// TestPointUsesAFreshConnection checks that the creation of a point does not reuse a connection, which may break.
func TestPointUsesAFreshConnection(t *testing.T) {
	for name, given := range map[string]*http.Client{
		"own":       nil,
		"plain":     {},
		"transport": {Transport: &http.Transport{}},
	} {
		t.Run(name, func(t *testing.T) {
			g := says(t, 200, `{"code":0,"data":{"fileStatus":2,"eviPointId":"P1"}}`)
			c := g.client(t, func(cfg *Config) { cfg.HTTPClient = given })
			for range 2 {
				if _, err := c.FileStatus(t.Context(), frontID); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if _, err := c.CreatePersonPoint(t.Context(), threeElements()); err != nil {
					t.Fatal(err)
				}
			}
			seen := g.requests()
			if seen[0].remote != seen[1].remote {
				t.Error("got two connections for status requests, want one")
			}
			if seen[2].remote == seen[1].remote || seen[3].remote == seen[2].remote {
				t.Error("got a used connection for a point, want a new one")
			}
		})
	}
}
