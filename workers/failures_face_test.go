package workers_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/verify"
	"shiming/workers/workerstest"
)

// faceToken is the supplier's name of the first flow of a case.
func faceToken(caseID string) string { return "face-" + caseID }

// extraOf is the Extra of the flow that a request for a result names.
func extraOf(body []byte) string {
	var r struct{ BizToken string }
	_ = json.Unmarshal(body, &r)
	return strings.TrimPrefix(r.BizToken, "face-") + "/1"
}

// faceSays is the result of a flow with an ErrCode. {extra} stands for the flow.
func faceSays(code string) answer {
	picture := base64.StdEncoding.EncodeToString(workerstest.FacePicture())
	return answer{body: fmt.Sprintf(`{"Response":{"Text":{"ErrCode":%s,"LiveStatus":0,"Comparestatus":0,"Sim":"92.31",`+
		`"Extra":"{extra}"},"BestFrame":{"BestFrame":"%s"},"RequestId":"req-face"}}`, code, picture)}
}

// TestFailuresOfTheLink: asking for the link of a flow (document/api/1007/31816). A link that was lost is one that nobody
// opens, so that the call is repeated.
func TestFailuresOfTheLink(t *testing.T) {
	t.Parallel()
	face := flows.AwaitingFace
	rows := []failing{
		suspended("open_face", tencentSays("InvalidParameterValue.RuleIdNotExist"), "face_rule"),
		suspended("open_face", tencentSays("InvalidParameterValue.RuleIdDisabled"), "face_rule"),
		suspended("open_face", tencentSays("InvalidParameter.UnsupportEncryptField"), "supplier"),
		suspended("open_face", tencentSays("FailedOperation.DecryptSystemError"), "supplier"),
		suspended("open_face", tencentSays("UnauthorizedOperation.ActivateError"), "supplier"),
		suspended("open_face", tencentSays("UnauthorizedOperation.Activating"), "supplier"),
		suspended("open_face", tencentSays("UnauthorizedOperation.Arrears"), "arrears"),
		suspended("open_face", tencentSays("UnauthorizedOperation.NonAuthorize"), "supplier"),
		suspended("open_face", tencentSays("UnauthorizedOperation.Nonactivated"), "supplier"),
		suspended("open_face", tencentSays("AuthFailure.InvalidAuthorization"), "credentials"),
		{call: "open_face", says: tencentSays("FailedOperation.UnKnown"), state: face, again: soon},
		{call: "open_face", says: broken, state: face, again: soon},
		{call: "open_face", says: noJSON, state: face, again: soon},
		{call: "open_face", says: cutOff, state: face, again: soon},
		{call: "open_face", says: dropped, state: face, again: soon},
		{call: "open_face", says: answer{body: `{"Response":{"BizToken":"","Url":"https://x","RequestId":"r"}}`}, state: face,
			again: soon},
	}
	playFailures(t, append(rows, gatewayOfTencent("open_face", face)...))
}

