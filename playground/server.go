package playground

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
)

// Server is a simulated world with a control API and a page. It is the world's sim.Observer. All methods may be
// called concurrently.
type Server struct {
	World *sim.World

	// URL is the base URL of the control API and of the page, without a path.
	URL string

	cfg     Config
	http    *http.Server
	life    context.Context    // context of the requests and the robots
	cancel  context.CancelFunc // ends life
	serving sync.WaitGroup

	robots robots
	armed  armedScenarios
	feed   *feed          // nil unless Config.Inspect
	issued issuedPictures // pictures that the control API has drawn

	mu      sync.Mutex
	onBot   func(ctx context.Context, do string) error
	onClock func(ctx context.Context, by time.Duration) error
}

// Config describes a playground.
type Config struct {
	// World configures the world. The control API listens on the port of World.Listen, the platforms and the gateway on
	// the ports after it. The playground sets the Observer.
	World sim.Config
	// Company is the name that the page shows. The default is 样本科技有限公司.
	Company string
	// Inspect keeps the latest calls and events with their bodies, masked, and enables GET /sim/stream for the page.
	Inspect bool
}

// Start starts a playground. ctx bounds the start only; Close ends the playground. The error is a *sim.ConfigError or
// an error of the network.
func Start(ctx context.Context, c Config) (*Server, error) {
	if c.Company == "" {
		c.Company = "样本科技有限公司"
	}
	if c.World.Log == nil {
		c.World.Log = slog.New(slog.DiscardHandler)
	}
	at, err := c.World.Addresses()
	if err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", at[0])
	if err != nil {
		return nil, err
	}
	pg := &Server{cfg: c, URL: (&url.URL{Scheme: "http", Host: l.Addr().String()}).String()}
	if c.Inspect {
		c.World.Observer = pg
	}
	w, err := sim.Start(ctx, c.World)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if pg.World == nil { // else Opening has set it, and other goroutines read it
		pg.World = w
	}
	pg.life, pg.cancel = context.WithCancel(context.Background())
	pg.http = &http.Server{
		Handler:           pg.control(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return pg.life },
		ErrorLog:          slog.NewLogLogger(c.World.Log.Handler(), slog.LevelWarn),
	}
	pg.serving.Go(func() {
		if err := pg.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			c.World.Log.Error("the listener of the playground stopped", "error", err)
		}
	})
	return pg, nil
}

// Close ends the robots, the control API and the world. It waits for open requests until ctx ends.
func (pg *Server) Close(ctx context.Context) error {
	// Open requests and robots may wait for a platform: end all faults and deliveries first.
	pg.World.Faults.Clear()
	pg.World.Feishu.Close()
	pg.cancel()
	var errs []error
	if err := pg.http.Shutdown(ctx); err != nil {
		errs = append(errs, err, pg.http.Close())
	}
	pg.serving.Wait()
	return errors.Join(append(errs, pg.World.Close(ctx))...)
}

// maxBody is the largest body that the control API reads.
const maxBody = 1 << 20

// control is the handler of the control API. It refuses requests from pages of other sites, both by their origin and
// by a host name that resolves to loopback.
func (pg *Server) control() http.Handler {
	mux := http.NewServeMux()
	pg.routePage(mux)
	mux.HandleFunc("GET /sim/env", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(rw, pg.World.Env())
	})
	mux.HandleFunc("GET /sim/people/{who}/{file}", pg.getPhoto)
	for pattern, handle := range map[string]func(*http.Request) (any, error){
		"GET /sim/state":                  pg.getState,
		"GET /sim/settings":               func(*http.Request) (any, error) { return pg.World.Settings(), nil },
		"POST /sim/webhook":               pg.postWebhook,
		"POST /sim/people":                pg.postPeople,
		"GET /sim/sms/{who}":              pg.getSMS,
		"POST /sim/chats/{who}/enter":     pg.postEnter,
		"POST /sim/chats/{who}/text":      pg.postText,
		"POST /sim/chats/{who}/photo":     pg.postPhoto,
		"POST /sim/chats/{who}/click":     pg.postClick,
		"POST /sim/chats/{who}/agreement": pg.postAgreement,
		"GET /sim/chats/{chat}/messages":  pg.getMessages,
		"GET /sim/crew":                   pg.getRobots,
		"POST /sim/crew":                  pg.postRobots,
		"GET /sim/record":                 pg.getRecord,
		"GET /sim/calls":                  pg.getCalls,
		"GET /sim/faults": func(*http.Request) (any, error) {
			return showFaults(pg.World.Faults.List()), nil
		},
		"POST /sim/faults":                      pg.postFault,
		"DELETE /sim/faults":                    pg.deleteFaults,
		"GET /sim/scenarios":                    pg.getScenarios,
		"POST /sim/scenarios/{group}/{row}/arm": pg.postScenario,
		"DELETE /sim/scenarios/{group}/{row}":   pg.deleteScenario,
		"POST /sim/app":                         pg.postApp,
		"POST /sim/bot":                         pg.postBot,
		"POST /sim/clock":                       pg.postClock,
	} {
		mux.HandleFunc(pattern, func(rw http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
			answer(rw, r, handle)
		})
	}
	return loopbackOnly(http.NewCrossOriginProtection().Handler(mux))
}

// loopbackOnly refuses requests whose Host is a name other than localhost, against DNS rebinding.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
			writeJSON(rw, http.StatusForbidden, map[string]string{"error": "only localhost and loopback addresses are served"})
			return
		}
		next.ServeHTTP(rw, r)
	})
}

// refusal is an error of the control API with its HTTP status.
type refusal struct {
	status int
	why    string
}

func (e *refusal) Error() string { return e.why }

func bad(why string) error      { return &refusal{http.StatusBadRequest, why} }
func missing(what string) error { return &refusal{http.StatusNotFound, "no such " + what} }

func answer(rw http.ResponseWriter, r *http.Request, handle func(*http.Request) (any, error)) {
	v, err := handle(r)
	if err == nil {
		writeJSON(rw, http.StatusOK, v)
		return
	}
	status := http.StatusUnprocessableEntity // the person cannot do that: no such button, an empty required field, …
	var own *refusal
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &own):
		status = own.status
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, feishu.ErrNoMessage), errors.Is(err, feishu.ErrNoChat), errors.Is(err, feishu.ErrNoUser):
		status = http.StatusNotFound
	}
	writeJSON(rw, status, map[string]string{"error": err.Error()})
}

func writeJSON(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	enc := json.NewEncoder(rw)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // an error means that the client is gone
}

// decode reads a JSON body and refuses unknown members. An empty body leaves into as it is.
func decode(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &large):
		return err
	case err != nil:
		return bad("the body: " + err.Error())
	case d.More():
		return bad("the body: more than one JSON value")
	}
	return nil
}
