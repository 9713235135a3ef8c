package idcard

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"image/png"
	"slices"
	"testing"
)

// TestInspectSaysWhatItChanged: the evidence names the picture that was sent and how the stored one was made of it.
func TestInspectSaysWhatItChanged(t *testing.T) {
	plain := asJPEG(t, card(t, 600, 400), 90)
	exif := func(orientation uint16) []byte {
		return withSegments(plain, exifSegment(binary.LittleEndian, orientation))
	}
	var asPNG bytes.Buffer
	if err := png.Encode(&asPNG, card(t, 600, 400)); err != nil {
		t.Fatal(err)
	}
	wide := asJPEG(t, card(t, MaxOutputSide+60, 400), 60)
	for _, tt := range []struct {
		name string
		raw  []byte
		want []Change
	}{
		{"as sent", plain, nil},
		{"metadata", exif(1), []Change{ChangeMetadataRemoved}},
		{"no end marker", plain[:len(plain)-2], []Change{ChangeEndAdded}},
		{"metadata and no end marker", exif(1)[:len(exif(1))-2], []Change{ChangeEndAdded, ChangeMetadataRemoved}},
		{"on its side", exif(6), []Change{ChangeEncoded, ChangeUpright}},
		{"PNG", asPNG.Bytes(), []Change{ChangeEncoded}},
		{"large", wide, []Change{ChangeEncoded, ChangeScaled}},
		{"large and upside down", withSegments(wide, exifSegment(binary.LittleEndian, 3)),
			[]Change{ChangeEncoded, ChangeScaled, ChangeUpright}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustInspect(t, tt.raw)
			if !slices.Equal(p.Changes, tt.want) || bytes.Equal(p.JPEG, tt.raw) != (len(tt.want) == 0) {
				t.Errorf("got %v, want %v", p.Changes, tt.want)
			}
			if want := fmt.Sprintf("%x", md5.Sum(tt.raw)); p.MD5 != want {
				t.Errorf("got MD5 %s, want that of the file as received, %s", p.MD5, want)
			}
		})
	}
}
