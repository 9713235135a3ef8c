package esign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// canaries are the values of threeElements and its sisters that no error or log may show.
var canaries = []string{
	"张三", "130401199601018395", "19800002222", "123456\"", "6222020000000000000", "No1234567", "测试银行", "98.20",
	"203.0.113.7", testSecret, "信息核验", frontID,
}

// outcome is what a caller needs to know about a failure.
type outcome struct {
	kind                    Kind
	temporary, maybeApplied bool
}

func outcomeOf(t *testing.T, err error) outcome {
	t.Helper()
	e := mustError(t, err)
	return outcome{e.Kind, e.Temporary(), e.MaybeApplied()}
}

// The same answer means different things for a question that may be repeated and for an evidence point.
func TestAnswers(t *testing.T) {
	const no, yes = false, true
	tests := []struct {
		name      string
		status    int
		body      string
		ask, file outcome // FileStatus, CreatePersonPoint
	}{
		{"server error", 500, `oops`, outcome{KindServer, yes, no}, outcome{KindServer, no, yes}},
		{"server error in JSON", 500, `{"code":9999,"message":"x"}`, outcome{KindServer, yes, no},
			outcome{KindServer, no, yes}},
		{"server error in the body only", 200, `{"success":false,"code":500,"message":"x"}`, outcome{KindServer, yes, no},
			outcome{KindServer, no, yes}},
		{"success in a server error", 500, `{"code":0,"data":{"fileStatus":2,"eviPointId":"P1"}}`,
			outcome{KindServer, yes, no}, outcome{KindServer, no, yes}},
		{"documented code in a server error", 500, `{"code":1435002,"message":"x"}`, outcome{KindParameter, no, no},
			outcome{KindParameter, no, yes}},
		{"success in a refusal", 400, `{"code":0,"data":{"fileStatus":2,"eviPointId":"P1"}}`, outcome{KindMalformed, no, no},
			outcome{KindMalformed, no, yes}},
		{"gateway refusal with code 0", 200, `{"success":false,"code":0,"data":{"fileStatus":2,"eviPointId":"P1"}}`,
			outcome{KindMalformed, yes, no}, outcome{KindMalformed, no, yes}},
		{"HTML", 200, `<html>`, outcome{KindMalformed, yes, no}, outcome{KindMalformed, no, yes}},
		{"HTML 404", 404, `<html>`, outcome{KindMalformed, no, no}, outcome{KindMalformed, no, yes}},
		{"empty", 200, ``, outcome{KindMalformed, yes, no}, outcome{KindMalformed, no, yes}},
		{"cut JSON", 200, `{"code":0,"data":{"eviPointId":"P1`, outcome{KindMalformed, yes, no},
			outcome{KindMalformed, no, yes}},
		{"two JSON values", 200, `{"code":0,"data":{"eviPointId":"P1"}}{}`, outcome{KindMalformed, yes, no},
			outcome{KindMalformed, no, yes}},
		{"no code", 200, `{"data":{"eviPointId":"P1"}}`, outcome{KindMalformed, yes, no}, outcome{KindMalformed, no, yes}},
		{"null code", 200, `{"code":null,"data":{"eviPointId":"P1"}}`, outcome{KindMalformed, yes, no},
			outcome{KindMalformed, no, yes}},
		{"code as text", 200, `{"code":"0","data":{"eviPointId":"P1"}}`, outcome{KindMalformed, yes, no},
			outcome{KindMalformed, no, yes}},
		{"code as fraction", 200, `{"code":0.5}`, outcome{KindMalformed, yes, no}, outcome{KindMalformed, no, yes}},
		{"code over 32 bits", 200, `{"code":130401199601018395}`, outcome{KindMalformed, yes, no},
			outcome{KindMalformed, no, yes}},
		{"success without data", 200, `{"code":0}`, outcome{KindMalformed, yes, no}, outcome{KindMalformed, no, yes}},
		{"success with empty id", 200, `{"code":0,"data":{"eviPointId":""}}`, outcome{KindMalformed, yes, no},
			outcome{KindMalformed, no, yes}},
		{"success with odd id", 200, `{"code":0,"data":{"eviPointId":"P 1"}}`, outcome{KindMalformed, yes, no},
			outcome{KindMalformed, no, yes}},
		{"too long", 200, strings.Repeat(" ", maxAnswer) + `{"code":0}`, outcome{KindMalformed, yes, no},
			outcome{KindMalformed, no, yes}},
		{"401 page", 401, `<html>`, outcome{KindAuth, no, no}, outcome{KindAuth, no, no}},
		{"403 page", 403, `<html>`, outcome{KindForbidden, no, no}, outcome{KindForbidden, no, no}},
		{"429 page", 429, `<html>`, outcome{KindRate, yes, no}, outcome{KindRate, yes, no}},
		{"429 in the body only", 200, `{"code":429}`, outcome{KindRate, yes, no}, outcome{KindRate, yes, no}},
		{"401 in the body only", 200, `{"success":false,"code":401,"message":"INVALID_TIMESTAMP"}`,
			outcome{KindClock, no, no}, outcome{KindClock, no, no}},
		{"unknown number", 200, `{"code":1234567,"message":"x"}`, outcome{KindRefused, no, no}, outcome{KindRefused, no, no}},
		{"unknown number, 400", 400, `{"code":-1}`, outcome{KindRefused, no, no}, outcome{KindRefused, no, no}},
		{"family of files", 200, `{"code":1430999}`, outcome{KindParameter, no, no}, outcome{KindParameter, no, no}},
		{"family of parameters", 200, `{"code":1435999}`, outcome{KindParameter, no, no}, outcome{KindParameter, no, no}},
		{"family of permission", 200, `{"code":1436001}`, outcome{KindPermission, no, no}, outcome{KindPermission, no, no}},
		{"family of authorisation", 200, `{"code":1450001}`, outcome{KindPermission, no, no},
			outcome{KindPermission, no, no}},
		{"message of another type", 200, `{"code":1435002,"message":{"a":1}}`, outcome{KindParameter, no, no},
			outcome{KindParameter, no, no}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := says(t, tt.status, tt.body)
			c := g.client(t)
			_, err := c.FileStatus(t.Context(), frontID)
			if got := outcomeOf(t, err); got != tt.ask {
				t.Errorf("question: got %+v, want %+v (%v)", got, tt.ask, err)
			}
			_, err = c.CreatePersonPoint(t.Context(), threeElements())
			if got := outcomeOf(t, err); got != tt.file {
				t.Errorf("evidence point: got %+v, want %+v (%v)", got, tt.file, err)
			}
			if n := len(g.requests()); n != 2 {
				t.Errorf("%d requests, want 2: one each", n)
			}
		})
	}
}

