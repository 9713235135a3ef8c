package tencent

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Call is one request and its result. It holds the person of the request, so that a test can compare evidence with the
// supplier's record; printed, logged or marshalled, it hides the person.
type Call struct {
	At         time.Time
	Service    string // "sms" or "faceid"; empty if the request was refused before routing
	Action     string // X-TC-Action as sent
	RequestID  string
	Code       string // "Ok" for a message that was sent, a Result such as "0" for a check, or an error code
	BodySHA256 string // of the request body, hexadecimal

	Name, IDNumber, Mobile, BankCard string // of a check; of a message only Mobile (11 digits)

	BizToken string // of a flow for a face
	host     string // to which the request was sent
}

// String returns the call without the person.
func (c Call) String() string {
	return fmt.Sprintf("%s %s %s %s", c.At.Format(time.RFC3339), c.Action, c.Code, c.RequestID)
}

func (c Call) GoString() string     { return c.String() }
func (c Call) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON omits the person.
func (c Call) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"at":          c.At,
		"service":     c.Service,
		"action":      c.Action,
		"request_id":  c.RequestID,
		"code":        c.Code,
		"body_sha256": c.BodySHA256,
	})
}

// history keeps the latest calls and counts all of them.
type history struct {
	limit  int
	calls  []Call
	byID   map[string]Call
	counts map[string]int
}

func newHistory(limit int) history {
	return history{limit: limit, byID: map[string]Call{}, counts: map[string]int{}}
}

func (h *history) add(c Call) {
	h.counts[c.Action]++
	h.calls = append(h.calls, c)
	h.byID[c.RequestID] = c
	if len(h.calls) > h.limit {
		delete(h.byID, h.calls[0].RequestID)
		h.calls = h.calls[1:]
	}
}

func (s *Server) record(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history.add(c)
}

// Calls returns the calls that are kept, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.history.calls)
}

// Find returns the call with this RequestId. A verifySerialNumber that it does not find was made up.
func (s *Server) Find(requestID string) (Call, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.history.byID[requestID]
	return c, ok
}

// Counts returns how many requests each action has had since the start, refused ones included.
func (s *Server) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.history.counts)
}
