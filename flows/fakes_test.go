package flows_test

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

// message is one card in somebody's chat, as it was posted and as it was changed.
type message struct {
	id    string
	to    flows.Receiver // message_id for an answer
	uuid  string
	cards []string // as posted, then as patched
}

// now is the card that the message shows.
func (m *message) now() string { return m.cards[len(m.cards)-1] }

// fakeChat is Feishu as a messenger: a screen that remembers. Each call can be replaced.
type fakeChat struct {
	sendFunc     func(ctx context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error)
	replyFunc    func(ctx context.Context, messageID string, card json.RawMessage, uuid string) (string, error)
	patchFunc    func(ctx context.Context, messageID string, card json.RawMessage) error
	downloadFunc func(ctx context.Context, messageID, fileKey, kind string) ([]byte, error)
	contactFunc  func(ctx context.Context, openID string) (flows.Contact, error)
	settleFunc   func(ctx context.Context, messageID string)

	mu        sync.Mutex
	messages  []*message
	byUUID    map[string]*message
	patches   int
	downloads int
}

func (f *fakeChat) post(to flows.Receiver, card json.RawMessage, uuid string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := f.byUUID[uuid]; m != nil {
		return m.id
	}
	m := &message{id: fmt.Sprintf("om_sent_%d", len(f.messages)+1), to: to, uuid: uuid, cards: []string{string(card)}}
	f.messages = append(f.messages, m)
	if f.byUUID == nil {
		f.byUUID = map[string]*message{}
	}
	f.byUUID[uuid] = m
	return m.id
}

func (f *fakeChat) Send(ctx context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
	if f.sendFunc != nil {
		return f.sendFunc(ctx, to, card, uuid)
	}
	return f.post(to, card, uuid), nil
}

func (f *fakeChat) Reply(ctx context.Context, messageID string, card json.RawMessage, uuid string) (string, error) {
	if f.replyFunc != nil {
		return f.replyFunc(ctx, messageID, card, uuid)
	}
	return f.post(flows.Receiver{Type: "message_id", ID: messageID}, card, uuid), nil
}

func (f *fakeChat) change(messageID string, card json.RawMessage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.patches++
	for _, m := range f.messages {
		if m.id == messageID {
			m.cards = append(m.cards, string(card))
		}
	}
}

func (f *fakeChat) Patch(ctx context.Context, messageID string, draw func() (json.RawMessage, error)) error {
	if f.settleFunc != nil {
		f.settleFunc(ctx, messageID)
	}
	card, err := draw()
	if card == nil || err != nil {
		return err
	}
	if f.patchFunc != nil {
		return f.patchFunc(ctx, messageID, card)
	}
	f.change(messageID, card)
	return nil
}

// Download gives the picture whose key it is.
func (f *fakeChat) Download(ctx context.Context, messageID, fileKey, kind string) ([]byte, error) {
	f.mu.Lock()
	f.downloads++
	f.mu.Unlock()
	if f.downloadFunc != nil {
		return f.downloadFunc(ctx, messageID, fileKey, kind)
	}
	return picture(fileKey), nil
}

func (f *fakeChat) Contact(ctx context.Context, openID string) (flows.Contact, error) {
	if f.contactFunc != nil {
		return f.contactFunc(ctx, openID)
	}
	return flows.Contact{}, nil
}

