package feishu

// Observer is told what changes, for who shows the platform to people. Every function may be nil. They run under the
// server's lock, in the order of the changes: they must return at once and must not call the server.
type Observer struct {
	Message func(Message)  // sent, changed or recalled
	Event   func(Observed) // made, or tried once more; also callbacks, before and after their answer
}

// Observed is an event or a callback as it stands. Body and Answer are unmasked and must not be changed.
type Observed struct {
	Delivery
	Callback  bool   // a click, which is never sent again
	Body      []byte // what was to be sent, before encryption
	Answer    []byte // to a callback
	ErrorCode int    // of a callback, as the client shows it
}

// Observe sets the observer. From then on the plain text of each event is kept for as long as the event is.
func (s *Server) Observe(o Observer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observer = o
}

// seen tells the observer of an event. The caller holds the lock.
func (s *Server) seen(d *delivery) {
	if s.observer.Event != nil {
		s.observer.Event(Observed{Delivery: d.snapshot(), Body: d.plain})
	}
}
