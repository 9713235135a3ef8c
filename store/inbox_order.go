package store

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"shiming/flows"
)

// chatKeyBytes is the length of a stored chat key. Two chats with one key would only wait for each other.
const chatKeyBytes = 16

// chatKey returns the keyed hash under which the pushes of a chat are found, nil for no chat.
func (s *Store) chatKey(chat string) any {
	if chat == "" {
		return nil
	}
	return s.chatKeys(chat)[0]
}

// chatKeys returns the keyed hash under every hashing key, first the one in use.
func (s *Store) chatKeys(chat string) [][]byte {
	keys := s.MACs("push_chat", chat)
	for i := range keys {
		keys[i] = keys[i][:chatKeyBytes]
	}
	return keys
}

const olderPushesSQL = `SELECT id FROM pushes WHERE chat = $1 AND id < $2 ORDER BY id`

// OlderPushes returns the ids of the pushes of the chat that arrived before the push id, on any process, and are not
// handled yet, oldest first.
func (s *Store) OlderPushes(ctx context.Context, chat, id string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	if chat == "" {
		return nil, nil
	}
	var all []string
	for _, key := range s.chatKeys(chat) { // more than one only between a rotation of the keys and `keys retire`
		ids, err := collect(ctx, s.backend.read, "older pushes", scanString, olderPushesSQL, key, id)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	slices.Sort(all)
	return all, nil
}

// ReadPush returns a push without postponing it. It returns flows.ErrNotFound if the push is handled by now, or cannot
// be opened.
func (s *Store) ReadPush(ctx context.Context, id string) (flows.Push, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	var (
		sealed []byte
		tries  int
	)
	row := s.backend.read.QueryRowContext(ctx, `SELECT sealed, tries FROM pushes WHERE id = $1`, id)
	if err := orNotFound("push", row.Scan(&sealed, &tries)); err != nil {
		return flows.Push{}, err
	}
	body, ok := s.openPush(ctx, id, sealed)
	if !ok {
		return flows.Push{}, fmt.Errorf("store: push: %w", flows.ErrNotFound)
	}
	return flows.Push{ID: id, Body: body, Tries: tries}, nil
}

// openPush opens the body of a push. It logs and returns false if that fails.
func (s *Store) openPush(ctx context.Context, id string, sealed []byte) ([]byte, bool) {
	body, err := s.keys.Open(pushAAD(id), sealed)
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelError, "a push that was kept cannot be opened",
			slog.String("push", id), slog.String("error", err.Error()))
	}
	return body, err == nil
}
