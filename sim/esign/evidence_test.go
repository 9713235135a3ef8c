package esign_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/sim/esign"
)

// request builds a body that the platform accepts.
func request(p *platform, revision, method string) map[string]any {
	in := map[string]any{
		"eviName":            "实名认证证据",
		"customBizId":        "0197a1b2-0000-7000-8000-000000000001",
		"realNameMethod":     method,
		"name":               "样甲明",
		"cardNo":             "899000199001010011",
		"cardType":           "CRED_PSN_CH_IDCARD",
		"cardPortrait":       p.upload("front.jpg"),
		"cardNationalEmblem": p.upload("back.jpg"),
		"mark":               "备注",
	}
	common := map[string]any{"infoVerifySupplier": "样例核验", "verifyTime": "20261121", "verifySerialNumber": "req-1"}
	sms := map[string]any{"mobile": "16000000001", "smsCode": "123456", "smsSupplier": "样例短信"}
	switch method {
	case "THREEELEMENTS":
		maps.Copy(common, sms)
		in["threeElements"] = common
	case "BANKCARDFOUR":
		maps.Copy(common, sms)
		maps.Copy(common, map[string]any{"openingBank": "样例银行", "bankCard": "6200000000000000"})
		in["bankCardFour"] = common
	case "FACE":
		maps.Copy(common, map[string]any{
			"faceImage":             p.upload("face.jpg"),
			"faceImageSimilarScore": "92.5",
			"faceLiveDetectScore":   "100",
		})
		in["face"] = common
	}
	if revision == esign.Revision2024 {
		in["timeStamp"] = start.UnixMilli()
		return in
	}
	in["timeStamp"] = "2026-11-21 18:00:00"
	maps.Copy(in, map[string]any{
		"certAgreementReadTitle":   "数字证书服务协议",
		"certAgreementReadVersion": "20250801",
		"certAgreementReadHash":    strings.Repeat("0a", 32),
		"certAgreementReadTime":    "2026-11-21 17:50:00",
		"certAgreementReadType":    "CHECK",
		"certAgreementReadIP":      "192.0.2.7",
	})
	return in
}

func (p *platform) evidence(in map[string]any) reply {
	p.t.Helper()
	return p.call("POST", "/v3/evidence/evi-point/psn-realname", mustJSON(in), nil)
}

func TestEvidenceIsFiled(t *testing.T) {
	for _, revision := range []string{esign.Revision2024, esign.Revision202510} {
		for _, method := range []string{"THREEELEMENTS", "BANKCARDFOUR", "FACE"} {
			t.Run(revision+" "+method, func(t *testing.T) {
				p := setup(t, revision, 0)
				in := request(p, revision, method)
				first, second := p.evidence(in), p.evidence(in)
				id, _ := first.Data["eviPointId"].(string)
				if first.Code != 0 || len(id) != 20 || id[0] != 'P' || strings.Contains(first.body, `"message":""`) {
					t.Fatalf("got %s", first.body)
				}
				if second.Data["eviPointId"] == id {
					t.Error("the second filing returned the first point")
				}
				points := p.sim.PointsFor(in["customBizId"].(string))
				if len(points) != 2 || len(p.sim.Points()) != 2 || len(p.sim.PointsFor("x")) != 0 {
					t.Fatalf("%d points, want 2", len(points))
				}
				got := points[0]
				if got.ID != id || got.Name != in["name"] || got.CardNo != in["cardNo"] || got.CardPortrait != in["cardPortrait"] ||
					got.CardNationalEmblem != in["cardNationalEmblem"] || got.Method != method || got.Mark != "备注" ||
					!got.At.Equal(start) {
					t.Error("the record differs from the request")
				}
				if got.Detail["verifySerialNumber"] != "req-1" ||
					(revision == esign.Revision202510) != (got.Agreement.Type == "CHECK") {
					t.Errorf("detail or agreement is missing")
				}
				shown := fmt.Sprintf("%v %+v %#v %s", got, got, got, mustJSON(got))
				for _, personal := range []string{got.Name, got.CardNo, "16000000001", "123456", "6200000000000000"} {
					if strings.Contains(shown, personal) {
						t.Errorf("prints %q", personal)
					}
				}
			})
		}
	}
}

func TestEvidenceOfOtherMethods(t *testing.T) {
	for method, required := range map[string][]string{
		"BANKCARDFOUR": {"openingBank", "bankCard", "mobile", "smsCode", "smsSupplier", "verifyTime"},
		"FACE":         {"faceImage", "faceImageSimilarScore", "faceLiveDetectScore", "infoVerifySupplier"},
	} {
		object := map[string]string{"BANKCARDFOUR": "bankCardFour", "FACE": "face"}[method]
		for _, field := range required {
			t.Run(field, func(t *testing.T) {
				p := setup(t, "", 0)
				in := request(p, "", method)
				delete(in[object].(map[string]any), field)
				if r := p.evidence(in); r.Code != 1435002 || !strings.Contains(r.Message, object+"."+field) ||
					len(p.sim.Points()) != 0 {
					t.Errorf("got %s", r.body)
				}
			})
		}
	}
	p := setup(t, "", 0)
	in := request(p, "", "FACE")
	in["face"].(map[string]any)["faceImage"] = strings.Repeat("1", 32)
	if r := p.evidence(in); r.Code != 1435002 {
		t.Errorf("unknown face image: %s", r.body)
	}
}

func TestEvidenceNeedsReadyFiles(t *testing.T) {
	p := setup(t, "", 1)
	in := request(p, "", "THREEELEMENTS")
	if r := p.evidence(in); r.Code != 1435002 || !strings.Contains(r.Message, "cardPortrait") {
		t.Errorf("uploading: %s", r.body)
	}
	for _, side := range []string{"cardPortrait", "cardNationalEmblem"} {
		p.status(in[side].(string))
		p.status(in[side].(string))
	}
	if r := p.evidence(in); r.Code != 0 {
		t.Errorf("ready: %s", r.body)
	}
	in["cardPortrait"], _ = p.announce("later.jpg", []byte("x"))
	if r := p.evidence(in); r.Code != 1435002 {
		t.Errorf("never uploaded: %s", r.body)
	}
}

func FuzzEvidence(f *testing.F) {
	f.Add([]byte(`{"eviName":"x","timeStamp":1}`), "application/json")
	f.Add([]byte(`{"threeElements":{"mobile":1}}`), "application/json; charset=UTF-8")
	f.Add([]byte(`{"eviName":"\ud800","cardNo":"X"}`), "")
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		sim := esign.New(esign.Config{AppID: appID, AppSecret: secret, Now: func() time.Time { return start }})
		r := httptest.NewRequest("POST", "/v3/evidence/evi-point/psn-realname", bytes.NewReader(body))
		r.Header = http.Header{
			"Content-Type":              {kind},
			"Content-Md5":               {md5Base64(body)},
			"X-Tsign-Open-App-Id":       {appID},
			"X-Tsign-Open-Auth-Mode":    {"Signature"},
			"X-Tsign-Open-Ca-Timestamp": {strconv.FormatInt(start.UnixMilli(), 10)},
		}
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = fmt.Fprintf(mac, "POST\n\n%s\n%s\n\n/v3/evidence/evi-point/psn-realname", md5Base64(body), kind)
		r.Header.Set("X-Tsign-Open-Ca-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		w := httptest.NewRecorder()
		sim.ServeHTTP(w, r)
		if w.Code != 200 || !strings.Contains(w.Body.String(), `"code":1435002`) || len(sim.Points()) != 0 {
			t.Errorf("got %d %s, want 200", w.Code, w.Body)
		}
	})
}
