// Package handover simulates the system of the company to which evidence points, and the daily heads over the audit
// trail, are handed on: a receiver of Standard Webhooks. It verifies each notification from the specification alone and
// shares no code with a sender. It takes a notification once for each webhook-id and remembers every delivery.
package handover

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"shiming/sim/wire"
)

// Path is where the receiver takes notifications.
const Path = "/hooks/shiming"

// Operation names the operation of a request.
func Operation(r *http.Request) string {
	if r.Method == http.MethodPost && r.URL.Path == Path {
		return "notify"
	}
	return ""
}

// Config configures a Receiver.
type Config struct {
	Secret string // whsec_…
	// AcceptsTimestamp reports whether a timestamp is within a window of the time; nil = by the machine's clock.
	AcceptsTimestamp func(at time.Time, window time.Duration) bool
}

// window is the tolerance for timestamps of the reference library, in both directions.
const window = 5 * time.Minute

// maxBody is the size below which a notification should stay.
const maxBody = 20 << 10

// Delivery is one request that was verified and taken.
type Delivery struct {
	ID        string // webhook-id
	At        time.Time
	Body      []byte
	Repeated  bool   // the id was taken before
	CaseID    string // of the body
	TenantKey string
	OpenID    string
	PointID   string
}

// Receiver is the simulated system. It is safe for concurrent use.
type Receiver struct {
	cfg Config

	mu         sync.Mutex
	secrets    []string
	deliveries []Delivery
	heads      []Head
	refusals   []string
	tests      int
	refuse     func(caseID string) int // see RefuseCases
}

// New returns a receiver that has taken nothing.
func New(cfg Config) *Receiver {
	if cfg.AcceptsTimestamp == nil {
		cfg.AcceptsTimestamp = func(at time.Time, w time.Duration) bool { return time.Since(at).Abs() <= w }
	}
	return &Receiver{cfg: cfg, secrets: []string{cfg.Secret}}
}

// SetSecrets replaces the secrets of which any one is accepted.
func (r *Receiver) SetSecrets(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = slices.Clone(secrets)
}

// RefuseCases answers the notification of a case with the status that status returns, 0 = takes it. nil ends it.
func (r *Receiver) RefuseCases(status func(caseID string) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuse = status
}

// Deliveries returns what was taken, in its order, with the repetitions.
func (r *Receiver) Deliveries() []Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.deliveries)
}

// Taken returns what was taken for the first time, in its order.
func (r *Receiver) Taken() []Delivery {
	return slices.DeleteFunc(r.Deliveries(), func(d Delivery) bool { return d.Repeated })
}

// Tests returns how many tests were verified. A test is about nobody, and no delivery.
func (r *Receiver) Tests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tests
}

// Refusals returns why requests were refused, in their order.
func (r *Receiver) Refusals() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.refusals)
}

func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method == http.MethodHead {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	status, why := r.take(req)
	if why != "" {
		wire.Annotate(req, why)
		r.mu.Lock()
		r.refusals = append(r.refusals, why)
		r.mu.Unlock()
	}
	w.WriteHeader(status)
}

// take verifies and keeps a notification. why is empty if it was taken.
func (r *Receiver) take(req *http.Request) (status int, why string) {
	switch {
	case req.URL.Path != Path:
		return http.StatusNotFound, "no such path"
	case req.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "want POST"
	case req.Header.Get("Content-Type") != "application/json":
		return http.StatusUnsupportedMediaType, "want application/json"
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, req.Body, maxBody))
	if err != nil {
		return http.StatusRequestEntityTooLarge, "body too large or broken off"
	}
	id, stamp := req.Header.Get("webhook-id"), req.Header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	switch {
	case id == "" || strings.ContainsAny(id, ". "):
		return http.StatusBadRequest, "bad webhook-id"
	case err != nil || !r.cfg.AcceptsTimestamp(time.Unix(seconds, 0), window):
		return http.StatusUnauthorized, "timestamp outside the window"
	case !r.signed(req.Header.Get("webhook-signature"), id+"."+stamp+"."+string(body)):
		return http.StatusUnauthorized, "no signature fits"
	}
	if typeOf(body) == "shiming.test" {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.tests++
		return http.StatusNoContent, ""
	}
	if head, ours, problem := parseHead(body); ours {
		if problem != "" {
			return http.StatusUnprocessableEntity, problem
		}
		head.ID, head.Body = id, body
		r.mu.Lock()
		defer r.mu.Unlock()
		r.heads = append(r.heads, head)
		return http.StatusNoContent, ""
	}
	d, problem := parse(body)
	if problem != "" {
		return http.StatusUnprocessableEntity, problem
	}
	d.ID, d.At, d.Body = id, time.Unix(seconds, 0), body
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse != nil {
		if status := r.refuse(d.CaseID); status != 0 {
			return status, "refused for its case"
		}
	}
	d.Repeated = slices.ContainsFunc(r.deliveries, func(before Delivery) bool { return before.ID == id })
	r.deliveries = append(r.deliveries, d)
	return http.StatusNoContent, ""
}

// signed reports whether one of the signatures is that of one of the secrets. Other versions are skipped.
func (r *Receiver) signed(header, text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "whsec_"))
		if err != nil {
			continue
		}
		h := hmac.New(sha256.New, key)
		h.Write([]byte(text))
		want := h.Sum(nil)
		for _, signature := range strings.Fields(header) {
			encoded, ok := strings.CutPrefix(signature, "v1,")
			got, err := base64.StdEncoding.DecodeString(encoded)
			if ok && err == nil && hmac.Equal(got, want) {
				return true
			}
		}
	}
	return false
}

// typeOf returns the type of a notification, "" for what is none. One of "shiming.test" only tries the receiver.
func typeOf(body []byte) string {
	var n struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(body, &n) != nil {
		return ""
	}
	return n.Type
}

// parse reads the notification. It knows all its fields, so that a new one shows.
func parse(body []byte) (d Delivery, problem string) {
	var n struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      struct {
			CaseID           string `json:"case_id"`
			TenantKey        string `json:"tenant_key"`
			OpenID           string `json:"open_id"`
			EvidencePointID  string `json:"evidence_point_id"`
			EvidenceRevision string `json:"evidence_revision"`
		} `json:"data"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	switch err := decoder.Decode(&n); {
	case err != nil:
		return d, "not the documented JSON"
	case n.Type != "evidence_point.filed":
		return d, "unknown type"
	case n.Timestamp.IsZero() || n.Data.CaseID == "" || n.Data.OpenID == "" || n.Data.EvidencePointID == "" ||
		n.Data.EvidenceRevision == "":
		return d, "a field is missing"
	}
	d.CaseID, d.TenantKey = n.Data.CaseID, n.Data.TenantKey
	d.OpenID, d.PointID = n.Data.OpenID, n.Data.EvidencePointID
	return d, ""
}
