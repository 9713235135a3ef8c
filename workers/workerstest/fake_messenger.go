package workerstest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"shiming/flows"
)

// Message is a card in a chat: how it was posted and how it was changed.
type Message struct {
	ID    string
	to    flows.Receiver // type message_id for an answer to a message
	uuid  string
	Cards []string // as posted, then as patched
}

// Current is the card that the message shows now.
func (m *Message) Current() string { return m.Cards[len(m.Cards)-1] }

// FakeMessenger is Feishu as a messenger. It keeps all messages. A Func field replaces the call of its name.
type FakeMessenger struct {
	SendFunc     func(ctx context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error)
	ReplyFunc    func(ctx context.Context, messageID string, card json.RawMessage, uuid string) (string, error)
	PatchFunc    func(ctx context.Context, messageID string, card json.RawMessage) error
	DownloadFunc func(ctx context.Context, messageID, fileKey, kind string) ([]byte, error)
	RecallFunc   func(ctx context.Context, messageID string) error
	UploadFunc   func(ctx context.Context, picture []byte) (string, error)
	FileFunc     func(ctx context.Context, name string, file []byte) (string, error)
	SendFileFunc func(ctx context.Context, to flows.Receiver, fileKey, uuid string) (string, error)
	UrgentFunc   func(ctx context.Context, messageID, openID string) (reached bool, err error)
	ContactFunc  func(ctx context.Context, openID string) (flows.Contact, error)
	// DepartmentFunc and ExternalFunc may be nil: no department has a name, and no group is external.
	DepartmentFunc func(ctx context.Context, id string) (flows.Department, error)
	ExternalFunc   func(ctx context.Context, chatID string) (bool, error)
	// BeforePatch is called before a patch builds its card, when the real client waits for clicks to be answered.
	BeforePatch func(ctx context.Context, messageID string)

	mu        sync.Mutex
	messages  []*Message
	byUUID    map[string]*Message
	Patches   int
	Downloads int
	Uploaded  [][]byte // by UploadImage
	Files     []File   // by UploadFile
	Recalled  []string // ids of messages
	Urgents   []string // open_ids of those whom Urgent was to call
}

// Post adds a message, or returns the one that has the uuid.
func (f *FakeMessenger) Post(to flows.Receiver, card json.RawMessage, uuid string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := f.byUUID[uuid]; m != nil {
		return m.ID
	}
	m := &Message{
		ID:    fmt.Sprintf("om_sent_%d", len(f.messages)+1),
		to:    to,
		uuid:  uuid,
		Cards: []string{string(card)},
	}
	f.messages = append(f.messages, m)
	if f.byUUID == nil {
		f.byUUID = map[string]*Message{}
	}
	f.byUUID[uuid] = m
	return m.ID
}

// Send implements workers.Messenger.
func (f *FakeMessenger) Send(
	ctx context.Context, to flows.Receiver, card json.RawMessage, uuid string,
) (string, error) {
	if f.SendFunc != nil {
		return f.SendFunc(ctx, to, card, uuid)
	}
	return f.Post(to, card, uuid), nil
}

// Reply implements workers.Messenger.
func (f *FakeMessenger) Reply(
	ctx context.Context, messageID string, card json.RawMessage, uuid string,
) (string, error) {
	if f.ReplyFunc != nil {
		return f.ReplyFunc(ctx, messageID, card, uuid)
	}
	return f.Post(flows.Receiver{Type: "message_id", ID: messageID}, card, uuid), nil
}

// Replace changes the card of a message.
func (f *FakeMessenger) Replace(messageID string, card json.RawMessage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Patches++
	for _, m := range f.messages {
		if m.ID == messageID {
			m.Cards = append(m.Cards, string(card))
		}
	}
}

// Patch implements workers.Messenger.
func (f *FakeMessenger) Patch(ctx context.Context, messageID string, draw func() (json.RawMessage, error)) error {
	if f.BeforePatch != nil {
		f.BeforePatch(ctx, messageID)
	}
	card, err := draw()
	if card == nil || err != nil {
		return err
	}
	if f.PatchFunc != nil {
		return f.PatchFunc(ctx, messageID, card)
	}
	f.Replace(messageID, card)
	return nil
}

// UploadImage implements workers.Messenger.
func (f *FakeMessenger) UploadImage(ctx context.Context, picture []byte) (string, error) {
	if f.UploadFunc != nil {
		return f.UploadFunc(ctx, picture)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Uploaded = append(f.Uploaded, picture)
	return fmt.Sprintf("img_v3_%d", len(f.Uploaded)), nil
}

// File is an uploaded file.
type File struct {
	Name    string
	Content []byte
}

// UploadFile implements workers.Messenger. The key of the first file is file_v3_1.
func (f *FakeMessenger) UploadFile(ctx context.Context, name string, file []byte) (string, error) {
	if f.FileFunc != nil {
		if key, err := f.FileFunc(ctx, name, file); err != nil {
			return key, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Files = append(f.Files, File{name, bytes.Clone(file)})
	return fmt.Sprintf("file_v3_%d", len(f.Files)), nil
}

// SendFile implements workers.Messenger. The message shows the key of the file.
func (f *FakeMessenger) SendFile(ctx context.Context, to flows.Receiver, fileKey, uuid string) (string, error) {
	if f.SendFileFunc != nil {
		return f.SendFileFunc(ctx, to, fileKey, uuid)
	}
	return f.Post(to, json.RawMessage(`{"file_key":"`+fileKey+`"}`), uuid), nil
}

// Recall implements workers.Messenger.
func (f *FakeMessenger) Recall(ctx context.Context, messageID string) error {
	if f.RecallFunc != nil {
		if err := f.RecallFunc(ctx, messageID); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Recalled = append(f.Recalled, messageID)
	return nil
}

// Urgent implements workers.Messenger.
func (f *FakeMessenger) Urgent(ctx context.Context, messageID, openID string) (reached bool, err error) {
	f.mu.Lock()
	f.Urgents = append(f.Urgents, openID)
	f.mu.Unlock()
	if f.UrgentFunc != nil {
		return f.UrgentFunc(ctx, messageID, openID)
	}
	return true, nil
}

// Download returns the Picture of the file key.
func (f *FakeMessenger) Download(ctx context.Context, messageID, fileKey, kind string) ([]byte, error) {
	f.mu.Lock()
	f.Downloads++
	f.mu.Unlock()
	if f.DownloadFunc != nil {
		return f.DownloadFunc(ctx, messageID, fileKey, kind)
	}
	return Picture(fileKey), nil
}

// Contact implements workers.Messenger. It knows nobody.
func (f *FakeMessenger) Contact(ctx context.Context, openID string) (flows.Contact, error) {
	if f.ContactFunc != nil {
		return f.ContactFunc(ctx, openID)
	}
	return flows.Contact{}, nil
}

// Department implements workers.Messenger.
func (f *FakeMessenger) Department(ctx context.Context, id string) (flows.Department, error) {
	if f.DepartmentFunc != nil {
		return f.DepartmentFunc(ctx, id)
	}
	return flows.Department{ID: id}, nil
}

// External implements workers.Messenger.
func (f *FakeMessenger) External(ctx context.Context, chatID string) (bool, error) {
	if f.ExternalFunc != nil {
		return f.ExternalFunc(ctx, chatID)
	}
	return false, nil
}

// SentTo returns the messages to a person, to a group, or in answer to a message.
func (f *FakeMessenger) SentTo(id string) []*Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []*Message
	for _, m := range f.messages {
		if m.to.ID == id {
			out = append(out, m)
		}
	}
	return out
}
