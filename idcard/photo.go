package idcard

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
)

// Problem is the reason why a file is no usable photo. The values are stable.
type Problem string

// Problems of PhotoError.
const (
	PhotoEmpty      Problem = "empty"
	PhotoTooLarge   Problem = "too_large"   // more than MaxPhotoBytes
	PhotoNotPicture Problem = "not_picture" // no picture: text, video, archive, …
	PhotoHEIC       Problem = "heic"        // HEIC, HEIF or AVIF; it has to be sent as an image, not as a file
	// PhotoUnsupportedFormat is another picture format, a PDF, or a rare variant of a supported format.
	PhotoUnsupportedFormat Problem = "unsupported_format"
	PhotoTruncated         Problem = "truncated"       // incomplete or damaged
	PhotoTooSmall          Problem = "too_small"       // long side < 16 px or short side < 8 px
	PhotoTooManyPixels     Problem = "too_many_pixels" // > 50 MP, or more than decodeBudget when decoded
)

// PhotoError is the error of Inspect.
type PhotoError struct {
	Problem Problem
	Format  string // by the first bytes: "jpeg", "heic", "pdf", …; "" if unknown
}

func (e *PhotoError) Error() string { return "idcard: photo refused: " + string(e.Problem) }

const (
	// MaxPhotoBytes is the largest accepted file. Feishu's OCR requires "< 10 MB".
	MaxPhotoBytes = 10_000_000
	// MaxOutputBytes is the largest JPEG that Inspect returns.
	MaxOutputBytes = 9_000_000
	// MaxOutputSide is the longest side in pixels that Inspect returns.
	MaxOutputSide = 4096

	minLongSide  = 16
	minShortSide = 8
	maxPixels    = 50_000_000
)

// Change is something that Inspect did to a picture. The values are stable; they are part of the evidence.
type Change string

// Changes of a picture.
const (
	ChangeEndAdded        Change = "end_marker_added" // the picture data is unchanged
	ChangeMetadataRemoved Change = "metadata_removed" // the picture data is unchanged
	ChangeEncoded         Change = "re_encoded"       // encoded as a JPEG: another format, size or orientation was sent
	ChangeScaled          Change = "scaled_down"      // to MaxOutputSide
	ChangeUpright         Change = "turned_upright"   // as the metadata of the file say
)

// Photo is a photo for OCR and evidence: an upright JPEG without metadata (place, device, time) of at most
// MaxOutputBytes and MaxOutputSide. Printing, logging and marshalling it leave out the picture.
type Photo struct {
	JPEG           []byte
	Width, Height  int    // of JPEG, in pixels
	SHA256, MD5    string // of the file as received, lower-case hex
	OriginalFormat string // jpeg, png, bmp, gif, webp or tiff
	// Changes says how JPEG was made of the file as received, in this order. Empty: JPEG is the file, byte for byte.
	Changes []Change

	// Measures of the picture, scaled to at most 1024 px; see Warnings for the thresholds.
	Sharpness float64 // variance of the Laplacian after smoothing, in the sharpest parts; blurred below about 40
	Contrast  float64 // luma distance from the darkest to the brightest 2 %, 0..255
	Glare     float64 // share of pixels with luma ≥ 250, 0..1
	Dark      float64 // share of pixels with luma < 40, 0..1
	Colour    float64 // spread of the colour channels; a grey photocopy stays below about 2

	Look Look // what is seen of the card
}

// Inspect decides by its bytes alone whether raw is a usable photo, and normalises it. It accepts JPEG, PNG, BMP, GIF
// (first frame), WEBP and TIFF of at most MaxPhotoBytes. It never encodes an upright JPEG within the limits again: it
// removes the metadata segments, and returns raw itself if there are none. A JPEG that lacks nothing but its end marker
// gets one.
//
// Blur, glare and similar defects are measured and do not refuse a photo, because the OCR decides. A call holds one
// decoded picture at a time. All calls share decodeBudget, and a call waits for its part. The error is a *PhotoError.
func Inspect(raw []byte) (Photo, error) {
	return inspect(raw, limits{minLongSide, minShortSide})
}

// limits holds the smallest sides in pixels. It is a parameter because tests of the decoders use tiny pictures.
type limits struct{ long, short int }

func inspect(raw []byte, lim limits) (Photo, error) {
	h, err := readHeader(raw, lim)
	if err != nil {
		return Photo{}, err
	}
	defer reserveMemory(h.memory)()

	p := Photo{SHA256: hexOf(sha256.Sum256(raw)), MD5: hexOf(md5.Sum(raw)), OriginalFormat: h.format}
	if h.format == "jpeg" {
		complete := completeJPEG(raw)
		p.noteChange(len(complete) != len(raw), ChangeEndAdded)
		raw = complete
	}
	pic, err := decode(raw, h)
	if err != nil {
		return Photo{}, err
	}
	luma := p.measure(pic)
	p.Width, p.Height = outputSize(pic, h.orientation)
	p.Look = lookAt(luma, pic, h.orientation, p.Width, p.Height)
	if kept, ok := stripOnly(raw, h, pic); ok {
		p.noteChange(!bytes.Equal(kept, raw), ChangeMetadataRemoved)
		p.JPEG = kept
		return p, nil
	}
	p.noteChange(true, ChangeEncoded)
	p.noteChange(max(pic.w, pic.h) > MaxOutputSide, ChangeScaled)
	p.noteChange(h.orientation != 1, ChangeUpright)
	p.JPEG, p.Width, p.Height, err = render(pic, h.orientation)
	if err != nil {
		return Photo{}, &PhotoError{PhotoTooLarge, h.format}
	}
	return p, nil
}

// noteChange adds a change if it was made.
func (p *Photo) noteChange(made bool, c Change) {
	if made {
		p.Changes = append(p.Changes, c)
	}
}

func hexOf[T [md5.Size]byte | [sha256.Size]byte](sum T) string { return fmt.Sprintf("%x", sum) }

// stripOnly returns the JPEG without its metadata. The result is false if the picture has to be encoded again.
func stripOnly(raw []byte, h header, pic *picture) ([]byte, bool) {
	if h.format != "jpeg" || h.orientation != 1 || max(pic.w, pic.h) > MaxOutputSide || pic.converted {
		return nil, false
	}
	out, ok := stripJPEG(raw)
	return out, ok && len(out) <= MaxOutputBytes
}

// String returns format, size and length.
func (p Photo) String() string {
	return fmt.Sprintf("Photo(%s %dx%d %d bytes)", p.OriginalFormat, p.Width, p.Height, len(p.JPEG))
}

// GoString is String.
func (p Photo) GoString() string { return p.String() }

// Format is String for every verb.
func (p Photo) Format(f fmt.State, verb rune) { formatMasked(f, verb, p.String()) }

// LogValue returns format, size, length and measures.
func (p Photo) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("format", p.OriginalFormat),
		slog.Int("width", p.Width),
		slog.Int("height", p.Height),
		slog.Int("bytes", len(p.JPEG)),
		slog.Float64("sharpness", p.Sharpness),
		slog.Float64("glare", p.Glare),
		slog.Float64("dark", p.Dark),
	)
}

// MarshalJSON returns all fields but the picture.
func (p Photo) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"format":    p.OriginalFormat,
		"width":     p.Width,
		"height":    p.Height,
		"bytes":     len(p.JPEG),
		"sha256":    p.SHA256,
		"sharpness": p.Sharpness,
		"contrast":  p.Contrast,
		"glare":     p.Glare,
		"dark":      p.Dark,
		"colour":    p.Colour,
	})
}
