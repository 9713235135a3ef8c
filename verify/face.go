package verify

import (
	"context"
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"shiming/shape"
)

// detectAuth is DetectAuth (实名核身鉴权), https://cloud.tencent.com/document/api/1007/31816. 100 requests per second. It
// is not charged, and a flow that nobody opens has no meaning.
var detectAuth = action{
	service: "faceid",
	version: "2018-03-01",
	name:    "DetectAuth",
	codes:   faceOpenCodes,
	answer: shape.Needed(shape.Object(shape.Fields{
		"Url":       shape.Needed(shape.Text),
		"BizToken":  shape.Needed(shape.Text),
		"RequestId": shape.Needed(shape.Text),
	})),
}

// detectInfo is GetDetectInfoEnhanced (获取实名核身结果信息增强版), https://cloud.tencent.com/document/api/1007/41957. 100
// requests per second. The result is handed out once, so that a lost answer must not be asked for again without a
// decision. Every field of the answer may be null.
var detectInfo = action{
	service:   "faceid",
	version:   "2018-03-01",
	name:      "GetDetectInfoEnhanced",
	codes:     faceResultCodes,
	writes:    true,
	maxAnswer: 12 << 20, // a picture in Base64
	answer: shape.Needed(shape.Open(shape.Fields{
		"Text":      shape.Open(shape.Fields{"ErrCode": shape.Number, "LiveStatus": shape.Number, "Sim": shape.Text}),
		"BestFrame": shape.Open(shape.Fields{"BestFrame": shape.Text}),
		"RequestId": shape.Needed(shape.Text),
	})),
}

const (
	// FaceLinkLife is how long a flow can be started and finished.
	FaceLinkLife = 2 * time.Hour
	// FaceResultLife is how long after its beginning the result of a flow can be fetched.
	FaceResultLife = 72 * time.Hour
	// maxFacePicture limits the picture of a face, in bytes.
	maxFacePicture = 8 << 20
	// maxFaceAddress limits RedirectUrl and Extra, in characters.
	maxFaceAddress = 1024
	// maxFaceName limits a name in this action, in runes.
	maxFaceName = 32
)

// FacePerson is the person whose face is checked.
type FacePerson struct {
	Name, Number string
	// Extra names the check of the caller. The supplier returns it with the result.
	Extra string
}

// FaceSession is a flow that the person goes through on the supplier's page. Whoever has the URL can open it.
type FaceSession struct {
	Token string // BizToken, the supplier's name of the flow
	URL   string
	At    time.Time // local clock at the response
}

// FaceResult is the result of a finished flow. It is personal.
type FaceResult struct {
	CheckResult        // Serial is the flow's token, Detail the supplier's ErrCode, At the time of the check
	Pending     bool   // the flow is not finished; nothing else is set
	Similarity  string // as the supplier writes it, from "0.00" to "100.00"
	Liveness    string // the supplier's status of the liveness check, "0" for a pass; it gives no score
	Charged     int    // tries that the supplier charges
	Picture     []byte // best frame, as it came; only with Match
}

// String names the code only.
func (r FaceResult) String() string { return "FaceResult(" + r.Detail + ")" }

// GoString is String.
func (r FaceResult) GoString() string { return r.String() }

var tokenForm = regexp.MustCompile(`^[0-9A-Za-z-]{8,64}$`)

// OpenFace begins a flow for the person, which returns to redirectURL in the browser. The returned address says nothing
// about the outcome.
func (t *Tencent) OpenFace(ctx context.Context, p FacePerson, redirectURL string) (FaceSession, error) {
	if t.faceRuleID == "" {
		return FaceSession{}, notSetUp(detectAuth)
	}
	reason := badElements(p.Name, p.Number, "13000000000")
	if utf8.RuneCountInString(p.Name) > maxFaceName {
		reason = ReasonNameInvalid
	}
	if reason != "" {
		return FaceSession{}, &Error{
			Op:           detectAuth.name,
			Code:         CodeBadArgument,
			Class:        ClassPerson,
			PersonReason: reason,
		}
	}
	if len(redirectURL) > maxFaceAddress || len(p.Extra) > maxFaceAddress ||
		!strings.HasPrefix(redirectURL, "https://") && !strings.HasPrefix(redirectURL, "http://") {
		return FaceSession{}, &Error{Op: detectAuth.name, Code: CodeBadArgument, Class: ClassOperator}
	}
	var answer struct{ Url, BizToken, RequestId string }
	err := t.call(ctx, t.faceid, detectAuth, map[string]any{
		"RuleId":      t.faceRuleID,
		"IdCard":      p.Number,
		"Name":        p.Name,
		"RedirectUrl": redirectURL,
		"Extra":       p.Extra,
	}, &answer)
	if err != nil {
		return FaceSession{}, err
	}
	if !tokenForm.MatchString(answer.BizToken) || !isPage(answer.Url) {
		return FaceSession{}, badAnswer(detectAuth, 200, answer.RequestId)
	}
	return FaceSession{Token: answer.BizToken, URL: answer.Url, At: t.now()}, nil
}

