package esign

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// canaries are values of the sample points that no error and no log may contain.
var canaries = []string{
	"张三", "130401199601018395", "19800002222", "123456\"", "6222020000000000000", "No1234567", "测试银行", "98.20",
	"203.0.113.7", testSecret, "信息核验", frontID,
}

// outcome is the part of an *Error that determines a caller's reaction.
type outcome struct {
	kind                    Kind
	temporary, maybeApplied bool
}

func outcomeOf(t *testing.T, err error) outcome {
	t.Helper()
	e := mustError(t, err)
	return outcome{e.Kind, e.Temporary(), e.MaybeApplied()}
}

// TestAnswers sends the same response to a call that may be repeated and to the creation of an evidence point.
func TestAnswers(t *testing.T) {
	const no, yes = false, true
	malformed := [2]outcome{{KindMalformed, yes, no}, {KindMalformed, no, yes}}
	server := [2]outcome{{KindServer, yes, no}, {KindServer, no, yes}}
	final := func(k Kind) [2]outcome { return [2]outcome{{k, no, no}, {k, no, no}} }
	tests := []struct {
		name   string
		status int
		body   string
		want   [2]outcome // of FileStatus and of CreatePersonPoint
	}{
		{"server error", 500, `oops`, server},
		{"server error in JSON", 500, `{"code":9999,"message":"x"}`, server},
		{"server error in the body only", 200, `{"success":false,"code":500,"message":"x"}`, server},
		{"success in a server error", 500, `{"code":0,"data":{"fileStatus":2,"eviPointId":"P1"}}`,
			server},
		{"documented code in a server error", 500, `{"code":1435002,"message":"x"}`,
			[2]outcome{{KindParameter, no, no}, {KindParameter, no, yes}}},
		{"success in a refusal", 400, `{"code":0,"data":{"fileStatus":2,"eviPointId":"P1"}}`,
			[2]outcome{{KindMalformed, no, no}, {KindMalformed, no, yes}}},
		{"gateway refusal with code 0", 200, `{"success":false,"code":0,"data":{"fileStatus":2,"eviPointId":"P1"}}`,
			malformed},
		{"HTML", 200, `<html>`, malformed},
		{"HTML 404", 404, `<html>`, [2]outcome{{KindMalformed, no, no}, {KindMalformed, no, yes}}},
		{"empty", 200, ``, malformed},
		{"cut JSON", 200, `{"code":0,"data":{"eviPointId":"P1`, malformed},
		{"two JSON values", 200, `{"code":0,"data":{"eviPointId":"P1"}}{}`, malformed},
		{"no code", 200, `{"data":{"eviPointId":"P1"}}`, malformed},
		{"null code", 200, `{"code":null,"data":{"eviPointId":"P1"}}`, malformed},
		{"code as text", 200, `{"code":"0","data":{"eviPointId":"P1"}}`, malformed},
		{"code as fraction", 200, `{"code":0.5}`, malformed},
		{"code over 32 bits", 200, `{"code":130401199601018395}`, malformed},
		{"success without data", 200, `{"code":0}`, malformed},
		{"success with empty id", 200, `{"code":0,"data":{"eviPointId":""}}`, malformed},
		{"success with odd id", 200, `{"code":0,"data":{"eviPointId":"P 1"}}`, malformed},
		{"too long", 200, strings.Repeat(" ", maxAnswer) + `{"code":0}`, malformed},
		{"401 page", 401, `<html>`, final(KindAuth)},
		{"403 page", 403, `<html>`, final(KindForbidden)},
		{"429 page", 429, `<html>`, [2]outcome{{KindRate, yes, no}, {KindRate, yes, no}}},
		{"429 in the body only", 200, `{"code":429}`, [2]outcome{{KindRate, yes, no}, {KindRate, yes, no}}},
		{"401 in the body only", 200, `{"success":false,"code":401,"message":"INVALID_TIMESTAMP"}`,
			final(KindClock)},
		{"unknown number", 200, `{"code":1234567,"message":"x"}`, final(KindRefused)},
		{"unknown number, 400", 400, `{"code":-1}`, final(KindRefused)},
		{"family of files", 200, `{"code":1430999}`, final(KindParameter)},
		{"family of parameters", 200, `{"code":1435999}`, final(KindParameter)},
		{"family of permission", 200, `{"code":1436001}`, final(KindPermission)},
		{"family of authorisation", 200, `{"code":1450001}`, final(KindPermission)},
		{"message of another type", 200, `{"code":1435002,"message":{"a":1}}`, final(KindParameter)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := says(t, tt.status, tt.body)
			c := g.client(t)
			_, err := c.FileStatus(t.Context(), frontID)
			if got := outcomeOf(t, err); got != tt.want[0] {
				t.Errorf("FileStatus: got %+v, want %+v (%v)", got, tt.want[0], err)
			}
			_, err = c.CreatePersonPoint(t.Context(), threeElements())
			if got := outcomeOf(t, err); got != tt.want[1] {
				t.Errorf("CreatePersonPoint: got %+v, want %+v (%v)", got, tt.want[1], err)
			}
			if n := len(g.requests()); n != 2 {
				t.Errorf("got %d requests, want one per call", n)
			}
		})
	}
}

