package bot

import (
	"encoding/hex"
	"reflect"
	"testing"
)

// Vectors were written by the generated code of the SDK (ws/pbbp2.pb.go, v3.12.0).
var frameVectors = []struct {
	name string
	f    frame
	hex  string
}{
	{"event", frame{
		seqID:    300,
		logID:    1<<63 + 5,
		service:  33554678,
		method:   frameData,
		headers:  []frameHeader{{"type", "event"}, {"message_id", "m-1"}, {"sum", "1"}, {"seq", "0"}},
		payload:  []byte(`{"a":"实名"}`),
		logIDNew: "log",
	},
		"08ac02108580808080808080800118f681801020012a0d0a047479706512056576656e742a110a0a6d6573736167655f6964" +
			"12036d2d312a080a0373756d1201312a080a0373657112013032003a00420e7b2261223a22e5ae9ee5908d227d4a036c6f67"},
	{"ping", frame{service: 33554678, method: frameControl, headers: []frameHeader{{"type", "ping"}}},
		"0800100018f681801020002a0c0a0474797065120470696e6732003a004a00"},
}

func TestFrames(t *testing.T) {
	for _, v := range frameVectors {
		t.Run(v.name, func(t *testing.T) {
			if got := hex.EncodeToString(v.f.marshal()); got != v.hex {
				t.Errorf("got\n%s, want\n%s", got, v.hex)
			}
			raw, _ := hex.DecodeString(v.hex)
			var f frame
			if err := f.unmarshal(raw); err != nil || !reflect.DeepEqual(f, v.f) {
				t.Errorf("got %+v, %v; want %+v", f, err, v.f)
			}
			for cut := 1; cut < len(raw); cut++ { // an incomplete frame must not cause a panic
				_ = f.unmarshal(raw[:cut])
			}
		})
	}
	if (&frame{}).unmarshal([]byte{0x42, 0x05, 'x'}) == nil {
		t.Error("got no error for a missing payload, want one")
	}
	var f frame
	if err := f.unmarshal([]byte{0x50, 0x07, 0x5d, 1, 2, 3, 4, 0x20, 0x01}); err != nil || f.method != frameData {
		t.Errorf("got %+v, %v for unknown fields, want them skipped", f, err)
	}
}

func FuzzFrame(f *testing.F) {
	for _, v := range frameVectors {
		raw, _ := hex.DecodeString(v.hex)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var a, b frame
		if a.unmarshal(raw) != nil {
			return
		}
		if err := b.unmarshal(a.marshal()); err != nil {
			t.Fatalf("got %v for an encoded frame, want no error", err)
		}
	})
}
