package bot

import (
	"bytes"
	"context"
	"errors"

	"shiming/flows"
)

// The events of a chat are decided on in the order of their arrival, whichever process acknowledged them. A partition
// keeps this order for what is in its memory. What is not, is in the store only: an event of a process that was killed
// or is busy, one that found its partition full, one that failed. So a worker asks the store for older events of the
// chat before each event, and handles those first. It does not wait for a process that holds them: both may handle an
// event, and the event's key lets only one of them decide.
//
// An older event that fails holds the newer ones of its chat back, and all come again from the store. It does so until
// it was taken from there passOverTries times, which takes under 3 minutes. After that the newer ones pass it.
const passOverTries = 5

// chatOf returns what an event is ordered by, without decoding it: the chat_id, or the open_id if it has no chat
// (a click in the menu). It is empty if there is neither. A user's text cannot forge it, because JSON escapes the quotes
// in a string.
func chatOf(plain []byte) []byte {
	if chat := stringField(plain, `"chat_id":"`); len(chat) > 0 {
		return chat
	}
	return stringField(plain, `"open_id":"`)
}

// stringField returns the text between name and the next quote.
func stringField(plain []byte, name string) []byte {
	_, rest, _ := bytes.Cut(plain, []byte(name))
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	return value
}

// handleOlder handles the events of the chat that arrived before p. It returns false if p must wait for one of them.
func (b *inbox) handleOlder(ctx context.Context, p flows.Push, done chan<- string) bool {
	chat := string(chatOf(p.Body))
	if chat == "" {
		return true
	}
	older, err := b.store.OlderPushes(ctx, chat, p.ID)
	if err != nil {
		b.log.ErrorContext(ctx, "older events cannot be looked up; the event comes again", "push", p.ID, "error", err)
		return false
	}
	for _, id := range older {
		if b.isDecided(id) {
			continue
		}
		q, err := b.store.ReadPush(ctx, id)
		if errors.Is(err, flows.ErrNotFound) {
			continue // another process has decided on it
		}
		if err != nil {
			b.log.ErrorContext(ctx, "an older event cannot be read; the event comes again", "push", p.ID, "error", err)
			return false
		}
		if !b.decide(q, done) && q.Tries < passOverTries {
			b.log.WarnContext(ctx, "event waits for an older one of its chat", "push", p.ID, "older", id)
			return false
		}
	}
	return true
}

// markDecided records that an event was decided on and is about to be deleted from the store.
func (b *inbox) markDecided(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.decided[id] = true
}

func (b *inbox) isDecided(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.decided[id]
}

// forgetDecided forgets events whose deletion was tried.
func (b *inbox) forgetDecided(ids []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		delete(b.decided, id)
	}
}
