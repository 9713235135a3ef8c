package workers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"shiming/bot"
	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// codesOf reads the codes of bot/codes.go.
func codesOf(t *testing.T) (codes []int) {
	t.Helper()
	raw, err := os.ReadFile("../bot/codes.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t(\d+): +\{class:`).FindAllSubmatch(raw, -1) {
		code, _ := strconv.Atoi(string(m[1]))
		codes = append(codes, code)
	}
	if len(codes) < 110 {
		t.Fatalf("codes: got %d, want at least 110", len(codes))
	}
	return codes
}

// refusals asks the real client what each code means when a message is sent and when a card is changed.
func refusals(t *testing.T, codes []int) (sends, patches map[int]error) {
	t.Helper()
	p := newPlatforms(t)
	c, err := bot.NewClient(bot.ClientConfig{BaseURL: p.URL, AppID: "cli_test", AppSecret: "s", Log: workerstest.Quiet})
	if err != nil {
		t.Fatal(err)
	}
	sends, patches = map[int]error{}, map[int]error{}
	card := json.RawMessage(`{}`)
	for _, code := range codes {
		p.fail("send", feishuSays(code))
		_, sends[code] = c.Send(t.Context(), flows.Receiver{Type: "open_id", ID: "ou_1"}, card, "u")
		p.fail("patch", feishuSays(code))
		patches[code] = c.Patch(t.Context(), "om_1", func() (json.RawMessage, error) { return card, nil })
	}
	return sends, patches
}

// lastWords counts the lines with which cards are given up, by level.
type lastWords struct{ levels []slog.Level }

func (l *lastWords) Enabled(context.Context, slog.Level) bool { return true }
func (l *lastWords) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *lastWords) WithGroup(string) slog.Handler            { return l }
func (l *lastWords) Handle(_ context.Context, r slog.Record) error {
	if slices.Contains([]string{"card was not shown", "card was not sent"}, r.Message) {
		l.levels = append(l.levels, r.Level)
	}
	return nil
}

// failedCalls notes the class of the last failed call.
type failedCalls struct {
	engine.Observer
	last failure.Class
}

func (f *failedCalls) CallFailed(_ string, class failure.Class)                     { f.last = class }
func (f *failedCalls) Effect(flows.JobKind, string, time.Duration)                  {}
func (f *failedCalls) Moved(flows.State, flows.State, time.Duration, time.Duration) {}

// ofOneReceiver lists the codes that speak of one person or group (page 发送消息). The metric of the operator's alert must
// not count them.
var ofOneReceiver = []int{
	230002, 230013, 230018, 230029, 230034, 230035, 230038, 230053, 230054, 230075, 232009,
}

