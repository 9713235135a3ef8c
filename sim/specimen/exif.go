package specimen

import (
	"bytes"
	"encoding/binary"
	"image"
)

// stored returns the pixels as a camera stores them with an EXIF orientation. A viewer that applies the tag shows img.
func stored(img *image.RGBA, orientation int) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	sw, sh := w, h
	if orientation >= 5 {
		sw, sh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, sw, sh))
	for y := range h {
		for x := range w {
			sx, sy := storedAt(orientation, x, y, w, h)
			copy(out.Pix[out.PixOffset(sx, sy):], img.Pix[img.PixOffset(x, y):][:4])
		}
	}
	return out
}

// storedAt returns the stored position of pixel (x, y) of the upright picture of size w × h (EXIF 2.32, tag 0x0112).
func storedAt(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2: // mirrored left to right
		return w - 1 - x, y
	case 3: // rotated by 180°
		return w - 1 - x, h - 1 - y
	case 4: // mirrored top to bottom
		return x, h - 1 - y
	case 5: // rows and columns exchanged
		return y, x
	case 6: // viewers rotate it right by 90°
		return y, w - 1 - x
	case 7: // exchanged and rotated by 180°
		return h - 1 - y, w - 1 - x
	case 8: // viewers rotate it left by 90°
		return h - 1 - y, x
	}
	return x, y
}

// withOrientation inserts an EXIF segment with only the orientation after the start of a JPEG.
func withOrientation(jpeg []byte, orientation int) []byte {
	var tiff bytes.Buffer
	tiff.WriteString("MM\x00*")
	for _, v := range []any{
		uint32(8),            // offset of the directory
		uint16(1),            // one entry
		uint16(0x0112),       // Orientation
		uint16(3), uint32(1), // one SHORT
		uint16(orientation), uint16(0),
		uint32(0), // no further directory
	} {
		_ = binary.Write(&tiff, binary.BigEndian, v) // a buffer accepts everything
	}
	out := append([]byte(nil), jpeg[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(2+6+tiff.Len()))
	out = append(out, "Exif\x00\x00"...)
	out = append(out, tiff.Bytes()...)
	return append(out, jpeg[2:]...)
}
