package bot

import (
	"context"
	"sync"
	"time"
)

const (
	// maxPatchWait limits how long a patch waits for the response to a click on the same card. Feishu discards a response
	// after 3 s (page "卡片回传交互回调").
	maxPatchWait = 3 * time.Second
	// maxAnswerWait limits how long a response waits for a running patch of the same card. Nearly every patch is faster,
	// and the response still leaves within the 3 s.
	maxAnswerWait = time.Second
)

// PatchOrder keeps responses to clicks on a card and patches of the same card in order, so that the card shows the
// newest state in the end. A patch that arrives before the response to a click is lost (page "延时更新消息卡片": update
// only after the response to the callback), and so is a response that arrives before an older patch. The zero value is
// ready for use. Server and Client share one PatchOrder. It orders within one process only; correctness does not depend
// on it.
type PatchOrder struct {
	mu    sync.Mutex
	cards map[string]*cardTraffic
}

// cardTraffic counts the clicks and patches of one card that are under way.
type cardTraffic struct {
	clicks, patches int
	changed         chan struct{} // closed when the last click or the last patch has ended
}

// BeginAnswer records that the response to a click on the message is under way. The caller must call end when the
// response has left; further calls of end do nothing.
func (o *PatchOrder) BeginAnswer(messageID string) (end func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.traffic(messageID)
	t.clicks++
	return o.endFunc(messageID, &t.clicks, t)
}

// BeginPatch waits until no response to a click on the message is under way, until maxPatchWait has passed or until ctx
// ends. Responses to later clicks wait for the patch until the caller calls done.
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
		changed := t.changed
		o.mu.Unlock()
		select {
		case <-changed:
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
	changed := t.changed
	o.mu.Unlock()
	timeout := time.NewTimer(maxAnswerWait)
	defer timeout.Stop()
	select {
	case <-changed: // a patch that begins now is newer than the response
	case <-timeout.C:
	case <-ctx.Done():
	}
}

// traffic returns the entry of a card and creates it if necessary. The caller holds o.mu.
func (o *PatchOrder) traffic(messageID string) *cardTraffic {
	if o.cards == nil {
		o.cards = map[string]*cardTraffic{}
	}
	t := o.cards[messageID]
	if t == nil {
		t = &cardTraffic{changed: make(chan struct{})}
		o.cards[messageID] = t
	}
	return t
}

// endFunc returns the function that ends a click or a patch. n is the counter to decrement.
func (o *PatchOrder) endFunc(messageID string, n *int, t *cardTraffic) func() {
	return sync.OnceFunc(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if *n--; *n > 0 {
			return
		}
		close(t.changed)
		t.changed = make(chan struct{})
		if t.clicks == 0 && t.patches == 0 {
			delete(o.cards, messageID)
		}
	})
}

// afterResponse collects functions that the server calls after it has written the response.
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
