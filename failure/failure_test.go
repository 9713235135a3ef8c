package failure

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// call is the error of a client.
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
	with := func(class Class, code string) Details {
		d := quota
		d.Class, d.Code = class, code
		return d
	}
	wish := Details{Class: Retry, After: time.Minute}
	for name, tt := range map[string]struct {
		err   error
		write bool
		want  Details
	}{
		"what the client says":  {call{Details: quota}, true, quota},
		"wrapped":               {fmt.Errorf("step: %w", call{Details: quota}), false, quota},
		"temporary":             {call{Details: quota, temporary: true}, true, with(Retry, CodeUnavailable)},
		"write, maybe applied":  {call{Details: quota, maybe: true}, true, with(Unknown, CodeUnknownOutcome)},
		"read, maybe applied":   {call{Details: quota, maybe: true, temporary: true}, false, with(Retry, CodeUnavailable)},
		"with a pause":          {call{Details: wish}, false, wish},
		"write, deadline":       {context.DeadlineExceeded, true, Details{Class: Unknown, Code: CodeUnknownOutcome}},
		"read, canceled":        {context.Canceled, false, Details{Class: Retry, Code: CodeUnavailable}},
		"error of this program": {errors.New("disk"), true, Details{Class: Refused, Code: CodeRefused}},
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
	for name, tt := range map[string]struct {
		attempt int
		atLeast time.Duration
		want    time.Duration
	}{
		"before the first attempt": {attempt: 0, want: time.Second},
		"first attempt":            {attempt: 1, want: time.Second},
		"third attempt":            {attempt: 3, want: 5 * time.Second},
		"last step":                {attempt: 8, want: 5 * time.Minute},
		"after the last step":      {attempt: 99, want: 5 * time.Minute},
		"the platform's pause":     {attempt: 1, atLeast: time.Minute, want: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Backoff(tt.attempt, tt.atLeast); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
