package feishu

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"time"
)

// Delivery is what became of one event. An event without subscription or scope has no EventID and no attempts.
type Delivery struct {
	EventID   string
	Type      string
	Subject   string // message that it is about; "" for events about something else
	Attempts  []Attempt
	Delivered bool // answered with 200 at least once
	GaveUp    bool // every redelivery failed
	Held      bool // still held back by Behaviour.Reorder
}

// Attempt is one request for an event. Failure is "", "timeout", "dns", "connect" or "no webhook".
type Attempt struct {
	At        time.Time
	Took      time.Duration // real time
	Status    int           // 0 when no answer came
	Failure   string
	Duplicate bool // sent although an earlier attempt had succeeded
}

type delivery struct {
	Delivery
	push  pushed
	plain []byte // of push, kept only while somebody observes
}

func (d *delivery) snapshot() Delivery {
	c := d.Delivery
	c.Attempts = slices.Clone(d.Attempts)
	return c
}

// emit pushes an event and returns after the first attempt; redeliveries go on in the background.
func (s *Server) emit(ctx context.Context, eventType string, event any) Delivery {
	defer s.cfg.Pushing()()
	if !s.subscribesTo(eventType) {
		return Delivery{Type: eventType}
	}
	h := s.header(eventType, millis(s.cfg.Now()))
	plain := compact(envelope{Schema: "2.0", Header: h, Event: event})
	d := &delivery{Delivery: Delivery{EventID: h.EventID, Type: eventType, Subject: subjectOf(event)}, push: s.seal(plain)}
	s.mu.Lock()
	if s.observer.Event != nil {
		d.plain = plain
		s.seen(d)
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
		s.first(ctx, d)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return d.snapshot()
}

// subjectOf finds the id of the message that an event is about.
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

// Release delivers the events that Behaviour.Reorder holds back, the last one first, and switches the holding off.
func (s *Server) Release(ctx context.Context) {
	s.mu.Lock()
	held := s.held
	s.held, s.behaviour.Reorder = nil, 0
	s.mu.Unlock()
	for _, d := range slices.Backward(held) {
		s.mu.Lock()
		d.Held = false
		s.mu.Unlock()
		s.first(ctx, d)
	}
}

func (s *Server) first(ctx context.Context, d *delivery) {
	ok := s.attempt(ctx, d)
	if !ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ctx.Err() == nil {
			s.wg.Add(1)
			go s.redeliver(d, s.rushes)
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

// redeliver follows the retry schedule until the event is answered with 200 (事件概述: 15 s, 5 min, 1 h, 6 h).
// rushes is how often Hurry had been called when the first attempt failed.
func (s *Server) redeliver(d *delivery, rushes int) {
	defer s.wg.Done()
	for _, wait := range s.cfg.RetrySchedule {
		if rushes = s.waited(d, wait, rushes); s.ctx.Err() != nil {
			return
		}
		if s.again(d) {
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.GaveUp = true
	s.deliveryChanged(d)
}

// waited waits between two attempts: as long as the schedule says, or until the clock was moved beyond its end, or
// until Hurry. It returns how often Hurry has been called.
func (s *Server) waited(d *delivery, wait time.Duration, rushes int) int {
	over := s.cfg.After(wait)
	for {
		s.mu.Lock()
		hurried, now, due := s.hurried, s.rushes, d.Attempts[len(d.Attempts)-1].At.Add(wait)
		s.mu.Unlock()
		if now != rushes || !s.cfg.Now().Before(due) {
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

// ClockMoved makes whatever has fallen due meanwhile happen now.
func (s *Server) ClockMoved() { s.hurry(0) }

// Hurry sends every event that waits for a redelivery at once. The platform does nothing of the kind; it spares
// people who play with a bot that was away the minutes and hours of the schedule.
func (s *Server) Hurry() { s.hurry(1) }

func (s *Server) hurry(rushes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rushes += rushes
	close(s.hurried)
	s.hurried = make(chan struct{})
}

// again sends an event that was not taken.
func (s *Server) again(d *delivery) bool {
	defer s.cfg.Pushing()()
	return s.attempt(s.ctx, d)
}

func (s *Server) attempt(ctx context.Context, d *delivery) bool {
	s.mu.Lock()
	p := pushed{d.push.body, d.push.header.Clone(), d.push.plain}
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

// deliveryChanged tells everybody who waits for a delivery or observes. The caller holds the lock.
func (s *Server) deliveryChanged(d *delivery) {
	s.seen(d)
	close(s.arrivals)
	s.arrivals = make(chan struct{})
}

// Redeliver sends an event once more, whatever became of it before, and reports the outcome.
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

// Deliveries returns the record of every event so far, in the order in which they happened.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Delivery, len(s.deliveries))
	for i, d := range s.deliveries {
		out[i] = d.snapshot()
	}
	return out
}

// Errors of the delivery record.
var (
	ErrUnknownEvent = errors.New("feishu sim: no such event")
	ErrGaveUp       = errors.New("feishu sim: every delivery of the event failed")
)

// WaitDelivered blocks until the event was answered with 200, or returns ErrGaveUp after the last redelivery failed.
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
