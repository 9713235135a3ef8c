package esign

import (
	"fmt"
	"testing"
)

// TestCodes sends the documented response of each row of codes.
func TestCodes(t *testing.T) {
	gatewayBody := func(code int, message string) string {
		return fmt.Sprintf(`{"success":false,"code":%d,"message":%q}`, code, message)
	}
	business := func(code int) string { return fmt.Sprintf(`{"code":%d,"message":"参数错误","data":null}`, code) }
	oss := func(code, message string) string {
		return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>` + message +
			`</Message><RequestId>64AB</RequestId><HostId>oss.esign.cn</HostId></Error>`
	}
	type row struct {
		status    int
		body      string
		code      string
		message   string
		kind      Kind
		temporary bool
	}
	api := []row{
		{401, gatewayBody(401, "缺少参数"), "401", "缺少参数", KindAuth, false},
		{401, gatewayBody(401, "AUTHSTRATEGY_NOT_FOUND"), "401", "AUTHSTRATEGY_NOT_FOUND", KindAuth, false},
		{401, gatewayBody(401, "无效的应用"), "401", "无效的应用", KindAuth, false},
		{401, gatewayBody(401, "TOKEN_CANT_BE_NULL"), "401", "TOKEN_CANT_BE_NULL", KindAuth, false},
		{401, gatewayBody(401, "TOKEN错误"), "401", "TOKEN错误", KindAuth, false},
		{401, gatewayBody(401, "INVALID_TIMESTAMP"), "401", "INVALID_TIMESTAMP", KindClock, false},
		{401, gatewayBody(401, "INVALID_SIGNATURE"), "401", "INVALID_SIGNATURE", KindAuth, false},
		{401, gatewayBody(401, "something new"), "401", "", KindAuth, false},
		{403, gatewayBody(403, "IP白名单不匹配"), "403", "IP白名单不匹配", KindForbidden, false},
		{403, gatewayBody(403, "something new"), "403", "", KindForbidden, false},
		{429, gatewayBody(429, "something new"), "429", "", KindRate, true},
		{200, business(1430002), "1430002", "", KindParameter, false},
		{200, business(1430601), "1430601", "", KindParameter, false},
		{200, business(1430608), "1430608", "", KindNotFound, false},
		{200, business(1430802), "1430802", "", KindPermission, false},
		{200, business(1435002), "1435002", "", KindParameter, false},
		{200, business(1435404), "1435404", "", KindQuota, false},
		{200, business(1435405), "1435405", "", KindQuota, false},
	}
	storage := []row{
		{400, oss("InvalidDigest", "The Content-MD5 you specified was invalid."), "InvalidDigest", "", KindUploadMismatch,
			false},
		{403, oss("SignatureDoesNotMatch", "x"), "SignatureDoesNotMatch", "", KindUploadMismatch, false},
		{403, oss("AccessDenied", "Request has expired."), "AccessDenied", "expired", KindUploadExpired, false},
		{403, oss("AccessDenied", "x"), "AccessDenied", "", KindPermission, false},
		{405, oss("MethodNotAllowed", "x"), "MethodNotAllowed", "", KindUploadMismatch, false},
		{403, oss("InvalidAccessKeyId", "x"), "InvalidAccessKeyId", "", KindUploadMismatch, false},
	}
	tried := map[string]bool{}
	check := func(r row, err error) {
		t.Helper()
		e := mustError(t, err)
		tried[r.code+" "+e.Message] = true
		if e.Kind != r.kind || e.Code != r.code || e.Message != r.message || e.HTTPStatus != r.status ||
			e.Temporary() != r.temporary || e.MaybeApplied() {
			t.Errorf("%s %s: got %v, temporary %v, maybe applied %v, want %v", r.code, r.message, e, e.Temporary(),
				e.MaybeApplied(), r.temporary)
		}
		if e.Hint() == "" {
			t.Errorf("%s %s: no hint", r.code, r.message)
		}
	}
	for _, r := range api {
		t.Run(fmt.Sprint(r.status), func(t *testing.T) {
			c := says(t, r.status, r.body).client(t)
			_, err := c.CreatePersonPoint(t.Context(), threeElements())
			check(r, err)
			_, err = c.FileStatus(t.Context(), frontID)
			check(r, err)
			_, err = c.UploadURL(t.Context(), photoFile)
			check(r, err)
		})
	}
	for _, r := range storage {
		t.Run(fmt.Sprint(r.status), func(t *testing.T) {
			g := says(t, r.status, r.body)
			err := g.client(t).Put(t.Context(), Upload{frontID, UploadLink(g.URL + "/x")}, photoFile, photo)
			check(r, err)
			if e := mustError(t, err); e.RequestID != "64AB" {
				t.Errorf("%s: request id %q, want %q", r.code, e.RequestID, "64AB")
			}
		})
	}
	for _, c := range codes {
		if !tried[c.code+" "+c.text] {
			t.Errorf("row %s %s has no test", c.code, c.text)
		}
	}
	if e := (&Error{Kind: KindRefused, Code: "77"}); e.Hint() != "" {
		t.Errorf("got hint %q for an undocumented code, want none", e.Hint())
	}
}

// TestGatewayChecks sends requests with wrong credentials to the test gateway, which checks them independently.
func TestGatewayChecks(t *testing.T) {
	g := says(t, 200, `{"code":0,"data":{"fileStatus":2}}`)
	for name, tt := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"secret": {func(c *Config) { c.AppSecret = "another" }, "INVALID_SIGNATURE"},
		"app":    {func(c *Config) { c.AppID = "5111000000" }, "无效的应用"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := g.client(t, tt.change).FileStatus(t.Context(), frontID)
			if e := mustError(t, err); e.Message != tt.want {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}
