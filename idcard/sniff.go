package idcard

import (
	"bytes"
	"strings"
)

// sniff determines the format by the first bytes. problem is set if the format is not accepted.
func sniff(b []byte) (format string, problem Problem) {
	at := func(offset int, magic string) bool {
		return len(b) >= offset+len(magic) && string(b[offset:offset+len(magic)]) == magic
	}
	switch {
	case at(0, "\xff\xd8\xff"):
		return "jpeg", ""
	case at(0, "\x89PNG\r\n\x1a\n"):
		return "png", ""
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return "gif", ""
	case at(0, "BM") && len(b) >= 26 && bytes.Equal(b[6:10], make([]byte, 4)):
		return "bmp", ""
	case at(0, "RIFF") && at(8, "WEBP"):
		if at(12, "VP8X") && len(b) > 20 && b[20]&0x02 != 0 {
			return "webp", PhotoUnsupportedFormat // animated
		}
		return "webp", ""
	case at(0, "II*\x00"), at(0, "MM\x00*"):
		return "tiff", ""
	case at(4, "ftyp"):
		return sniffBrand(b)
	case at(0, "%PDF-"):
		return "pdf", PhotoUnsupportedFormat
	case at(0, "8BPS"):
		return "psd", PhotoUnsupportedFormat
	case at(0, "\xff\x0a"), at(4, "JXL \r\n\x87\n"):
		return "jxl", PhotoUnsupportedFormat
	case at(4, "jP  \r\n\x87\n"):
		return "jp2", PhotoUnsupportedFormat
	case at(0, "<svg"), at(0, "<?xml") && bytes.Contains(b[:min(len(b), 1000)], []byte("<svg")):
		return "svg", PhotoUnsupportedFormat
	}
	return "", PhotoNotPicture
}

// sniffBrand reads the major and compatible brands of an ISO media file, the container of HEIF pictures and MP4 videos.
func sniffBrand(b []byte) (string, Problem) {
	end := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	if end < 16 || end > min(len(b), 256) {
		end = min(len(b), 64)
	}
	for i := 8; i+4 <= end; i += 4 {
		switch brand := string(b[i : i+4]); {
		case strings.HasPrefix(brand, "avi"): // avif, avis
			return "avif", PhotoHEIC
		case strings.HasPrefix(brand, "hei"), strings.HasPrefix(brand, "hev"), brand == "mif1", brand == "mif2",
			brand == "msf1":
			return "heic", PhotoHEIC
		case brand == "crx ":
			return "cr3", PhotoUnsupportedFormat
		}
	}
	return "", PhotoNotPicture
}
