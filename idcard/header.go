package idcard

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// codec decodes one format.
type codec struct {
	decode func(io.Reader) (image.Image, error)
	config func(io.Reader) (image.Config, error)
}

var codecs = map[string]codec{
	"jpeg": {jpeg.Decode, jpeg.DecodeConfig},
	"png":  {png.Decode, png.DecodeConfig},
	"gif":  {gif.Decode, gif.DecodeConfig}, // Decode stops after the first frame
	"bmp":  {bmp.Decode, bmp.DecodeConfig},
	"webp": {webp.Decode, webp.DecodeConfig},
	"tiff": {tiff.Decode, tiff.DecodeConfig},
}

// header holds the properties of a file that are known before it is decoded.
type header struct {
	format      string
	orientation int    // EXIF, 1..8; 1 is upright
	memory      int64  // upper bound of the bytes that decoding takes
	progressive *frame // set if decodeProgressive has to decode the file
}

// readHeader checks a file as far as possible without decoding it. The error is a *PhotoError.
func readHeader(raw []byte, lim limits) (h header, err error) {
	if len(raw) == 0 {
		return h, &PhotoError{Problem: PhotoEmpty}
	}
	format, problem := sniff(raw)
	switch {
	case problem != "":
		return h, &PhotoError{problem, format}
	case len(raw) > MaxPhotoBytes:
		return h, &PhotoError{PhotoTooLarge, format}
	}
	defer refusePanic(&err, format)
	config, err := codecs[format].config(bytes.NewReader(raw))
	if err != nil {
		return h, decodeError(err, format)
	}
	w, ht := config.Width, config.Height
	switch {
	case w <= 0 || ht <= 0 || max(w, ht) < lim.long || min(w, ht) < lim.short:
		return h, &PhotoError{PhotoTooSmall, format}
	case int64(w)*int64(ht) > maxPixels:
		return h, &PhotoError{PhotoTooManyPixels, format}
	}
	h = header{
		format:      format,
		orientation: orientation(raw, format),
		memory:      memoryFor(raw, format, config),
	}
	if f, ok := progressiveFrame(raw); format == "jpeg" && ok && h.memory > progressiveFrom {
		h.memory, h.progressive = f.memory(), &f
	}
	if h.memory > decodeBudget {
		return h, &PhotoError{PhotoTooManyPixels, format}
	}
	return h, nil
}
