package bot

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// BenchmarkLongConn measures the time from the platform's write to the arrival of the response, over loopback. The bot
// ignores the event type, so that the measurement does not include the store. inFlight is the number of concurrent
// pushes.
func BenchmarkLongConn(b *testing.B) {
	for _, size := range []int{2 << 10, 32 << 10} {
		for _, inFlight := range []int{1, 32} {
			name := fmt.Sprintf("bytes=%d/inFlight=%d", size, inFlight)
			b.Run(name, func(b *testing.B) { benchmarkLongConn(b, size, inFlight) })
		}
	}
}

func benchmarkLongConn(b *testing.B, size, inFlight int) {
	f := newFake(b)
	conns := make(chan *platformConn)
	over := make(chan struct{})
	f.serveLongConn(b, `{"PingInterval":3600}`, func(conn *platformConn) {
		select {
		case conns <- conn:
			<-over
		case <-over:
		}
	})
	r := newTestServer(b, func(c *ServerConfig) { c.Log = slog.New(slog.DiscardHandler) })
	stop, ended := r.runLongConn(f.client(b))
	defer func() {
		stop()
		close(over)
		<-ended
	}()
	conn := <-conns
	if _, _, err := conn.read(); err != nil { // the first ping
		b.Fatal(err)
	}
	const header = `{"schema":"2.0","header":{"event_id":"e1","event_type":"x.y_v1"}`
	event := header + `,"event":"` + strings.Repeat("x", size) + `"}`
	push := (&frame{
		service: 7,
		method:  frameData,
		headers: []frameHeader{{frameHeaderType, "event"}, {frameHeaderMessageID, "m-1"}, {frameHeaderSum, "1"}},
		payload: []byte(event),
	}).marshal()
	waiting := make(chan struct{}, inFlight)
	finished := make(chan error, 1)
	b.SetBytes(int64(len(push)))
	b.ReportAllocs()
	b.ResetTimer()
	go func(n int) {
		finished <- func() error {
			for range n {
				_, answer, err := conn.read()
				if err != nil {
					return err
				}
				if !bytes.Contains(answer, []byte(`"code":200`)) {
					return fmt.Errorf("answer %q", answer)
				}
				<-waiting
			}
			return nil
		}()
	}(b.N)
	for range b.N {
		select {
		case waiting <- struct{}{}:
		case err := <-finished:
			b.Fatal(err)
		}
		if err := conn.write(wireBinary, push); err != nil {
			b.Fatal(err)
		}
	}
	select {
	case err := <-finished:
		if err != nil {
			b.Fatal(err)
		}
	case <-time.After(time.Minute):
		b.Fatal("answers are missing")
	}
	b.StopTimer()
}
