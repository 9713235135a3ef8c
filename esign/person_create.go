package esign

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"
)

const personPointPath = "/v3/evidence/evi-point/psn-realname"

// chinaTime is the time zone of every time in text form. The pages name none; e签宝 serves mainland China. A fixed zone
// needs no zone database, and mainland China has not changed its clocks since 1991.
var chinaTime = time.FixedZone("CST", 8*3600)

// wireTimeLayout is yyyy-MM-dd HH:mm:ss.
const wireTimeLayout = "2006-01-02 15:04:05"

// CreatePersonPoint creates an evidence point and returns its id ("P…"): POST /v3/evidence/evi-point/psn-realname.
//
// The id is the only reference to the point: no page documents a query, and none promises that a second call with the
// same CustomBizID returns the same point. The caller stores its intent before the call. If the error is
// MaybeApplied, a point may exist, and the caller must not repeat the call without checking. CreatePersonPoint
// refuses incomplete evidence before any call, with an error that wraps a *ValidationError.
func (c *Client) CreatePersonPoint(ctx context.Context, p PersonPoint) (eviPointID string, err error) {
	const op = "CreatePersonPoint"
	p.Revision = cmp.Or(p.Revision, c.revision)
	if err := p.Validate(p.Revision); err != nil {
		return "", invalidRequest(op, err)
	}
	body, err := json.Marshal(c.wire(p))
	if err != nil {
		return "", invalidRequest(op, err)
	}
	var data pointData
	if err := c.do(ctx, call{
		op:      op,
		method:  http.MethodPost,
		path:    personPointPath,
		body:    body,
		noRetry: true,
	}, &data); err != nil {
		return "", err
	}
	return data.ID, nil
}

type pointData struct {
	ID string `json:"eviPointId"`
}

// complete accepts any identifier. The page says that an id begins with P, but a refusal of another id would lose the
// only reference to an existing point.
func (d *pointData) complete() bool { return isToken(d.ID, maxIDLen) }

// personWire is the request body. The fields have the order of the page.
type personWire struct {
	EviName                  string             `json:"eviName"`
	CustomBizID              string             `json:"customBizId,omitempty"`
	CertAgreementReadTitle   string             `json:"certAgreementReadTitle,omitempty"`
	CertAgreementReadVersion string             `json:"certAgreementReadVersion,omitempty"`
	CertAgreementReadHash    string             `json:"certAgreementReadHash,omitempty"`
	CertAgreementReadTime    string             `json:"certAgreementReadTime,omitempty"`
	CertAgreementReadType    ReadType           `json:"certAgreementReadType,omitempty"`
	CertAgreementReadIP      string             `json:"certAgreementReadIP,omitempty"`
	RealNameMethod           Method             `json:"realNameMethod"`
	TimeStamp                any                `json:"timeStamp"`
	Name                     string             `json:"name"`
	CardNo                   string             `json:"cardNo"`
	CardType                 CardType           `json:"cardType"`
	CardPortrait             string             `json:"cardPortrait"`
	CardNationalEmblem       string             `json:"cardNationalEmblem"`
	Mark                     string             `json:"mark,omitempty"`
	ThreeElements            *threeElementsWire `json:"threeElements,omitempty"`
	BankCardFour             *bankCardFourWire  `json:"bankCardFour,omitempty"`
	Face                     *faceWire          `json:"face,omitempty"`
}

type checkWire struct {
	InfoVerifySupplier string `json:"infoVerifySupplier"`
	VerifyTime         string `json:"verifyTime"`
	VerifySerialNumber string `json:"verifySerialNumber"`
}

type smsWire struct {
	Mobile      string `json:"mobile"`
	SMSCode     string `json:"smsCode"`
	SMSSupplier string `json:"smsSupplier"`
}

type threeElementsWire struct {
	checkWire
	smsWire
}

type bankCardFourWire struct {
	checkWire
	OpeningBank string `json:"openingBank"`
	BankCard    string `json:"bankCard"`
	smsWire
}

type faceWire struct {
	checkWire
	FaceImage             string `json:"faceImage"`
	FaceImageSimilarScore string `json:"faceImageSimilarScore"`
	FaceLiveDetectScore   string `json:"faceLiveDetectScore"`
}

// wire converts a valid point to the form of its revision.
func (c *Client) wire(p PersonPoint) personWire {
	w := personWire{
		EviName:            p.EviName,
		CustomBizID:        p.CustomBizID,
		RealNameMethod:     p.Method,
		Name:               p.Name,
		CardNo:             p.CardNo,
		CardType:           p.CardType,
		CardPortrait:       p.CardPortrait,
		CardNationalEmblem: p.CardNationalEmblem,
		Mark:               p.Mark,
		TimeStamp:          timeStamp(p.CompletedAt, p.Revision),
	}
	if a := p.Agreement; a != nil {
		w.CertAgreementReadTitle, w.CertAgreementReadVersion, w.CertAgreementReadHash = a.Title, a.Version, a.Hash
		w.CertAgreementReadTime = a.ReadAt.In(chinaTime).Format(wireTimeLayout)
		w.CertAgreementReadType, w.CertAgreementReadIP = a.ReadType, a.ReadIP
	}
	check := func(supplier string, at time.Time, serial string) checkWire {
		return checkWire{supplier, at.In(chinaTime).Format(c.verifyTimeLayout(p.Revision)), serial}
	}
	if t := p.ThreeElements; t != nil {
		w.ThreeElements = &threeElementsWire{
			check(t.InfoVerifySupplier, t.VerifyTime, t.VerifySerialNumber), smsWire{t.Mobile, t.SMSCode, t.SMSSupplier},
		}
	}
	if b := p.BankCardFour; b != nil {
		w.BankCardFour = &bankCardFourWire{
			check(b.InfoVerifySupplier, b.VerifyTime, b.VerifySerialNumber), b.OpeningBank, b.BankCard,
			smsWire{b.Mobile, b.SMSCode, b.SMSSupplier},
		}
	}
	if f := p.Face; f != nil {
		w.Face = &faceWire{
			check(f.InfoVerifySupplier, f.VerifyTime, f.VerifySerialNumber), f.FaceImage, f.FaceImageSimilarScore,
			f.FaceLiveDetectScore,
		}
	}
	return w
}

// timeStamp returns the time of the check in the form of the revision. The older page declares the field as a long of
// milliseconds, while its sample has a string of digits. The client sends a number, because a Java service that expects
// a long accepts a number in every configuration, but a string only with type coercion.
func timeStamp(t time.Time, r Revision) any {
	if r == Revision2024 {
		return t.UnixMilli()
	}
	return t.In(chinaTime).Format(wireTimeLayout)
}
