package workerstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"sync"
	"time"

	"shiming/esign"
	"shiming/flows"
	"shiming/idcard"
	"shiming/verify"
)

// FakeIDCardReader is the OCR. It recognises pictures by their bytes.
type FakeIDCardReader struct {
	ReadFunc func(ctx context.Context, jpeg []byte) (flows.CardText, error)
	mu       sync.Mutex
	Texts    map[string]flows.CardText
	Calls    int
	Reads    map[string]int // by picture

	// DocumentFunc reads documents; nil = what SetDocument has set.
	DocumentFunc func(ctx context.Context, kind idcard.Document, jpeg []byte) ([]idcard.Entity, error)
	documents    map[string][]idcard.Entity // by kind and picture
}

// ReadDocument implements workers.IDCardReader.
func (f *FakeIDCardReader) ReadDocument(
	ctx context.Context, kind idcard.Document, jpeg []byte, leaving func(),
) ([]idcard.Entity, error) {
	f.mu.Lock()
	f.Calls++
	entities, known := f.documents[string(kind)+string(jpeg)]
	f.mu.Unlock()
	if f.DocumentFunc != nil {
		return f.DocumentFunc(ctx, kind, jpeg)
	}
	if !known {
		return nil, errors.New("unknown picture")
	}
	return entities, nil
}

// SetDocument sets what the OCR for a kind of document sees in the Picture of a file key.
func (f *FakeIDCardReader) SetDocument(key string, kind idcard.Document, entities ...idcard.Entity) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.documents == nil {
		f.documents = map[string][]idcard.Entity{}
	}
	f.documents[string(kind)+string(Picture(key))] = entities
}

// ReadIDCard implements workers.IDCardReader.
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
		return flows.CardText{}, errors.New("unknown picture")
	}
	return text, nil
}

// SetText sets what the OCR sees in the Picture of a file key. side is 1 for the front and 0 for the back.
func (f *FakeIDCardReader) SetText(key string, side int, entities ...idcard.Entity) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Texts == nil {
		f.Texts = map[string]flows.CardText{}
	}
	f.Texts[string(Picture(key))] = flows.CardText{Side: &side, Entities: entities}
}

// FakeIdentityRecorder counts the identities that are recorded. RecordFunc is called before that and may fail.
type FakeIdentityRecorder struct {
	RecordFunc func(ctx context.Context, openID, name, number, mobile string) (string, error)
	mu         sync.Mutex
	Recorded   map[string]int // by open_id
	Calls      int
}

// RecordIdentity implements workers.IdentityRecorder.
func (f *FakeIdentityRecorder) RecordIdentity(
	ctx context.Context, openID, name, number, mobile string,
) (string, error) {
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

// FakeEvidenceClient is e签宝. UploadFunc and PointFunc are called before a file or point is made, and may fail.
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

// UploadFile implements workers.EvidenceClient.
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

// CreatePersonPoint implements workers.EvidenceClient.
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

// FileStatus implements workers.EvidenceClient.
func (f *FakeEvidenceClient) FileStatus(ctx context.Context, fileID string) (esign.FileStatus, error) {
	f.mu.Lock()
	f.Asked = append(f.Asked, fileID)
	f.mu.Unlock()
	if f.StatusFunc != nil {
		return f.StatusFunc(ctx, fileID)
	}
	return esign.FileStatus{FileID: fileID, Status: 2}, nil
}

// FakeVerifier sends codes and checks people. The functions replace its calls.
type FakeVerifier struct {
	SendFunc  func(ctx context.Context, mobile, code string) (verify.SMSReceipt, error)
	CheckFunc func(ctx context.Context, name, number, mobile string) (verify.CheckResult, error)
	CardFunc  func(ctx context.Context, name, number, mobile, card string) (verify.CheckResult, error)
	BankFunc  func(ctx context.Context, card string) (verify.Bank, error)
	OpenFunc  func(ctx context.Context, p verify.FacePerson) (verify.FaceSession, error)
	FaceFunc  func(ctx context.Context, token string) (verify.FaceResult, error)
	now       func() time.Time
	mu        sync.Mutex
	Codes     []string // sent, in order
	Cards     []string // bank cards that were checked, in order
	Flows     int      // for faces, that were begun
	Results   int      // of flows, that were fetched
	Checks    int
}

// SendCode implements workers.Verifier.
func (f *FakeVerifier) SendCode(ctx context.Context, mobile, code string, _ time.Duration) (verify.SMSReceipt, error) {
	f.mu.Lock()
	f.Codes = append(f.Codes, code)
	n := len(f.Codes)
	f.mu.Unlock()
	if f.SendFunc != nil {
		return f.SendFunc(ctx, mobile, code)
	}
	return verify.SMSReceipt{Supplier: verify.DefaultSupplier, Serial: fmt.Sprintf("sms-%d", n), At: f.now()}, nil
}

// CheckThreeElements implements workers.Verifier.
func (f *FakeVerifier) CheckThreeElements(
	ctx context.Context, name, number, mobile string,
) (verify.CheckResult, error) {
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
		Supplier: verify.DefaultSupplier,
		Serial:   fmt.Sprintf("req-%d", n),
		At:       f.now(),
	}, nil
}

