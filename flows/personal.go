package flows

import (
	"encoding/json"
	"log/slog"
	"reflect"

	"shiming/idcard"
)

// Personal holds all personal data of a case. Printing, logging and marshalling show "[personal]" only; Clear is the
// sole way to the values.
type Personal struct {
	Front, Back   *idcard.SealedReading
	Name          string
	Number        string
	Mobile        string
	ContactName   string
	ContactMobile string
	CodeMobile    string // number to which the last code was sent
	CodeKey       []byte `json:",omitempty"` // key of Case.Code.MAC, so that a code outlives a rotation of the keys
	SMSCode       string // the right code, as typed; it goes into the evidence, and is deleted when that is filed
	BankCard      string `json:",omitempty"` // number of the bank card; deleted with SMSCode
	OpeningBank   string `json:",omitempty"` // bank of that card; deleted with SMSCode
	FaceURL       string `json:",omitempty"` // link to the supplier's page; deleted when the flow ends
	FaceToken     string `json:",omitempty"` // the supplier's name of the flow, which opens it; deleted with FaceURL
	ReadIP        string `json:",omitempty"` // address from which the agreements were read
	// Document is the kind of document without a resident number that the applicant has chosen, "" if none. Number is then
	// that document's.
	Document idcard.Document `json:",omitempty"`
	// DocumentRead is what the OCR read on a photo of that document, nil if the applicant types everything.
	DocumentRead *idcard.SealedDocument `json:",omitempty"`
	Note         string                 // note of HR to the applicant; free text
	NoteBefore   string                 `json:",omitempty"` // note of the round before, while HR can undo the review
	SampleNote   string                 `json:",omitempty"` // what HR has found wrong with a sampled case
	BoundValue   string                 `json:",omitempty"` // submitted value of Case.Bound, which Feishu has refused
	// Exchanges are HR's questions in reviews and the applicant's answers, the oldest first.
	Exchanges []Exchange `json:",omitempty"`
	// InternalNotes are notes of HR that the applicant does not read, the oldest first.
	InternalNotes []InternalNote `json:",omitempty"`
	// What was submitted when HR sent the case back last, and the note of HR.
	AskedName, AskedNumber, AskedMobile, AskedNote string `json:",omitempty"`
}

type clearPersonal Personal

// Clear returns the values as JSON in clear text. Only the store calls it, to encrypt the result.
func (p Personal) Clear() ([]byte, error) { return json.Marshal(clearPersonal(p)) }

// PersonalFromClear is the inverse of Clear.
func PersonalFromClear(b []byte) (Personal, error) {
	var p clearPersonal
	err := json.Unmarshal(b, &p)
	return Personal(p), err
}

func (Personal) String() string               { return "[personal]" }
func (Personal) GoString() string             { return "[personal]" }
func (Personal) LogValue() slog.Value         { return slog.StringValue("[personal]") }
func (Personal) MarshalJSON() ([]byte, error) { return []byte(`"[personal]"`), nil }

// Empty reports whether no personal data is stored.
func (p Personal) Empty() bool { return reflect.ValueOf(p).IsZero() }
