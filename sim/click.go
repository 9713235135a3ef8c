package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"shiming/sim/feishu"
)

// errStale means that the card has changed since the robot read it and the button is gone. The caller reads the chat
// again.
var errStale = errors.New("sim: the card has changed meanwhile")

// BotError reports an answer to a click for which the Feishu client shows an error. No fault of a platform excuses such
// an answer.
type BotError struct {
	Act    string
	Code   int     // error code that the client shows, e.g. 200672
	Faults []error // what is wrong with the card in the answer
}

func (e *BotError) Error() string {
	return fmt.Sprintf("sim: the bot answered the click on %q so that the client shows error %d: %v",
		e.Act, e.Code, errors.Join(e.Faults...))
}

// Backoff between two tries of a click that got no answer.
const (
	firstBackoff = 250 * time.Millisecond
	maxBackoff   = 4 * time.Second
)

// press clicks a button and repeats the click, with backoff, while the bot is unavailable or busy. It ends with an
// answer, an error that a repetition does not cure, or ctx.
func (w *World) press(ctx context.Context, openID string, s screen, match func(feishu.Button) bool, act string,
	form map[string]any) (feishu.CallbackResult, error) {
	for wait := firstBackoff; ; wait = min(2*wait, maxBackoff) {
		res, err := w.Feishu.Click(ctx, openID, s.msg.ID, match, form)
		switch {
		case err != nil:
			if w.changed(s) {
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

// foldsForm reports whether the card has the form of an act behind a button that opens it.
func (s screen) foldsForm(act string) bool {
	return s.acts[actDecide] && s.fields(act) == nil && (act == actSendBack || act == actReject)
}

// offers reports whether the card has the button of an act, or the one that opens its form.
func (s screen) offers(act string) bool { return s.acts[act] || s.foldsForm(act) }

// opened reports whether the card shows the form that it may fold away.
func (s screen) opened() bool {
	return s.fields(actReject) != nil && (s.acts[actApprove] || s.acts[actKeepOnFile])
}

// openForm opens the form of an act that the card folds away, and returns the card with it.
func (w *World) openForm(ctx context.Context, openID string, s screen, act string) (screen, error) {
	if !s.foldsForm(act) {
		return s, nil
	}
	if _, err := w.press(ctx, openID, s, feishu.ByAct(actDecide), actDecide, nil); err != nil {
		return s, err
	}
	m, _ := w.Feishu.Message(s.msg.ID)
	if s = read(m); s.fields(act) == nil {
		return s, errStale
	}
	return s, nil
}

// changed reports whether the card has changed since it was read.
func (w *World) changed(s screen) bool {
	now, ok := w.Feishu.Message(s.msg.ID)
	return ok && (now.Edits != s.msg.Edits || now.Recalled)
}

// busy reports whether the toast asks to click again in a few seconds. Every other toast is an answer.
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
