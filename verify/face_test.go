package verify_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"shiming/verify"
)

const (
	testToken  = "1B2C3D4E-0000-4000-8000-0123456789AB"
	testReturn = "https://hr.example.com/face/x"
)

var testPerson = verify.FacePerson{Name: testName, Number: testNumber, Extra: "case/1"}

// faceText is the part Text of a result, as the page shows it, with changes.
func faceText(change map[string]any) map[string]any {
	text := map[string]any{
		"ErrCode": 0, "ErrMsg": "成功", "IdCard": testNumber, "Name": testName, "LiveStatus": 0, "LiveMsg": "成功",
		"Comparestatus": 0, "Comparemsg": "成功", "Sim": "92.31", "Extra": "case/1", "OcrName": nil,
		"LivenessDetail": []map[string]any{
			{"ReqTime": fmt.Sprint(testNow.Add(-time.Minute).UnixMilli()), "Errcode": 1201, "IsNeedCharge": false},
			{"ReqTime": fmt.Sprint(testNow.Add(-time.Second).UnixMilli()), "Errcode": 0, "IsNeedCharge": true},
		},
		"CompareLibType": "权威库", "LivenessInfoTag": []string{},
	}
	for k, v := range change {
		text[k] = v
	}
	return text
}

// faceAnswer is the body of an answer with this Text and a picture.
func faceAnswer(text any, picture any) string {
	b, err := json.Marshal(map[string]any{"Response": map[string]any{
		"Text": text, "BestFrame": map[string]any{"BestFrame": picture, "BestFrames": nil}, "IdCardData": nil,
		"VideoData": nil, "RequestId": "req-5",
	}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

var facePicture = base64.StdEncoding.EncodeToString([]byte("picture"))

func TestOpenFaceRequest(t *testing.T) {
	const url = "https://open.weixin.qq.com/connect/oauth2/authorize?state=" + testToken
	s := newSupplier(t, text(200, `{"Response":{"Url":"`+url+`","BizToken":"`+testToken+`","RequestId":"req-4"}}`))
	c := config(s.URL)
	c.FaceRuleID = "7"
	got, err := newClient(t, c).OpenFace(t.Context(), testPerson, testReturn)
	if want := (verify.FaceSession{Token: testToken, URL: url, At: testNow}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	r := s.seen()[0]
	if r.Header.Get("X-TC-Action") != "DetectAuth" || r.Header.Get("X-TC-Version") != "2018-03-01" ||
		r.Header.Get("X-TC-Region") != "" {
		t.Errorf("headers %v", r.Header)
	}
	want := map[string]any{
		"RuleId": "7", "IdCard": testNumber, "Name": testName, "RedirectUrl": testReturn, "Extra": "case/1",
	}
	if !reflect.DeepEqual(r.Body, want) {
		t.Errorf("body %v, want %v", r.Body, want)
	}
}

func TestOpenFaceRefusesArguments(t *testing.T) {
	s := newSupplier(t, text(200, `{}`))
	client := newClient(t, config(s.URL))
	for _, c := range []struct {
		name, number, back string
		reason             verify.PersonReason
	}{
		{"", testNumber, testReturn, verify.ReasonNameInvalid},
		{strings.Repeat("张", 33), testNumber, testReturn, verify.ReasonNameInvalid},
		{testName, testNumber[:17], testReturn, verify.ReasonIDInvalid},
		{testName, testNumber, "", ""},
		{testName, testNumber, "ftp://x", ""},
		{testName, testNumber, "https://x/" + strings.Repeat("x", 1024), ""},
	} {
		_, err := client.OpenFace(t.Context(), verify.FacePerson{Name: c.name, Number: c.number}, c.back)
		if e := asError(t, err); e.PersonReason != c.reason || e.Code != verify.CodeBadArgument {
			t.Errorf("%v: %v", c, e)
		}
	}
	if n := len(s.seen()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

// TestOpenFaceAnswers: a link that cannot stand behind a button, or a token that is none, is no flow.
func TestOpenFaceAnswers(t *testing.T) {
	for _, body := range []string{
		`{"Url":"","BizToken":"` + testToken + `","RequestId":"r"}`,
		`{"Url":"javascript:alert(1)","BizToken":"` + testToken + `","RequestId":"r"}`,
		`{"Url":"https://x y","BizToken":"` + testToken + `","RequestId":"r"}`,
		`{"Url":"https://x","BizToken":"","RequestId":"r"}`,
		`{"Url":"https://x","BizToken":"a b c d e f","RequestId":"r"}`,
	} {
		s := newSupplier(t, text(200, `{"Response":`+body+`}`))
		_, err := newClient(t, config(s.URL)).OpenFace(t.Context(), testPerson, testReturn)
		if e := asError(t, err); e.Class != verify.ClassRetry || e.Code != verify.CodeBadAnswer || e.MaybeApplied() {
			t.Errorf("%s: got %v", body, e)
		}
	}
}

func TestFaceResultMatch(t *testing.T) {
	s := newSupplier(t, text(200, faceAnswer(faceText(nil), facePicture)))
	c := config(s.URL)
	c.FaceRuleID = "7"
	got, err := newClient(t, c).FaceResult(t.Context(), testToken, testPerson)
	want := verify.FaceResult{
		CheckResult: verify.CheckResult{
			Outcome:  verify.Match,
			Detail:   "0",
			Supplier: verify.DefaultSupplier,
			Serial:   testToken,
			At:       testNow.Add(-time.Second).Local(),
		},
		Similarity: "92.31",
		Liveness:   "0",
		Charged:    1,
		Picture:    []byte("picture"),
	}
	if got.At = got.At.Local(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, %v; want %#v", got.CheckResult, err, want.CheckResult)
	}
	body := map[string]any{"BizToken": testToken, "RuleId": "7", "InfoType": "13"}
	if r := s.seen()[0]; r.Header.Get("X-TC-Action") != "GetDetectInfoEnhanced" || !reflect.DeepEqual(r.Body, body) {
		t.Errorf("got %v, want %v", r.Body, body)
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", got, got, got), "92.31") {
		t.Error("a result prints its similarity")
	}
}

// TestFaceResultPending: a flow that is not finished has no result, whichever way the supplier says so.
func TestFaceResultPending(t *testing.T) {
	for name, body := range map[string]string{
		"no text":    faceAnswer(nil, nil),
		"no code":    faceAnswer(map[string]any{"ErrCode": nil, "Extra": "case/1"}, nil),
		"unfinished": faceAnswer(faceText(map[string]any{"ErrCode": 17}), nil),
		"just done":  faceAnswer(faceText(map[string]any{"ErrCode": 14}), nil),
	} {
		s := newSupplier(t, text(200, body))
		got, err := newClient(t, config(s.URL)).FaceResult(t.Context(), testToken, testPerson)
		if err != nil || !reflect.DeepEqual(got, verify.FaceResult{Pending: true}) {
			t.Errorf("%s: got %v, %v; want pending", name, got, err)
		}
	}
}

// TestFaceResultCodes: every ErrCode of the page (product/1007/31082 and the pages of the same service), and codes that
// none lists, which are never a match.
func TestFaceResultCodes(t *testing.T) {
	person, operator, nobody := verify.ClassPerson, verify.ClassOperator, verify.ClassUnknown
	toMidnight := 30 * time.Minute // testNow is 23:30 in China
	for _, c := range []struct {
		codes   []int
		outcome verify.Outcome // or an error:
		class   verify.Class
		reason  verify.PersonReason
		after   time.Duration
	}{
		{codes: []int{2006, 2011, 2015, 2016}, outcome: verify.Mismatch},
		{codes: []int{2005, 2007, 2008, 2009}, outcome: verify.NoRecord},
		{codes: []int{1, 2, 3, 203, 204}, class: operator},
		{codes: []int{4, 7, 8, 10, 12, 13, 1001, 1006, 2001, 2017}, class: person, reason: verify.ReasonFaceSupplier},
		{codes: []int{15, 19}, class: person, reason: verify.ReasonFaceExpired},
		{codes: []int{16, 18}, class: person, reason: verify.ReasonFaceTooOften},
		{codes: []int{2018}, class: person, reason: verify.ReasonFaceTooOftenToday, after: toMidnight},
		{codes: []int{301}, class: person, reason: verify.ReasonFaceOther},
		{codes: []int{302, 303}, class: person, reason: verify.ReasonFaceDocument},
		{codes: []int{1002, 1301}, class: person, reason: verify.ReasonFaceNotLive},
		{codes: []int{1008}, class: person, reason: verify.ReasonFaceNetwork},
		{codes: []int{1201, 1202}, class: person, reason: verify.ReasonFaceLight},
		{codes: []int{1203, 1204, 1205}, class: person, reason: verify.ReasonFaceDistance},
		{codes: []int{
			201, 202, 1003, 1004, 1005, 1007, 1101, 1102, 1103, 1104, 1105, 1106, 1107, 1108, 1109, 1302, 1303, 2004, 2010, 2012,
			2013, 2014,
		}, class: person, reason: verify.ReasonFaceAgain},
		{codes: []int{2002}, class: person, reason: verify.ReasonNameInvalid},
		{codes: []int{2003}, class: person, reason: verify.ReasonIDInvalid},
		{codes: []int{-1, 5, 20, 999, 1206, 3000, 4711}, class: nobody},
	} {
		for _, code := range c.codes {
			t.Run(fmt.Sprint(code), func(t *testing.T) {
				answer := faceAnswer(faceText(map[string]any{"ErrCode": code, "LiveStatus": code}), facePicture)
				s := newSupplier(t, text(200, answer))
				got, err := newClient(t, config(s.URL)).FaceResult(t.Context(), testToken, testPerson)
				if c.outcome != "" {
					if err != nil || got.Outcome != c.outcome || got.Picture != nil || got.Similarity != "" || got.Serial != testToken {
						t.Errorf("got %v, %v; want %s without a picture", got, err, c.outcome)
					}
					return
				}
				e := asError(t, err)
				if !reflect.DeepEqual(got, verify.FaceResult{}) || e.Class != c.class || e.PersonReason != c.reason ||
					e.RetryAfter() != c.after || e.Code != fmt.Sprint(code) || e.MaybeApplied() {
					t.Errorf("got %v, after %v; want %s %s", e, e.RetryAfter(), c.class, c.reason)
				}
			})
		}
	}
}

// TestFaceResultContradicts: a pass that is about somebody else, or contradicts itself, or has no picture, is none.
func TestFaceResultContradicts(t *testing.T) {
	for name, c := range map[string]struct {
		change  map[string]any
		picture any
		class   verify.Class
		reason  verify.PersonReason
		maybe   bool
	}{
		"another flow":    {map[string]any{"Extra": "case/2"}, facePicture, verify.ClassPerson, verify.ReasonFaceOther, false},
		"another number":  {map[string]any{"IdCard": "110101199003072316"}, facePicture, verify.ClassPerson, verify.ReasonFaceOther, false},
		"another name":    {map[string]any{"Name": "测试李四"}, facePicture, verify.ClassPerson, verify.ReasonFaceOther, false},
		"not alive":       {map[string]any{"LiveStatus": 1002}, facePicture, verify.ClassUnknown, "", false},
		"no liveness":     {map[string]any{"LiveStatus": nil}, facePicture, verify.ClassUnknown, "", false},
		"not compared":    {map[string]any{"Comparestatus": 2016}, facePicture, verify.ClassUnknown, "", false},
		"no similarity":   {map[string]any{"Sim": ""}, facePicture, verify.ClassUnknown, "", false},
		"odd similarity":  {map[string]any{"Sim": "101"}, facePicture, verify.ClassUnknown, "", false},
		"no picture":      {nil, "", verify.ClassRetry, "", true},
		"half a picture":  {nil, facePicture[:5], verify.ClassRetry, "", true},
		"code as a text":  {map[string]any{"ErrCode": "0"}, facePicture, verify.ClassRetry, "", true},
		"picture is null": {nil, nil, verify.ClassRetry, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSupplier(t, text(200, faceAnswer(faceText(c.change), c.picture)))
			_, err := newClient(t, config(s.URL)).FaceResult(t.Context(), testToken, testPerson)
			if e := asError(t, err); e.Class != c.class || e.PersonReason != c.reason || e.MaybeApplied() != c.maybe {
				t.Errorf("got %v, maybe %t; want %s %s, maybe %t", e, e.MaybeApplied(), c.class, c.reason, c.maybe)
			}
		})
	}
}

// TestFaceErrorCodes: the codes of both actions (api/1007/31816, api/1007/41957).
func TestFaceErrorCodes(t *testing.T) {
	both := map[string]verify.Class{
		"FailedOperation.DecryptSystemError":   verify.ClassOperator,
		"FailedOperation.UnKnown":              verify.ClassRetry,
		"InvalidParameterValue.RuleIdNotExist": verify.ClassOperator,
		"UnauthorizedOperation.ActivateError":  verify.ClassOperator,
		"UnauthorizedOperation.Activating":     verify.ClassOperator,
		"UnauthorizedOperation.Arrears":        verify.ClassOperator,
		"UnauthorizedOperation.NonAuthorize":   verify.ClassOperator,
		"UnauthorizedOperation.Nonactivated":   verify.ClassOperator,
		"AuthFailure.SignatureExpire":          verify.ClassOperator,
		"RequestLimitExceeded":                 verify.ClassRetry,
	}
	open := map[string]verify.Class{
		"AuthFailure.InvalidAuthorization":       verify.ClassOperator,
		"InvalidParameter":                       verify.ClassOperator,
		"InvalidParameter.UnsupportEncryptField": verify.ClassOperator,
		"InvalidParameterValue.RuleIdDisabled":   verify.ClassOperator,
	}
	result := map[string]verify.Class{
		"FailedOperation.EncryptSystemError":    verify.ClassRetry,
		"FailedOperation.StsUnAuthErrError":     verify.ClassOperator,
		"InvalidParameter":                      verify.ClassPerson,
		"InvalidParameterValue.BizTokenExpired": verify.ClassPerson,
		"InvalidParameterValue.BizTokenIllegal": verify.ClassPerson,
	}
	check := func(code string, want verify.Class, call func(*verify.Tencent) error) {
		t.Helper()
		s := newSupplier(t, apiError(code))
		if e := asError(t, call(newClient(t, config(s.URL)))); e.Class != want || e.MaybeApplied() {
			t.Errorf("%s: got %v, want %s and certainly nothing handed out", code, e, want)
		}
	}
	opens := func(c *verify.Tencent) error { _, err := c.OpenFace(t.Context(), testPerson, testReturn); return err }
	fetches := func(c *verify.Tencent) error { _, err := c.FaceResult(t.Context(), testToken, testPerson); return err }
	for code, want := range both {
		check(code, want, opens)
		check(code, want, fetches)
	}
	for code, want := range open {
		check(code, want, opens)
	}
	for code, want := range result {
		check(code, want, fetches)
	}
}

// TestFaceResultMaybeHandedOut: what may have reached the supplier may have used the result up.
func TestFaceResultMaybeHandedOut(t *testing.T) {
	for _, answer := range []struct {
		status int
		body   string
	}{{500, "{}"}, {200, "<html>"}, {200, `{"Response":[]}`}, {502, ""}} {
		s := newSupplier(t, text(answer.status, answer.body))
		_, err := newClient(t, config(s.URL)).FaceResult(t.Context(), testToken, testPerson)
		if e := asError(t, err); !e.MaybeApplied() {
			t.Errorf("%d %q: got %v, want that it may have been handed out", answer.status, answer.body, e)
		}
	}
	c := config("http://127.0.0.1:1")
	if _, err := newClient(t, c).FaceResult(t.Context(), testToken, testPerson); asError(t, err).MaybeApplied() {
		t.Error("without a connection nothing was handed out")
	}
}
