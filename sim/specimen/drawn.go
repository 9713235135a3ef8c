package specimen

import (
	"bytes"
	"image"
	"image/color"
	_ "image/gif" // one of the formats of drawings
	"slices"
)

// Limits for a picture that a computer has drawn. Shares refer to the sampled points.
const (
	probes       = 400  // points along each side
	minFlat      = 0.94 // points whose neighbours have exactly the same colour
	minCommon    = 0.94 // points with one of the most common colours
	commonest    = 16
	maxColours   = 160 // colours at 5 bits per channel
	minColourful = 0.005
)

// Drawn reports whether a computer has certainly drawn a picture: a diagram, a simple screenshot, a plain colour. The
// playground uses it to refuse pictures of real cards, so anything that could be a photo or a scan is not Drawn: files
// in a format of cameras (JPEG, WEBP, HEIC), pictures with texture or many colours, black on white, and pale areas in
// the shape of a card. It also rejects many genuine drawings.
func Drawn(file []byte) bool {
	c, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil || !slices.Contains([]string{"png", "gif", "bmp"}, format) {
		return false
	}
	if c.Width < 8 || c.Height < 8 || c.Width > maxPixels/c.Height {
		return false
	}
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return false
	}
	b := img.Bounds()
	stepX, stepY := max(1, b.Dx()/probes), max(1, b.Dy()/probes)
	points, flat, colourful, pales := 0, 0, 0, 0
	exact, rough := map[color.NRGBA]int{}, map[[3]uint8]bool{}
	var pale image.Rectangle
	for y := b.Min.Y; y < b.Max.Y-1; y += stepY {
		for x := b.Min.X; x < b.Max.X-1; x += stepX {
			c := colourAt(img, x, y)
			points++
			if c == colourAt(img, x+1, y) && c == colourAt(img, x, y+1) {
				flat++
			}
			exact[c]++
			rough[[3]uint8{c.R >> 3, c.G >> 3, c.B >> 3}] = true
			span := max(c.R, c.G, c.B) - min(c.R, c.G, c.B)
			if span > 60 {
				colourful++
			}
			if span >= 10 && span <= 70 && max(c.R, c.G, c.B) > 165 { // the pale blue and beige of a card
				pales++
				pale = pale.Union(image.Rect(x, y, x+stepX, y+stepY))
			}
		}
	}
	share := func(n int) float64 { return float64(n) / float64(points) }
	if share(colourful) < minColourful && flat < points { // black on white may be a scan
		return false
	}
	return share(flat) >= minFlat && share(common(exact)) >= minCommon && len(rough) <= maxColours &&
		!cardShaped(pale, pales*stepX*stepY, b)
}

func colourAt(img image.Image, x, y int) color.NRGBA {
	return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
}

// common counts the points of the most common colours.
func common(exact map[color.NRGBA]int) int {
	counts := make([]int, 0, len(exact))
	for _, n := range exact {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	sum := 0
	for _, n := range counts[max(0, len(counts)-commonest):] {
		sum += n
	}
	return sum
}

// cardShaped reports whether pale pixels fill a rectangle with a card's proportions (85.6 : 54, in either orientation)
// that covers at least a twelfth of the picture.
func cardShaped(r image.Rectangle, pixels int, of image.Rectangle) bool {
	area := r.Dx() * r.Dy()
	if r.Empty() || area*12 < of.Dx()*of.Dy() {
		return false
	}
	ratio := float64(max(r.Dx(), r.Dy())) / float64(min(r.Dx(), r.Dy()))
	return float64(pixels) > 0.45*float64(area) && ratio > 1.4 && ratio < 1.8
}
