package esign

import (
	"strings"
	"testing"
	"unicode"
)

// FuzzEvaluate feeds answers of the API to the decoder. A success needs HTTP 2xx and an id; an error's text stays
// short, on one line, and shows nothing of the body.
func FuzzEvaluate(f *testing.F) {
	for _, body := range []string{
		`{"code":0,"message":null,"data":{"eviPointId":"P1904811111836663815"}}`,
		`{"success":false,"code":401,"message":"INVALID_SIGNATURE"}`,
		`{"code":1435002,"message":"cardNo"}`,
		`{"code":0}`, `{"code":"0"}`, `[]`, `null`, `{"code":1e9}`, `<html>`, "",
	} {
		for _, status := range []int{200, 302, 401, 500} {
			f.Add(status, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		var data pointData
		e := &Error{Op: "CreatePersonPoint", HTTPStatus: status}
		if e.evaluate(body, nil, &data) {
			if status/100 != 2 || !isToken(data.ID, maxIDLen) || !strings.Contains(string(body), data.ID) &&
				!strings.Contains(string(body), `\u`) {
				t.Fatalf("success with HTTP %d, id %q", status, data.ID)
			}
			return
		}
		checkText(t, e.decideRetry(true))
		if e.Temporary() && e.MaybeApplied() {
			t.Error("an evidence point that may exist is to be repeated")
		}
	})
}

// FuzzEvaluatePut does the same for responses of the storage.
func FuzzEvaluatePut(f *testing.F) {
	for _, body := range []string{
		`{"errCode":0,"msg":"成功"}`, `{"errCode":1}`, `{"Code":"AccessDenied","Message":"Request has expired."}`, "",
		`<?xml version="1.0"?><Error><Code>InvalidDigest</Code><RequestId>1</RequestId></Error>`, `<a>`, `<Error/>`,
	} {
		f.Add(200, []byte(body))
		f.Add(403, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := &Error{Op: "Put", HTTPStatus: status}
		if e.evaluatePut(body, nil) {
			if status != 200 {
				t.Fatalf("success with HTTP %d, want 200", status)
			}
			return
		}
		checkText(t, e.decideRetry(false))
	})
}

func checkText(t *testing.T, e *Error) {
	t.Helper()
	if e.Kind == "" {
		t.Error("error without kind")
	}
	if text := e.Error(); len(text) > 400 || strings.ContainsFunc(text, unicode.IsControl) {
		t.Errorf("error text %q", text)
	}
}
