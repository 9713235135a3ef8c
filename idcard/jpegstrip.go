package idcard

import (
	"bytes"
	"iter"
)

// segment is a marker segment of a JPEG file: raw[start:end]. It begins with the two bytes of the marker. An SOS
// segment includes the entropy-coded data up to the next marker.
type segment struct {
	marker     byte
	start, end int
}

// Markers of JPEG segments (ITU-T T.81, table B.1).
const (
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerCOM   = 0xfe
	markerAPP0  = 0xe0 // JFIF
	markerAPP1  = 0xe1 // EXIF, XMP
	markerAPP14 = 0xee // Adobe
	markerAPP15 = 0xef
)

// jpegSegments yields the segments after SOI, up to and including EOI. It stops before EOI if the structure is damaged.
func jpegSegments(raw []byte) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		for i := 2; i+2 <= len(raw) && raw[i] == 0xff; {
			s := segment{raw[i+1], i, i + 2}
			if s.marker == 0xff { // fill byte
				i++
				continue
			}
			if s.marker == markerEOI {
				yield(s)
				return
			}
			if s.marker == 0 || s.marker == 1 || s.marker >= 0xd0 && s.marker <= markerSOI || i+4 > len(raw) {
				return
			}
			n := int(raw[i+2])<<8 | int(raw[i+3])
			if s.end = i + 2 + n; n < 2 || s.end > len(raw) {
				return
			}
			if s.marker == markerSOS {
				s.end = endOfScan(raw, s.end)
			}
			if !yield(s) {
				return
			}
			i = s.end
		}
	}
}

// endOfScan returns the position of the marker that ends entropy-coded data. Stuffed zeros and restart markers are part
// of the data.
func endOfScan(raw []byte, i int) int {
	for i < len(raw) {
		n := bytes.IndexByte(raw[i:], 0xff)
		if n < 0 || i+n+1 >= len(raw) {
			return len(raw)
		}
		i += n
		if m := raw[i+1]; m != 0 && (m < 0xd0 || m > 0xd7) {
			return i
		}
		i += 2
	}
	return len(raw)
}

// completeJPEG adds the end marker to a JPEG that ends with the data of a scan, as messengers and phones cut it. If the
// scan is incomplete, decoding fails nevertheless. It returns raw itself if the marker is there, or if more is missing.
func completeJPEG(raw []byte) []byte {
	var last segment
	for s := range jpegSegments(raw) {
		last = s
	}
	if last.marker != markerSOS || last.end != len(raw) {
		return raw
	}
	data := raw
	if raw[len(raw)-1] == 0xff { // the first byte of the marker is there
		data = raw[:len(raw)-1]
	}
	out := make([]byte, 0, len(data)+2)
	return append(append(out, data...), 0xff, markerEOI)
}

// stripJPEG removes everything that is not needed to show the picture: EXIF, XMP, IPTC, colour profiles, thumbnails,
// comments, and the bytes after the picture (phones append videos and depth maps). It copies the picture data
// unchanged, and returns raw itself if there is nothing to remove. ok is false if the structure is damaged; the caller
// then has to encode the picture again.
func stripJPEG(raw []byte) (out []byte, ok bool) {
	out = make([]byte, 0, len(raw))
	out = append(out, 0xff, markerSOI)
	for s := range jpegSegments(raw) {
		body := raw[min(s.start+4, s.end):s.end]
		switch {
		case s.marker == markerAPP0:
			// JFIF determines the colour space. Only its thumbnail is removed.
			if bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14 {
				out = append(out, 0xff, 0xe0, 0, 16)
				out = append(out, body[:12]...)
				out = append(out, 0, 0)
			}
		case s.marker == markerAPP14:
			// Adobe's marker of 12 bytes determines the colour space as well.
			if bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12 {
				out = append(out, 0xff, 0xee, 0, 14)
				out = append(out, body[:12]...)
			}
		case s.marker >= markerAPP1 && s.marker <= markerAPP15, s.marker == markerCOM:
		case s.marker == markerEOI:
			out = append(out, 0xff, markerEOI)
			if bytes.Equal(out, raw) {
				return raw, true
			}
			return out, true
		default:
			out = append(out, raw[s.start:s.end]...)
		}
	}
	return nil, false
}
