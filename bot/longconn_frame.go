package bot

import (
	"errors"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// Methods and headers of the frames of the long connection. The SDK's package ws defines the format (pbbp2.pb.go,
// const.go): each WebSocket message holds one protobuf message.
const (
	frameControl = 0 // ping, pong
	frameData    = 1 // event, card

	frameHeaderType      = "type"       // ping, pong, event, card
	frameHeaderMessageID = "message_id" // the same in all pieces of a payload
	frameHeaderSum       = "sum"        // number of pieces, 1 for a whole payload
	frameHeaderSeq       = "seq"        // number of this piece, from 0
	frameHeaderBizRt     = "biz_rt"     // in responses: milliseconds that the handler took
)

// frame is one message of the long connection. It keeps the fields that the bot does not use, because a response
// repeats the received frame with another payload; the platform assigns the response by these fields.
type frame struct {
	seqID, logID    uint64
	service, method int32
	headers         []frameHeader
	encoding, kind  string // payload_encoding and payload_type, empty in all observed frames
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
	n, _ := strconv.Atoi(f.header(key)) // 0 for an absent or malformed header
	return n
}

// Field numbers of Frame and Header (SDK: ws/pbbp2.pb.go).
const (
	fieldSeqID       protowire.Number = 1
	fieldLogID       protowire.Number = 2
	fieldService     protowire.Number = 3
	fieldMethod      protowire.Number = 4
	fieldHeaders     protowire.Number = 5
	fieldEncoding    protowire.Number = 6
	fieldKind        protowire.Number = 7
	fieldPayload     protowire.Number = 8
	fieldLogIDNew    protowire.Number = 9
	fieldHeaderKey   protowire.Number = 1
	fieldHeaderValue protowire.Number = 2
)

// marshal encodes a frame to the same bytes as the SDK. It writes zeros of the four numbers as well, because proto2
// requires these fields.
func (f *frame) marshal() []byte {
	b := make([]byte, 0, len(f.payload)+256)
	b = appendNumber(b, fieldSeqID, f.seqID)
	b = appendNumber(b, fieldLogID, f.logID)
	b = appendNumber(b, fieldService, uint64(f.service))
	b = appendNumber(b, fieldMethod, uint64(f.method))
	for _, h := range f.headers {
		inner := appendText(nil, fieldHeaderKey, h.key)
		inner = appendText(inner, fieldHeaderValue, h.value)
		b = appendText(b, fieldHeaders, string(inner))
	}
	b = appendText(b, fieldEncoding, f.encoding)
	b = appendText(b, fieldKind, f.kind)
	if f.payload != nil {
		b = protowire.AppendTag(b, fieldPayload, protowire.BytesType)
		b = protowire.AppendBytes(b, f.payload)
	}
	return appendText(b, fieldLogIDNew, f.logIDNew)
}

func appendNumber(b []byte, field protowire.Number, n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), n)
}

func appendText(b []byte, field protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), text)
}

var errFrame = errors.New("frame is not as documented")

// unmarshal decodes a frame and skips unknown fields. f.payload shares the memory of b.
func (f *frame) unmarshal(b []byte) error {
	*f = frame{}
	return eachField(b, func(field protowire.Number, n uint64, text []byte) error {
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
			h, err := unmarshalHeader(text)
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

func unmarshalHeader(b []byte) (h frameHeader, err error) {
	err = eachField(b, func(field protowire.Number, _ uint64, text []byte) error {
		switch field {
		case fieldHeaderKey:
			h.key = string(text)
		case fieldHeaderValue:
			h.value = string(text)
		}
		return nil
	})
	return h, err
}

// eachField calls do for each varint (n) and each byte string (text) of a protobuf message. It skips other wire types,
// which Frame and Header do not use. It replaces errors of protowire by errFrame, whose text is fixed.
func eachField(b []byte, do func(field protowire.Number, n uint64, text []byte) error) error {
	for len(b) > 0 {
		field, kind, used := protowire.ConsumeTag(b)
		if used < 0 {
			return errFrame
		}
		b = b[used:]
		var n uint64
		var text []byte
		switch kind {
		case protowire.VarintType:
			n, used = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			text, used = protowire.ConsumeBytes(b)
		default:
			used = protowire.ConsumeFieldValue(field, kind, b)
			field = 0 // do ignores 0, because field numbers begin at 1
		}
		if used < 0 {
			return errFrame
		}
		b = b[used:]
		if err := do(field, n, text); err != nil {
			return err
		}
	}
	return nil
}
