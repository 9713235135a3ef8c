package bot

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"
)

// liveConn is one open connection.
type liveConn struct {
	l           *LongConn
	sock        *socket
	service     int32
	ping        atomic.Int64  // time.Duration between two pings
	pingChanged chan struct{} // receives a value when ping has changed
	pieces      pieces
}

// run sends pings and handles frames until the connection breaks or ctx ends.
func (c *liveConn) run(ctx context.Context) error {
	c.extendReadTimeout()
	reading, stop := context.WithCancel(ctx)
	defer stop()
	go c.pings(reading)
	ended := make(chan error, 1)
	go func() { ended <- c.read(reading) }()
	select {
	case err := <-ended:
		return err // running handlers still store their events; only their responses are lost
	case <-ctx.Done():
	}
	c.l.drain()
	c.sock.closeGracefully()
	<-ended
	return ctx.Err()
}

// extendReadTimeout closes the connection unless the next frame arrives within two ping intervals and pongGrace.
func (c *liveConn) extendReadTimeout() {
	c.sock.setReadTimeout(2*time.Duration(c.ping.Load()) + pongGrace)
}

func (c *liveConn) pings(ctx context.Context) {
	for {
		ping := &frame{service: c.service, method: frameControl, headers: []frameHeader{{frameHeaderType, "ping"}}}
		if c.sock.write(ping.marshal()) != nil {
			c.sock.close()
			return
		}
		for waited := false; !waited; {
			select {
			case <-time.After(time.Duration(c.ping.Load())):
				waited = true
			case <-c.pingChanged: // start again with the new interval; the read timeout already depends on it
			case <-ctx.Done():
				return
			}
		}
	}
}

func (c *liveConn) read(ctx context.Context) error {
	for {
		message, err := c.sock.read()
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err() // the platform sends this event again
		}
		c.extendReadTimeout()
		f := &frame{}
		if f.unmarshal(message) != nil {
			c.l.log.WarnContext(ctx, "long connection: a frame cannot be read", "bytes", len(message))
			continue
		}
		switch f.method {
		case frameControl:
			c.control(f)
		case frameData:
			c.data(ctx, f)
		}
	}
}

// control applies the configuration that a pong carries.
func (c *liveConn) control(f *frame) {
	var config socketConfig
	if f.header(frameHeaderType) == "pong" && len(f.payload) > 0 && json.Unmarshal(f.payload, &config) == nil {
		if every := int64(config.ping()); c.ping.Swap(every) != every {
			select {
			case c.pingChanged <- struct{}{}:
			default:
			}
		}
		c.extendReadTimeout()
	}
}

// data receives a push in one frame or in pieces and handles it in another goroutine. Only the reader calls data.
func (c *liveConn) data(ctx context.Context, f *frame) {
	kind := f.header(frameHeaderType)
	if kind != "event" && kind != "card" {
		return
	}
	payload, whole := c.pieces.add(f, time.Now())
	if !whole {
		return
	}
	select {
	case c.l.slots <- struct{}{}:
	case <-ctx.Done():
		return
	}
	if !c.l.beginPush() {
		<-c.l.slots
		return
	}
	go func() {
		defer func() {
			<-c.l.slots
			c.l.working.Done()
		}()
		c.respond(context.WithoutCancel(ctx), f, payload)
	}()
}

// respond handles a push and writes the response, which is the received frame with another payload.
func (c *liveConn) respond(ctx context.Context, f *frame, payload []byte) {
	start := time.Now()
	result, status, after := c.l.s.pushed(ctx, payload)
	defer after()
	response := struct {
		Code    int               `json:"code"`
		Headers map[string]string `json:"headers"`
		Data    []byte            `json:"data"` // base64 of the JSON with which a webhook responds
	}{Code: status}
	if result != nil {
		if data, err := json.Marshal(result); err == nil {
			response.Data = data
		}
	}
	raw, err := json.Marshal(response)
	if err != nil {
		return
	}
	f.payload = raw
	f.headers = append(f.headers, frameHeader{frameHeaderBizRt, milliseconds(time.Since(start))})
	if c.sock.write(f.marshal()) != nil {
		c.l.log.WarnContext(ctx, "long connection: an answer was not written", "status", status)
	}
}
