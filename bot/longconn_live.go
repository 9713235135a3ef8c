package bot

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"
)

// liveConn is one connection that stands.
type liveConn struct {
	l       *LongConn
	sock    *socket
	service int32
	ping    atomic.Int64  // time.Duration
	repaced chan struct{} // ping has changed
	pieces  pieces
}

// run reads until the connection breaks or ctx ends.
func (c *liveConn) run(ctx context.Context) error {
	c.wait()
	reading, stop := context.WithCancel(ctx)
	defer stop()
	go c.pings(reading)
	ended := make(chan error, 1)
	go func() { ended <- c.read(reading) }()
	select {
	case err := <-ended:
		return err // what was taken is stored all the same; its answers have nowhere to go
	case <-ctx.Done():
	}
	c.l.finish()
	c.sock.leave()
	<-ended
	return ctx.Err()
}

// wait gives the platform two pings and a little more before the line counts as dead.
func (c *liveConn) wait() { c.sock.patience(2*time.Duration(c.ping.Load()) + pongGrace) }

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
			case <-c.repaced: // a wait that is too long by now would look like a dead line
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
			return ctx.Err() // nothing more is taken; it comes again
		}
		c.wait()
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

// control takes the configuration that pongs carry.
func (c *liveConn) control(f *frame) {
	var config socketConfig
	if f.header(frameHeaderType) == "pong" && len(f.payload) > 0 && json.Unmarshal(f.payload, &config) == nil {
		if every := int64(config.ping()); c.ping.Swap(every) != every {
			select {
			case c.repaced <- struct{}{}:
			default:
			}
		}
		c.wait()
	}
}

// data takes a push, in one frame or in pieces. Only one goroutine calls it; the work is done by others.
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
	if !c.l.take() {
		<-c.l.slots
		return
	}
	go func() {
		defer func() {
			<-c.l.slots
			c.l.working.Done()
		}()
		c.answer(context.WithoutCancel(ctx), f, payload)
	}()
}

// answer lets a push be stored and writes the answer: the frame that came, with another payload.
func (c *liveConn) answer(ctx context.Context, f *frame, payload []byte) {
	start := time.Now()
	result, status, after := c.l.s.pushed(ctx, payload)
	defer after()
	response := struct {
		Code    int               `json:"code"`
		Headers map[string]string `json:"headers"`
		Data    []byte            `json:"data"` // base64 of the JSON that a webhook would have answered
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
