package verify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tc3Signature computes TC3-HMAC-SHA256 (https://cloud.tencent.com/document/product/213/30654) for a POST to "/" with
// content-type and host signed.
func tc3Signature(secretKey, service, host, contentType string, timestamp int64, body []byte) string {
	sum := func(b []byte) string {
		s := sha256.Sum256(b)
		return hex.EncodeToString(s[:])
	}
	mac := func(key []byte, msg string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(msg))
		return m.Sum(nil)
	}
	date := time.Unix(timestamp, 0).UTC().Format("2006-01-02")
	canonical := "POST\n/\n\ncontent-type:" + contentType + "\nhost:" + host + "\n\ncontent-type;host\n" + sum(body)
	toSign := fmt.Sprintf("TC3-HMAC-SHA256\n%d\n%s/%s/tc3_request\n%s", timestamp, date, service, sum([]byte(canonical)))
	key := mac(mac(mac([]byte("TC3"+secretKey), date), service), "tc3_request")
	return hex.EncodeToString(mac(key, toSign))
}

// TestTC3SignatureVector checks tc3Signature with the vendor's published example.
func TestTC3SignatureVector(t *testing.T) {
	got := tc3Signature("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm", "cvm.tencentcloudapi.com",
		"application/json; charset=utf-8", 1551113065,
		[]byte(`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`))
	if want := "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"; got != want {
		t.Fatalf("signature %s, want %s", got, want)
	}
}

// checkSigned checks that a request is signed with the key pair for the service.
func checkSigned(r *http.Request, body []byte, secretID, secretKey, service string) error {
	ts, err := strconv.ParseInt(r.Header.Get("X-TC-Timestamp"), 10, 64)
	if err != nil {
		return fmt.Errorf("X-TC-Timestamp: %w", err)
	}
	if d := time.Since(time.Unix(ts, 0)).Abs(); d > 5*time.Minute {
		return fmt.Errorf("timestamp is %v off", d)
	}
	date := time.Unix(ts, 0).UTC().Format("2006-01-02")
	want := fmt.Sprintf("TC3-HMAC-SHA256 Credential=%s/%s/%s/tc3_request, SignedHeaders=content-type;host, Signature=%s",
		secretID, date, service, tc3Signature(secretKey, service, r.Host, r.Header.Get("Content-Type"), ts, body))
	if got := r.Header.Get("Authorization"); got != want {
		return fmt.Errorf("authorization %q, want %q", strings.ReplaceAll(got, secretKey, "KEY"), want)
	}
	return nil
}