// sentTo returns the messages that a person or group was sent.
func (f *fakeChat) sentTo(id string) []*message {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []*message
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

// picture draws a photo for a file key: colours and edges, different for each key.
func picture(key string) []byte {
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
type fakeReader struct {
	readFunc func(ctx context.Context, jpeg []byte) (flows.CardText, error)
	mu       sync.Mutex
	texts    map[string]flows.CardText
	calls    int
	reads    map[string]int // by picture
}

func (f *fakeReader) ReadIDCard(ctx context.Context, jpeg []byte, leaving func()) (flows.CardText, error) {
	f.mu.Lock()
	f.calls++
	if f.reads == nil {
		f.reads = map[string]int{}
	}
	f.reads[string(jpeg)]++
	text, known := f.texts[string(jpeg)]
	f.mu.Unlock()
	if f.readFunc != nil {
		return f.readFunc(ctx, jpeg)
	}
	if !known {
		return flows.CardText{}, errors.New("nobody drew this picture")
	}
	return text, nil
}

// knows has the reader see an entity list in the picture of a file key.
func (f *fakeReader) knows(key string, side int, entities ...idcard.Entity) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.texts == nil {
		f.texts = map[string]flows.CardText{}
	}
	f.texts[string(picture(key))] = flows.CardText{Side: &side, Entities: entities}
}

// fakeRegistrar records identities.
type fakeRegistrar struct {
	recordFunc func(ctx context.Context, openID, name, number, mobile string) (string, error)
	mu         sync.Mutex
	recorded   map[string]int // by open_id
	calls      int
}

func (f *fakeRegistrar) RecordIdentity(ctx context.Context, openID, name, number, mobile string) (string, error) {
	f.mu.Lock()
	f.calls++
	f.mu.Unlock()
	if f.recordFunc != nil {
		uid, err := f.recordFunc(ctx, openID, name, number, mobile)
		if err != nil {
			return uid, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.recorded == nil {
		f.recorded = map[string]int{}
	}
	f.recorded[openID]++
	return "uid_" + openID, nil
}

// fakeNotary is e签宝.
type fakeNotary struct {
	uploadFunc func(ctx context.Context, name string, body []byte) (string, error)
	pointFunc  func(ctx context.Context, p esign.PersonPoint) (string, error)
	statusFunc func(ctx context.Context, fileID string) (esign.FileStatus, error)
	mu         sync.Mutex
	asked      []string // file ids, in order
	uploads    int
	calls      int
	points     []esign.PersonPoint
}

func (f *fakeNotary) UploadFile(ctx context.Context, name string, body []byte) (string, error) {
	f.mu.Lock()
	f.uploads++
	n := f.uploads
	f.mu.Unlock()
	if f.uploadFunc != nil {
		if id, err := f.uploadFunc(ctx, name, body); err != nil {
			return id, err
		}
	}
	return fmt.Sprintf("file%d", n), nil
}

func (f *fakeNotary) CreatePersonPoint(ctx context.Context, p esign.PersonPoint) (string, error) {
	f.mu.Lock()
	f.calls++
	f.mu.Unlock()
	if f.pointFunc != nil {
		if id, err := f.pointFunc(ctx, p); err != nil {
			return id, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.points = append(f.points, p)
	return fmt.Sprintf("P%d", len(f.points)), nil
}

func (f *fakeNotary) FileStatus(ctx context.Context, fileID string) (esign.FileStatus, error) {
	f.mu.Lock()
	f.asked = append(f.asked, fileID)
	f.mu.Unlock()
	if f.statusFunc != nil {
		return f.statusFunc(ctx, fileID)
	}
	return esign.FileStatus{FileID: fileID, Status: 2}, nil
}

// fakeVerifier sends codes and checks people.
type fakeVerifier struct {
	sendFunc  func(ctx context.Context, mobile, code string) (verify.SMSReceipt, error)
	checkFunc func(ctx context.Context, name, number, mobile string) (verify.CheckResult, error)
	now       func() time.Time
	mu        sync.Mutex
	codes     []string // sent, in order
	checks    int
}

func (f *fakeVerifier) SendCode(ctx context.Context, mobile, code string, _ time.Duration) (verify.SMSReceipt, error) {
	f.mu.Lock()
	f.codes = append(f.codes, code)
	n := len(f.codes)
	f.mu.Unlock()
	if f.sendFunc != nil {
		return f.sendFunc(ctx, mobile, code)
	}
	return verify.SMSReceipt{Supplier: verify.SupplierTencent, Serial: fmt.Sprintf("sms-%d", n), At: f.now()}, nil
}

func (f *fakeVerifier) CheckThreeElements(ctx context.Context, name, number, mobile string) (verify.CheckResult, error) {
	f.mu.Lock()
	f.checks++
	n := f.checks
	f.mu.Unlock()
	if f.checkFunc != nil {
		return f.checkFunc(ctx, name, number, mobile)
	}
	return verify.CheckResult{Outcome: verify.Match, Detail: "0", Supplier: verify.SupplierTencent, Serial: fmt.Sprintf("req-%d", n), At: f.now()}, nil
}

// code is the digits that were sent last.
func (f *fakeVerifier) code() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.codes[len(f.codes)-1]
}

// upstreamError is a failed call as a client reports it. class is one of the Feishu client's.
type upstreamError struct {
	class, code, field string
	temporary, maybe   bool
	after              time.Duration
}

func (e *upstreamError) Error() string             { return "upstream " + e.class + " " + e.code }
func (e *upstreamError) Temporary() bool           { return e.temporary }
func (e *upstreamError) RetryAfter() time.Duration { return e.after }
func (e *upstreamError) MaybeApplied() bool        { return e.maybe }

func (e *upstreamError) Failure() failure.Details {
	d := failure.Details{Class: failure.Class(e.class), Code: e.class, Upstream: e.code, LogID: "log-1", Field: e.field}
	switch e.class {
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
func retryLater() error { return &upstreamError{class: "retry", code: "503", temporary: true} }
func lostAnswer() error { return &upstreamError{class: "unknown", code: "0", maybe: true} }
func noScope() error    { return &upstreamError{class: "permission", code: "99991672"} }
func tooOld() error     { return &upstreamError{class: "gone", code: "230031"} }
