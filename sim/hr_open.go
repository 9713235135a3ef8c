package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"shiming/sim/feishu"
)

// errTaken means that another admin reads the case.
var errTaken = errors.New("sim: another admin reads the case")

// lookUpTitle is the title of the bot's answer to a question about a person.
const lookUpTitle = "你问的人"

// open asks the bot about a person in an admin's own chat, opens the case from the answer, and returns the case's card.
// It returns false if there is nothing to open, because it is not HR's turn, and errTaken if another admin reads the
// case.
func (w *World) open(ctx context.Context, admin, person string) (screen, bool, error) {
	chat := w.Feishu.P2PChat(admin)
	asked, err := w.Feishu.SendText(ctx, admin, person)
	if err != nil {
		return screen{}, false, err
	}
	answer, err := w.answerTo(ctx, chat, asked.MessageID)
	if err != nil || !answer.acts[actNext] {
		return screen{}, false, err
	}
	res, err := w.press(ctx, admin, answer, feishu.ByAct(actNext), actNext, nil)
	switch {
	case errors.Is(err, errStale):
		return screen{}, false, nil
	case err != nil:
		return screen{}, false, err
	case strings.Contains(res.Toast.Text("zh_cn"), "正在看"):
		return screen{}, false, errTaken
	}
	var opened screen
	_, err = w.Feishu.Watch(ctx, chat, func(feishu.Message) bool {
		var there bool
		opened, there = w.shownTo(chat, person)
		return there
	})
	return opened, err == nil, err
}

// answerTo waits for the answer to a question about a person: the first one behind the question.
func (w *World) answerTo(ctx context.Context, chat, question string) (answer screen, err error) {
	_, err = w.Feishu.Watch(ctx, chat, func(feishu.Message) bool {
		behind := false
		for _, m := range w.Feishu.Messages(chat) {
			if answer = read(m); behind && answer.card.Title() == lookUpTitle {
				return true
			}
			behind = behind || m.ID == question
		}
		return false
	})
	return answer, err
}

// shownTo returns the newest card in an admin's chat that asks for a decision on a person.
func (w *World) shownTo(chat, person string) (screen, bool) {
	for _, m := range slices.Backward(w.Feishu.Messages(chat)) {
		s := read(m)
		if who, _ := persons(m.Card); len(who) > 0 && who[0] == person &&
			(s.kind == kindReview || s.kind == kindAttention) {
			return s, true
		}
	}
	return screen{}, false
}

// WorkFor decides on the people of want only, until ctx ends, and then returns nil. It asks the bot about each of them
// when their card says that HR has to act, and opens the case from the answer, so that the rest of the queue is left to
// others. It returns early with a *BotError. A case that cannot be opened is tried again after a second.
func (h *HR) WorkFor(ctx context.Context, want func() []*Employee, p Policy) error {
	tick := time.NewTicker(50 * time.Millisecond) // polled, because one wait cannot cover several chats
	defer tick.Stop()
	decided := map[string]int{}     // by open_id: the number of the chat's versions at the last decision
	again := map[string]time.Time{} // by open_id: when to try again to open the case
	for {
		for _, e := range want() {
			versions := 0
			for _, m := range h.w.Feishu.Messages(e.ChatID) {
				versions += len(m.History)
			}
			_, stage := h.w.LatestCase(e)
			if stage != StageReview && stage != StageAttention || decided[e.OpenID] == versions ||
				time.Now().Before(again[e.OpenID]) {
				continue
			}
			done, err := h.decideOn(ctx, e, p)
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				return err
			}
			if done {
				decided[e.OpenID] = versions
			} else {
				again[e.OpenID] = time.Now().Add(time.Second)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// decideOn opens a person's case, decides on it, and gives back the case that the desk opens in its place. It returns
// false if the case could not be opened.
func (h *HR) decideOn(ctx context.Context, e *Employee, p Policy) (done bool, err error) {
	s, ok, err := h.w.open(ctx, h.OpenID, e.OpenID)
	if errors.Is(err, errTaken) {
		return false, nil
	}
	if err != nil || !ok {
		return true, err
	}
	h.mu.Lock()
	delete(h.handled, s.msg.ID)
	h.mu.Unlock()
	c, ok := h.readRequest(s.msg)
	if !ok {
		return true, nil
	}
	if c.Approved {
		return h.w.hrOf(h.colleague(c.Applicant)).decideOn(ctx, e, p)
	}
	d := p(c)
	if d.After > 0 && pause(ctx, d.After) != nil {
		return false, nil
	}
	if d.Act != "" {
		err = h.pressOn(ctx, h.OpenID, c.screen, d.Act, d.filled())
	}
	if errors.Is(err, errStale) {
		return false, nil
	}
	if err == nil {
		err = h.backToList(ctx, s.msg.ID)
	}
	if err != nil {
		return false, fmt.Errorf("sim: HR on case %s: %w", c.Case, err)
	}
	return true, nil
}

// backToList leaves the case that a desk shows.
func (h *HR) backToList(ctx context.Context, messageID string) error {
	m, _ := h.w.Feishu.Message(messageID)
	s := read(m)
	if !leadsToList(s.card) {
		return nil
	}
	toList := func(b feishu.Button) bool { return b.Act == actNext && b.Value["to"] == "list" }
	if _, err := h.w.press(ctx, h.OpenID, s, toList, actNext, nil); err != nil && !errors.Is(err, errStale) {
		return err
	}
	return nil
}
