package idcard

import (
	"context"
	"image"
	"image/color"

	"golang.org/x/sync/semaphore"
)

// decodeBudget limits the bytes of decoded pictures in the process, over all concurrent calls. Further calls wait. A
// photo of 50 MP takes 75 MB of it, one of 12 MP takes 18 MB. A progressive one takes more: 43 MB for 12 MP without
// subsampling, 71 MB for 20 MP. Inspecting one allocates 46 and 93 MB in all (BenchmarkInspectProgressive), and the
// process stays below 200 MB with fifty at once (bench/memory).
const decodeBudget = 128 << 20

// progressiveFrom is the memory from which decodeProgressive decodes a progressive JPEG. Below it Go's decoder does.
const progressiveFrom = 16 << 20

var decodeMemory = semaphore.NewWeighted(decodeBudget)

// reserveMemory waits for n bytes of the budget and returns the function that releases them.
func reserveMemory(n int64) func() {
	// Acquire cannot fail: this context never ends, and readHeader has refused pictures above the whole budget.
	_ = decodeMemory.Acquire(context.Background(), n)
	return func() { decodeMemory.Release(n) }
}

// memoryFor returns an upper bound of the bytes that decoding and converting take.
func memoryFor(raw []byte, format string, c image.Config) int64 {
	pixels := int64(c.Width) * int64(c.Height)
	switch format {
	case "jpeg":
		return jpegMemory(raw, pixels)
	case "webp":
		if c.ColorModel == color.YCbCrModel {
			return pixels * 2
		}
		return pixels * 9 // lossless WebP keeps two copies; lossy with alpha takes less
	}
	// Other formats are converted to planes of 1.5 bytes a pixel while the decoded picture exists.
	depth := int64(4)
	switch c.ColorModel {
	case color.GrayModel:
		depth = 1
	case color.Gray16Model:
		depth = 2
	case color.RGBA64Model, color.NRGBA64Model:
		depth = 8
	}
	if _, ok := c.ColorModel.(color.Palette); ok {
		depth = 1
	}
	if format == "tiff" {
		depth *= 2 // a strip may be the whole picture
	}
	if format == "png" && len(raw) > 28 && raw[28] != 0 {
		depth *= 2 // interlaced: the decoder keeps the passes as separate pictures
	}
	return pixels * (2*depth + 3) / 2
}

// jpegMemory computes the bound from the frame header. The subsampling gives the size of the planes. A progressive
// picture also keeps a coefficient of four bytes for each sample.
func jpegMemory(raw []byte, pixels int64) int64 {
	worst := pixels * 15
	for s := range jpegSegments(raw) {
		if s.marker < 0xc0 || s.marker > 0xc2 {
			continue
		}
		body := raw[s.start+4 : s.end]
		if len(body) < 6 || len(body) < 6+3*int(body[5]) {
			return worst
		}
		var samples, most int64
		for i := range int(body[5]) {
			n := int64(body[7+3*i]>>4) * int64(body[7+3*i]&15)
			samples, most = samples+n, max(most, n)
		}
		if most == 0 {
			return worst
		}
		bytes := pixels * samples / most
		if s.marker == 0xc2 {
			bytes *= 5
		}
		if body[5] == 4 || body[5] == 3 && samples == 3*most {
			bytes += 4 * pixels // CMYK, and RGB stored as JPEG, are converted
		}
		return bytes
	}
	return worst
}
