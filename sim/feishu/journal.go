package feishu

import (
	"slices"
	"time"
)

// Entry is one line of the journal: an action at the platform. It holds ids and codes only.
type Entry struct {
	At      time.Time
	Kind    string // "api", "event" (an attempt to deliver), "click", "people" (what a person did)
	Name    string // operation, event type or action
	Subject string // message, chat or user id
	Status  int    // HTTP status of the answer
	Code    int    // platform error code, 0 if none
	LogID   string
}

func (s *Server) note(e Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal = append(s.journal, e)
}

// Journal returns all entries so far, oldest first.
func (s *Server) Journal() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

// Count returns how many entries satisfy the condition.
func (s *Server) Count(cond func(Entry) bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, e := range s.journal {
		if cond(e) {
			n++
		}
	}
	return n
}
