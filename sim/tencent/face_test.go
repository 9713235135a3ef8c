package tencent_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/sim/tencent"
	"shiming/verify"
)

const faceNumber = "130401199601018395"

var facePerson = verify.FacePerson{Name: "测试张三", Number: faceNumber, Extra: "case/1"}

// faceHarness is a cloud that knows the person's face.
func faceHarness(t *testing.T) *harness {
	t.Helper()
	w := newHarness(t, func(c *verify.Config) { c.FaceRuleID = tencent.DefaultConfig().FaceRuleID })
	w.RegisterFace(facePerson.Name, facePerson.Number)
	return w
}

func (w *harness) open(t *testing.T) verify.FaceSession {
	t.Helper()
	s, err := w.client.OpenFace(t.Context(), facePerson, "https://hr.example.com/face/x")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reason is what the person hears of a failed result; "" for another error.
func reason(err error) verify.PersonReason {
	var e *verify.Error
	if errors.As(err, &e) {
		return e.PersonReason
	}
	return ""
}

// TestFaceFlow: a flow is pending until the person has gone through the page, and its result is handed out once.
func TestFaceFlow(t *testing.T) {
	w := faceHarness(t)
	s := w.open(t)
	if r, err := w.client.FaceResult(t.Context(), s.Token, facePerson); err != nil || !r.Pending {
		t.Fatalf("got %v, %v; want pending", r, err)
	}
	page, err := http.Get(s.URL) //nolint:noctx // a test
	if err != nil || page.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v", page, err)
	}
	_ = page.Body.Close()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	form := url.Values{"BizToken": {s.Token}, "as": {tencent.FaceOwn}}
	back, err := client.PostForm(strings.SplitN(s.URL, "?", 2)[0], form)
	if err != nil {
		t.Fatal(err)
	}
	_ = back.Body.Close()
	if got, want := back.Header.Get("Location"), "https://hr.example.com/face/x?BizToken="+s.Token; got != want {
		t.Errorf("returns to %q, want %q", got, want)
	}
	r, err := w.client.FaceResult(t.Context(), s.Token, facePerson)
	if err != nil || r.Outcome != verify.Match || r.Similarity != "92.31" || r.Liveness != "0" || r.Charged != 1 ||
		!bytes.Equal(r.Picture, tencent.FacePicture(faceNumber)) {
		t.Fatalf("got %v, %v; want a match with the picture", r, err)
	}
	if _, err := w.client.FaceResult(t.Context(), s.Token, facePerson); reason(err) != verify.ReasonFaceLost {
		t.Errorf("once more: got %v, want that it is not known any more", err)
	}
}

// TestFaceWays: each way through the page ends as the vendor's does.
func TestFaceWays(t *testing.T) {
	for _, tt := range []struct {
		as      string
		tries   int
		outcome verify.Outcome
		reason  verify.PersonReason
	}{
		{tencent.FaceOwn, 1, verify.Match, ""},
		{tencent.FaceOther, 1, verify.Mismatch, ""},
		{tencent.FaceFake, 1, "", verify.ReasonFaceNotLive},
		{tencent.FaceDark, 3, "", verify.ReasonFaceTooOften},
	} {
		w := faceHarness(t)
		s := w.open(t)
		for range tt.tries {
			if !w.GoThroughFace(s.Token, tt.as) {
				t.Fatalf("%s: the page is not there", tt.as)
			}
		}
		r, err := w.client.FaceResult(t.Context(), s.Token, facePerson)
		if r.Outcome != tt.outcome || reason(err) != tt.reason {
			t.Errorf("%s: got %q, %v; want %q %q", tt.as, r.Outcome, err, tt.outcome, tt.reason)
		}
	}
	w := faceHarness(t)
	s := w.open(t)
	w.GoThroughFace(s.Token, tencent.FaceGiveUp)
	if r, err := w.client.FaceResult(t.Context(), s.Token, facePerson); err != nil || !r.Pending {
		t.Errorf("given up: got %v, %v; want pending", r, err)
	}
}

