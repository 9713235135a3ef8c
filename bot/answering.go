package bot

import (
	"context"
	"sync"
	"time"
)

// patchPatience is how long a patch waits for the answer to a click on the same card: no answer takes longer, since
// Feishu gives up on it after 3 s (page "卡片回传交互回调").
const patchPatience = 3 * time.Second

// Answering knows on which cards a click is being answered at this moment. A patch that overtakes the answer would be
// undone by it on the screen (page "延时更新消息卡片": update only after the callback was answered). The zero value is
// ready; share one between Server and Client. It is a courtesy within the process, nothing depends on it.
type Answering struct {
	mu   sync.Mutex
	open map[string]*openAnswer
}

type openAnswer struct {
	clicks int
	done   chan struct{}
}

// Begin notes that a click on the message is being answered. end, which may be called more than once, notes that the
// answer has left.
func (a *Answering) Begin(messageID string) (end func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open == nil {
		a.open = map[string]*openAnswer{}
	}
	o := a.open[messageID]
	if o == nil {
		o = &openAnswer{done: make(chan struct{})}
		a.open[messageID] = o
	}
	o.clicks++
	return sync.OnceFunc(func() { a.end(messageID, o) })
}

func (a *Answering) end(messageID string, o *openAnswer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if o.clicks--; o.clicks == 0 {
		delete(a.open, messageID)
		close(o.done)
	}
}

// Wait returns when no click on the message is being answered, after 3 s, or when ctx ends, whichever comes first.
func (a *Answering) Wait(ctx context.Context, messageID string) {
	var patience <-chan time.Time
	for {
		a.mu.Lock()
		o := a.open[messageID]
		a.mu.Unlock()
		if o == nil {
			return
		}
		if patience == nil {
			timer := time.NewTimer(patchPatience)
			defer timer.Stop()
			patience = timer.C
		}
		select {
		case <-o.done:
		case <-patience:
			return
		case <-ctx.Done():
			return
		}
	}
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
