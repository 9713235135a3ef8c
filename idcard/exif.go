package idcard

import (
	"bytes"
	"encoding/binary"
)

// orientation returns the EXIF orientation of a file, 1 to 8; 1 (upright) if it has none.
func orientation(raw []byte, format string) int {
	switch format {
	case "tiff":
		return tiffOrientation(raw)
	case "jpeg":
		for s := range jpegSegments(raw) {
			body := raw[min(s.start+4, s.end):s.end]
			exif, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00"))
			if ok && s.marker == markerAPP1 {
				return tiffOrientation(exif)
			}
		}
	case "png":
		for b := raw[8:]; len(b) >= 12; {
			n := int64(binary.BigEndian.Uint32(b))
			if n+12 > int64(len(b)) {
				break
			}
			if string(b[4:8]) == "eXIf" {
				return tiffOrientation(b[8 : 8+n])
			}
			b = b[12+n:]
		}
	case "webp":
		for b := raw[12:]; len(b) >= 8; {
			n := int64(binary.LittleEndian.Uint32(b[4:]))
			if n+8 > int64(len(b)) {
				break
			}
			if string(b[:4]) == "EXIF" {
				return tiffOrientation(bytes.TrimPrefix(b[8:8+n], []byte("Exif\x00\x00")))
			}
			b = b[min(8+n+n&1, int64(len(b))):]
		}
	}
	return 1
}

// tiffOrientation reads tag 0x0112 of the first directory of a TIFF structure, which is the format of EXIF data. It
// returns 1 if the tag is missing or the structure is damaged.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	start := int64(order.Uint32(b[4:]))
	if start+2 > int64(len(b)) {
		return 1
	}
	b = b[start:]
	for i := range int(order.Uint16(b)) {
		e := 2 + 12*i
		if e+12 > len(b) {
			return 1
		}
		if order.Uint16(b[e:]) == 0x0112 && order.Uint16(b[e+2:]) == 3 {
			if o := int(order.Uint16(b[e+8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
	}
	return 1
}
