package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"shiming/sim/feishu"
)

// errStale: the card has changed since it was looked at, so that the button is not there any more. Look again.
var errStale = errors.New("sim: the card has changed meanwhile")

// BotError is an answer of the bot that no bot may give, whatever the circumstances: the client shows an error.
type BotError struct {
	Act    string
	Code   int     // as the client shows it, e.g. 200672
	Faults []error // what is wrong with the card in the answer
}

func (e *BotError) Error() string {
	return fmt.Sprintf("sim: the bot answered the click on %q so that the client shows error %d: %v", e.Act, e.Code,
		errors.Join(e.Faults...))
}

// A click that gets no answer is tried again after a while, as people do.
const (
	firstPatience = 250 * time.Millisecond
	mostPatience  = 4 * time.Second
)

// press clicks a button and has patience with a bot that is away or busy. It gives up only with ctx.
func (w *World) press(ctx context.Context, openID string, s screen, match func(feishu.Button) bool, act string,
	form map[string]any) (feishu.CallbackResult, error) {
	for wait := firstPatience; ; wait = min(2*wait, mostPatience) {
		res, err := w.Feishu.Click(ctx, openID, s.msg.ID, match, form)
		switch {
		case err != nil:
			if now, ok := w.Feishu.Message(s.msg.ID); ok && (now.Edits != s.msg.Edits || now.Recalled) {
				return res, errStale
			}
			return res, fmt.Errorf("sim: pressing %q on %s: %w", act, s, err)
		case ctx.Err() != nil:
			return res, ctx.Err()
		case res.ErrorCode == 200672 || res.ErrorCode == 200673 || res.ErrorCode == 200830:
			return res, &BotError{Act: act, Code: res.ErrorCode, Faults: res.CardErrors}
		case res.ErrorCode == 0 && !busy(res.Toast):
			return res, nil
		}
		if err := pause(ctx, wait); err != nil {
			return res, err
		}
	}
}

// busy recognises the toast that asks to click again in a few seconds. Every other toast is an answer.
func busy(t *feishu.Toast) bool { return strings.Contains(t.Text("zh_cn"), "再点一次") }

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