// The ways a call can end without a whole answer, and whether the point may exist afterwards.
func TestInterruptedCalls(t *testing.T) {
	notSent, unknown := outcome{KindNetwork, true, false}, outcome{KindNetwork, false, true}
	broken := func(dial func(ctx context.Context) (net.Conn, error)) func(*Config) {
		return func(cfg *Config) {
			cfg.HTTPClient = &http.Client{Transport: &http.Transport{
				DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
			}}
		}
	}
	// answering starts a gateway whose answer may end the caller's context.
	answering := func(answer func(cancel func(), w http.ResponseWriter, r *http.Request)) func(*testing.T,
		func()) *Client {
		return func(t *testing.T, cancel func()) *Client {
			return newGateway(t, func(w http.ResponseWriter, r *http.Request, _ []byte) { answer(cancel, w, r) }).client(t,
				func(cfg *Config) { cfg.Timeout = 5 * time.Second })
		}
	}
	tests := []struct {
		name      string
		client    func(t *testing.T, cancel func()) *Client
		ask, file outcome
		cause     error
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
					_, _ = theirs.Read(make([]byte, 1)) // the client has begun to greet
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
		{"cancelled after sending", answering(func(cancel func(), _ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		}), notSent, unknown, context.Canceled},
		{"timeout after sending", func(t *testing.T, _ func()) *Client {
			return newGateway(t, func(_ http.ResponseWriter, r *http.Request, _ []byte) { <-r.Context().Done() }).client(t,
				func(cfg *Config) { cfg.Timeout = 300 * time.Millisecond })
		}, notSent, unknown, context.DeadlineExceeded},
		{"closed after sending", answering(func(func(), http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
			notSent, unknown, nil},
		{"not HTTP", answering(func(_ func(), w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, "张三 130401199601018395\r\n\r\n")
				_ = conn.Close()
			}
		}), notSent, unknown, nil},
		{"answer cut off", answering(func(_ func(), w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"code":0,"data":{"fileStatus":2,"eviPointId":"P1"}}`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}), outcome{KindMalformed, true, false}, outcome{KindMalformed, false, true}, io.ErrUnexpectedEOF},
		{"cancelled in the middle of the answer", answering(func(cancel func(), w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"code":0,`)
			_ = http.NewResponseController(w).Flush()
			cancel()
			<-r.Context().Done()
		}), notSent, unknown, context.Canceled},
		{"server error cut off", answering(func(_ func(), w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(502)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}), outcome{KindServer, true, false}, outcome{KindServer, false, true}, nil},
		{"401 cut off", answering(func(_ func(), w http.ResponseWriter, _ *http.Request) {
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
			{"question", tt.ask, func(c *Client, ctx context.Context) error {
				_, err := c.FileStatus(ctx, frontID)
				return err
			}},
			{"point", tt.file, func(c *Client, ctx context.Context) error {
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
					t.Errorf("%v does not wrap %v", err, tt.cause)
				}
				for e := err; e != nil; e = errors.Unwrap(e) {
					for _, leak := range canaries {
						if strings.Contains(e.Error(), leak) {
							t.Errorf("error %q contains %q", e, leak)
						}
					}
				}
			})
		}
	}
}