// TestFailuresOfTheFace: fetching the result of a flow (document/api/1007/41957), codes of the flow and errors. What may
// have been handed out is not asked for again without the person's decision.
func TestFailuresOfTheFace(t *testing.T) {
	t.Parallel()
	form, face, stop := flows.AwaitingConfirmation, flows.AwaitingFace, flows.NeedsAttention
	var rows []failing
	each := func(state flows.State, code string, results ...int) {
		for _, n := range results {
			rows = append(rows, failing{call: "face", says: faceSays(fmt.Sprint(n)), state: state, code: code})
		}
	}
	each(form, "face", 2006, 2011, 2015, 2016)
	each(form, "face_no_record", 2005, 2007, 2008, 2009)
	each(form, "identity_name", 2002)
	each(form, "identity_code", 2003)
	each(stop, "supplier", 1, 2, 3, 203, 204)
	each(stop, "refused", -7, 999, 4711)
	each(face, "face_supplier", 4, 7, 8, 10, 12, 13, 1001, 1006, 2001, 2017)
	each(face, "face_expired", 15, 19)
	each(face, "face_too_often", 16, 18)
	each(face, "face_too_often_today", 2018)
	each(face, "face_other_person", 301)
	each(face, "face_document", 302, 303)
	each(face, "face_not_live", 1002, 1301)
	each(face, "face_network", 1008)
	each(face, "face_light", 1201, 1202)
	each(face, "face_distance", 1203, 1204, 1205)
	each(face, "face_again", 201, 202, 1003, 1004, 1005, 1007, 1101, 1102, 1103, 1104, 1105, 1106, 1107, 1108, 1109, 1302,
		1303, 2004, 2010, 2012, 2013, 2014)
	other := answer{body: strings.ReplaceAll(faceSays("0").body, "{extra}", "another/1")}
	rows = append(rows,
		failing{call: "face", says: faceSays("14"), state: face, again: 2 * time.Second},
		failing{call: "face", says: faceSays("17"), state: face, again: 2 * time.Second},
		failing{call: "face", says: faceSays("null"), state: face, again: 2 * time.Second},
		failing{call: "face", says: other, state: face, code: "face_other_person"},
		failing{call: "face", says: tencentSays("InvalidParameter"), state: face, code: "face_lost"},
		failing{call: "face", says: tencentSays("InvalidParameterValue.BizTokenIllegal"), state: face, code: "face_lost"},
		failing{call: "face", says: tencentSays("InvalidParameterValue.BizTokenExpired"), state: face, code: "face_expired"},
		failing{call: "face", says: tencentSays("FailedOperation.EncryptSystemError"), state: face, again: soon},
		failing{call: "face", says: tencentSays("FailedOperation.UnKnown"), state: face, again: soon},
		suspended("face", tencentSays("FailedOperation.DecryptSystemError"), "supplier"),
		suspended("face", tencentSays("FailedOperation.StsUnAuthErrError"), "supplier"),
		suspended("face", tencentSays("InvalidParameterValue.RuleIdNotExist"), "face_rule"),
		suspended("face", tencentSays("UnauthorizedOperation.Arrears"), "arrears"),
		failing{call: "face", says: broken, state: face, code: "face_unknown"},
		failing{call: "face", says: noJSON, state: face, code: "face_unknown"},
		failing{call: "face", says: cutOff, state: face, code: "face_unknown"},
		failing{call: "face", says: dropped, state: face, code: "face_unknown"},
		failing{call: "face", says: tencentSays("InternalError"), state: face, code: "face_unknown"},
	)
	gateway := slices.DeleteFunc(gatewayOfTencent("face", face), func(f failing) bool {
		return strings.Contains(f.says.body, `"InvalidParameter"`) // names a token here
	})
	playFailures(t, append(rows, gateway...))
}

// TestFaceResultIsFetchedOnce: a job that finds its own intent does not ask again, and one that finds another's waits. A
// job of another flow, or of a case that waits for none, asks nothing.
func TestFaceResultIsFetchedOnce(t *testing.T) {
	t.Parallel()
	w, p := newHarnessOnPlatforms(t)
	c, j := caseForCall(w, "face", "ou_1")
	w.MustReport(c.ID, flows.Event{Kind: flows.FaceClaimed, Seq: 1, Job: j.Key})
	other := flows.FetchFace(1, time.Time{}).Of(c.ID)
	other.Key, other.Attempt = "another", 1
	requireRetry(t, w.Run(t.Context(), other), time.Minute, true)
	w.Must(w.Run(t.Context(), j))
	if got := w.CaseNow(c.ID).FaceCheck.State; got != flows.FaceUnknown {
		t.Errorf("got the state %q, want %q", got, flows.FaceUnknown)
	}
	w.Must(w.Run(t.Context(), j))
	w.Must(w.Run(t.Context(), flows.LookForFace(2).Of(c.ID)))
	w.Must(w.Run(t.Context(), flows.LookForFace(1).Of(w.PutCase(flows.AwaitingCode, "ou_2").ID)))
	if n := p.callCount("face"); n != 0 {
		t.Errorf("got %d calls, want 0", n)
	}
}

// TestFaceThatIsNoPicture: a match without a usable picture proves nothing that could be filed.
func TestFaceThatIsNoPicture(t *testing.T) {
	t.Parallel()
	w, p := newHarnessOnPlatforms(t)
	c, j := caseForCall(w, "face", "ou_1")
	p.fail("face", answer{body: string(bytes.ReplaceAll([]byte(faceSays("0").body),
		[]byte(base64.StdEncoding.EncodeToString(workerstest.FacePicture())), []byte("bm8gcGljdHVyZQ==")))})
	w.Must(w.Run(t.Context(), j))
	now := w.CaseNow(c.ID)
	if now.State != flows.AwaitingFace || now.FaceCheck.Problem != string(verify.ReasonFaceAgain) || now.Check != nil {
		t.Errorf("got %s, %+v", now.State, now.FaceCheck)
	}
}
