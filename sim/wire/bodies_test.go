package wire_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"shiming/sim/wire"
)

func TestInspect(t *testing.T) {
	picture := "\xff\xd8\xff" + strings.Repeat("p", 300_000)
	var mu sync.Mutex
	var got []wire.Exchange
	rec := wire.NewRecorder(10)
	rec.Inspect = func(x wire.Exchange) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, x)
	}
	faults := &wire.Faults{}
	srv := httptest.NewServer(wire.Handler("feishu", nil, rec, faults,
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if r.URL.Path == "/picture" {
				_, _ = io.WriteString(w, picture)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, answerBody)
		})))
	defer srv.Close()
	for _, test := range []struct {
		name, path string
		fault      string
		in         string
		inSize     int64
		out        string // beginning
		outSize    int64
	}{
		{"plain", "/a?x=1", "", `{"a":1}`, 7, answerBody, int64(len(answerBody))},
		{"large answer", "/picture", "", "", 0, "\xff\xd8\xffppp", int64(len(picture))},
		{"large request", "/a", "", strings.Repeat("r", 200_000), 200_000, answerBody, int64(len(answerBody))},
		{"dropped after", "/a", wire.DropAfter, "body", 4, "", 0},
		{"dropped before", "/a", wire.DropBefore, "body", 4, "", 0},
		{"another shape", "/a", wire.WrongShape, "body", 4, wire.WrongShapeBody, int64(len(wire.WrongShapeBody))},
		{"truncated", "/a", wire.Truncate, "body", 4, answerBody[:len(answerBody)/2], int64(len(answerBody) / 2)},
	} {
		t.Run(test.name, func(t *testing.T) {
			got = nil
			if test.fault != "" {
				faults.Arm(wire.Fault{Kind: test.fault, Times: 1})
			}
			req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, srv.URL+test.path,
				strings.NewReader(test.in))
			if err != nil {
				t.Fatal(err)
			}
			if resp, err := srv.Client().Do(req); err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
			mu.Lock()
			if len(got) != 1 {
				t.Fatalf("%s: inspected %d times, want 1", test.name, len(got))
			}
			x := got[0]
			mu.Unlock()
			if x.In.Size != test.inSize || !strings.HasPrefix(test.in, string(x.In.Head)) ||
				x.In.Whole() != (test.inSize < 90_000) {
				t.Errorf("%s: request of %d bytes, %d kept, want %v", test.name, x.In.Size, len(x.In.Head), test.inSize)
			}
			if x.Out.Size != test.outSize || !strings.HasPrefix(string(x.Out.Head), test.out) || test.out == "" &&
				len(x.Out.Head) > 0 {
				t.Errorf("%s: answer of %d bytes: %.60q", test.name, x.Out.Size, x.Out.Head)
			}
			if x.Call.Seq == 0 || x.Call.Fault != test.fault {
				t.Errorf("%s: call %+v", test.name, x.Call)
			}
		})
	}
}
