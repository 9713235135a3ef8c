package esign

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Method is the method of the real-name check (realNameMethod).
type Method string

// Methods of evidence_3/gftptngu8s79lgg6.
const (
	MethodThreeElements Method = "THREEELEMENTS" // name, ID number and mobile number, checked at the carrier
	MethodBankCardFour  Method = "BANKCARDFOUR"  // the three elements and a bank card
	MethodFace          Method = "FACE"
)

// CardType is the kind of identity document (cardType).
type CardType string

// Card types of evidence_3/gftptngu8s79lgg6.
const (
	CardResidentID CardType = "CRED_PSN_CH_IDCARD"   // mainland resident ID card
	CardHongKong   CardType = "CRED_PSN_CH_HONGKONG" // 回乡证
	CardMacao      CardType = "CRED_PSN_CH_MACAO"    // 回乡证
	CardTaiwan     CardType = "CRED_PSN_CH_TWCARD"   // 台胞证
	CardPassport   CardType = "CRED_PSN_PASSPORT"
	CardForeign    CardType = "CRED_PSN_FOREIGN" // permanent residence of foreigners
	CardOther      CardType = "CRED_PSN_OTHER"
)

// ReadType says how the person accepted the certificate agreement (certAgreementReadType).
type ReadType string

// Read types of the 2025-10 revision.
const (
	ReadCheck ReadType = "CHECK" // ticked a box
	ReadClick ReadType = "CLICK" // opened it by a click
)

// PersonPoint is the evidence of one person's real-name check. The caller provides every field from its records; the
// client adds nothing.
//
// PersonPoint and its parts mask themselves in String, GoString, LogValue, MarshalJSON and under every fmt verb.
type PersonPoint struct {
	Revision Revision // of the request; "" means that of the client

	EviName     string // name of the point, at most 64 characters
	CustomBizID string // caller's id, at most 36 characters; a label only, because e签宝 promises no deduplication
	Method      Method
	CompletedAt time.Time // time of the successful check

	Name     string
	CardNo   string
	CardType CardType

	CardPortrait       string // file id of the portrait side
	CardNationalEmblem string // file id of the emblem side
	Mark               string // remark, optional

	// Exactly one of the following is set, depending on Method.
	ThreeElements *ThreeElements
	BankCardFour  *BankCardFour
	Face          *Face

	Agreement *CertAgreement // required by Revision202510, not allowed in Revision2024
}

// ThreeElements is the supplier's check of name, ID number and mobile, and the code sent to that mobile.
type ThreeElements struct {
	InfoVerifySupplier string    // company that checked the data
	VerifyTime         time.Time // time of the check
	VerifySerialNumber string    // request or serial number of the check
	Mobile             string
	SMSCode            string // code that the person entered
	SMSSupplier        string // company that delivered the code
}

// BankCardFour is the supplier's check of name, ID number, bank card and mobile, and the code sent to that mobile.
type BankCardFour struct {
	InfoVerifySupplier string
	VerifyTime         time.Time
	VerifySerialNumber string
	OpeningBank        string
	BankCard           string
	Mobile             string
	SMSCode            string
	SMSSupplier        string
}

// Face is the supplier's liveness check and comparison of the face. Scores are the supplier's text, unchanged.
type Face struct {
	InfoVerifySupplier    string
	VerifyTime            time.Time
	VerifySerialNumber    string
	FaceImage             string // file id
	FaceImageSimilarScore string
	FaceLiveDetectScore   string
}

// CertAgreement proves that the person read e签宝's 《数字证书服务协议》.
type CertAgreement struct {
	Title    string // as shown
	Version  string // e.g. "20250801"
	Hash     string // SHA-256 of the text; the page names no encoding, lower-case hex is an assumption
	ReadAt   time.Time
	ReadType ReadType
	ReadIP   string // the reader's IPv4 or IPv6 address
}

// String returns CustomBizID and Method and masks all other fields.
func (p PersonPoint) String() string {
	return fmt.Sprintf("PersonPoint(customBizId=%s method=%s %s)", p.CustomBizID, p.Method, masked)
}
func (p PersonPoint) GoString() string             { return p.String() }
func (p PersonPoint) LogValue() slog.Value         { return slog.StringValue(p.String()) }
func (p PersonPoint) MarshalJSON() ([]byte, error) { return json.Marshal(p.String()) }
func (p PersonPoint) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, p.String()) }

func (ThreeElements) String() string                 { return "ThreeElements(" + masked + ")" }
func (t ThreeElements) GoString() string             { return t.String() }
func (t ThreeElements) LogValue() slog.Value         { return slog.StringValue(t.String()) }
func (t ThreeElements) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }
func (t ThreeElements) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, t.String()) }

func (BankCardFour) String() string                 { return "BankCardFour(" + masked + ")" }
func (b BankCardFour) GoString() string             { return b.String() }
func (b BankCardFour) LogValue() slog.Value         { return slog.StringValue(b.String()) }
func (b BankCardFour) MarshalJSON() ([]byte, error) { return json.Marshal(b.String()) }
func (b BankCardFour) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, b.String()) }

func (Face) String() string                 { return "Face(" + masked + ")" }
func (x Face) GoString() string             { return x.String() }
func (x Face) LogValue() slog.Value         { return slog.StringValue(x.String()) }
func (x Face) MarshalJSON() ([]byte, error) { return json.Marshal(x.String()) }
func (x Face) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, x.String()) }

func (CertAgreement) String() string                 { return "CertAgreement(" + masked + ")" }
func (a CertAgreement) GoString() string             { return a.String() }
func (a CertAgreement) LogValue() slog.Value         { return slog.StringValue(a.String()) }
func (a CertAgreement) MarshalJSON() ([]byte, error) { return json.Marshal(a.String()) }
func (a CertAgreement) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, a.String()) }