// CheckFourElements implements workers.Verifier.
func (f *FakeVerifier) CheckFourElements(
	ctx context.Context, name, number, mobile, card string,
) (verify.CheckResult, error) {
	f.mu.Lock()
	f.Cards = append(f.Cards, card)
	n := len(f.Cards)
	f.mu.Unlock()
	if f.CardFunc != nil {
		return f.CardFunc(ctx, name, number, mobile, card)
	}
	return verify.CheckResult{
		Outcome:  verify.Match,
		Detail:   "0",
		Supplier: verify.DefaultSupplier,
		Serial:   fmt.Sprintf("card-%d", n),
		At:       f.now(),
	}, nil
}

// LookUpBank implements workers.Verifier.
func (f *FakeVerifier) LookUpBank(ctx context.Context, card string) (verify.Bank, error) {
	if f.BankFunc != nil {
		return f.BankFunc(ctx, card)
	}
	return verify.Bank{Name: "样本银行", Kind: verify.CardDebit, Detail: "0", At: f.now()}, nil
}

// OpenFace implements workers.Verifier.
func (f *FakeVerifier) OpenFace(ctx context.Context, p verify.FacePerson, _ string) (verify.FaceSession, error) {
	f.mu.Lock()
	f.Flows++
	n := f.Flows
	f.mu.Unlock()
	if f.OpenFunc != nil {
		return f.OpenFunc(ctx, p)
	}
	token := fmt.Sprintf("face-token-%d", n)
	return verify.FaceSession{Token: token, URL: "https://face.example.com/?BizToken=" + token, At: f.now()}, nil
}

// FaceResult implements workers.Verifier.
func (f *FakeVerifier) FaceResult(ctx context.Context, token string, _ verify.FacePerson) (verify.FaceResult, error) {
	f.mu.Lock()
	f.Results++
	f.mu.Unlock()
	if f.FaceFunc != nil {
		return f.FaceFunc(ctx, token)
	}
	return FaceMatch(token, f.now()), nil
}

// FaceMatch is the result of a flow whose person matches.
func FaceMatch(token string, at time.Time) verify.FaceResult {
	return verify.FaceResult{
		CheckResult: verify.CheckResult{
			Outcome:  verify.Match,
			Detail:   "0",
			Supplier: verify.DefaultSupplier,
			Serial:   token,
			At:       at,
		},
		Similarity: "92.31",
		Liveness:   "0",
		Charged:    1,
		Picture:    FacePicture(),
	}
}

// FacePicture is a small picture in place of a face.
func FacePicture() []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 80)), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Code returns the digits of the code that was sent last.
func (f *FakeVerifier) Code() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Codes[len(f.Codes)-1]
}
