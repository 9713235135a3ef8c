package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/failure"
)

func TestAuthorizeURL(t *testing.T) {
	t.Parallel()
	const back, state = "https://hr.example.com/agreement/login", "a+b/c=&d"
	for base, page := range map[string]string{
		"https://open.feishu.cn":     "https://accounts.feishu.cn",
		"https://open.larksuite.com": "https://accounts.larksuite.com",
		"http://127.0.0.1:8081":      "http://127.0.0.1:8081",
		"https://feishu.example.com": "https://feishu.example.com",
	} {
		t.Run(base, func(t *testing.T) {
			c, err := NewClient(ClientConfig{BaseURL: base, AppID: "cli_1", AppSecret: "secret"})
			if err != nil {
				t.Fatal(err)
			}
			want := page + "/open-apis/authen/v1/authorize?client_id=cli_1" +
				"&redirect_uri=https%3A%2F%2Fhr.example.com%2Fagreement%2Flogin&response_type=code&state=a%2Bb%2Fc%3D%26d"
			if got := c.AuthorizeURL(back, state); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// loginFake is a fake with the two calls of a login. A nil handler answers well.
func loginFake(t *testing.T, token, info http.HandlerFunc) *fake {
	f := newFake(t)
	if token == nil {
		token = func(w http.ResponseWriter, r *http.Request) {
			want := m{
				"grant_type":    "authorization_code",
				"client_id":     testApp,
				"client_secret": f.secret,
				"code":          "c-1",
				"redirect_uri":  "https://hr.example.com/agreement/login",
			}
			if got := bodyOf(t, r); !reflect.DeepEqual(got, want) || r.Header.Get("Authorization") != "" {
				t.Errorf("got %v with the header %q, want %v without", got, r.Header.Get("Authorization"), want)
			}
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = io.WriteString(w, `{"code":0,"access_token":"u-canary","expires_in":7200,"token_type":"Bearer"}`)
		}
	}
	if info == nil {
		info = func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Authorization"); got != "Bearer u-canary" {
				t.Errorf("got Authorization %q, want the user token", got)
			}
			ok(w, `{"name":"张三","open_id":"ou_1","union_id":"on_1","tenant_key":"tk_1","mobile":"+8613812345678"}`)
		}
	}
	f.mux.HandleFunc("POST /open-apis/authen/v2/oauth/token", token)
	f.mux.HandleFunc("GET /open-apis/authen/v1/user_info", info)
	return f
}

func identify(ctx context.Context, c *Client) (string, string, error) {
	return c.Identify(ctx, "c-1", "https://hr.example.com/agreement/login")
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	f := loginFake(t, nil, nil)
	var ops []string
	for name, marketplace := range map[string]TicketStore{"self-built": nil, "marketplace": &fakeTicketStore{}} {
		t.Run(name, func(t *testing.T) {
			ops = nil
			c := f.client(t, func(cfg *ClientConfig) {
				cfg.Marketplace = marketplace
				cfg.Observe = func(op, outcome string, _ time.Duration) { ops = append(ops, op+" "+outcome) }
			})
			tenant, person, err := identify(t.Context(), c)
			if tenant != "tk_1" || person != "ou_1" || err != nil {
				t.Errorf("got %q, %q, %v; want tk_1, ou_1", tenant, person, err)
			}
			if want := []string{"authen.oauth.token ok", "authen.user_info.get ok"}; !slices.Equal(ops, want) {
				t.Errorf("got the calls %v, want %v, and none for a token of the app", ops, want)
			}
		})
	}
}

// loginCodes is our reading of the table of login codes, written down independently of the table that is tested.
var loginCodes = map[failure.Login][]int{
	failure.LoginAgain: {20003, 20004, 20005, 20007, 20039, 20049, 20065, 99991668, 99991677, 99991679},
	failure.LoginRefused: {
		20008, 20021, 20022, 20023, 20066, // the person
		20009, 20010, 20042, 20048, 20069, // the administrator's
	},
	failure.LoginSetup: {
		20002, 20025, 20028, 20035, 20013, 20014, 20024, 20027, 20029, 20046, // configuration
		20001, 20036, 20063, 20067, 20068, 20070, 20071, // a bug
		99991401, 99991662, 99991672, 99991403, 987654321,
	},
	failure.LoginLater: {20050, 20072, 99991400},
}

// oauthError answers like the token API: a text in error, and no msg.
func oauthError(w http.ResponseWriter, status, code int) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Tt-Logid", "2026112112000001")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(m{"code": code, "error": "invalid_grant", "error_description": "canary 张三"})
}

func TestLoginCodes(t *testing.T) {
	t.Parallel()
	var code int
	exchange := loginFake(t, func(w http.ResponseWriter, _ *http.Request) { oauthError(w, 400, code) }, nil).client(t)
	info := loginFake(t, nil, func(w http.ResponseWriter, _ *http.Request) { answerCode(w, 200, code) }).client(t)
	for want, list := range loginCodes {
		for _, code = range list {
			t.Run(fmt.Sprint(code), func(t *testing.T) {
				for call, c := range map[string]*Client{"exchange": exchange, "user_info": info} {
					_, _, err := identify(t.Context(), c)
					var api *APIError
					if !errors.As(err, &api) || api.Code != code || api.LogID() != "2026112112000001" || api.MaybeApplied() {
						t.Fatalf("%s: got %v, want code %d and its log id", call, err, code)
					}
					if got := failure.LoginOf(fmt.Errorf("login: %w", err)); got != want {
						t.Errorf("%s: got %q, want %q", call, got, want)
					}
					if strings.Contains(err.Error(), "canary") {
						t.Errorf("%s: got a text of the platform in %q, want none", call, err)
					}
				}
			})
		}
	}
}

func TestLoginAnswers(t *testing.T) {
	t.Parallel()
	body := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	refuse := func(status, code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { oauthError(w, status, code) }
	}
	for _, tt := range []struct {
		name        string
		token, info http.HandlerFunc
		want        failure.Login
	}{
		{"server error", refuse(500, 20050), nil, failure.LoginLater},
		{"unknown code, 500", refuse(500, 29999), nil, failure.LoginLater},
		{"unknown code, 400", refuse(400, 29999), nil, failure.LoginSetup},
		{"closed", func(w http.ResponseWriter, _ *http.Request) { hangUp(w, false) }, nil, failure.LoginLater},
		{"page of a proxy", page(502, "text/html"), nil, failure.LoginLater},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, nil, failure.LoginLater},
		{"no token", body(200, `{"code":0,"token_type":"Bearer"}`), nil, failure.LoginLater},
		{"token of another type", body(200, `{"code":0,"access_token":7}`), nil, failure.LoginLater},
		{"no code", body(400, `{"error":"invalid_grant"}`), nil, failure.LoginLater},
		{"endless", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.CopyN(w, zeros{}, maxResponse+1000)
		}, nil, failure.LoginLater},
		{"nobody", nil, body(200, `{"code":0,"data":{"tenant_key":"tk_1"}}`), failure.LoginLater},
		{"no company", nil, body(200, `{"code":0,"data":{"open_id":"ou_1"}}`), failure.LoginLater},
		{"user_info closed", nil, func(w http.ResponseWriter, _ *http.Request) { hangUp(w, true) }, failure.LoginLater},
		{"gateway's limit", nil, refuse(429, 99991400), failure.LoginLater},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := identify(t.Context(), loginFake(t, tt.token, tt.info).client(t))
			if err == nil || failure.LoginOf(err) != tt.want {
				t.Errorf("got %v, which is %q, want %q", err, failure.LoginOf(err), tt.want)
			}
		})
	}
}

