package bot

import (
	"fmt"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	for attempt, most := range map[int]time.Duration{
		0:    shortestPause,
		1:    2 * shortestPause,
		4:    16 * shortestPause,
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

// TestPingsFollowThePlatform: when a pong says that pings are wanted sooner, the next one comes in that time rather
// than in the old one, in which the line would have been given up for dead.
func TestPingsFollowThePlatform(t *testing.T) {
	f := newFake(t)
	pings := make(chan int, 10)
	connections := 0
	f.serveLine(t, `{"PingInterval":3600}`, func(line *platformLine) {
		connections++
		pong := frame{
			service: 7,
			headers: []frameHeader{{frameHeaderType, "pong"}},
			payload: []byte(`{"PingInterval":1}`),
		}
		for {
			first, _, err := line.read()
			if err != nil || first == wireClose {
				return
			}
			pings <- connections
			if line.write(wireBinary, pong.marshal()) != nil {
				return
			}
		}
	})
	stop, ended := newTestServer(t).runLine(f.client(t))
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

// TestStopAnswersFirst: a push that is being worked on at a stop is answered, then the connection is closed with status
// 1000. A platform that does not answer the close does not hold the stop up.
func TestStopAnswersFirst(t *testing.T) {
	for _, polite := range []bool{true, false} {
		t.Run(fmt.Sprintf("polite=%t", polite), func(t *testing.T) {
			f := newFake(t)
			lines := make(chan *platformLine)
			over := make(chan struct{})
			defer close(over)
			f.serveLine(t, `{"PingInterval":3600}`, func(line *platformLine) {
				lines <- line
				<-over
			})
			r := newTestServer(t)
			working := make(chan struct{})
			release := make(chan struct{})
			r.box.onClick = func() {
				close(working)
				<-release
			}
			stop, ended := r.runLine(f.client(t))
			line := <-lines
			line.wants(t, wireBinary, "ping")
			push := frame{
				service: 7,
				method:  frameData,
				headers: []frameHeader{{frameHeaderType, "card"}},
				payload: []byte(clickEvent(confirmValue(), nil)),
			}
			if err := line.write(wireBinary, push.marshal()); err != nil {
				t.Fatal(err)
			}
			<-working
			stop()
			close(release)
			line.wants(t, wireBinary, `"code":200`)
			line.wants(t, wireClose, "\x03\xe8")
			if polite {
				if err := line.write(wireClose, []byte("\x03\xe8")); err != nil {
					t.Error(err)
				}
			}
			<-ended
			if _, _, err := line.read(); err == nil {
				t.Error("the connection is open after the stop")
			}
		})
	}
}
