package verify_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"shiming/failure"
	"shiming/verify"
)

func newDiscardLog() *log.Logger { return log.New(io.Discard, "", 0) }

func TestEndpoints(t *testing.T) {
	for s, ok := range map[string]bool{
		"":                                           true,
		"faceid.tencentcloudapi.com":                 true,
		"https://faceid.tencentcloudapi.com":         true,
		"https://faceid.tencentcloudapi.com/":        true,
		"https://proxy.example.com:8443":             true,
		"127.0.0.1:1234":                             true, // https
		"http://127.0.0.1:1234":                      true,
		"http://127.9.9.9":                           true,
		"http://localhost:1":                         true,
		"http://[::1]:1234":                          true,
		"http://faceid.tencentcloudapi.com":          false,
		"http://127.0.0.1.example.com":               false,
		"http://localhost.example.com":               false,
		"http://10.0.0.1":                            false,
		"http://0.0.0.0:80":                          false,
		"ftp://faceid.tencentcloudapi.com":           false,
		"https://faceid.tencentcloudapi.com/v1":      false,
		"https://user:pw@faceid.tencentcloudapi.com": false,
		"https://faceid.tencentcloudapi.com?x=1":     false,
		"https://faceid.tencentcloudapi.com?":        false,
		"https://faceid.tencentcloudapi.com#x":       false,
		"https://":                                   false,
		"https://:443":                               false,
		"https://host:":                              false,
		"https://host:0":                             false,
		"https://host:70000":                         false,
		"https://a b":                                false,
		"https://-host":                              false,
		"https://测试.example":                         false,
		"://":                                        false,
	} {
		t.Run(s, func(t *testing.T) {
			for _, key := range []string{"endpoint_faceid", "endpoint_sms"} {
				c := config("")
				if key == "endpoint_faceid" {
					c.EndpointFaceID = s
				} else {
					c.EndpointSMS = s
				}
				err := c.Validate()
				switch {
				case ok && err != nil:
					t.Errorf("%s: got %v, want no error", key, err)
				case !ok && (err == nil || !strings.Contains(err.Error(), "verification.tencent."+key+": ")):
					t.Errorf("%s: got %v, want an error with the path", key, err)
				}
			}
		})
	}
}

func TestConfigReportsEverythingAtOnce(t *testing.T) {
	_, err := verify.NewTencent(verify.Config{
		EndpointFaceID: "http://example.com",
		EndpointSMS:    "gopher://x",
		SecretID:       "a b",
		SecretKey:      "bad key\n",
		Region:         "Peking",
		SMSSdkAppID:    "14000 6666",
		SMSSignName:    "【示例】",
		SMSTemplateID:  "",
		Timeout:        -time.Second,
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, key := range []string{
		"endpoint_faceid", "endpoint_sms", "secret_id", "secret_key", "region", "sms_sdk_app_id", "sms_sign_name",
		"sms_template_id", "timeout",
	} {
		if n := strings.Count(err.Error(), "verification.tencent."+key+": "); n != 1 {
			t.Errorf("got %d mistakes for %s, want 1", n, key)
		}
	}
	if strings.Contains(err.Error(), "bad key") || strings.Contains(err.Error(), "a b") {
		t.Errorf("got %v, want an error without values", err)
	}
	if _, err := verify.NewTencent(verify.Config{}); err == nil || strings.Count(err.Error(), "\n") != 4 {
		t.Errorf("got %v for an empty configuration, want five mistakes", err)
	}
}

// TestWithoutSMS: the keys of SMS may be empty where no method sends a code, and the RuleId where none shows a face.
// What they are needed for then fails without a call.
func TestWithoutSMS(t *testing.T) {
	s := newSupplier(t, text(http.StatusOK, "{}"))
	c := config(s.URL)
	c.SMSSdkAppID, c.SMSSignName, c.SMSTemplateID, c.FaceRuleID = "", "", "", ""
	if err := c.Validate(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v, want three mistakes", err)
	}
	c.WithoutSMS = true
	client := newClient(t, c)
	_, err := client.SendCode(t.Context(), "13800000000", "123456", time.Minute)
	notSetUp(t, err)
	_, err = client.OpenFace(t.Context(), verify.FacePerson{Name: "样本", Number: "110101199001011237"}, "https://x.example")
	notSetUp(t, err)
	_, err = client.FaceResult(t.Context(), "1B2C3D4E-0000-4000-8000-0123456789AB", verify.FacePerson{})
	notSetUp(t, err)
	notSetUp(t, client.ProbeFace(t.Context()))
	if n := len(s.seen()); n != 0 {
		t.Errorf("got %d calls, want 0", n)
	}
}

func notSetUp(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*verify.Error](err)
	if !ok || e.Code != verify.CodeNotSetUp || e.MaybeApplied() {
		t.Fatalf("got %v, want %s", err, verify.CodeNotSetUp)
	}
	if d := e.Failure(); d.Class != failure.Operator || d.Code != "not_set_up" {
		t.Errorf("got %s %s, want a stop until the settings have it", d.Class, d.Code)
	}
}

func TestSecretDoesNotPrint(t *testing.T) {
	c := config("http://127.0.0.1:1")
	client := newClient(t, c)
	j, err := json.Marshal(c.SecretKey)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "key", c.SecretKey)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "config", c, "client", client)
	for _, s := range []string{
		string(j), logged.String(), fmt.Sprintf("%v %+v %#v %s %q", c, c, c, c.SecretKey, c.SecretKey),
		fmt.Sprintf("%v %+v %#v", client, client, client), fmt.Sprintf("%v %+v %#v", *client, *client, *client),
	} {
		if strings.Contains(s, testKey) {
			t.Errorf("got %q with the key, want it masked", s)
		}
	}
}
