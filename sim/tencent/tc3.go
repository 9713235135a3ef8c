package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// window is the accepted difference between X-TC-Timestamp and the server's clock
// (https://cloud.tencent.com/document/product/213/30654).
const window = 5 * time.Minute

var authorizationForm = regexp.MustCompile(
	`^TC3-HMAC-SHA256 Credential=([^/, ]+)/([0-9]{4}-[0-9]{2}-[0-9]{2})/([a-z0-9]+)/tc3_request, ?` +
		`SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$`)

// authenticate checks the signature of the request.
func (s *Server) authenticate(r *http.Request, body []byte, service string) *apiError {
	m := authorizationForm.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil || len(r.Header.Values("Authorization")) != 1 {
		return refuse("AuthFailure.InvalidAuthorization", "The Authorization header does not have the required form.")
	}
	secretID, date, scope, signedHeaders, signature := m[1], m[2], m[3], m[4], m[5]
	if secretID != s.cfg.SecretID {
		return refuse("AuthFailure.SecretIdNotFound",
			"The SecretId is not found, please ensure that your SecretId is correct.")
	}
	seconds, err := strconv.ParseInt(r.Header.Get("X-TC-Timestamp"), 10, 64)
	if err != nil {
		return refuse("InvalidParameter", "Timestamp is not a number of seconds.")
	}
	at := time.Unix(seconds, 0).UTC()
	if s.cfg.SignatureClock().Sub(at).Abs() > window {
		return refuse("AuthFailure.SignatureExpire",
			"The provided credentials could not be validated because of exceeding request expiration, "+
				"please check your local time.")
	}
	names := strings.Split(signedHeaders, ";")
	if !slices.IsSorted(names) || !slices.Contains(names, "content-type") || !slices.Contains(names, "host") {
		return refuse("AuthFailure.InvalidAuthorization", "SignedHeaders must be sorted and include content-type and host.")
	}
	if scope != service || date != at.Format(time.DateOnly) {
		return refuse("AuthFailure.SignatureFailure", "The credential scope does not fit the request.")
	}
	if !hmac.Equal([]byte(signature), []byte(sign(s.cfg.SecretKey, r, body, names, seconds, date, service))) {
		return refuse("AuthFailure.SignatureFailure",
			"The provided credentials could not be validated. Please check your signature is correct.")
	}
	return nil
}

// sign computes the signature in the three steps of the page: canonical request, string to sign, derived key.
func sign(secretKey string, r *http.Request, body []byte, signedHeaders []string, timestamp int64,
	date, service string) string {
	var headers strings.Builder
	for _, name := range signedHeaders {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		headers.WriteString(name + ":" + strings.ToLower(strings.TrimSpace(value)) + "\n")
	}
	canonical := strings.Join([]string{
		r.Method, "/", r.URL.RawQuery, headers.String(), strings.Join(signedHeaders, ";"), hexSHA256(body),
	}, "\n")
	toSign := strings.Join([]string{
		"TC3-HMAC-SHA256", strconv.FormatInt(timestamp, 10), date + "/" + service + "/tc3_request",
		hexSHA256([]byte(canonical)),
	}, "\n")
	key := []byte("TC3" + secretKey)
	for _, part := range []string{date, service, "tc3_request"} {
		key = hmacSHA256(key, part)
	}
	return hex.EncodeToString(hmacSHA256(key, toSign))
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func hmacSHA256(key []byte, message string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(message))
	return m.Sum(nil)
}
