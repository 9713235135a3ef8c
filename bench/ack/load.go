package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one keep-alive connection. It writes prepared requests and reads only the necessary part of the answers, so
// that the load takes little of the cores that it shares with the server.
type conn struct {
	net.Conn
	in *bufio.Reader
}

func dial(addr string) (*conn, error) {
	c, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReaderSize(c, 4096)}, nil
}

// send returns after the whole answer. Any status but 200 is an error.
func (c *conn) send(p push) error {
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	if _, err := c.Write(p.raw); err != nil {
		return err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	var refused error
	if !bytes.HasPrefix(line, []byte("HTTP/1.1 200")) {
		refused = refusal(bytes.TrimSpace(line))
	}
	length := -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("Content-Length")) {
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
			if err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errors.New("answer without a length")
	}
	_, err = io.CopyN(io.Discard, c.in, int64(length))
	if err != nil {
		return err
	}
	return refused
}

// refusal is a complete answer with a status other than 200. The connection remains usable.
type refusal string

func (r refusal) Error() string { return "answer " + string(r) }

// broken is an error after which the connection is unusable.
func broken(err error) bool {
	var r refusal
	return err != nil && !errors.As(err, &r)
}

// outcome is the result of one load.
type outcome struct {
	took   []time.Duration // of each answered push, unordered
	acked  []string        // message ids that were answered with 200
	failed int
	first  error
	span   time.Duration
}

// worker is the outcome of one connection.
type worker struct{ outcome }

func (w *worker) note(p push, took time.Duration, err error) {
	if err != nil {
		w.failed++
		if w.first == nil {
			w.first = err
		}
		return
	}
	w.took = append(w.took, took)
	w.acked = append(w.acked, p.messageID)
}

func join(workers []worker, span time.Duration) outcome {
	out := outcome{span: span}
	for _, w := range workers {
		out.took = append(out.took, w.took...)
		out.acked = append(out.acked, w.acked...)
		out.failed += w.failed
		if out.first == nil {
			out.first = w.first
		}
	}
	return out
}

// closed sends over n connections, each sending its next push after the last answer, until the time is over or the
// pushes are used up. With again it repeats the pushes.
func closed(addr string, n int, span time.Duration, list []push, again bool) (outcome, error) {
	conns, err := dialAll(addr, n)
	if err != nil {
		return outcome{}, err
	}
	defer hangUp(conns)
	var next atomic.Int64
	workers := make([]worker, n)
	var wg sync.WaitGroup
	begin := time.Now()
	for i, c := range conns {
		wg.Go(func() {
			for time.Since(begin) < span {
				at := int(next.Add(1) - 1)
				if at >= len(list) {
					if !again {
						return
					}
					at %= len(list)
				}
				sent := time.Now()
				err := c.send(list[at])
				workers[i].note(list[at], time.Since(sent), err)
				if broken(err) {
					return
				}
			}
		})
	}
	wg.Wait()
	return join(workers, time.Since(begin)), nil
}

// openConns bounds the number of concurrent pushes in the open loop. Feishu does not wait for one answer before it
// sends the next push.
const openConns = 256

// open sends the list at a fixed rate, independent of the answers. The latency of a push counts from its scheduled
// time, so that a stall counts for every push that it delays.
func open(addr string, perSecond int, list []push) (outcome, error) {
	conns, err := dialAll(addr, openConns)
	if err != nil {
		return outcome{}, err
	}
	defer hangUp(conns)
	type due struct {
		push
		at time.Time
	}
	queue := make(chan due, len(list))
	workers := make([]worker, openConns)
	var wg sync.WaitGroup
	for i, c := range conns {
		wg.Go(func() {
			for d := range queue {
				err := c.send(d.push)
				workers[i].note(d.push, time.Since(d.at), err)
				if broken(err) {
					return
				}
			}
		})
	}
	step := time.Second / time.Duration(perSecond)
	begin := time.Now()
	for i, p := range list {
		at := begin.Add(time.Duration(i) * step)
		time.Sleep(time.Until(at)) // the schedule of the load, no synchronisation
		queue <- due{p, at}
	}
	close(queue)
	wg.Wait()
	return join(workers, time.Since(begin)), nil
}

func dialAll(addr string, n int) ([]*conn, error) {
	conns := make([]*conn, 0, n)
	for range n {
		c, err := dial(addr)
		if err != nil {
			hangUp(conns)
			return nil, err
		}
		conns = append(conns, c)
	}
	return conns, nil
}

func hangUp(conns []*conn) {
	for _, c := range conns {
		_ = c.Close() // everything has been read
	}
}
