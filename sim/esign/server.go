package esign

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Revisions of the evidence request.
const (
	Revision2024   = "2024"    // timeStamp in milliseconds, no agreement fields
	Revision202510 = "2025-10" // timeStamp as text, six certAgreementRead* fields
)

// Config describes the only application of the simulated platform.
type Config struct {
	AppID     string
	AppSecret string
	Revision  string           // Revision2024 or Revision202510; "" = Revision202510
	Now       func() time.Time // nil = time.Now
	// AcceptsTimestamp reports whether the timestamp of a request is within a window of the time; nil = by Now. Code
	// that moves Now while requests are in flight passes a function that accepts both times.
	AcceptsTimestamp func(at time.Time, window time.Duration) bool
	// StorageBase returns scheme and host of upload URLs; nil = http and the host of the request for the URL.
	StorageBase func() string
	// PollsUntilReady is how many status requests after the PUT return 1 (uploading) before 2; 0 = ready at once.
	PollsUntilReady int
}

// Server is the simulated platform. It is safe for concurrent use.
type Server struct {
	cfg Config
	key string // signs upload URLs

	mu        sync.Mutex
	files     map[string]*file
	order     []string // file ids in order of creation
	points    []Point
	elsewhere string // see UploadTo
}

// UploadTo gives upload addresses with this scheme and host, where nobody listens; "" ends it.
func (s *Server) UploadTo(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.elsewhere = base
}

// New returns a platform without files and points.
func New(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.AcceptsTimestamp == nil {
		cfg.AcceptsTimestamp = func(at time.Time, window time.Duration) bool {
			return cfg.Now().Sub(at).Abs() <= window
		}
	}
	if cfg.Revision == "" {
		cfg.Revision = Revision202510
	}
	sum := sha256.Sum256([]byte("storage key of " + cfg.AppSecret))
	return &Server{cfg: cfg, key: hex.EncodeToString(sum[:]), files: map[string]*file{}}
}

// Names of the operations, as Operation returns them.
const (
	OpUploadURL   = "files.upload_url"
	OpFileStatus  = "files.status"
	OpPersonPoint = "evidence.psn_realname"
	OpPut         = "storage.put"
)

// Operation names the operation of a request by method and path; "" if there is none.
func Operation(r *http.Request) string {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, storagePrefix):
		return OpPut
	case r.Method == http.MethodPost && path == "/v3/files/file-upload-url":
		return OpUploadURL
	case r.Method == http.MethodPost && path == "/v3/evidence/evi-point/psn-realname":
		return OpPersonPoint
	case r.Method == http.MethodGet && strings.HasPrefix(path, "/v3/files/") &&
		!strings.Contains(path[len("/v3/files/"):], "/"):
		return OpFileStatus
	}
	return ""
}

// maxBody limits the JSON of a request.
const maxBody = 1 << 20

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := Operation(r)
	if op == OpPut {
		s.put(w, r)
		return
	}
	body, ok := s.admit(w, r) // also for unknown paths: the gateway answers 401 before routing
	if !ok {
		return
	}
	switch op {
	case OpUploadURL:
		s.uploadURL(w, r, body)
	case OpFileStatus:
		s.fileStatus(w, r)
	case OpPersonPoint:
		s.personPoint(w, r, body)
	default:
		writeJSON(w, http.StatusNotFound, map[string]any{"success": false, "code": 404, "message": "Not Found"})
	}
}

// Business codes (pages of the file upload and of its status). codeParameter also stands for every refused field of the
// evidence, because no page lists codes of its own for it.
const (
	codeParameter   = 1435002
	codeFile        = 1430002
	codeFileName    = 1430601
	codeFileUnknown = 1430608
)

// failure is a business error. Its message names fields and limits, never values.
type failure struct {
	code    int
	message string
}

func (f failure) Error() string { return f.message }

func parameter(message string) error { return failure{codeParameter, "参数错误：" + message} }

// answer writes the business envelope.
func answer(w http.ResponseWriter, data any, err error) {
	if err != nil {
		f, ok := err.(failure)
		if !ok {
			f = failure{codeParameter, "参数错误"}
		}
		writeJSON(w, http.StatusOK, map[string]any{"code": f.code, "message": f.message, "data": nil})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"code": 0, "message": nil, "data": data})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