// TestNoCodeToExchange checks that a code that cannot be one costs no call.
func TestNoCodeToExchange(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	for name, code := range map[string]string{"empty": "", "long": strings.Repeat("c", maxLoginCode+1)} {
		t.Run(name, func(t *testing.T) {
			_, _, err := f.client(t).Identify(t.Context(), code, "https://hr.example.com/agreement/login")
			if got := failure.LoginOf(err); err == nil || got != failure.LoginAgain || len(f.called()) > 0 {
				t.Errorf("got %v, which is %q, and the calls %v; want %q and none", err, got, f.called(), failure.LoginAgain)
			}
		})
	}
}

// TestLoginLeaksNothing checks that logs, errors and the printed client hold no code, token, secret or name.
func TestLoginLeaksNothing(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for _, f := range []*fake{
		loginFake(t, nil, nil),
		loginFake(t, func(w http.ResponseWriter, _ *http.Request) { oauthError(w, 400, 20003) }, nil),
		loginFake(t, nil, func(w http.ResponseWriter, _ *http.Request) { hangUp(w, true) }),
		loginFake(t, nil, func(w http.ResponseWriter, _ *http.Request) { answerMessage(w, 200, 20021, "张三 u-canary") }),
	} {
		c := f.client(t, func(cfg *ClientConfig) { cfg.Log = logger })
		_, _, err := identify(t.Context(), c)
		logger.Error("login", "error", err, "client", fmt.Sprintf("%+v %+v", c, err))
	}
	for _, secret := range []string{"u-canary", "app-secret-canary", "张三", "c-1", "hr.example.com"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("got %q in\n%s\nwant it nowhere", secret, log.String())
		}
	}
}
