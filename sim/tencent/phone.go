package tencent

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"
)

// SMS is a message in a phone. Its fields are for the person who holds the phone; printed, logged or marshalled it
// hides them.
type SMS struct {
	Mobile string   // 11 digits
	Text   string   // with the signature in 【】
	Params []string // what filled the template: the code, the minutes
	Serial string   // SerialNo of the answer
	At     time.Time
}

// Code is the first variable of the template, the verification code.
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

// WaitSMS returns the message with index after in the inbox (0 is the first one ever), waiting for it if need be: with
// after = len(Inbox) taken before asking for a code, it is the one that was asked for.
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

// OnSMS has f called for every message from now on, in the request that sent it and before that request is answered.
// f must not wait for the sender.
func (s *Server) OnSMS(f func(SMS)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onSMS = append(s.onSMS, f)
}

// BlockMobile makes a number refuse messages (FailedOperation.PhoneNumberInBlacklist), or lets it take them again.
func (s *Server) BlockMobile(mobile string, blocked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blocked[mobile] = blocked
}
