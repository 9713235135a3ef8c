package doctor_test

import (
	"maps"
	"strings"
	"testing"

	"shiming/doctor"
)

// What is asked about each method, with the outcomes against the simulated world. "" is the outcome of a row that is
// not there.
var (
	theSMS      = map[string]doctor.Outcome{"tencent.sms_template": doctor.OK, "tencent.sms_sign": doctor.Unknown}
	theMobile   = map[string]doctor.Outcome{"tencent.three_elements": doctor.Unknown}
	theBankCard = map[string]doctor.Outcome{"tencent.bank_card_four": doctor.Unknown}
	theFace     = map[string]doctor.Outcome{"tencent.face_service": doctor.OK, "tencent.face": doctor.Unknown,
		"evidence.face_live_score": doctor.Warning}
)

func rows(parts ...map[string]doctor.Outcome) map[string]doctor.Outcome {
	all := map[string]doctor.Outcome{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// TestEntitlementsOfTheMethods: the check asks about the methods of the settings, and about no other.
func TestEntitlementsOfTheMethods(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		method, ladder string
		rows           map[string]doctor.Outcome // of rows about methods
	}{
		{"three_elements", "", rows(theSMS, theMobile)},
		{"three_elements", "three_elements,bank_card_four", rows(theSMS, theMobile, theBankCard)},
		{"bank_card_four", "", rows(theSMS, theBankCard)},
		{"bank_card_four", "bank_card_four,face", rows(theSMS, theBankCard, theFace)},
		{"three_elements", "three_elements,face", rows(theSMS, theMobile, theFace)},
		{"face", "face,bank_card_four,three_elements", rows(theSMS, theMobile, theBankCard, theFace)},
		{"face", "", rows(theFace)},
		{"none", "", rows()},
	} {
		t.Run(tt.method+" "+tt.ladder, func(t *testing.T) {
			c := newChecked(t)
			c.values["verification.method"], c.values["verification.ladder"] = tt.method, tt.ladder
			if tt.method == "face" && tt.ladder == "" { // such an installation has none
				for _, key := range []string{"sms_sdk_app_id", "sms_sign_name", "sms_template_id"} {
					c.values["verification.tencent."+key] = ""
				}
			}
			_, findings, _ := c.run("en") // the error counts the problems
			for id := range rows(theSMS, theMobile, theBankCard, theFace) {
				if got, want := findings[id], tt.rows[id]; got != want {
					t.Errorf("%s: got %q, want %q", id, got, want)
				}
			}
		})
	}
}

// TestFaceService: the face service is asked about a flow that does not exist, nobody is checked, and each refusal has
// its remedy. What cannot be asked is never shown as good.
func TestFaceService(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code  string // of the supplier; "" for its own answer
		want  doctor.Outcome
		words string
	}{
		{"", doctor.OK, ""},
		{"InvalidParameter", doctor.OK, ""},
		{"InvalidParameterValue.BizTokenIllegal", doctor.OK, ""},
		{"InvalidParameterValue.BizTokenExpired", doctor.OK, ""},
		{"InvalidParameterValue.RuleIdNotExist", doctor.Problem, "face_rule_id"},
		{"UnauthorizedOperation.Nonactivated", doctor.Problem, "open the service"},
		{"UnauthorizedOperation.Activating", doctor.Problem, "is being opened"},
		{"UnauthorizedOperation.ActivateError", doctor.Problem, "again"},
		{"UnauthorizedOperation.Arrears", doctor.Problem, "arrears"},
		{"UnauthorizedOperation.NonAuthorize", doctor.Problem, "verified as a company"},
		{"AuthFailure.SignatureExpire", doctor.Problem, "5 minutes off"},
		{"AuthFailure.SecretIdNotFound", doctor.Problem, "secret_id"},
		{"AuthFailure.UnauthorizedOperation", doctor.Problem, "the key needs faceid"},
		{"FailedOperation.StsUnAuthErrError", doctor.Problem, "the key needs faceid"},
		{"FailedOperation.UnKnown", doctor.Warning, "try again"},
		{"InternalError", doctor.Warning, "try again"},
		{"no flow is refused", doctor.Unknown, "does not tell"},
		{"nobody listens", doctor.Problem, "connection refused"},
	} {
		t.Run(tt.code, func(t *testing.T) {
			c := newChecked(t)
			c.values["verification.method"], c.values["verification.ladder"] = "face", ""
			const id = `"RequestId":"00000000-0000-0000-0000-000000000001"`
			switch tt.code {
			case "":
			case "nobody listens":
				c.values["verification.tencent.endpoint_faceid"] = "http://" + unusedAddress(t)
			case "no flow is refused":
				c.fault("tencent", "GetDetectInfoEnhanced", 200, `{"Response":{"Text":null,`+id+`}}`)
			default:
				c.fault("tencent", "GetDetectInfoEnhanced", 200,
					`{"Response":{"Error":{"Code":"`+tt.code+`","Message":"no"},`+id+`}}`)
			}
			c.asked = true
			out, findings, _ := c.run("en")
			if findings["tencent.face_service"] != tt.want || !strings.Contains(out, tt.words) {
				t.Errorf("got %q, want %q with %q:\n%s", findings["tencent.face_service"], tt.want, tt.words, out)
			}
			if findings["tencent.face"] == doctor.OK {
				t.Error("the quota, which cannot be asked about, is shown as good")
			}
			for _, call := range c.world.Tencent.Calls() {
				if call.Action != "GetDetectInfoEnhanced" || call.Name != "" || call.IDNumber != "" {
					t.Errorf("got the call %s about somebody", call.Action)
				}
			}
		})
	}
}
