package workerstest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"sync"
	"time"

	"shiming/esign"
	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
	"shiming/verify"
)

// Message is one card in somebody's chat, as it was posted and as it was changed.
type Message struct {
	ID    string
	to    flows.Receiver // message_id for an answer
	uuid  string
	Cards []string // as posted, then as patched
}

// Current is the card that the message shows.
func (m *Message) Current() string { return m.Cards[len(m.Cards)-1] }

// fakeChat is Feishu as a messenger: a screen that remembers. Each call can be replaced.
type FakeMessenger struct {
	SendFunc     func(ctx context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error)
	ReplyFunc    func(ctx context.Context, messageID string, card json.RawMessage, uuid string) (string, error)
	PatchFunc    func(ctx context.Context, messageID string, card json.RawMessage) error
	DownloadFunc func(ctx context.Context, messageID, fileKey, kind string) ([]byte, error)
	ContactFunc  func(ctx context.Context, openID string) (flows.Contact, error)
	BeforePatch  func(ctx context.Context, messageID string)

	mu        sync.Mutex
	messages  []*Message
	byUUID    map[string]*Message
	Patches   int
	Downloads int
}

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

func (f *FakeMessenger) Send(ctx context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
	if f.SendFunc != nil {
		return f.SendFunc(ctx, to, card, uuid)
	}
	return f.Post(to, card, uuid), nil
}

func (f *FakeMessenger) Reply(ctx context.Context, messageID string, card json.RawMessage, uuid string) (string, error) {
	if f.ReplyFunc != nil {
		return f.ReplyFunc(ctx, messageID, card, uuid)
	}
	return f.Post(flows.Receiver{Type: "message_id", ID: messageID}, card, uuid), nil
}

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

// Download gives the picture whose key it is.
func (f *FakeMessenger) Download(ctx context.Context, messageID, fileKey, kind string) ([]byte, error) {
	f.mu.Lock()
	f.Downloads++
	f.mu.Unlock()
	if f.DownloadFunc != nil {
		return f.DownloadFunc(ctx, messageID, fileKey, kind)
	}
	return Picture(fileKey), nil
}

func (f *FakeMessenger) Contact(ctx context.Context, openID string) (flows.Contact, error) {
	if f.ContactFunc != nil {
		return f.ContactFunc(ctx, openID)
	}
	return flows.Contact{}, nil
}

// SentTo returns the messages that a person or group was sent.
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

var (
	pictures   = map[string][]byte{}
	picturesMu sync.Mutex
)

