package feishu

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
)

// pbFrame is Frame of the SDK's ws/pbbp2.pb.go (proto2): SeqID=1, LogID=2, service=3, method=4 as varints, headers=5 as
// messages of key=1 and value=2, payload_encoding=6, payload_type=7, payload=8, LogIDNew=9. service and method are
// small and positive.
type pbFrame struct {
	seqID, logID, service, method uint64
	headers                       [][2]string
	payload                       []byte
	logIDNew                      string
}

func (f pbFrame) header(key string) string {
	for _, h := range f.headers {
		if h[0] == key {
			return h[1]
		}
	}
	return ""
}

func pbNumber(out []byte, n uint64) []byte {
	for n > 0x7f {
		out = append(out, byte(n)|0x80)
		n >>= 7
	}
	return append(out, byte(n))
}

func pbText(out []byte, tag byte, text string) []byte {
	return append(pbNumber(append(out, tag), uint64(len(text))), text...)
}

func (f pbFrame) bytes() []byte {
	out := pbNumber([]byte{0x08}, f.seqID)
	out = pbNumber(append(out, 0x10), f.logID)
	out = pbNumber(append(out, 0x18), f.service)
	out = pbNumber(append(out, 0x20), f.method)
	for _, h := range f.headers {
		out = pbText(out, 0x2a, string(pbText(pbText(nil, 0x0a, h[0]), 0x12, h[1])))
	}
	out = pbText(out, 0x32, "")
	out = pbText(out, 0x3a, "")
	if f.payload != nil {
		out = pbText(out, 0x42, string(f.payload))
	}
	return pbText(out, 0x4a, f.logIDNew)
}

var errPB = errors.New("feishu sim: not a frame of the long connection")

// pbReader reads the fields of a message; it refuses unknown ones.
type pbReader struct{ rest []byte }

func (r *pbReader) number() (uint64, error) {
	var n uint64
	for shift := 0; shift < 64; shift += 7 {
		if len(r.rest) == 0 {
			return 0, errPB
		}
		b := r.rest[0]
		r.rest = r.rest[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n, nil
		}
	}
	return 0, errPB
}

func (r *pbReader) text() (string, error) {
	n, err := r.number()
	if err != nil || n > uint64(len(r.rest)) {
		return "", errPB
	}
	text := string(r.rest[:n])
	r.rest = r.rest[n:]
	return text, nil
}

// parsePB reads a frame. proto2 requires the four numbers, so parsePB refuses a frame without one of them, like the
// SDK.
func parsePB(message []byte) (pbFrame, error) {
	var f pbFrame
	seen := map[uint64]bool{}
	for r := (&pbReader{message}); len(r.rest) > 0; {
		tag, err := r.number()
		if err != nil {
			return f, err
		}
		seen[tag] = true
		var text string
		switch tag {
		case 0x08:
			f.seqID, err = r.number()
		case 0x10:
			f.logID, err = r.number()
		case 0x18:
			f.service, err = r.number()
		case 0x20:
			f.method, err = r.number()
		case 0x2a:
			if text, err = r.text(); err == nil {
				var h [2]string
				if h, err = parsePBHeader(text); err == nil {
					f.headers = append(f.headers, h)
				}
			}
		case 0x42:
			text, err = r.text()
			f.payload = []byte(text)
		case 0x4a:
			f.logIDNew, err = r.text()
		case 0x32, 0x3a:
			_, err = r.text()
		default:
			err = errPB
		}
		if err != nil {
			return f, err
		}
	}
	if !seen[0x08] || !seen[0x10] || !seen[0x18] || !seen[0x20] || f.service > math.MaxInt32 {
		return f, errPB
	}
	return f, nil
}

func parsePBHeader(text string) (h [2]string, err error) {
	r := &pbReader{[]byte(text)}
	for i, tag := range []byte{0x0a, 0x12} {
		if len(r.rest) == 0 || r.rest[0] != tag {
			return h, errPB
		}
		r.rest = r.rest[1:]
		if h[i], err = r.text(); err != nil {
			return h, err
		}
	}
	return h, nil
}

// upgrade checks the opening handshake of RFC 6455, section 4.2, and hijacks the connection. The caller sends accept,
// the answer. If upgrade returns false, it has answered.
func upgrade(w http.ResponseWriter, r *http.Request) (conn net.Conn, in *bufio.Reader, accept string, ok bool) {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	if err != nil || len(key) != 16 || r.Header.Get("Sec-WebSocket-Version") != "13" ||
		!strings.EqualFold(r.Header.Get("Upgrade"), "websocket") ||
		!strings.EqualFold(r.Header.Get("Connection"), "upgrade") {
		http.Error(w, "not a websocket handshake", http.StatusBadRequest)
		return nil, nil, "", false
	}
	taken, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "no websocket here", http.StatusInternalServerError)
		return nil, nil, "", false
	}
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return taken, rw.Reader, "HTTP/1.1 101 Switching Protocols\r\n" +
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n", true
}

var errSocketRule = errors.New("feishu sim: the client breaks RFC 6455")

// maxSocketFrame limits a frame of the client: answers with a card have 30 KB.
const maxSocketFrame = 1 << 20

// readSocket returns the next binary message, which must be masked and unfragmented. It answers pings and returns
// io.EOF after a close.
func readSocket(in *bufio.Reader, reply func(op byte, payload []byte) error) ([]byte, error) {
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(in, head); err != nil {
			return nil, err
		}
		size := int(head[1] & 0x7f)
		if head[0]&0xf0 != 0x80 || head[1]&0x80 == 0 {
			return nil, errSocketRule
		}
		more := map[int]int{126: 2, 127: 8}[size]
		tail := make([]byte, more+4) // length and mask
		if _, err := io.ReadFull(in, tail); err != nil {
			return nil, err
		}
		if more > 0 {
			size = 0
			for _, b := range tail[:more] {
				if size = size<<8 | int(b); size > maxSocketFrame {
					return nil, errSocketRule
				}
			}
		}
		payload := make([]byte, size)
		if _, err := io.ReadFull(in, payload); err != nil {
			return nil, err
		}
		for i := range payload {
			payload[i] ^= tail[more+i%4]
		}
		switch head[0] & 0x0f {
		case 0x2:
			return payload, nil
		case 0x8:
			_ = reply(0x8, payload) // the connection ends in any case
			return nil, io.EOF
		case 0x9:
			if err := reply(0xA, payload); err != nil {
				return nil, err
			}
		case 0xA:
		default:
			return nil, errSocketRule
		}
	}
}

// writeSocket sends one unfragmented, unmasked message.
func writeSocket(w io.Writer, op byte, payload []byte) error {
	head := []byte{0x80 | op}
	switch n := len(payload); {
	case n < 126:
		head = append(head, byte(n))
	case n < 1<<16:
		head = append(head, 126, byte(n>>8), byte(n))
	default:
		head = append(head, 127)
		for shift := 56; shift >= 0; shift -= 8 {
			head = append(head, byte(n>>shift))
		}
	}
	_, err := w.Write(append(head, payload...))
	return err
}
