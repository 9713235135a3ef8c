package bot

import (
	"fmt"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	for attempt, most := range map[int]time.Duration{
		0:    minPause,
		1:    2 * minPause,
		4:    16 * minPause,
		10:   time.Minute,
		1000: time.Minute,
	} {
		t.Run(fmt.Sprint(attempt), func(t *testing.T) {
			for range 50 {
				if d := backoff(attempt, time.Minute); d < most/2 || d > most {
					t.Errorf("attempt %d waits %v, want %v to %v", attempt, d, most/2, most)
				}
			}
		})
	}
}

// TestPingsFollowThePlatform checks that a shorter interval in a pong applies to the next ping. With the old interval,
// the read timeout would close the connection before that ping.
func TestPingsFollowThePlatform(t *testing.T) {
	f := newFake(t)
	pings := make(chan int, 10)
	connections := 0
	f.serveLongConn(t, `{"PingInterval":3600}`, func(conn *platformConn) {
		connections++
		pong := frame{
			service: 7,
			headers: []frameHeader{{frameHeaderType, "pong"}},
			payload: []byte(`{"PingInterval":1}`),
		}
		for {
			first, _, err := conn.read()
			if err != nil || first == wireClose {
				return
			}
			pings <- connections
			if conn.write(wireBinary, pong.marshal()) != nil {
				return
			}
		}
	})
	stop, ended := newTestServer(t).runLongConn(f.client(t))
	for range 2 {
		select {
		case on := <-pings:
			if on != 1 {
				t.Errorf("a ping on connection %d, want 1", on)
			}
		case <-time.After(2 * time.Minute):
			t.Error("no ping")
		}
	}
	stop()
	<-ended
}

// TestStopRespondsFirst checks that a stop lets a running handler respond and then closes the connection with status
// 1000. A platform that does not answer the close frame does not delay the stop.
func TestStopRespondsFirst(t *testing.T) {
	for _, answersClose := range []bool{true, false} {
		t.Run(fmt.Sprintf("answersClose=%t", answersClose), func(t *testing.T) {
			f := newFake(t)
			conns := make(chan *platformConn)
			over := make(chan struct{})
			defer close(over)
			f.serveLongConn(t, `{"PingInterval":3600}`, func(conn *platformConn) {
				conns <- conn
				<-over
			})
			r := newTestServer(t)
			working := make(chan struct{})
			release := make(chan struct{})
			r.stub.onClick = func() {
				close(working)
				<-release
			}
			stop, ended := r.runLongConn(f.client(t))
			conn := <-conns
			conn.want(t, wireBinary, "ping")
			push := frame{
				service: 7,
				method:  frameData,
				headers: []frameHeader{{frameHeaderType, "card"}},
				payload: []byte(clickEvent(confirmValue(), nil)),
			}
			if err := conn.write(wireBinary, push.marshal()); err != nil {
				t.Fatal(err)
			}
			<-working
			stop()
			close(release)
			conn.want(t, wireBinary, `"code":200`)
			conn.want(t, wireClose, "\x03\xe8")
			if answersClose {
				if err := conn.write(wireClose, []byte("\x03\xe8")); err != nil {
					t.Error(err)
				}
			}
			<-ended
			if _, _, err := conn.read(); err == nil {
				t.Error("got an open connection after the stop, want it closed")
			}
		})
	}
}
