package sim

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// ReaderIP is the address from which everybody opens the bot's pages, one for documentation (RFC 5737).
const ReaderIP = "203.0.113.86"

// gateway stands where the company's reverse proxy would, in front of the bot: the address that server.public_url names
// has to be known before the bot listens on a free port. It forwards everything to the host of the webhook, so that it
// follows SetWebhook. As with many proxies the bot sees its own address in Host, and the reader's in X-Forwarded-For:
// ReaderIP, because everybody here shares the loopback address of the gateway.
func (w *World) gateway() http.Handler {
	proxy := &httputil.ReverseProxy{
		Transport: w.transport,
		ErrorLog:  slog.NewLogLogger(w.cfg.Log.Handler(), slog.LevelWarn),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(w.bot())
			r.SetXForwarded()
			r.Out.Header.Set("X-Forwarded-For", ReaderIP)
		},
		ErrorHandler: func(rw http.ResponseWriter, _ *http.Request, _ error) { noBot(rw) },
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.bot() == nil {
			noBot(rw)
			return
		}
		proxy.ServeHTTP(rw, r)
	})
}

// bot returns the base URL of the bot, nil as long as there is no usable webhook.
func (w *World) bot() *url.URL {
	u, err := url.Parse(w.Webhook())
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}
}

// noBot is the answer while nobody listens behind the gateway.
func noBot(rw http.ResponseWriter) {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(http.StatusBadGateway)
	_, _ = io.WriteString(rw, "机器人现在没有运行，请稍后再试。\nThe bot is not running now, please try again later.\n")
}
