package feishu

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"time"

	"shiming/sim/wire"
)

// Delivery is the delivery of one event. An event without subscription or scope has no EventID and no attempts.
type Delivery struct {
	EventID   string
	Type      string
	Subject   string // message of the event; "" for other events
	Attempts  []Attempt
	Delivered bool // answered with 200 at least once
	GaveUp    bool // every redelivery failed
	Held      bool // held back by Behaviour.Reorder
}

// Attempt is one request for an event. Failure is "", "timeout", "dns", "connect" or "no webhook".
type Attempt struct {
	At        time.Time
	Took      time.Duration // real time
	Status    int           // 0 = no answer
	Failure   string
	Duplicate bool // sent although an earlier attempt had succeeded
}

type delivery struct {
	Delivery
	push  pushRequest
	plain []byte // of push, kept only if there is an observer
}

func (d *delivery) snapshot() Delivery {
	c := d.Delivery
	c.Attempts = slices.Clone(d.Attempts)
	return c
}

// emit pushes an event and returns after the first attempt; redeliveries run in the background.
func (s *Server) emit(ctx context.Context, eventType string, event any) Delivery {
	defer s.cfg.BeginPush()()
	if !s.subscribesTo(eventType) {
		return Delivery{Type: eventType}
	}
	h := s.header(eventType, millis(s.cfg.Now()))
	s.mu.Lock()
	set := s.behaviour.AlterEvents[eventType]
	s.mu.Unlock()
	plain := wire.Alter(compact(envelope{Schema: "2.0", Header: h, Event: event}), set)
	d := &delivery{Delivery: Delivery{EventID: h.EventID, Type: eventType, Subject: subjectOf(event)}, push: s.seal(plain)}
	s.mu.Lock()
	if s.observer.Event != nil {
		d.plain = plain
		s.notifyEvent(d)
	}
	s.deliveries = append(s.deliveries, d)
	s.byEvent[d.EventID] = d
	if s.behaviour.Reorder > 0 {
		s.behaviour.Reorder--
		d.Held = true
		s.held = append(s.held, d)
		if s.behaviour.Reorder > 0 {
			defer s.mu.Unlock()
			return d.snapshot()
		}
		s.mu.Unlock()
		s.Release(ctx)
	} else {
		s.mu.Unlock()
		s.deliverFirst(ctx, d)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return d.snapshot()
}

// subjectOf returns the id of the message in an event, or "".
func subjectOf(event any) string {
	e, ok := event.(map[string]any)
	if !ok {
		return ""
	}
	if m, ok := e["message"].(map[string]any); ok {
		e = m
	}
	id, _ := e["message_id"].(string)
	return id
}

// Release delivers the events that Behaviour.Reorder holds back, the last one first, and sets Reorder to 0.
func (s *Server) Release(ctx context.Context) {
	s.mu.Lock()
	held := s.held
	s.held, s.behaviour.Reorder = nil, 0
	s.mu.Unlock()
	for _, d := range slices.Backward(held) {
		s.mu.Lock()
		d.Held = false
		s.mu.Unlock()
		s.deliverFirst(ctx, d)
	}
}

func (s *Server) deliverFirst(ctx context.Context, d *delivery) {
	ok := s.attempt(ctx, d)
	if !ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ctx.Err() == nil {
			s.wg.Add(1)
			go s.redeliver(d, s.hurries)
		}
		return
	}
	s.mu.Lock()
	again := s.behaviour.Duplicate > 0
	if again {
		s.behaviour.Duplicate--
	}
	s.mu.Unlock()
	if again {
		s.attempt(ctx, d)
	}
}

