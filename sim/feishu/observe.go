package feishu

// Observer receives changes, for a page that shows the platform. Every function may be nil. The server calls them under
// its lock, in the order of the changes: they must return at once and must not call the server.
type Observer struct {
	Message func(Message)  // sent, changed or recalled
	Event   func(Observed) // event created or tried again; also callbacks, before and after their answer
}

// Observed is the current state of an event or a callback. Body and Answer are unmasked and must not be changed.
type Observed struct {
	Delivery
	Callback  bool   // a click, which is never sent again
	Body      []byte // before encryption
	Answer    []byte // to a callback
	ErrorCode int    // of a callback, as the client shows it
}

// Observe sets the observer. From then on the server keeps the plain text of each event together with the event.
func (s *Server) Observe(o Observer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observer = o
}

// notifyEvent passes an event to the observer. The caller holds the lock.
func (s *Server) notifyEvent(d *delivery) {
	if s.observer.Event != nil {
		s.observer.Event(Observed{Delivery: d.snapshot(), Body: d.plain})
	}
}