// isPage reports whether an address can stand behind the button of a card.
func isPage(address string) bool {
	return len(address) <= 2*maxFaceAddress && !strings.ContainsAny(address, " \t\r\n\"<>") &&
		(strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://"))
}

// faceAnswer is what is read of the answer of detectInfo.
type faceAnswer struct {
	Text *struct {
		ErrCode        *int64
		IdCard, Name   string
		LiveStatus     *int64
		Comparestatus  *int64
		Sim, Extra     string
		LivenessDetail []struct {
			ReqTime      string
			Errcode      *int64
			IsNeedCharge bool
		}
	}
	BestFrame *struct{ BestFrame string }
	RequestId string
}

// FaceResult fetches the result of a flow, which the supplier hands out once. An error may mean that it has done so.
func (t *Tencent) FaceResult(ctx context.Context, token string, p FacePerson) (FaceResult, error) {
	if t.faceRuleID == "" {
		return FaceResult{}, notSetUp(detectInfo)
	}
	var a faceAnswer
	err := t.call(ctx, t.faceid, detectInfo, map[string]any{
		"BizToken": token,
		"RuleId":   t.faceRuleID,
		"InfoType": "13", // texts and best frame, neither pictures of the card nor the video
	}, &a)
	if err != nil {
		return FaceResult{}, err
	}
	if a.Text == nil || a.Text.ErrCode == nil || facePending[*a.Text.ErrCode] {
		return FaceResult{Pending: true}, nil
	}
	code := strconv.FormatInt(*a.Text.ErrCode, 10)
	if a.Text.Extra != p.Extra || differs(a.Text.IdCard, p.Number) || differs(a.Text.Name, p.Name) {
		return FaceResult{}, t.faceError(code, a.RequestId, person(ReasonFaceOther))
	}
	outcome, decided := faceOutcomes[code]
	if !decided {
		row, known := faceRefusals[code]
		if !known {
			t.unknownCode(detectInfo, code)
			row = unknown
		}
		return FaceResult{}, t.faceError(code, a.RequestId, row)
	}
	r := FaceResult{CheckResult: CheckResult{
		Outcome:  outcome,
		Detail:   code,
		Supplier: t.supplier,
		Serial:   token,
		At:       t.now(),
	}}
	for _, try := range a.Text.LivenessDetail {
		if try.IsNeedCharge {
			r.Charged++
		}
		if at, ok := t.timeOf(try.ReqTime); ok && try.Errcode != nil && *try.Errcode == *a.Text.ErrCode {
			r.At = at
		}
	}
	if outcome != Match {
		return r, nil
	}
	if !isZero(a.Text.LiveStatus) || !isZero(a.Text.Comparestatus) || !similarityForm.MatchString(a.Text.Sim) {
		return FaceResult{}, t.faceError(code, a.RequestId, unknown) // a pass that contradicts itself is none
	}
	r.Similarity, r.Liveness = a.Text.Sim, strconv.FormatInt(*a.Text.LiveStatus, 10)
	if r.Picture = pictureOf(a); r.Picture == nil {
		return FaceResult{}, badAnswer(detectInfo, 200, a.RequestId)
	}
	return r, nil
}

// similarityForm is the form of Sim.
var similarityForm = regexp.MustCompile(`^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$`)

// faceError is the error for a flow that is finished without a decision about the person.
func (t *Tencent) faceError(code, requestID string, r row) *Error {
	return &Error{
		Op:           detectInfo.name,
		Code:         code,
		HTTPStatus:   200,
		RequestID:    cleanID(requestID),
		Class:        r.class,
		PersonReason: r.reason,
		after:        r.wait.from(t.now()),
	}
}

// timeOf reads a time in milliseconds. A time that cannot be one of this flow is none.
func (t *Tencent) timeOf(ms string) (time.Time, bool) {
	n, err := strconv.ParseInt(ms, 10, 64)
	at := time.UnixMilli(n)
	if err != nil || at.After(t.now().Add(time.Minute)) || at.Before(t.now().Add(-FaceResultLife)) {
		return time.Time{}, false
	}
	return at, true
}

// differs reports whether the supplier names another person than it was asked about. It may leave the values out.
func differs(got, asked string) bool { return got != "" && !strings.EqualFold(got, asked) }

func isZero(n *int64) bool { return n != nil && *n == 0 }

// pictureOf returns the best frame, nil if the answer holds none.
func pictureOf(a faceAnswer) []byte {
	if a.BestFrame == nil {
		return nil
	}
	text := a.BestFrame.BestFrame
	if text == "" || base64.StdEncoding.DecodedLen(len(text)) > maxFacePicture {
		return nil
	}
	picture, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return picture
}
