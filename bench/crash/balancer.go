package main

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// balancer forwards each request to an instance, like a load balancer without health checks. If an instance refuses
// the connection, it tries the next one. If a connection breaks, it answers 502.
type balancer struct {
	client *http.Client

	mu   sync.Mutex
	urls []string
}

func newBalancer(urls []string) *balancer {
	return &balancer{urls: urls, client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// maxPush bounds the body of a push, in bytes.
const maxPush = 1 << 20

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPush))
	if err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	for _, url := range b.order() {
		resp, err := b.forward(r, url, body)
		if refused(err) {
			continue
		}
		if err != nil {
			break
		}
		answer, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close() // read
		if err != nil {
			break
		}
		maps.Copy(w.Header(), resp.Header) // the agreement page redirects and sets cookies
		w.WriteHeader(resp.StatusCode)
		_, _ = w.Write(answer) // an error means that the client is gone
		return
	}
	http.Error(w, "bad gateway", http.StatusBadGateway)
}

// order returns all instances, beginning with a random one.
func (b *balancer) order() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	from := rand.IntN(len(b.urls))
	return append(append([]string(nil), b.urls[from:]...), b.urls[:from]...)
}

func (b *balancer) forward(r *http.Request, url string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, url+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = r.Header.Clone()
	return b.client.Do(req)
}

// refused reports whether the request did not reach the instance.
func refused(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// listen serves the balancer on a loopback port until closeAll.
func (b *balancer) listen() (url string, closeAll func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	s := &http.Server{Handler: b, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.Serve(l) }() // ends with Close
	return "http://" + l.Addr().String(), func() {
		_ = s.Close()
		b.client.CloseIdleConnections()
	}, nil
}
