package tencent

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"
)

// SMS is a message in a phone. Only the robot that owns the phone reads its fields; printed, logged or marshalled, an
// SMS hides them.
type SMS struct {
	Mobile string   // 11 digits
	Text   string   // with the signature in 【】
	Params []string // variables of the template: the code, the minutes
	Serial string   // SerialNo of the answer
	At     time.Time
}

// Code returns the first variable of the template, the verification code.
func (m SMS) Code() string {
	if len(m.Params) == 0 {
		return ""
	}
	return m.Params[0]
}

func (m SMS) String() string       { return "SMS " + m.Serial }
func (m SMS) GoString() string     { return m.String() }
func (m SMS) LogValue() slog.Value { return slog.StringValue(m.String()) }
func (m SMS) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"serial": m.Serial, "at": m.At})
}

// Inbox returns the messages that a mobile number (11 digits) has received, oldest first.
func (s *Server) Inbox(mobile string) []SMS {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.inbox[mobile])
}

// WaitSMS returns the message with index after in the inbox (0 is the first one ever) and waits for it if necessary. A
// caller that takes after = len(Inbox) before it asks for a code gets the message with that code.
func (s *Server) WaitSMS(ctx context.Context, mobile string, after int) (SMS, error) {
	for {
		box, arrived := s.waitFor(mobile)
		if after < len(box) {
			return box[max(after, 0)], nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return SMS{}, ctx.Err()
		}
	}
}

func (s *Server) waitFor(mobile string) ([]SMS, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.arrival[mobile] == nil {
		s.arrival[mobile] = make(chan struct{})
	}
	return s.inbox[mobile], s.arrival[mobile]
}

// OnSMS registers f, which the server calls for every message before it answers the request that sent the message. f
// must not wait for the sender.
func (s *Server) OnSMS(f func(SMS)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onSMS = append(s.onSMS, f)
}

// BlockMobile makes a number refuse messages (FailedOperation.PhoneNumberInBlacklist), or accept them again.
func (s *Server) BlockMobile(mobile string, blocked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blocked[mobile] = blocked
}
