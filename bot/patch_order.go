package bot

import (
	"context"
	"sync"
	"time"
)

// patchPatience is how long a patch waits for the answer to a click on the same card: no answer takes longer, since
// Feishu gives up on it after 3 s (page "卡片回传交互回调"). answerPatience is how long an answer waits for a patch of the
// same card that is on its way: long enough for nearly every patch, and well within those 3 s.
const (
	patchPatience  = 3 * time.Second
	answerPatience = time.Second
)

// Answering keeps the answers to clicks on a card and the patches of it apart, so that what is drawn later is also what
// the person sees last: a patch that overtakes the answer would be undone by it on the screen (page "延时更新消息卡片":
// update only after the callback was answered), and an answer that overtakes an older patch by that patch. The zero
// value is ready; share one between Server and Client. It is a courtesy within the process, nothing depends on it.
type Answering struct {
	mu    sync.Mutex
	cards map[string]*cardTraffic
}

// cardTraffic is what is going on about one card.
type cardTraffic struct {
	clicks, patches int
	moved           chan struct{} // closed when the last click or the last patch has ended
}

// Begin notes that a click on the message is being answered. end, which may be called more than once, notes that the
// answer has left.
func (a *Answering) Begin(messageID string) (end func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.traffic(messageID)
	t.clicks++
	return a.once(messageID, &t.clicks, t)
}

// Patching returns when no click on the message is being answered, after 3 s, or when ctx ends, whichever comes first.
// From then on, until done is called, clicks on it are answered after the patch.
func (a *Answering) Patching(ctx context.Context, messageID string) (done func()) {
	patience := time.NewTimer(patchPatience)
	defer patience.Stop()
	for late := false; ; {
		a.mu.Lock()
		t := a.traffic(messageID)
		if t.clicks == 0 || late {
			t.patches++
			done := a.once(messageID, &t.patches, t)
			a.mu.Unlock()
			return done
		}
		moved := t.moved
		a.mu.Unlock()
		select {
		case <-moved:
		case <-patience.C:
			late = true
		case <-ctx.Done():
			late = true
		}
	}
}

// Patched returns when no patch of the message is on its way, after 1 s, or when ctx ends, whichever comes first.
func (a *Answering) Patched(ctx context.Context, messageID string) {
	a.mu.Lock()
	t := a.cards[messageID]
	if t == nil || t.patches == 0 {
		a.mu.Unlock()
		return
	}
	moved := t.moved
	a.mu.Unlock()
	patience := time.NewTimer(answerPatience)
	defer patience.Stop()
	select {
	case <-moved: // of patches that begin now, none is older than the answer
	case <-patience.C:
	case <-ctx.Done():
	}
}

// traffic returns the card's entry. a.mu is held.
func (a *Answering) traffic(messageID string) *cardTraffic {
	if a.cards == nil {
		a.cards = map[string]*cardTraffic{}
	}
	t := a.cards[messageID]
	if t == nil {
		t = &cardTraffic{moved: make(chan struct{})}
		a.cards[messageID] = t
	}
	return t
}

// once is what ends a click or a patch, the number of which n counts.
func (a *Answering) once(messageID string, n *int, t *cardTraffic) func() {
	return sync.OnceFunc(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if *n--; *n > 0 {
			return
		}
		close(t.moved)
		t.moved = make(chan struct{})
		if t.clicks == 0 && t.patches == 0 {
			delete(a.cards, messageID)
		}
	})
}

// afterAnswer collects what is to happen once the HTTP answer has left.
type afterAnswer struct{ ends []func() }

type afterAnswerKey struct{}

func withAfterAnswer(ctx context.Context) (context.Context, *afterAnswer) {
	after := &afterAnswer{}
	return context.WithValue(ctx, afterAnswerKey{}, after), after
}

func (a *afterAnswer) run() {
	for _, end := range a.ends {
		end()
	}
}
