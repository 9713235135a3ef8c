package esign

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"shiming/sim/wire"
)

// storagePrefix is the path below which files are put.
const storagePrefix = "/storage/"

// storageKeyID names the key that signs upload URLs.
const storageKeyID = "SIMKEY+01/" // characters that break if a client encodes the URL again

// uploadAddress returns a signed URL in the form of OSS. Its query breaks if a client encodes it again.
func (s *Server) uploadAddress(r *http.Request, f File) string {
	base := "http://" + r.Host
	if s.cfg.StorageBase != nil {
		base = s.cfg.StorageBase()
	}
	s.mu.Lock()
	base = cmp.Or(s.elsewhere, base)
	s.mu.Unlock()
	resource := storagePrefix + f.ID
	expires := strconv.FormatInt(s.cfg.Now().Add(urlLife).Unix(), 10)
	q := url.Values{
		"Expires":        {expires},
		"OSSAccessKeyId": {storageKeyID},
		"Signature":      {s.storageSignature(f.MD5, f.ContentType, expires, resource)},
	}
	return base + resource + "?" + q.Encode()
}

// storageSignature is OSS's signature of a URL: HMAC-SHA1 over verb, Content-MD5, Content-Type, expiry and resource.
func (s *Server) storageSignature(contentMD5, contentType, expires, resource string) string {
	h := hmac.New(sha1.New, []byte(s.key))
	h.Write([]byte(strings.Join([]string{http.MethodPut, contentMD5, contentType, expires, resource}, "\n")))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// refusal is an answer of the storage: HTTP status, OSS code and message.
type refusal struct {
	status        int
	code, message string
}

// put receives the bytes of an announced file. The client may put the same bytes again while the URL is valid.
func (s *Server) put(w http.ResponseWriter, r *http.Request) {
	f, refused := s.mayPut(r)
	if refused == nil {
		refused = s.receive(r, f)
	}
	if refused != nil {
		wire.Annotate(r, refused.code)
		writeXML(w, *refused)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"errCode": 0, "msg": "成功"})
}

// mayPut checks the request without its body, in OSS's order.
func (s *Server) mayPut(r *http.Request) (*file, *refusal) {
	if r.Method != http.MethodPut {
		return nil, &refusal{http.StatusMethodNotAllowed, "MethodNotAllowed",
			"The specified method is not allowed against this resource."}
	}
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Tsign-") {
			return nil, &refusal{http.StatusBadRequest, "InvalidArgument", "Gateway headers do not belong here."}
		}
	}
	q := r.URL.Query()
	expires := q.Get("Expires")
	deadline, err := strconv.ParseInt(expires, 10, 64)
	if q.Get("OSSAccessKeyId") != storageKeyID {
		return nil, &refusal{http.StatusForbidden, "InvalidAccessKeyId",
			"The OSS Access Key Id you provided does not exist in our records."}
	}
	if err != nil || s.cfg.Now().After(time.Unix(deadline, 0)) {
		return nil, &refusal{http.StatusForbidden, "AccessDenied", "Request has expired."}
	}
	want := s.storageSignature(r.Header.Get("Content-MD5"), r.Header.Get("Content-Type"), expires, r.URL.Path)
	if !hmac.Equal([]byte(want), []byte(q.Get("Signature"))) {
		return nil, &refusal{http.StatusForbidden, "SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. " +
				"Check your key and signing method."}
	}
	if r.ContentLength < 0 {
		return nil, &refusal{http.StatusLengthRequired, "MissingContentLength",
			"You must provide the Content-Length HTTP header."}
	}
	if r.ContentLength > maxFileBytes {
		return nil, &refusal{http.StatusBadRequest, "EntityTooLarge",
			"Your proposed upload exceeds the maximum allowed object size."}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[strings.TrimPrefix(r.URL.Path, storagePrefix)], nil // the signature covers the path, so the file exists
}

// receive reads the bytes, compares them with the declaration and updates the status.
func (s *Server) receive(r *http.Request, f *file) *refusal {
	sum, content, head := md5.New(), sha256.New(), &firstBytes{}
	n, err := io.Copy(io.MultiWriter(sum, content, head), r.Body)
	if err != nil {
		return &refusal{http.StatusBadRequest, "IncompleteBody", "The request body terminated unexpectedly."}
	}
	if declared, err := base64.StdEncoding.DecodeString(f.MD5); err != nil || !bytes.Equal(declared, sum.Sum(nil)) {
		return &refusal{http.StatusBadRequest, "InvalidDigest",
			"The Content-MD5 you specified did not match what we received."}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Puts++
	f.SHA256 = hex.EncodeToString(content.Sum(nil))
	switch {
	case n != f.Size || contradicts(f.Name, head.b):
		f.Status = statusFailed
	case f.Status == statusNone && s.cfg.PollsUntilReady > 0:
		f.Status, f.polls = statusUploading, s.cfg.PollsUntilReady
	case f.Status == statusNone:
		f.Status = f.final
	}
	return nil
}

// firstBytes keeps the first 16 bytes that are written to it.
type firstBytes struct{ b []byte }

func (f *firstBytes) Write(p []byte) (int, error) {
	if room := 16 - len(f.b); room > 0 {
		f.b = append(f.b, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

func writeXML(w http.ResponseWriter, e refusal) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.status)
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		RequestId string
	}{Code: e.code, Message: e.message, RequestId: "SIMULATED"})
}
