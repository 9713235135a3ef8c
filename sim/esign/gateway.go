package esign

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/sim/wire"
)

// timestampWindow is the accepted clock difference of a request (identity_service/pliyh2).
const timestampWindow = 15 * time.Minute

// admit checks the headers as the gateway does and returns the body. If it returns false, it has written the answer.
//
// It checks the app first, then timestamp and signature. Refusals are HTTP 401 with
// {"success":false,"code":401,"message":…} (helper/krgcgauz4akfivia).
func (s *Server) admit(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			refusal := map[string]any{"success": false, "code": 413, "message": "Request Entity Too Large"}
			writeJSON(w, http.StatusRequestEntityTooLarge, refusal)
		}
		return nil, false
	}
	if message := s.objection(r, body); message != "" {
		wire.Annotate(r, message)
		writeJSON(w, http.StatusUnauthorized, map[string]any{"success": false, "code": 401, "message": message})
		return nil, false
	}
	return body, true
}

// objection returns the gateway's message, or "" if the request is valid.
func (s *Server) objection(r *http.Request, body []byte) string {
	const prefix = "X-Tsign-Open-"
	app, mode := r.Header.Get(prefix+"App-Id"), r.Header.Get(prefix+"Auth-Mode")
	stamp, signature := r.Header.Get(prefix+"Ca-Timestamp"), r.Header.Get(prefix+"Ca-Signature")
	switch {
	case app == "":
		return "缺少参数"
	case app != s.cfg.AppID:
		return "无效的应用"
	case mode == "":
		return "TOKEN_CANT_BE_NULL" // without the header the gateway assumes token mode
	case mode != "Signature":
		return "AUTHSTRATEGY_NOT_FOUND"
	case stamp == "" || signature == "":
		return "缺少参数"
	}
	ms, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return "INVALID_TIMESTAMP"
	}
	if !s.cfg.AcceptsTimestamp(time.UnixMilli(ms), timestampWindow) {
		return "INVALID_TIMESTAMP"
	}
	if !hmac.Equal([]byte(signature), []byte(sign(s.cfg.AppSecret, stringToSign(r)))) || !rightMD5(r, body) {
		return "INVALID_SIGNATURE"
	}
	return ""
}

// stringToSign joins the headers as they arrived. A newline follows each of the first five parts, even an empty one,
// but not the last part (saasapi-std/fsf57g).
func stringToSign(r *http.Request) string {
	return strings.Join([]string{
		r.Method,
		r.Header.Get("Accept"),
		r.Header.Get("Content-MD5"),
		r.Header.Get("Content-Type"),
		r.Header.Get("Date"),
		pathAndParameters(r.URL),
	}, "\n")
}

// pathAndParameters returns the path and the query with keys in ASCII order and values not encoded. A key with an empty
// value stands alone; of a repeated key the first value counts.
func pathAndParameters(u *url.URL) string {
	query := u.Query()
	if len(query) == 0 {
		return u.Path
	}
	keys := make([]string, 0, len(query))
	for k := range query {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, k := range keys {
		if v := query.Get(k); v != "" {
			keys[i] = k + "=" + v
		}
	}
	return u.Path + "?" + strings.Join(keys, "&")
}

func sign(secret, text string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// rightMD5 compares Content-MD5 with the body. Without a body the header may be absent or empty.
func rightMD5(r *http.Request, body []byte) bool {
	declared := r.Header.Get("Content-MD5")
	if len(body) == 0 && declared == "" {
		return true
	}
	want, err := base64.StdEncoding.DecodeString(declared)
	sum := md5.Sum(body)
	return err == nil && bytes.Equal(want, sum[:])
}
