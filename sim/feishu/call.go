package feishu

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"shiming/sim/wire"
)

// maxBody limits the body of any request: the largest documented upload is a file of 30 MB.
const maxBody = 31 << 20

// call is one request with the state of its handling.
type call struct {
	r      *http.Request
	op     string
	params map[string]string
	logID  string
	now    time.Time
}

func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// apiError is an error in the platform's format. status is the HTTP status; code and msg go into the body.
type apiError struct {
	status int
	code   int
	msg    string
	header http.Header
	detail map[string]any // further members of the body's "error" object
	page   bool           // for a browser, not JSON
	oauth  string         // error of OAuth 2.0: the body is that of the token API of the web login
}

func refuse(status, code int, format string, args ...any) *apiError {
	return &apiError{status: status, code: code, msg: fmt.Sprintf(format, args...)}
}

// invalidField is 99992402, the gateway's answer to a parameter that is missing or malformed.
func invalidField(field, why string) *apiError {
	e := refuse(400, 99992402, "field validation failed")
	e.detail = map[string]any{"field_violations": []map[string]any{{"field": field, "description": why}}}
	return e
}

// topLevel is an answer whose members are next to code and msg instead of inside data.
type topLevel map[string]any

// flat is an answer that is the whole body.
type flat map[string]any

// binary is an answer that is not JSON.
type binary struct {
	contentType string
	name        string
	body        []byte
}

// ServeHTTP serves everything under /open-apis, and the long connection. Unknown paths get the gateway's plain-text
// 404.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.serveLongConn(w, r) || s.serveAppLink(w, r) {
		return
	}
	c := &call{r: r, now: s.cfg.Now()}
	c.logID = c.now.UTC().Format("20060102150405") + newID("")[:18]
	w.Header().Set("X-Tt-Logid", c.logID)
	w.Header().Set("X-Request-Id", c.logID)

	rt, params := match(r.Method, r.URL.Path)
	if rt == nil {
		s.note(Entry{
			At:     c.now,
			Kind:   "api",
			Name:   "unknown",
			Status: 404,
			LogID:  c.logID,
		})
		http.Error(w, "404 page not found", http.StatusNotFound)
		return
	}
	c.op, c.params = rt.op, params
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)

	wire.About(r, c.subject())
	data, err := s.admit(rt, c)
	if err == nil {
		data, err = rt.handle(s, c)
	}
	if err != nil {
		s.note(Entry{
			At:      c.now,
			Kind:    "api",
			Name:    c.op,
			Status:  err.status,
			Code:    err.code,
			LogID:   c.logID,
			Subject: c.subject(),
		})
		writeError(w, c, err)
		return
	}
	s.note(Entry{
		At:      c.now,
		Kind:    "api",
		Name:    c.op,
		Status:  200,
		LogID:   c.logID,
		Subject: c.subject(),
	})
	writeData(w, data)
}

// admit does the gateway's checks: token, then scope, then the limits of every API.
func (s *Server) admit(rt *route, c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !rt.open {
		if err := s.checkToken(c); err != nil {
			return nil, err
		}
		if err := s.checkScopes(rt.scopes); err != nil {
			return nil, err
		}
	}
	if rt.unlimited || s.cfg.NoLimits {
		return nil, nil
	}
	return nil, s.gatewayLimit(c)
}

// subject returns the id in the path, for the journal.
func (c *call) subject() string {
	for _, name := range []string{"message_id", "chat_id", "user_id", "image_key"} {
		if v := c.params[name]; v != "" {
			return v
		}
	}
	return cmp.Or(c.query("user_id"), c.query(LoginPerson)) // of an identity, of a web login
}

func writeData(w http.ResponseWriter, data any) {
	switch b := data.(type) {
	case redirect:
		w.Header().Set("Location", string(b))
		w.WriteHeader(http.StatusFound)
		return
	case page:
		writePage(w, http.StatusOK, b)
		return
	case flat:
		writeJSON(w, http.StatusOK, b)
		return
	case binary:
		w.Header().Set("Content-Type", b.contentType)
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": b.name}))
		w.Header().Set("Content-Length", strconv.Itoa(len(b.body)))
		_, _ = w.Write(b.body)
		return
	}
	body := map[string]any{"code": 0, "msg": "success"}
	if top, ok := data.(topLevel); ok {
		for k, v := range top {
			body[k] = v
		}
	} else {
		body["data"] = data
	}
	writeJSON(w, http.StatusOK, body)
}

func writePage(w http.ResponseWriter, status int, p page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(p)
}

func writeError(w http.ResponseWriter, c *call, e *apiError) {
	if e.page {
		writePage(w, e.status, errorPage(e))
		return
	}
	if e.oauth != "" {
		writeJSON(w, e.status, map[string]any{"code": e.code, "error": e.oauth, "error_description": e.msg})
		return
	}
	for k, vs := range e.header {
		w.Header()[k] = vs
	}
	detail := map[string]any{
		"log_id": c.logID,
		"troubleshooter": "排查建议查看(Troubleshooting suggestions): https://open.feishu.cn/search?from=openapi&log_id=" +
			c.logID + "&code=" + strconv.Itoa(e.code),
	}
	for k, v := range e.detail {
		detail[k] = v
	}
	writeJSON(w, e.status, map[string]any{"code": e.code, "msg": e.msg, "error": detail})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
}

// decode reads a JSON body into v. Like the platform, it ignores unknown members.
func (c *call) decode(v any) *apiError {
	if mt, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); mt != "application/json" {
		return refuse(400, 9499, "Bad Request: Content-Type must be application/json; charset=utf-8")
	}
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return refuse(400, 9499, "Bad Request: body cannot be read")
	}
	if err := json.Unmarshal(body, v); err != nil {
		return refuse(400, 9499, "Bad Request: body is not the expected JSON")
	}
	return nil
}

// upload is a decoded multipart body: text fields and one file.
type upload struct {
	fields map[string]string
	file   []byte
	name   string // file name from the caller
	found  bool
}

// decodeUpload reads a multipart body with the file in the part fileField. It keeps at most limit+1 bytes of the file,
// so that the caller can detect a file that is too large by its length.
func (c *call) decodeUpload(fileField string, limit int) (upload, error) {
	up := upload{fields: map[string]string{}}
	mr, err := c.r.MultipartReader()
	if err != nil {
		return up, err
	}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return up, nil
		}
		if err != nil {
			return up, err
		}
		keep := int64(4 << 10)
		if part.FormName() == fileField {
			keep = int64(limit) + 1
		}
		data, err := io.ReadAll(io.LimitReader(part, keep))
		if err != nil {
			return up, err
		}
		if part.FormName() == fileField {
			up.file, up.name, up.found = data, part.FileName(), true
		} else {
			up.fields[part.FormName()] = string(data)
		}
	}
}
