package bot

import (
	"encoding/binary"
	"errors"
	"strconv"
)

// Kinds of frames of the long connection, and the headers that they carry. The format is that of the SDK's package ws
// (pbbp2.pb.go, const.go): one protobuf message per WebSocket message.
const (
	frameControl = 0 // ping, pong
	frameData    = 1 // event, card

	frameHeaderType      = "type"       // ping, pong, event, card
	frameHeaderMessageID = "message_id" // shared by the pieces of one payload
	frameHeaderSum       = "sum"        // number of pieces, 1 if whole
	frameHeaderSeq       = "seq"        // number of this piece, from 0
	frameHeaderBizRt     = "biz_rt"     // in answers: milliseconds that the handler took
)

// frame is one message of the long connection. What is not read here is kept, since an answer is the same frame with
// another payload: the platform finds its way back by it.
type frame struct {
	seqID, logID    uint64
	service, method int32
	headers         []frameHeader
	encoding, kind  string // payload_encoding and payload_type, empty in all frames seen
	payload         []byte
	logIDNew        string
}

type frameHeader struct{ key, value string }

func (f *frame) header(key string) string {
	for _, h := range f.headers {
		if h.key == key {
			return h.value
		}
	}
	return ""
}

func (f *frame) number(key string) int {
	n, _ := strconv.Atoi(f.header(key)) // absent and malformed are 0
	return n
}

// Field numbers of Frame and Header; the low three bits of a tag say how the value is written.
const (
	wireVarint, wireFixed64, wireBytes, wireFixed32 = 0, 1, 2, 5

	fieldSeqID, fieldLogID, fieldService, fieldMethod = 1, 2, 3, 4
	fieldHeaders, fieldEncoding, fieldKind            = 5, 6, 7
	fieldPayload, fieldLogIDNew                       = 8, 9
	fieldHeaderKey, fieldHeaderValue                  = 1, 2
)

// marshal writes what the SDK writes, byte for byte.
func (f *frame) marshal() []byte {
	b := make([]byte, 0, len(f.payload)+256)
	for _, n := range []struct {
		field int
		value uint64
	}{{fieldSeqID, f.seqID}, {fieldLogID, f.logID}, {fieldService, uint64(f.service)}, {fieldMethod, uint64(f.method)}} {
		b = binary.AppendUvarint(append(b, byte(n.field<<3|wireVarint)), n.value)
	}
	for _, h := range f.headers {
		var inner []byte
		inner = appendText(inner, fieldHeaderKey, h.key)
		inner = appendText(inner, fieldHeaderValue, h.value)
		b = appendText(b, fieldHeaders, inner)
	}
	b = appendText(b, fieldEncoding, f.encoding)
	b = appendText(b, fieldKind, f.kind)
	if f.payload != nil {
		b = appendText(b, fieldPayload, f.payload)
	}
	return appendText(b, fieldLogIDNew, f.logIDNew)
}

func appendText[T string | []byte](b []byte, field int, text T) []byte {
	b = binary.AppendUvarint(append(b, byte(field<<3|wireBytes)), uint64(len(text)))
	return append(b, text...)
}

var errFrame = errors.New("frame is not as documented")

// unmarshal reads a frame. Unknown fields are skipped; payload stays a part of b.
func (f *frame) unmarshal(b []byte) error {
	*f = frame{}
	return eachField(b, func(field int, n uint64, text []byte) error {
		switch field {
		case fieldSeqID:
			f.seqID = n
		case fieldLogID:
			f.logID = n
		case fieldService:
			f.service = int32(n)
		case fieldMethod:
			f.method = int32(n)
		case fieldHeaders:
			var h frameHeader
			err := eachField(text, func(field int, _ uint64, text []byte) error {
				switch field {
				case fieldHeaderKey:
					h.key = string(text)
				case fieldHeaderValue:
					h.value = string(text)
				}
				return nil
			})
			if err != nil {
				return err
			}
			f.headers = append(f.headers, h)
		case fieldEncoding:
			f.encoding = string(text)
		case fieldKind:
			f.kind = string(text)
		case fieldPayload:
			f.payload = text
		case fieldLogIDNew:
			f.logIDNew = string(text)
		}
		return nil
	})
}

// eachField walks over a protobuf message: n is the value of a number, text that of everything with a length.
func eachField(b []byte, do func(field int, n uint64, text []byte) error) error {
	for len(b) > 0 {
		tag, used := binary.Uvarint(b)
		if used <= 0 {
			return errFrame
		}
		b = b[used:]
		var n uint64
		var text []byte
		switch tag & 7 {
		case wireVarint:
			if n, used = binary.Uvarint(b); used <= 0 {
				return errFrame
			}
			b = b[used:]
		case wireBytes:
			size, used := binary.Uvarint(b)
			if used <= 0 || size > uint64(len(b)-used) {
				return errFrame
			}
			text, b = b[used:used+int(size)], b[used+int(size):]
		case wireFixed64, wireFixed32:
			size := 8
			if tag&7 == wireFixed32 {
				size = 4
			}
			if len(b) < size {
				return errFrame
			}
			b = b[size:]
		default:
			return errFrame
		}
		if err := do(int(tag>>3), n, text); err != nil {
			return err
		}
	}
	return nil
}
