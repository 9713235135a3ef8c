package esign

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

// Constant header values. They are part of the signed text, so a proxy must not change them.
const (
	acceptAny       = "*/*"
	jsonContentType = "application/json; charset=UTF-8"
)

// signer returns the signature function for one AppSecret: standard Base64 of HMAC-SHA256 (saasapi-std/fsf57g).
func signer(secret Secret) func(string) string {
	key := []byte(secret)
	return func(text string) string {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		return base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
}

// stringToSign joins the signed parts. A newline follows each of the first five, even if it is empty; Date is always
// empty, because the client does not send it. pathAndParameters is the raw, unescaped path and query.
func stringToSign(method, accept, contentMD5, contentType, pathAndParameters string) string {
	return method + "\n" + accept + "\n" + contentMD5 + "\n" + contentType + "\n" + "\n" + pathAndParameters
}

// ContentMD5 returns Base64 of the 16 raw MD5 bytes, which e签宝 requires for a JSON body and for a file.
func ContentMD5(body []byte) string {
	sum := md5.Sum(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// signRequest sets the headers of signature mode (identity_service/pliyh2). The timestamp is not part of the signed
// text; the gateway accepts a deviation of 15 minutes. The Content-MD5 of an empty body is empty: it is signed and not
// sent.
func (c *Client) signRequest(req *http.Request, body []byte, now time.Time) {
	sum := ""
	if len(body) > 0 {
		sum = ContentMD5(body)
		req.Header.Set("Content-MD5", sum)
	}
	req.Header.Set("Accept", acceptAny)
	req.Header.Set("Content-Type", jsonContentType)
	req.Header.Set("X-Tsign-Open-App-Id", c.appID)
	req.Header.Set("X-Tsign-Open-Auth-Mode", "Signature")
	req.Header.Set("X-Tsign-Open-Ca-Timestamp", strconv.FormatInt(now.UnixMilli(), 10))
	req.Header.Set("X-Tsign-Open-Ca-Signature",
		c.sign(stringToSign(req.Method, acceptAny, sum, jsonContentType, req.URL.Path)))
}
