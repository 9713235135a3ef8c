package feishu

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func TestPBFrames(t *testing.T) {
	f := pbFrame{
		seqID:    300,
		logID:    1<<63 + 5,
		service:  33554678,
		method:   1,
		headers:  [][2]string{{"type", "event"}, {"sum", "1"}},
		payload:  bytes.Repeat([]byte("x"), 300),
		logIDNew: "log",
	}
	got, err := parsePB(f.bytes())
	if err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("got %+v, %v, want the frame that was written", got, err)
	}
	raw := f.bytes()
	for _, bad := range [][]byte{raw[:len(raw)-1], raw[2:], append(bytes.Clone(raw), 0x50, 1), {0x08}} {
		if _, err := parsePB(bad); err == nil {
			t.Errorf("%x: want an error", bad)
		}
	}
}

// TestLongConnTickets checks that a wrong secret gets no URL, and that a ticket opens one connection.
func TestLongConnTickets(t *testing.T) {
	s := New(Config{AppID: "cli_1", AppSecret: "s"})
	defer s.Close()
	front := httptest.NewServer(s)
	defer front.Close()
	ask := func(secret string) (code int, at string) {
		resp, err := http.Post(front.URL+longConnEndpoint, "application/json",
			strings.NewReader(`{"AppID":"cli_1","AppSecret":"`+secret+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var out struct {
			Code int
			Data struct{ URL string }
		}
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		return out.Code, out.Data.URL
	}
	if code, at := ask("other"); code != codeAuthFailed || at != "" {
		t.Errorf("with a wrong secret: %d %q, want %v, %q", code, at, codeAuthFailed, "")
	}
	_, at := ask("s")
	target, err := url.Parse(at)
	if err != nil || target.Scheme != "ws" {
		t.Fatalf("got %q, %v, want a socket URL", at, err)
	}
	for i, want := range []int{http.StatusSwitchingProtocols, http.StatusForbidden} {
		conn, err := net.Dial("tcp", target.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		req, _ := http.NewRequest(http.MethodGet, "http://"+target.Host+target.RequestURI(), nil)
		req.Header = http.Header{
			"Connection":            {"Upgrade"},
			"Upgrade":               {"websocket"},
			"Sec-Websocket-Version": {"13"},
			"Sec-Websocket-Key":     {"dGhlIHNhbXBsZSBub25jZQ=="},
		}
		if err := req.Write(conn); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), req)
		if err != nil || resp.StatusCode != want {
			t.Fatalf("time %d: %v %v", i, resp, err)
		}
		if i == 0 && resp.Header.Get("Sec-Websocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" { // RFC 6455, section 1.3
			t.Error(resp.Header)
		}
	}
	if open, made := s.LongConnections(); open != 1 || made != 1 {
		t.Errorf("%d open, %d made, want 1, 1", open, made)
	}
}

// TestNoLongConnection checks that an event without an open connection is not delivered and has a retry.
func TestNoLongConnection(t *testing.T) {
	s := New(Config{AppID: "cli_1", AppSecret: "s", RetrySchedule: nil})
	defer s.Close()
	s.LongConnection(true)
	u := s.AddUser(User{Name: "某"})
	sent, err := s.SendText(t.Context(), u.OpenID, "你好")
	if err != nil || sent.Delivery.Delivered || len(sent.Delivery.Attempts) != 1 ||
		sent.Delivery.Attempts[0].Failure != "connect" {
		t.Errorf("%+v %v", sent.Delivery, err)
	}
}
