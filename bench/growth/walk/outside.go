package walk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"sync"
	"sync/atomic"
	"time"

	"shiming/esign"
	"shiming/flows"
	"shiming/idcard"
	"shiming/verify"
)

// Lost is an upstream's lost answer. The call may have taken effect.
type Lost struct{}

func (Lost) Error() string             { return "walk: lost answer" }
func (Lost) Temporary() bool           { return false }
func (Lost) RetryAfter() time.Duration { return 0 }
func (Lost) MaybeApplied() bool        { return true }

// Outside implements the platforms. It answers at once, with ids as long as the platforms'.
type Outside struct {
	// Who is the person whose card is read next.
	Who Person
	// LoseIdentity and LoseEvidence make the write take effect and lose its answer.
	LoseIdentity, LoseEvidence bool

	now   func() time.Time
	seed  string
	n     atomic.Uint64
	mu    sync.Mutex
	code  string         // the last code
	wrote map[string]int // number of outside writes by "identity/<open_id>" or "evidence/<case>"
}

// id returns a platform's id: 32 hexadecimal digits, the same in every run.
func (o *Outside) id() string {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(o.seed), o.n.Add(1)))
	return hex.EncodeToString(sum[:16])
}

// Wrote returns how often an identity ("identity/<open_id>") or an evidence point ("evidence/<case>") was written.
func (o *Outside) Wrote(what string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.wrote[what]
}

func (o *Outside) write(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wrote[what]++
}

func (o *Outside) Send(context.Context, flows.Receiver, json.RawMessage, string) (string, error) {
	return "om_" + o.id(), nil
}

func (o *Outside) Reply(context.Context, string, json.RawMessage, string) (string, error) {
	return "om_" + o.id(), nil
}

func (o *Outside) Patch(_ context.Context, _ string, draw func() (json.RawMessage, error)) error {
	_, err := draw()
	return err
}

func (o *Outside) Download(_ context.Context, _, fileKey, _ string) ([]byte, error) {
	return photos()[fileKey[len(fileKey)-1:]], nil
}

// Department implements workers.Messenger.
func (*Outside) Department(_ context.Context, id string) (flows.Department, error) {
	return flows.Department{ID: id}, nil
}

// External implements workers.Messenger.
func (*Outside) External(context.Context, string) (bool, error) { return false, nil }

func (o *Outside) Contact(context.Context, string) (flows.Contact, error) {
	return flows.Contact{Name: o.Who.Name, Mobile: o.Who.Mobile}, nil
}

func (o *Outside) UploadImage(context.Context, []byte) (string, error) { return "img_" + o.id(), nil }

func (o *Outside) SendFile(context.Context, flows.Receiver, string, string) (string, error) {
	return o.id(), nil
}

func (o *Outside) Recall(context.Context, string) error { return nil }

func (o *Outside) Urgent(context.Context, string, string) (bool, error) { return true, nil }

// ReadDocument is not called: everybody on the walk has an ID card.
func (o *Outside) ReadDocument(context.Context, idcard.Document, []byte, func()) ([]idcard.Entity, error) {
	return nil, errors.New("walk: no such document")
}

func (o *Outside) ReadIDCard(_ context.Context, jpeg []byte, _ func()) (flows.CardText, error) {
	front, back := 1, 0
	if bytes.Equal(jpeg, photos()["f"]) {
		n := o.Who.Number
		return flows.CardText{Side: &front, Entities: []idcard.Entity{
			{Type: "identity_name", Value: o.Who.Name}, {Type: "identity_code", Value: n}, {Type: "race", Value: "汉"},
			{Type: "address", Value: "样本省样本市样本区样本街道样本路118号3幢2单元501室"},
		}}, nil
	}
	return flows.CardText{Side: &back, Entities: []idcard.Entity{
		{Type: "issued_by", Value: "样本市公安局"}, {Type: "valid_date_start", Value: "2020.01.01"},
		{Type: "valid_date_end", Value: "2040.01.01"},
	}}, nil
}

func (o *Outside) RecordIdentity(_ context.Context, openID, _, _, _ string) (string, error) {
	o.write("identity/" + openID)
	if o.LoseIdentity {
		return "", Lost{}
	}
	return o.id(), nil
}

func (o *Outside) UploadFile(context.Context, string, []byte) (string, error) { return o.id(), nil }

func (o *Outside) FileStatus(_ context.Context, fileID string) (esign.FileStatus, error) {
	return esign.FileStatus{FileID: fileID, Status: 2}, nil
}

func (o *Outside) CreatePersonPoint(_ context.Context, p esign.PersonPoint) (string, error) {
	o.write("evidence/" + p.CustomBizID)
	if o.LoseEvidence {
		return "", Lost{}
	}
	return "P" + o.id(), nil
}

func (o *Outside) SendCode(_ context.Context, _, code string, _ time.Duration) (verify.SMSReceipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.code = code
	return verify.SMSReceipt{Supplier: verify.DefaultSupplier, Serial: "2640:" + o.id()[:24], At: o.now()}, nil
}

func (o *Outside) CheckThreeElements(context.Context, string, string, string) (verify.CheckResult, error) {
	return verify.CheckResult{
		Outcome:  verify.Match,
		Detail:   "0",
		Supplier: verify.DefaultSupplier,
		Serial:   o.id(),
		At:       o.now(),
	}, nil
}

// CheckFourElements is never asked: the walk verifies by three elements.
func (o *Outside) CheckFourElements(ctx context.Context, _, _, _, _ string) (verify.CheckResult, error) {
	return o.CheckThreeElements(ctx, "", "", "")
}

// OpenFace implements workers.Verifier.
func (o *Outside) OpenFace(context.Context, verify.FacePerson, string) (verify.FaceSession, error) {
	token := o.id()
	return verify.FaceSession{Token: token, URL: "https://face.example.com/?BizToken=" + token, At: o.now()}, nil
}

// FaceResult implements workers.Verifier. Nobody goes through a flow.
func (o *Outside) FaceResult(context.Context, string, verify.FacePerson) (verify.FaceResult, error) {
	return verify.FaceResult{Pending: true}, nil
}

func (o *Outside) LookUpBank(context.Context, string) (verify.Bank, error) {
	return verify.Bank{Name: "样本银行", Kind: verify.CardDebit, At: o.now()}, nil
}

// photos are two pictures that pass the inspection, by the last letter of their file keys: f is the portrait side, b
// the other one.
var photos = sync.OnceValue(func() map[string][]byte {
	out := map[string][]byte{}
	for i, side := range []string{"f", "b"} {
		img := image.NewRGBA(image.Rect(0, 0, 420, 260))
		for y := range 260 {
			for x := range 420 {
				v := uint32(x/16)*2654435761 + uint32(y/16)*40503 + uint32(i)*97
				img.Set(x, y, color.RGBA{uint8(40 + v>>8&127), uint8(60 + v>>16&127), uint8(90 + v>>20&63), 255})
			}
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 8}); err != nil {
			panic(err) // impossible: drawn in memory
		}
		out[side] = b.Bytes()
	}
	return out
})
