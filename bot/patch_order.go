package bot

import (
	"context"
	"sync"
	"time"
)

// maxPatchWait is how long a patch waits for the answer to a click on the same card. Feishu gives up on an answer after
// 3 s (page "卡片回传交互回调"). maxAnswerWait is how long an answer waits for a running patch of the same card: longer
// than nearly every patch takes, and well within the 3 s.
const (
	maxPatchWait  = 3 * time.Second
	maxAnswerWait = time.Second
)

// PatchOrder orders the answers to clicks on a card and the patches of the same card, so that the person sees the
// later drawing last. The screen loses a patch that overtakes an answer (page "延时更新消息卡片": update only after the
// callback was answered), and it loses an answer that overtakes an older patch. The zero value is ready for use.
// Server and Client share one. It works within one process; correctness does not depend on it.
type PatchOrder struct {
	mu    sync.Mutex
	cards map[string]*cardTraffic
}

// cardTraffic counts the clicks and patches of one card that are under way.
type cardTraffic struct {
	clicks, patches int
	moved           chan struct{} // closed when the last click or the last patch has ended
}

// BeginAnswer records that a click on the message is being answered. The caller calls end, once or more, when the
// answer has left.
func (o *PatchOrder) BeginAnswer(messageID string) (end func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.traffic(messageID)
	t.clicks++
	return o.endFunc(messageID, &t.clicks, t)
}

// BeginPatch waits until no click on the message is being answered, for at most maxPatchWait or until ctx ends. From
// then on, until the caller calls done, answers to clicks on the message wait for the patch.
func (o *PatchOrder) BeginPatch(ctx context.Context, messageID string) (done func()) {
	timeout := time.NewTimer(maxPatchWait)
	defer timeout.Stop()
	for late := false; ; {
		o.mu.Lock()
		t := o.traffic(messageID)
		if t.clicks == 0 || late {
			t.patches++
			done := o.endFunc(messageID, &t.patches, t)
			o.mu.Unlock()
			return done
		}
		moved := t.moved
		o.mu.Unlock()
		select {
		case <-moved:
		case <-timeout.C:
			late = true
		case <-ctx.Done():
			late = true
		}
	}
}

// AwaitPatches waits until no patch of the message is under way, for at most maxAnswerWait or until ctx ends.
func (o *PatchOrder) AwaitPatches(ctx context.Context, messageID string) {
	o.mu.Lock()
	t := o.cards[messageID]
	if t == nil || t.patches == 0 {
		o.mu.Unlock()
		return
	}
	moved := t.moved
	o.mu.Unlock()
	timeout := time.NewTimer(maxAnswerWait)
	defer timeout.Stop()
	select {
	case <-moved: // a patch that begins now is newer than the answer
	case <-timeout.C:
	case <-ctx.Done():
	}
}

// traffic returns the card's entry. The caller holds o.mu.
func (o *PatchOrder) traffic(messageID string) *cardTraffic {
	if o.cards == nil {
		o.cards = map[string]*cardTraffic{}
	}
	t := o.cards[messageID]
	if t == nil {
		t = &cardTraffic{moved: make(chan struct{})}
		o.cards[messageID] = t
	}
	return t
}

// endFunc returns the function that ends a click or a patch; n is its counter.
func (o *PatchOrder) endFunc(messageID string, n *int, t *cardTraffic) func() {
	return sync.OnceFunc(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if *n--; *n > 0 {
			return
		}
		close(t.moved)
		t.moved = make(chan struct{})
		if t.clicks == 0 && t.patches == 0 {
			delete(o.cards, messageID)
		}
	})
}

// afterResponse collects functions to call after the HTTP response has left.
type afterResponse struct{ ends []func() }

type afterResponseKey struct{}

func withAfterResponse(ctx context.Context) (context.Context, *afterResponse) {
	after := &afterResponse{}
	return context.WithValue(ctx, afterResponseKey{}, after), after
}

func (a *afterResponse) run() {
	for _, end := range a.ends {
		end()
	}
}
