package esign

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Put sends the bytes of a declared file to its upload address. The caller may repeat it while the address is valid.
// Afterwards the error's Kind is KindUploadExpired, and the caller starts again at UploadURL.
//
// Put sends the declared Content-Type and Content-MD5, because the address contains a signature of both. It uses the
// address byte for byte as received, and only on https hosts of UploadHosts or on the host of BaseURL.
func (c *Client) Put(ctx context.Context, up Upload, f File, body []byte) error {
	const op = "Put"
	if int64(len(body)) != f.Size || ContentMD5(body) != f.MD5 {
		return &Error{Op: op, Kind: KindUploadMismatch,
			reason: "bytes differ from the declared size or MD5, nothing was sent"}
	}
	target, reason := c.checkUploadURL(string(up.URL))
	if reason != "" {
		c.otherHost(op, string(up.URL))
		return &Error{Op: op, Kind: KindUploadHost, reason: reason}
	}
	ctx, cancel := context.WithTimeout(ctx, c.putTimeout)
	defer cancel()
	// For a bytes.Reader, NewRequest sets ContentLength and GetBody. The storage refuses a chunked upload.
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, target, bytes.NewReader(body))
	if err != nil {
		return &Error{Op: op, Kind: KindUploadHost, reason: "upload address cannot be used"}
	}
	req.Header.Set("Content-Type", f.contentType())
	req.Header.Set("Content-MD5", f.MD5)

	status, header, answer, _, err := exchange(c.http, req)
	if status == 0 {
		return call{op: op}.noAnswer(err, true)
	}
	if err == nil {
		c.comparePut(op, status, answer)
	}
	e := c.newError(op, status, header)
	if e.evaluatePut(answer, err) {
		return nil
	}
	return e.decideRetry(false)
}

// checkUploadURL returns the address if the client may send photos there, or a constant text with the reason why not.
func (c *Client) checkUploadURL(raw string) (target, reason string) {
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" || u.Hostname() == "" || u.Fragment != "" {
		return "", "upload address cannot be used"
	}
	if u.User != nil {
		return "", "upload address carries a user"
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case !plainASCII(u.Hostname()): // strings.ToLower turns some non-ASCII letters into ASCII
		return "", "upload address has a host that is not plain ASCII"
	case u.Scheme == "https" && c.isUploadHost(host) && (u.Port() == "" || u.Port() == "443"):
	case u.Scheme == c.base.Scheme && host == strings.ToLower(c.base.Hostname()) && port(u) == port(c.base):
	default:
		return "", "upload address is neither https on a host of upload_hosts nor on the base url's host"
	}
	// net/http builds the request line from the parsed address. The storage's signature covers the exact spelling, so it
	// would refuse an address that net/http spells differently.
	if raw != u.Scheme+"://"+u.Host+u.RequestURI() {
		return "", "upload address would change when sent"
	}
	return raw, ""
}

// isUploadHost reports whether a host in lower case ends with one of the suffixes, at a dot. A suffix of three labels
// or more may also be the host itself.
func (c *Client) isUploadHost(host string) bool {
	for _, suffix := range c.uploadHosts {
		if strings.HasSuffix(host, "."+suffix) || host == suffix && strings.Count(suffix, ".") > 1 {
			return true
		}
	}
	return false
}

// validUploadHost reports whether a suffix of UploadHosts is a domain of two labels or more, in lower case, without
// scheme, port, path or wildcard.
func validUploadHost(suffix string) bool {
	labels := strings.Split(suffix, ".")
	for _, label := range labels {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(labels) > 1
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// evaluatePut decodes a response of the storage. It returns true for a success, which has HTTP 200 and either an empty
// body or errCode 0.
func (e *Error) evaluatePut(body []byte, readErr error) bool {
	if readErr != nil {
		e.reason, e.cause = describe(readErr)
	}
	var a storageAnswer
	var known bool
	if readErr == nil {
		a, known = decodeStorage(body)
	}
	empty := len(bytes.TrimSpace(body)) == 0
	success := known && a.number == "0" && a.word == ""
	switch {
	case readErr == nil && e.HTTPStatus == 200 && (empty || success):
		return true
	case known && a.word != "" && e.apply(a.word, a.message):
	case e.HTTPStatus >= 500:
		e.Kind = KindServer
	case e.HTTPStatus == 429:
		e.Kind = KindRate
	case e.HTTPStatus == 401 || e.HTTPStatus == 403:
		e.Kind = KindPermission
	case known && (a.word != "" || a.number != "0"):
		e.Kind = KindRefused
	default:
		e.Kind, e.reason = KindMalformed, firstNonEmpty(e.reason, "answer of the storage is not as documented")
	}
	if known && e.Code == "" && a.number != "0" {
		e.Code = firstNonEmpty(a.word, a.number)
	}
	e.RequestID = firstNonEmpty(e.RequestID, a.requestID)
	return false
}

// storageAnswer is a response of the storage. {"errCode":0,"msg":"成功"} of e签宝 has a number, an error of OSS has a word.
type storageAnswer struct {
	number    string
	word      string // ASCII letters only
	message   string
	requestID string
}

// decodeStorage decodes both forms; an error of OSS may be XML or JSON. ok is false for any other body.
func decodeStorage(body []byte) (a storageAnswer, ok bool) {
	body = bytes.TrimSpace(body)
	if bytes.HasPrefix(body, []byte("<")) {
		var x struct {
			XMLName   xml.Name `xml:"Error"`
			Code      string   `xml:"Code"`
			Message   string   `xml:"Message"`
			RequestID string   `xml:"RequestId"`
		}
		if xml.Unmarshal(body, &x) != nil {
			return storageAnswer{}, false
		}
		a = storageAnswer{word: strings.TrimSpace(x.Code), message: x.Message, requestID: strings.TrimSpace(x.RequestID)}
	} else {
		var j struct {
			ErrCode   json.RawMessage `json:"errCode"`
			Code      json.RawMessage `json:"Code"`
			Message   json.RawMessage `json:"Message"`
			RequestID json.RawMessage `json:"RequestId"`
		}
		if json.Unmarshal(body, &j) != nil {
			return storageAnswer{}, false
		}
		if n, err := strconv.ParseInt(string(j.ErrCode), 10, 32); err == nil {
			a.number = strconv.FormatInt(n, 10)
		}
		_ = json.Unmarshal(j.Code, &a.word)
		_ = json.Unmarshal(j.Message, &a.message)
		_ = json.Unmarshal(j.RequestID, &a.requestID)
	}
	if !isWord(a.word) {
		a.word = ""
	}
	if !isToken(a.requestID, 64) {
		a.requestID = ""
	}
	return a, a.number != "" || a.word != ""
}

// isWord reports whether s has the form of an OSS error code: 1 to 64 ASCII letters.
func isWord(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
