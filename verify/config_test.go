package verify_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"strings"
	"testing"
	"time"

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
