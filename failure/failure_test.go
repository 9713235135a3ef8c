package failure

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// call is a client's error.
type call struct {
	Details
	temporary, maybe bool
}

func (c call) Error() string             { return "call" }
func (c call) Temporary() bool           { return c.temporary }
func (c call) RetryAfter() time.Duration { return c.After }
func (c call) MaybeApplied() bool        { return c.maybe }
func (c call) Failure() Details          { return c.Details }

func TestOf(t *testing.T) {
	t.Parallel()
	quota := Details{
		Class:     Operator,
		Operation: "op",
		Code:      "quota",
		Upstream:  "7",
		LogID:     "log",
	}
	for name, tt := range map[string]struct {
		err   error
		write bool
		want  Details
	}{
		"as the client says": {call{Details: quota}, true, quota},
		"wrapped":            {fmt.Errorf("step: %w", call{Details: quota}), false, quota},
		"temporary": {call{Details: quota, temporary: true}, true,
			Details{Retry, "op", CodeUnavailable, "7", "log", "", "", 0}},
		"maybe applied, a write": {call{Details: quota, maybe: true}, true,
			Details{Unknown, "op", CodeUnknownOutcome, "7", "log", "", "", 0}},
		"maybe applied, repeatable": {call{Details: quota, maybe: true, temporary: true}, false,
			Details{Retry, "op", CodeUnavailable, "7", "log", "", "", 0}},
		"wish": {call{Details: Details{Class: Retry, After: time.Minute}}, false,
			Details{Class: Retry, After: time.Minute}},
		"deadline, a write": {context.DeadlineExceeded, true, Details{Class: Unknown, Code: CodeUnknownOutcome}},
		"canceled":          {context.Canceled, false, Details{Class: Retry, Code: CodeUnavailable}},
		"of our own":        {errors.New("disk"), true, Details{Class: Refused, Code: CodeRefused}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Of(tt.err, tt.write); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]time.Duration{0: time.Second, 1: time.Second, 3: 5 * time.Second, 8: 5 * time.Minute,
		99: 5 * time.Minute} {
		if got := Backoff(n, 0); got != want {
			t.Errorf("attempt %d: got %s, want %s", n, got, want)
		}
	}
	if got := Backoff(1, time.Minute); got != time.Minute {
		t.Errorf("with a wish: got %s, want 1m", got)
	}
}