// Picture draws a photo for a file key: colours and edges, different for each key.
func Picture(key string) []byte {
	picturesMu.Lock()
	defer picturesMu.Unlock()
	if raw := pictures[key]; raw != nil {
		return raw
	}
	seed := uint32(len(key))
	for _, b := range []byte(key) {
		seed = seed*31 + uint32(b)
	}
	img := image.NewRGBA(image.Rect(0, 0, 420, 260))
	for y := range 260 {
		for x := range 420 {
			v := uint32(x/16)*2654435761 + uint32(y/16)*40503 + seed
			img.Set(x, y, color.RGBA{uint8(40 + v>>8&127), uint8(60 + v>>16&127), uint8(90 + v>>20&63), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
		panic(err)
	}
	pictures[key] = b.Bytes()
	return b.Bytes()
}

// fakeReader is the OCR: it knows pictures by their bytes.
type FakeIDCardReader struct {
	ReadFunc func(ctx context.Context, jpeg []byte) (flows.CardText, error)
	mu       sync.Mutex
	Texts    map[string]flows.CardText
	Calls    int
	Reads    map[string]int // by picture
}

func (f *FakeIDCardReader) ReadIDCard(ctx context.Context, jpeg []byte, leaving func()) (flows.CardText, error) {
	f.mu.Lock()
	f.Calls++
	if f.Reads == nil {
		f.Reads = map[string]int{}
	}
	f.Reads[string(jpeg)]++
	text, known := f.Texts[string(jpeg)]
	f.mu.Unlock()
	if f.ReadFunc != nil {
		return f.ReadFunc(ctx, jpeg)
	}
	if !known {
		return flows.CardText{}, errors.New("nobody drew this picture")
	}
	return text, nil
}

// Knows has the reader see an entity list in the picture of a file key.
func (f *FakeIDCardReader) SetText(key string, side int, entities ...idcard.Entity) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Texts == nil {
		f.Texts = map[string]flows.CardText{}
	}
	f.Texts[string(Picture(key))] = flows.CardText{Side: &side, Entities: entities}
}

// fakeRegistrar records identities.
type FakeIdentityRecorder struct {
	RecordFunc func(ctx context.Context, openID, name, number, mobile string) (string, error)
	mu         sync.Mutex
	Recorded   map[string]int // by open_id
	Calls      int
}

func (f *FakeIdentityRecorder) RecordIdentity(ctx context.Context, openID, name, number, mobile string) (string, error) {
	f.mu.Lock()
	f.Calls++
	f.mu.Unlock()
	if f.RecordFunc != nil {
		uid, err := f.RecordFunc(ctx, openID, name, number, mobile)
		if err != nil {
			return uid, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Recorded == nil {
		f.Recorded = map[string]int{}
	}
	f.Recorded[openID]++
	return "uid_" + openID, nil
}

// fakeNotary is e签宝.
type FakeEvidenceClient struct {
	UploadFunc func(ctx context.Context, name string, body []byte) (string, error)
	PointFunc  func(ctx context.Context, p esign.PersonPoint) (string, error)
	StatusFunc func(ctx context.Context, fileID string) (esign.FileStatus, error)
	mu         sync.Mutex
	Asked      []string // file ids, in order
	Uploads    int
	Calls      int
	Points     []esign.PersonPoint
}

func (f *FakeEvidenceClient) UploadFile(ctx context.Context, name string, body []byte) (string, error) {
	f.mu.Lock()
	f.Uploads++
	n := f.Uploads
	f.mu.Unlock()
	if f.UploadFunc != nil {
		if id, err := f.UploadFunc(ctx, name, body); err != nil {
			return id, err
		}
	}
	return fmt.Sprintf("file%d", n), nil
}

func (f *FakeEvidenceClient) CreatePersonPoint(ctx context.Context, p esign.PersonPoint) (string, error) {
	f.mu.Lock()
	f.Calls++
	f.mu.Unlock()
	if f.PointFunc != nil {
		if id, err := f.PointFunc(ctx, p); err != nil {
			return id, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Points = append(f.Points, p)
	return fmt.Sprintf("P%d", len(f.Points)), nil
}

func (f *FakeEvidenceClient) FileStatus(ctx context.Context, fileID string) (esign.FileStatus, error) {
	f.mu.Lock()
	f.Asked = append(f.Asked, fileID)
	f.mu.Unlock()
	if f.StatusFunc != nil {
		return f.StatusFunc(ctx, fileID)
	}
	return esign.FileStatus{FileID: fileID, Status: 2}, nil
}

// fakeVerifier sends codes and checks people.
type FakeVerifier struct {
	SendFunc  func(ctx context.Context, mobile, code string) (verify.SMSReceipt, error)
	CheckFunc func(ctx context.Context, name, number, mobile string) (verify.CheckResult, error)
	now       func() time.Time
	mu        sync.Mutex
	Codes     []string // sent, in order
	Checks    int
}

func (f *FakeVerifier) SendCode(ctx context.Context, mobile, code string, _ time.Duration) (verify.SMSReceipt, error) {
	f.mu.Lock()
	f.Codes = append(f.Codes, code)
	n := len(f.Codes)
	f.mu.Unlock()
	if f.SendFunc != nil {
		return f.SendFunc(ctx, mobile, code)
	}
	return verify.SMSReceipt{Supplier: verify.SupplierTencent, Serial: fmt.Sprintf("sms-%d", n), At: f.now()}, nil
}

func (f *FakeVerifier) CheckThreeElements(ctx context.Context, name, number, mobile string) (verify.CheckResult,
	error) {
	f.mu.Lock()
	f.Checks++
	n := f.Checks
	f.mu.Unlock()
	if f.CheckFunc != nil {
		return f.CheckFunc(ctx, name, number, mobile)
	}
	return verify.CheckResult{
		Outcome:  verify.Match,
		Detail:   "0",
		Supplier: verify.SupplierTencent,
		Serial:   fmt.Sprintf("req-%d", n),
		At:       f.now(),
	}, nil
}

// Code is the digits that were sent last.
func (f *FakeVerifier) Code() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Codes[len(f.Codes)-1]
}

// UpstreamError is a failed call as a client reports it. class is one of the Feishu client's.
type UpstreamError struct {
	Class, Code, field          string
	IsTemporary, MayHaveApplied bool
	RetryIn                     time.Duration
}

func (e *UpstreamError) Error() string             { return "upstream " + e.Class + " " + e.Code }
func (e *UpstreamError) Temporary() bool           { return e.IsTemporary }
func (e *UpstreamError) RetryAfter() time.Duration { return e.RetryIn }
func (e *UpstreamError) MaybeApplied() bool        { return e.MayHaveApplied }

func (e *UpstreamError) Failure() failure.Details {
	d := failure.Details{
		Class:    failure.Class(e.Class),
		Code:     e.Class,
		Upstream: e.Code,
		LogID:    "log-1",
		Field:    e.field,
	}
	switch e.Class {
	case "permission", "quota", "credentials", "config":
		d.Class = failure.Operator
	case "retry":
		d.Code = failure.CodeUnavailable
	case "card", "bug":
		d.Class, d.Code = failure.Refused, failure.CodeBug
	case "unknown":
		d.Class, d.Code = failure.Refused, failure.CodeRefused
	}
	return d
}

// Ways in which an upstream fails.
func RetryLater() error     { return &UpstreamError{Class: "retry", Code: "503", IsTemporary: true} }
func UnknownOutcome() error { return &UpstreamError{Class: "unknown", Code: "0", MayHaveApplied: true} }
func NoScope() error        { return &UpstreamError{Class: "permission", Code: "99991672"} }
func TooOld() error         { return &UpstreamError{Class: "gone", Code: "230031"} }
