package verify_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"shiming/verify"
)

// FuzzAnswer sends arbitrary responses. The client never panics, reports no success without the documented values, and
// returns no error that quotes the response.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		sent, `null`, `[]`, `{}`, `{"Response":null}`, `{"Response":[]}`, `{"Response":{"Error":null}}`,
		`{"code":4000,"codeDesc":"x","message":"y"}`,
		`{"Response":{"Result":"0","RequestId":"r"}}`,
		`{"Response":{"Error":{"Code":"InternalError","Message":"m"},"RequestId":"r"}}`,
		`{"Response":{"Error":{"Code":"ClientError.NetworkError"}}}`, `{"Response":{"SendStatusSet":[{"Code":"Ok"}]}}`,
		strings.Repeat(`{"a":`, 20000), `{"response":{"result":"0","requestid":"r"}}`, "\xef\xbb\xbf{}",
		`{"Response":{"Result":"-12","RequestId":"r"}}`,
	} {
		f.Add(200, s)
		f.Add(500, s)
	}
	var status int
	var body string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { text(status, body)(w, r) }))
	f.Cleanup(s.Close)
	client, err := verify.NewTencent(config(s.URL))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(client.Close)
	f.Fuzz(func(t *testing.T, st int, b string) {
		if st < 200 || st > 599 || st == 204 || st == 304 {
			t.Skip()
		}
		status, body = st, b
		ctx := context.Background()
		receipt, err := client.SendCode(ctx, testMobile, testCode, time.Minute)
		if err != nil {
			checkFuzzError(t, err)
		} else if receipt.Supplier != verify.DefaultSupplier || st != 200 || !says(b, "Ok") {
			t.Errorf("sent: %+v from %q", receipt, b)
		}
		result, err := client.CheckThreeElements(ctx, testName, testNumber, testMobile)
		if err != nil {
			checkFuzzError(t, err)
		} else if result.Serial == "" || st != 200 || !says(b, result.Detail) ||
			(result.Outcome == verify.Match) != (result.Detail == "0") {
			t.Errorf("checked: %+v from %q", result, b)
		}
	})
}

func checkFuzzError(t *testing.T, err error) {
	e := asError(t, err)
	if len(e.Code) > 100 || len(e.RequestID) > 128 || strings.ContainsAny(e.Error(), "\n\"{") {
		t.Errorf("got error %q with a text of the response, want none", err)
	}
}

// says reports whether word is a string value anywhere in the JSON text.
func says(body, word string) bool {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return false
	}
	var walk func(any) bool
	walk = func(v any) bool {
		switch v := v.(type) {
		case string:
			return v == word
		case []any:
			for _, x := range v {
				if walk(x) {
					return true
				}
			}
		case map[string]any:
			for _, x := range v {
				if walk(x) {
					return true
				}
			}
		}
		return false
	}
	return walk(v)
}
