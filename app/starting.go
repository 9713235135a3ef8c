package app

import (
	"errors"
	"net"
	"net/http"
	"sync/atomic"
)

// servedPages are what the listeners answer: that the start waits, and the pages of the bot once it runs.
type servedPages struct {
	public, admin atomic.Pointer[http.Handler]
	waiting       atomic.Pointer[waitingFor]
}

// waitingFor says for whom a start waits, in fixed words.
type waitingFor struct{ what, why string }

// serve serves pages on the listeners, instead of what they have served so far.
func (a *App) serve(public, admin http.Handler) {
	a.served.public.Store(&public)
	a.served.admin.Store(&admin)
	if a.servers != nil {
		return
	}
	run := func(ln net.Listener, pages *atomic.Pointer[http.Handler]) {
		s := NewHTTPServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*pages.Load()).ServeHTTP(w, r) }))
		a.servers = append(a.servers, s)
		go func() {
			if err := s.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
				a.failed <- err
			}
		}()
	}
	run(a.ln, &a.served.public)
	if a.admin != nil {
		run(a.admin, &a.served.admin)
	}
}

// serveWaiting opens the listeners, if they are not open yet, and answers that the start waits. A port that is taken is
// an error of the start later on.
func (a *App) serveWaiting(what, why string) {
	a.served.waiting.Store(&waitingFor{what, why})
	if a.ln != nil {
		return
	}
	if err := a.listen(); err != nil {
		if a.ln != nil {
			_ = a.ln.Close()
		}
		a.ln, a.admin = nil, nil
		return
	}
	a.serve(a.waitingPages(a.admin == nil), a.waitingPages(true))
}

// waitingPages answers /healthz as a living process does, and anything else, pushes too, with 503: Feishu sends them
// again. /readyz says for whom the start waits.
func (a *App) waitingPages(admin bool) http.Handler {
	paths := map[string]http.Handler{"/healthz": http.HandlerFunc(healthz)}
	if admin {
		paths["/readyz"] = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			body := map[string]string{"error": "not_ready", "waiting_for": a.served.waiting.Load().what}
			if why := a.served.waiting.Load().why; why != "" {
				body["why"] = why
			}
			respondJSON(w, http.StatusServiceUnavailable, body)
		})
	}
	return byPath(paths, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		respondError(w, http.StatusServiceUnavailable, "starting")
	}))
}
