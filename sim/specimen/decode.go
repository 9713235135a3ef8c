package specimen

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/bmp"
)

// maxPixels limits the decoded size, because a small file may describe a huge picture.
const maxPixels = 60_000_000

// lum is the brightness of a picture, row by row.
type lum struct {
	pix  []byte
	w, h int
}

// decode reads a file into brightness. It chooses the format by the first bytes and ignores formats that other packages
// have registered.
func decode(file []byte) (lum, error) {
	if len(file) >= MaxFile {
		return lum{}, ErrBadFile
	}
	config, full := jpeg.DecodeConfig, jpeg.Decode
	switch {
	case bytes.HasPrefix(file, []byte("\xFF\xD8\xFF")):
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		config, full = png.DecodeConfig, png.Decode
	case bytes.HasPrefix(file, []byte("BM")):
		config, full = bmp.DecodeConfig, bmp.Decode
	default:
		return lum{}, ErrBadFile
	}
	c, err := config(bytes.NewReader(file))
	if err != nil || c.Width <= 0 || c.Height <= 0 || c.Width > maxPixels/c.Height {
		return lum{}, ErrBadFile
	}
	img, err := full(bytes.NewReader(file))
	if err != nil {
		return lum{}, ErrBadFile
	}
	return brightness(img), nil
}

func brightness(img image.Image) lum {
	b := img.Bounds()
	out := lum{pix: make([]byte, b.Dx()*b.Dy()), w: b.Dx(), h: b.Dy()}
	for y := range out.h {
		row := out.pix[y*out.w : (y+1)*out.w]
		switch m := img.(type) {
		case *image.YCbCr:
			copy(row, m.Y[m.YOffset(b.Min.X, b.Min.Y+y):])
		case *image.Gray:
			copy(row, m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):])
		default:
			for x := range row {
				row[x] = color.GrayModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y
			}
		}
	}
	return out
}

// shrink averages n × n pixels into one.
func (g lum) shrink(n int) lum {
	out := lum{w: g.w / n, h: g.h / n}
	out.pix = make([]byte, out.w*out.h)
	sums := make([]uint32, out.w)
	for y := range out.h {
		clear(sums)
		for dy := range n {
			row := g.pix[(y*n+dy)*g.w:]
			for x := range sums {
				for _, v := range row[x*n : x*n+n] {
					sums[x] += uint32(v)
				}
			}
		}
		for x, s := range sums {
			out.pix[y*out.w+x] = byte(s / uint32(n*n))
		}
	}
	return out
}

// double doubles the picture in both directions and interpolates.
func (g lum) double() lum {
	out := lum{w: 2 * g.w, h: 2 * g.h}
	out.pix = make([]byte, out.w*out.h)
	for y := range out.h {
		y0, y1 := y/2, min(g.h-1, (y+1)/2)
		for x := range out.w {
			x0, x1 := x/2, min(g.w-1, (x+1)/2)
			s := int(g.pix[y0*g.w+x0]) + int(g.pix[y0*g.w+x1]) + int(g.pix[y1*g.w+x0]) + int(g.pix[y1*g.w+x1])
			out.pix[y*out.w+x] = byte(s / 4)
		}
	}
	return out
}

// crop returns the part of the picture between two corners.
func (g lum) crop(x0, y0, x1, y1 int) lum {
	out := lum{w: x1 - x0, h: y1 - y0}
	out.pix = make([]byte, 0, out.w*out.h)
	for y := y0; y < y1; y++ {
		out.pix = append(out.pix, g.pix[y*g.w+x0:y*g.w+x1]...)
	}
	return out
}