func TestRetryAfterAndRequestID(t *testing.T) {
	tests := []struct {
		header string
		want   time.Duration
	}{
		{"", 0}, {"7", 7 * time.Second}, {"-1", 0}, {"soon", 0}, {"99999999999999", time.Hour},
		{testNow.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		{testNow.Add(-90 * time.Second).Format(http.TimeFormat), 0},
		{testNow.Add(90 * time.Hour).Format(http.TimeFormat), time.Hour},
	}
	for _, tt := range tests {
		t.Run("Retry-After "+tt.header, func(t *testing.T) {
			g := newGateway(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
				if tt.header != "" {
					w.Header().Set("Retry-After", tt.header)
				}
				w.Header().Set("X-Request-Id", "req-1")
				w.WriteHeader(429)
			})
			_, err := g.client(t).CreatePersonPoint(t.Context(), threeElements())
			e := mustError(t, err)
			if e.RetryAfter() != tt.want || !e.Temporary() || e.RequestID != "req-1" {
				t.Errorf("got %v, %v; want %v", e.RetryAfter(), e, tt.want)
			}
		})
	}
	h := http.Header{"X-Request-Id": {"张三"}, "X-Oss-Request-Id": {"64AB"}}
	if got := requestID(h); got != "64AB" {
		t.Errorf("got request id %q, want %q", got, "64AB")
	}
}

// TestErrorsDoNotEcho checks that errors contain only constants and field names, even if e签宝 quotes the request.
func TestErrorsDoNotEcho(t *testing.T) {
	echo := "张三 130401199601018395 19800002222 " + testSecret
	bodies := []string{
		`{"code":1435002,"message":"cardNo格式错误: ` + echo + `"}`,
		`{"success":false,"code":401,"message":"INVALID_SIGNATURE ` + echo + `"}`,
		`{"success":false,"code":403,"message":"IP白名单不匹配 ` + echo + `"}`,
		`{"code":77,"message":"` + echo + `"}`,
		`{"code":"` + echo + `"}`,
		`{"code":0,"data":{"eviPointId":"` + echo + `"}}`,
		`{"code":130401199601018395}`,
		`{"errCode":5,"msg":"` + echo + `","RequestId":"` + echo + `"}`,
		`<Error><Code>` + echo + `</Code><Message>` + echo + `</Message><RequestId>` + echo + `</RequestId></Error>`,
		`<Error><Code>InvalidDigest</Code><Message>` + echo + `</Message></Error>`,
		echo,
	}
	for _, status := range []int{200, 302, 400, 401, 403, 404, 429, 500} {
		for _, body := range bodies {
			g := newGateway(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
				w.Header().Set("X-Request-Id", echo)
				w.Header().Set("Location", "http://%zz"+echo)
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			})
			c := g.client(t)
			_, err1 := c.CreatePersonPoint(t.Context(), threeElements())
			_, err2 := c.UploadURL(t.Context(), photoFile)
			_, err3 := c.FileStatus(t.Context(), frontID)
			err4 := c.Put(t.Context(), Upload{frontID, UploadLink(g.URL + "/x?Signature=" + testSecret)}, photoFile, photo)
			for _, err := range []error{err1, err2, err3, err4} {
				shown := fmt.Sprintf("%v %+v %#v", err, *mustError(t, err), errors.Unwrap(err))
				if b, jsonErr := json.Marshal(err); jsonErr == nil {
					shown += string(b)
				}
				for _, leak := range canaries {
					if strings.Contains(shown, leak) {
						t.Errorf("%d %.40s: got %q with %q, want it masked", status, body, shown, leak)
					}
				}
			}
		}
	}
}

func TestNamedFields(t *testing.T) {
	for message, want := range map[string]string{
		"参数错误: certAgreementReadHash不能为空": "certAgreementReadHash",
		"eviName is too long":             "eviName",
		"threeElements.smsCode":           "threeElements smsCode",
		"username":                        "",
		"张三":                              "",
		"":                                "",
	} {
		t.Run(message, func(t *testing.T) {
			if got := strings.Join(namedFields(message), " "); got != want {
				t.Errorf("got %q of %q, want %q", got, message, want)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	g := newGateway(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		w.Header().Set("X-Request-Id", "req-1")
		_, _ = io.WriteString(w, `{"code":1435002,"message":"参数错误: timeStamp类型错误"}`)
	})
	_, err := g.client(t).CreatePersonPoint(t.Context(), threeElements())
	want := "esign CreatePersonPoint: parameter, code 1435002, HTTP 200, field timeStamp, request id req-1"
	if got := err.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := KindOf(fmt.Errorf("wrapped: %w", err)); got != KindParameter {
		t.Errorf("got kind %q of a wrapped error, want %q", got, KindParameter)
	}
	if got := KindOf(io.EOF); got != "" {
		t.Errorf("got kind %q of another error, want none", got)
	}
}
