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
	upstream := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/picture" {
			_, _ = io.WriteString(w, picture)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answerBody)
	}
	srv := httptest.NewServer(wire.Handler("feishu", nil, rec, faults, http.HandlerFunc(upstream)))
	defer srv.Close()
	for _, test := range []struct {
		name, path string
		fault      string
		in         string
		inSize     int64
		out        string // beginning of the answer
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
				t.Fatalf("inspected %d times, want 1", len(got))
			}
			x := got[0]
			mu.Unlock()
			if x.In.Size != test.inSize || !strings.HasPrefix(test.in, string(x.In.Head)) ||
				x.In.Whole() != (test.inSize < 90_000) {
				t.Errorf("request of %d bytes, %d kept, want %d", x.In.Size, len(x.In.Head), test.inSize)
			}
			head := string(x.Out.Head)
			if x.Out.Size != test.outSize || !strings.HasPrefix(head, test.out) || test.out == "" && head != "" {
				t.Errorf("answer of %d bytes %.60q, want %d bytes that begin with %.60q", x.Out.Size, head, test.outSize, test.out)
			}
			if x.Call.Seq == 0 || x.Call.Fault != test.fault {
				t.Errorf("call %+v, want fault %q", x.Call, test.fault)
			}
		})
	}
}