// A connection kept alive may die while it is used again; a point must not depend on that.
func TestPointUsesAFreshConnection(t *testing.T) {
	for name, given := range map[string]*http.Client{"own": nil, "plain": {},
		"transport": {Transport: &http.Transport{}}} {
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
				t.Error("questions do not share a connection")
			}
			if seen[2].remote == seen[1].remote || seen[3].remote == seen[2].remote {
				t.Error("a point went over a used connection")
			}
		})
	}
}

func TestRetryAfterAndRequestID(t *testing.T) {
	tests := []struct {
		header string
		want   time.Duration
	}{
		{"", 0}, {"7", 7 * time.Second}, {"-1", 0}, {"soon", 0}, {"99999999999999", time.Hour},
		{testNow.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		{testNow.Add(-90 * time.Second).Format(http.TimeFormat), 0},
		{testNow.Add(90 * time.Hour).Format(http.TimeFormat), time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.header, func(t *testing.T) {
			g := newGateway(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
				if tt.header != "" {
					w.Header().Set("Retry-After", tt.header)
				}
				w.Header().Set("X-Request-Id", "req-1")
				w.WriteHeader(429)
			})
			_, err := g.client(t).CreatePersonPoint(t.Context(), threeElements())
			e := mustError(t, err)
			if e.RetryAfter() != tt.want || !e.Temporary() || e.RequestID != "req-1" {
				t.Errorf("Retry-After %q: %v, %v, want %v", tt.header, e.RetryAfter(), e, tt.want)
			}
		})
	}
	h := http.Header{"X-Request-Id": {"张三"}, "X-Oss-Request-Id": {"64AB"}}
	if got := requestID(h); got != "64AB" {
		t.Errorf("request id %q, want %q", got, "64AB")
	}
}

// e签宝 may quote what was sent. Whatever it answers, only constants and field names come through.
func TestErrorsDoNotEcho(t *testing.T) {
	echo := "张三 130401199601018395 19800002222 " + testSecret
	bodies := []string{
		`{"code":1435002,"message":"cardNo格式错误: ` + echo + `"}`,
		`{"success":false,"code":401,"message":"INVALID_SIGNATURE ` + echo + `"}`,
		`{"success":false,"code":403,"message":"IP白名单不匹配 ` + echo + `"}`,
		`{"code":77,"message":"` + echo + `"}`,
		`{"code":"` + echo + `"}`,
		`{"code":0,"data":{"eviPointId":"` + echo + `"}}`,
		`{"code":130401199601018395}`,
		`{"errCode":5,"msg":"` + echo + `","RequestId":"` + echo + `"}`,
		`<Error><Code>` + echo + `</Code><Message>` + echo + `</Message><RequestId>` + echo + `</RequestId></Error>`,
		`<Error><Code>InvalidDigest</Code><Message>` + echo + `</Message></Error>`,
		echo,
	}
	for _, status := range []int{200, 302, 400, 401, 403, 404, 429, 500} {
		for _, body := range bodies {
			g := newGateway(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
				w.Header().Set("X-Request-Id", echo)
				w.Header().Set("Location", "http://%zz"+echo)
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			})
			c := g.client(t)
			_, err1 := c.CreatePersonPoint(t.Context(), threeElements())
			_, err2 := c.UploadURL(t.Context(), photoFile)
			_, err3 := c.FileStatus(t.Context(), frontID)
			err4 := c.Put(t.Context(), Upload{frontID, UploadLink(g.URL + "/x?Signature=" + testSecret)}, photoFile, photo)
			for _, err := range []error{err1, err2, err3, err4} {
				shown := fmt.Sprintf("%v %+v %#v", err, *mustError(t, err), errors.Unwrap(err))
				if b, jsonErr := json.Marshal(err); jsonErr == nil {
					shown += string(b)
				}
				for _, leak := range canaries {
					if strings.Contains(shown, leak) {
						t.Errorf("%d %.40s: %q contains %q", status, body, shown, leak)
					}
				}
			}
		}
	}
}

func TestNamedField(t *testing.T) {
	for message, want := range map[string]string{
		"参数错误: certAgreementReadHash不能为空": "certAgreementReadHash",
		"eviName is too long":             "eviName",
		"threeElements.smsCode":           "threeElements",
		"username":                        "",
		"张三":                              "",
		"":                                "",
	} {
		t.Run(message, func(t *testing.T) {
			if got := namedField(message); got != want {
				t.Errorf("namedField(%q) = %q, want %q", message, got, want)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	g := newGateway(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		w.Header().Set("X-Request-Id", "req-1")
		_, _ = io.WriteString(w, `{"code":1435002,"message":"参数错误: timeStamp类型错误"}`)
	})
	_, err := g.client(t).CreatePersonPoint(t.Context(), threeElements())
	if got, want := err.Error(), "esign CreatePersonPoint: parameter, code 1435002, HTTP 200, field timeStamp, request id req-1"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if KindOf(fmt.Errorf("wrapped: %w", err)) != KindParameter || KindOf(io.EOF) != "" {
		t.Error("KindOf does not look through wrapping")
	}
}