// TestEveryRefusalEnds: each code at each audience. A card is tried for at most a day and two hours, an answer for at
// most half an hour; then there is one last word, no job and no lease are left, and the next change of the case tries
// anew. A refusal by one receiver is tried once and is not the operator's.
func TestEveryRefusalEnds(t *testing.T) {
	t.Parallel()
	words, calls := &lastWords{}, &failedCalls{}
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Log, d.Observe = slog.New(words), calls })
	codes := codesOf(t)
	sends, patches := refusals(t, codes)
	c := w.PutCase(flows.AwaitingPhotos, "ou_1")
	surface := func(audience, toType, to string) *flows.Surface {
		return &flows.Surface{ID: "case/" + c.ID + "/" + audience + "/" + to, CaseID: c.ID, Audience: audience,
			To: flows.Receiver{Type: toType, ID: to}}
	}
	board := &flows.Surface{ID: "board/oc_all", Audience: flows.AudienceBoard, TenantKey: workerstest.Tenant,
		To: flows.Receiver{Type: "chat_id", ID: "oc_all"}}
	for _, tt := range []struct {
		name    string
		surface *flows.Surface // nil for a reply
		patch   bool
		within  time.Duration
	}{
		{"applicant, first message", surface(flows.AudienceApplicant, "open_id", "ou_1"), false, 26 * time.Hour},
		{"applicant, change", surface(flows.AudienceApplicant, "open_id", "ou_1"), true, 26 * time.Hour},
		{"review group, first message", surface(flows.AudienceHR, "chat_id", "oc_hr"), false, 26 * time.Hour},
		{"review group, change", surface(flows.AudienceHR, "chat_id", "oc_hr"), true, 26 * time.Hour},
		{"admin, first message", surface(flows.AudienceHR, "open_id", "ou_hr1"), false, 26 * time.Hour},
		{"admin, change", surface(flows.AudienceHR, "open_id", "ou_hr1"), true, 26 * time.Hour},
		{"board, first message", board, false, 26 * time.Hour},
		{"board, change", board, true, 26 * time.Hour},
		{"reply", nil, false, 30 * time.Minute},
	} {
		errs := sends
		if tt.patch {
			errs = patches
		}
		for _, code := range codes {
			t.Run(fmt.Sprintf("%s/%d", tt.name, code), func(t *testing.T) {
				w.Messenger.SendFunc = func(context.Context, flows.Receiver, json.RawMessage, string) (string, error) {
					return "", errs[code]
				}
				w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return errs[code] }
				words.levels = nil
				j := flows.Reply(flows.ReplyGreeting).Towards(flows.Receiver{Type: "open_id", ID: "ou_1"}).
					For(workerstest.Tenant, "ou_1")
				if tt.surface != nil {
					s := *tt.surface
					s.WantedGeneration = 1
					if tt.patch {
						s.SentGeneration, s.MessageID = 1, "om_1"
					}
					w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error { return tx.PutSurface(t.Context(), &s) }))
					j = flows.ShowSurface(s.CaseID, s.ID)
				}
				j.Key, j.Attempt, j.Due = fmt.Sprint("job-", code), 1, w.Now()
				err := w.Run(t.Context(), j)
				receivers := slices.Contains(ofOneReceiver, code)
				if again, ok := errors.AsType[*flows.RetryLater](err); ok {
					if again.In > 5*time.Minute || len(words.levels) > 0 || receivers {
						t.Errorf("first attempt: got %v in %s, last words %v; want another within 5m", err, again.In, words.levels)
					}
					if !again.Snooze { // a snooze is no attempt
						j.Attempt = 3
					}
					j.Due = w.Now().Add(-tt.within)
					err = w.Run(t.Context(), j)
				}
				if err != nil {
					t.Fatalf("last attempt: got %v, want the end", err)
				}
				if receivers && calls.last != failure.Receiver {
					t.Errorf("counted as: got %s, want %s", calls.last, failure.Receiver)
				}
				if tt.surface == nil {
					if len(words.levels) != 1 {
						t.Errorf("last words: got %v, want one", words.levels)
					}
					return
				}
				s := w.Surface(tt.surface.ID)
				masked := w.CaseNow(c.ID).MaskedForm
				if len(words.levels) != 1 && !masked || s.LeaseOwner != "" && !masked {
					t.Errorf("got last words %v and lease owner %q, want one and none", words.levels, s.LeaseOwner)
				}
				person := tt.surface.To.ID == "ou_1"
				if receivers && person && !slices.Equal(words.levels, []slog.Level{slog.LevelWarn}) {
					t.Errorf("one person's refusal: got levels %v, want one warning", words.levels)
				}
				w.Messenger.SendFunc, w.Messenger.PatchFunc = nil, nil
				j.Key, j.Attempt, j.Due = j.Key+"-next", 1, w.Now()
				w.Must(w.Run(t.Context(), j))
				if s := w.Surface(tt.surface.ID); s.Outdated() || s.SentGeneration != s.WantedGeneration {
					t.Errorf("the next change: got %+v, want it shown", s)
				}
			})
		}
	}
}