// redeliver follows the retry schedule until the event is answered with 200 (事件概述: 15 s, 5 min, 1 h, 6 h). hurries is
// Server.hurries at the time of the first failure.
func (s *Server) redeliver(d *delivery, hurries int) {
	defer s.wg.Done()
	for _, wait := range s.cfg.RetrySchedule {
		if hurries = s.waitForRetry(d, wait, hurries); s.ctx.Err() != nil {
			return
		}
		if s.retry(d) {
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.GaveUp = true
	s.deliveryChanged(d)
}

// waitForRetry waits between two attempts: for the scheduled time by either clock, or until Hurry. It returns
// Server.hurries.
func (s *Server) waitForRetry(d *delivery, wait time.Duration, hurries int) int {
	over := s.cfg.After(wait)
	for {
		s.mu.Lock()
		hurried, now, due := s.hurried, s.hurries, d.Attempts[len(d.Attempts)-1].At.Add(wait)
		s.mu.Unlock()
		if now != hurries || !s.cfg.Now().Before(due) {
			return now
		}
		select {
		case <-s.ctx.Done():
			return now
		case <-over:
			return now
		case <-hurried:
		}
	}
}

// ClockMoved delivers the events whose retry has become due by a move of Now.
func (s *Server) ClockMoved() { s.hurry(0) }

// Hurry retries every undelivered event at once. The real platform has no such function. It saves people who use the
// playground the minutes and hours of the schedule after the bot was unavailable.
func (s *Server) Hurry() { s.hurry(1) }

func (s *Server) hurry(hurries int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hurries += hurries
	close(s.hurried)
	s.hurried = make(chan struct{})
}

// retry sends an event again.
func (s *Server) retry(d *delivery) bool {
	defer s.cfg.BeginPush()()
	return s.attempt(s.ctx, d)
}

func (s *Server) attempt(ctx context.Context, d *delivery) bool {
	s.mu.Lock()
	p := pushRequest{d.push.body, d.push.header.Clone(), d.push.plain}
	if s.behaviour.ResignRetries && p.plain == nil && len(d.Attempts) > 0 && s.cfg.EncryptKey != "" {
		s.resign(&p)
	}
	a := Attempt{At: s.cfg.Now(), Duplicate: d.Delivered}
	s.mu.Unlock()

	began := time.Now()
	status, _, err := s.push(ctx, p, s.cfg.AnswerWithin)
	a.Took, a.Status, a.Failure = time.Since(began), status, failureWord(err)

	s.mu.Lock()
	defer s.mu.Unlock()
	ok := err == nil && status == http.StatusOK
	d.Attempts = append(d.Attempts, a)
	d.Delivered = d.Delivered || ok
	s.journal = append(s.journal, Entry{
		At:      a.At,
		Kind:    "event",
		Name:    d.Type,
		Subject: d.EventID,
		Status:  status,
	})
	s.deliveryChanged(d)
	return ok
}

// deliveryChanged notifies WaitDelivered and the observer. The caller holds the lock.
func (s *Server) deliveryChanged(d *delivery) {
	s.notifyEvent(d)
	close(s.arrivals)
	s.arrivals = make(chan struct{})
}

// Redeliver sends an event again, whatever its state, and returns the result.
func (s *Server) Redeliver(ctx context.Context, eventID string) (Delivery, error) {
	s.mu.Lock()
	d := s.byEvent[eventID]
	s.mu.Unlock()
	if d == nil {
		return Delivery{}, ErrUnknownEvent
	}
	s.attempt(ctx, d)
	s.mu.Lock()
	defer s.mu.Unlock()
	return d.snapshot(), nil
}

// Deliveries returns the record of every event so far, in the order in which they occurred.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Delivery, len(s.deliveries))
	for i, d := range s.deliveries {
		out[i] = d.snapshot()
	}
	return out
}

// Errors of WaitDelivered and Redeliver.
var (
	ErrUnknownEvent = errors.New("feishu sim: no such event")
	ErrGaveUp       = errors.New("feishu sim: every delivery of the event failed")
)

// WaitDelivered blocks until the event was answered with 200. After the last failed redelivery it returns ErrGaveUp.
func (s *Server) WaitDelivered(ctx context.Context, eventID string) (Delivery, error) {
	for {
		s.mu.Lock()
		d, changed := s.byEvent[eventID], s.arrivals
		if d == nil {
			s.mu.Unlock()
			return Delivery{}, ErrUnknownEvent
		}
		snap := d.snapshot()
		s.mu.Unlock()
		if snap.Delivered {
			return snap, nil
		}
		if snap.GaveUp {
			return snap, ErrGaveUp
		}
		select {
		case <-ctx.Done():
			return snap, ctx.Err()
		case <-changed:
		}
	}
}

func failureWord(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errNoWebhook):
		return "no webhook"
	case errors.As(err, &dns):
		return "dns"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	default:
		return "connect"
	}
}
