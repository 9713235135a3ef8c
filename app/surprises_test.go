package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/store"
)

func TestNamesOfSurprises(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ difference, want string }{
		{"unknown_field:data.user.avatar.avatar_1080", "unknown_field:data.user.avatar.avatar_1080"},
		{"unknown_field:event.i18n_names", "unknown_field:event.i18n_names"},
		{"missing_field:Response.RequestId", "missing_field:Response.RequestId"},
		{"time_unit:X-Lark-Request-Timestamp", "time_unit:X-Lark-Request-Timestamp"},
		{"unknown_code:-14", "unknown_code:-14"},
		{"unknown_code:1000040350", "unknown_code:1000040350"},
		{"unknown_code:FailedOperation.X", "unknown_code:FailedOperation.X"},
		{"host:shiming-1.oss-cn-hangzhou.aliyuncs.com", "host:shiming-1.oss-cn-hangzhou.aliyuncs.com"},

		{"unknown_field:data.ou_7d8a6e6df7621556ce0d21922b676706", "unknown_field:other"}, // a map by id
		{"unknown_field:data.2ed263bf32cf1651", "unknown_field:other"},
		{"unknown_field:data.13812345678", "unknown_field:other"},
		{"unknown_field:data.110101199003070011", "unknown_field:other"},
		{"unknown_field:data.张三", "unknown_field:other"},
		{"unknown_field:data." + strings.Repeat("a", 41), "unknown_field:other"},
		{"unknown_field:" + strings.Repeat("a.", 60) + "a", "unknown_field:other"},
		{"unknown_field:", "unknown_field:other"},
		{"unknown_field:a\nb", "unknown_field:other"},
		{"unknown_code:13812345678", "unknown_code:other"},
		{"unknown_code:he said 138", "unknown_code:other"},
		{"host:张三.example.com", "host:other"},
		{"host:", "host:other"},
		{"", "other:other"},
		{"joke:x", "other:other"},
	} {
		if got := named(tc.difference); got != tc.want {
			t.Errorf("%q: got %q, want %q", tc.difference, got, tc.want)
		}
	}
}

// fakeSurprises is a store whose writes fail while err is not nil.
type fakeSurprises struct {
	mu   sync.Mutex
	err  error
	kept map[string]int64
}

func (f *fakeSurprises) AddSurprises(_ context.Context, all []store.Surprise) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return f.err
	}
	for _, x := range all {
		f.kept[x.What] += x.Count
	}
	return nil
}

func (f *fakeSurprises) Surprises(context.Context) ([]store.Surprise, error) {
	return []store.Surprise{{Upstream: "feishu", Operation: "op", What: "type:old"}}, nil
}

func newTestSurprises(t *testing.T) (s *surprises, kept *fakeSurprises, log *bytes.Buffer) {
	t.Helper()
	kept, log = &fakeSurprises{kept: map[string]int64{}}, &bytes.Buffer{}
	s, err := newSurprises(t.Context(), kept, newMetrics(), slog.New(slog.NewTextHandler(log, nil)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s, kept, log
}

// TestSurprisesAreKept: each is logged once, counted always, and stored although the database is away at first.
func TestSurprisesAreKept(t *testing.T) {
	t.Parallel()
	s, kept, log := newTestSurprises(t)
	kept.err = errors.New("gone")
	report := s.of("feishu")
	report("op", "unknown_field:data.x")
	report("op", "type:data.y")
	s.flush(t.Context())
	report("op", "type:data.y")
	kept.err = nil
	s.flush(t.Context())
	s.flush(t.Context())
	if kept.kept["type:data.y"] != 2 || kept.kept["unknown_field:data.x"] != 1 {
		t.Errorf("got %v, want 2 and 1", kept.kept)
	}
	for _, line := range []string{
		`level=INFO msg="platform differs from its published page" upstream=feishu operation=op what=unknown_field:data.x`,
		`level=WARN msg="platform differs from its published page" upstream=feishu operation=op what=type:data.y`,
	} {
		if n := strings.Count(log.String(), line); n != 1 {
			t.Errorf("got %d lines %q, want one\n%s", n, line, log)
		}
	}
}

// TestSurprisesAreLimited: a platform that sends ever new names fills neither metric, log nor database.
func TestSurprisesAreLimited(t *testing.T) {
	t.Parallel()
	s, kept, log := newTestSurprises(t)
	name := func(i int) string { // letters only
		return fmt.Sprintf("unknown_field:data.%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/26/26)
	}
	const reported = 3 * maxSurprises
	for i := range reported {
		s.note("feishu", "op", name(i))
	}
	s.note("feishu", "op", name(0))
	s.flush(t.Context())
	others := kept.kept["unknown_field:other"]
	if len(kept.kept) != maxSurprises || others != reported-maxSurprises+1 || kept.kept[name(0)] != 2 {
		t.Errorf("got %d names, %d others, want %d and %d", len(kept.kept), others, maxSurprises, reported-maxSurprises+1)
	}
	if n := strings.Count(log.String(), "\n"); n != maxSurprises {
		t.Errorf("got %d lines, want %d", n, maxSurprises)
	}
}

// TestFirstSurpriseIsStoredAtOnce: the first of its kind does not wait for the next round.
func TestFirstSurpriseIsStoredAtOnce(t *testing.T) {
	t.Parallel()
	s, kept, _ := newTestSurprises(t)
	ctx := t.Context()
	defer s.start(ctx)(ctx)
	s.note("esign", "Put", "host:a.example.com")
	for ctx.Err() == nil {
		kept.mu.Lock()
		n := kept.kept["host:a.example.com"]
		kept.mu.Unlock()
		if n == 1 {
			return
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
		}
	}
	t.Error("never stored")
}