// TestFaceClocks: a flow ends after two hours, and its result after three days.
func TestFaceClocks(t *testing.T) {
	at := now
	s := tencent.New(tencent.Config{Now: func() time.Time { return at }, SignatureClock: func() time.Time { return now }})
	open := func() string {
		body := `{"RuleId":"10086","Name":"测试张三","IdCard":"` + faceNumber + `","RedirectUrl":"https://x","Extra":"e"}`
		r := faceRequest("DetectAuth", body).do(t, s)
		token, _ := r["BizToken"].(string)
		return token
	}
	fetch := func(token string) string {
		body := `{"RuleId":"10086","BizToken":"` + token + `","InfoType":"13"}`
		return code(faceRequest("GetDetectInfoEnhanced", body).do(t, s))
	}
	late, finished := open(), open()
	s.GoThroughFace(finished, tencent.FaceOwn)
	at = now.Add(2*time.Hour + time.Second)
	if s.GoThroughFace(late, tencent.FaceOwn) {
		t.Error("an expired link can be gone through")
	}
	at = now.Add(72*time.Hour + time.Second)
	if got := fetch(finished); got != "InvalidParameterValue.BizTokenExpired" {
		t.Errorf("after three days: got %q", got)
	}
}

// faceRequest is a valid call about a face.
func faceRequest(action, body string) request {
	r := newRequest("PhoneVerification", body)
	r.header["X-TC-Action"] = action
	return r
}

// TestFaceRequestsAreStrict: what the page does not allow is refused, and so is a field that the action does not have.
func TestFaceRequestsAreStrict(t *testing.T) {
	good := map[string]string{
		"DetectAuth":            `{"RuleId":"10086","Name":"测试张三","IdCard":"` + faceNumber + `","RedirectUrl":"https://x"}`,
		"GetDetectInfoEnhanced": `{"RuleId":"10086","BizToken":"no-such-token","InfoType":"13"}`,
	}
	for _, c := range []struct{ action, old, new, want string }{
		{"DetectAuth", `"RuleId":"10086",`, ``, "MissingParameter"},
		{"DetectAuth", `10086`, `1`, "InvalidParameterValue.RuleIdNotExist"},
		{"DetectAuth", `"Name":"测试张三",`, ``, "MissingParameter"},
		{"DetectAuth", `https://x`, `ftp://x`, "InvalidParameterValue"},
		{"DetectAuth", `https://x`, `https://x` + strings.Repeat("x", 1024), "InvalidParameterValue"},
		{"DetectAuth", `{"R`, `{"TerminalType":"1","R`, "InvalidParameterValue"},
		{"DetectAuth", `{"R`, `{"Encryption":{},"R`, "FailedOperation.DecryptSystemError"},
		{"DetectAuth", `{"R`, `{"Score":1,"R`, "UnknownParameter"},
		{"GetDetectInfoEnhanced", `"BizToken":"no-such-token",`, ``, "MissingParameter"},
		{"GetDetectInfoEnhanced", `10086`, `1`, "InvalidParameterValue.RuleIdNotExist"},
		{"GetDetectInfoEnhanced", `no-such-token`, `other`, "InvalidParameterValue.BizTokenIllegal"},
		{"GetDetectInfoEnhanced", `"13"`, `"4"`, "InvalidParameterValue"},
		{"GetDetectInfoEnhanced", `"13"`, `"13","BestFramesCount":11`, "InvalidParameterValue"},
		{"GetDetectInfoEnhanced", `{"R`, `{"Face":1,"R`, "UnknownParameter"},
	} {
		body := strings.Replace(good[c.action], c.old, c.new, 1)
		if got := code(faceRequest(c.action, body).do(t, newServer())); got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.action, c.new, got, c.want)
		}
	}
	unsigned := faceRequest("DetectAuth", good["DetectAuth"])
	unsigned.key = "another"
	if got := code(unsigned.do(t, newServer())); got != "AuthFailure.SignatureFailure" {
		t.Errorf("got %q without the key", got)
	}
}

// TestFacePageWithoutFlow: the page knows a flow by its token alone.
func TestFacePageWithoutFlow(t *testing.T) {
	for _, token := range []string{"", "no-such-token"} {
		w := httptest.NewRecorder()
		newServer().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", tencent.FacePage+"?BizToken="+token, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "链接无效") {
			t.Errorf("%q: got %d", token, w.Code)
		}
	}
	if err := newServer().ReturnNextFace(faceNumber, 4711); err == nil {
		t.Error("got a code that no page documents")
	}
	if codes := tencent.FaceCodes(); !slices.Contains(codes, 2018) || len(codes) < 60 {
		t.Errorf("got %d codes", len(codes))
	}
}
