package verify_test

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestAnswersThatDiffer: an answer as the page shows it surprises nobody, and each difference is named without values.
func TestAnswersThatDiffer(t *testing.T) {
	checked := func(body string) http.HandlerFunc { return text(200, `{"Response":`+body+`}`) }
	for name, tc := range map[string]struct {
		sms    bool
		answer http.HandlerFunc
		want   string
	}{
		"check": {false, result("0"), ""},
		"detailed": {false, checked(`{"Result":"-4","Description":"x","Isp":"","ResultDetail":"PhoneIdCardMismatch",` +
			`"RequestId":"r"}`), ""},
		"further field": {false, checked(`{"Result":"0","Isp":"","RequestId":"r","Score":1}`),
			"unknown_field:Response.Score"},
		"no carrier":       {false, checked(`{"Result":"0","RequestId":"r"}`), "missing_field:Response.Isp"},
		"result as number": {false, checked(`{"Result":0,"Isp":"","RequestId":"r"}`), "type:Response.Result"},
		"unknown result":   {false, checked(`{"Result":"-14","Isp":"","RequestId":"r"}`), "unknown_code:-14"},
		"unknown code":     {false, apiError("FailedOperation.MoonPhase"), "unknown_code:FailedOperation.MoonPhase"},
		"unknown family":   {false, apiError("InternalError.MoonPhase"), "unknown_code:InternalError.MoonPhase"},
		"known code":       {false, apiError("FailedOperation.IdNameMisMatch"), ""},
		"not published":    {false, checked(`[]`), "type:Response"},
		"message":          {true, smsStatus("Ok"), ""},
		"message refused":  {true, smsStatus("LimitExceeded.DailyLimit"), ""},
		"unknown status":   {true, smsStatus("LimitExceeded.MoonPhase"), "unknown_code:LimitExceeded.MoonPhase"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSupplier(t, tc.answer)
			cfg := config(s.URL)
			var got, want []string
			cfg.Surprised = func(action, difference string) { got = append(got, action+" "+difference) }
			c := newClient(t, cfg)
			action := "PhoneVerification"
			if tc.sms {
				action = "SendSms"
				_, _ = c.SendCode(t.Context(), testMobile, testCode, 5*time.Minute)
			} else {
				_, _ = c.CheckThreeElements(t.Context(), testName, testNumber, testMobile)
			}
			if tc.want != "" {
				want = []string{action + " " + tc.want}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
