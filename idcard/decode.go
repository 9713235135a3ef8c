package idcard

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// plane is one channel of a picture, with one byte a sample.
type plane struct {
	pix          []byte
	stride, w, h int
}

func newPlane(w, h int) plane { return plane{make([]byte, w*h), w, w, h} }

func (p plane) row(y int) []byte { return p.pix[y*p.stride : y*p.stride+p.w] }

// picture is a decoded picture: luma and, unless grey, two colour planes of any subsampling.
type picture struct {
	w, h      int
	y, cb, cr plane
	grey      bool
	converted bool // the file's own colours were not luma and chroma, or had transparency
}

// decode decodes a picture. Its error, also for a panic of the decoder, is a *PhotoError.
func decode(raw []byte, h header) (pic *picture, err error) {
	defer refusePanic(&err, h.format)
	if h.progressive != nil {
		return decodeProgressive(raw, *h.progressive)
	}
	img, err := codecs[h.format].decode(bytes.NewReader(raw))
	if err != nil {
		return nil, decodeError(err, h.format)
	}
	return toPicture(img), nil
}

// refusePanic recovers from a decoder's panic and sets a *PhotoError.
func refusePanic(err *error, format string) {
	if recover() != nil {
		*err = &PhotoError{PhotoNotPicture, format}
	}
}

// decodeError converts a decoder's error: PhotoUnsupportedFormat for a variant of the format, otherwise PhotoTruncated.
// Not every decoder distinguishes a truncated file from other damage.
func decodeError(err error, format string) error {
	var (
		inJPEG jpeg.UnsupportedError
		inPNG  png.UnsupportedError
		inTIFF tiff.UnsupportedError
	)
	if errors.As(err, &inJPEG) || errors.As(err, &inPNG) || errors.As(err, &inTIFF) || errors.Is(err, bmp.ErrUnsupported) {
		return &PhotoError{PhotoUnsupportedFormat, format}
	}
	return &PhotoError{PhotoTruncated, format}
}

// toPicture converts img, without a copy where possible. Transparent parts become white.
func toPicture(img image.Image) *picture {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	switch m := img.(type) {
	case *image.Gray:
		return &picture{
			w:    w,
			h:    h,
			grey: true,
			y:    plane{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, w, h},
		}
	case *image.YCbCr:
		return viewYCbCr(m)
	case *image.NYCbCrA:
		pic := viewYCbCr(&m.YCbCr)
		pic.converted = true
		blendOnWhite(pic, plane{m.A[m.AOffset(b.Min.X, b.Min.Y):], m.AStride, w, h})
		return pic
	}
	return convertPixels(img)
}

// viewYCbCr uses the planes of m without a copy.
func viewYCbCr(m *image.YCbCr) *picture {
	b := m.Rect
	w, h := b.Dx(), b.Dy()
	// The last sample in each direction tells the size of the colour planes.
	first, last := m.COffset(b.Min.X, b.Min.Y), m.COffset(b.Max.X-1, b.Min.Y)
	cw := last - first + 1
	ch := (m.COffset(b.Min.X, b.Max.Y-1)-first)/m.CStride + 1
	return &picture{
		w:  w,
		h:  h,
		y:  plane{m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, w, h},
		cb: plane{m.Cb[first:], m.CStride, cw, ch},
		cr: plane{m.Cr[first:], m.CStride, cw, ch},
	}
}

// blendOnWhite blends pic with a white background, in place.
func blendOnWhite(pic *picture, alpha plane) {
	blend := func(p plane, paper int) {
		for y := range p.h {
			a, row := alpha.row(y*alpha.h/p.h), p.row(y)
			for x := range row {
				v := int(a[x*alpha.w/p.w])
				row[x] = byte((int(row[x])*v + paper*(255-v)) / 255)
			}
		}
	}
	blend(pic.y, 255)
	blend(pic.cb, 128)
	blend(pic.cr, 128)
}

// convertPixels converts any other picture into 4:2:0 planes on a white background, two rows at a time.
func convertPixels(img image.Image) *picture {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	pic := &picture{
		w:         w,
		h:         h,
		converted: true,
		y:         newPlane(w, h),
		cb:        newPlane((w+1)/2, (h+1)/2),
		cr:        newPlane((w+1)/2, (h+1)/2),
	}
	at := pixelReader(img)
	cb, cr := make([]int, pic.cb.w), make([]int, pic.cb.w)
	for y := range h {
		row := pic.y.row(y)
		for x := range row {
			r, g, bl := at(b.Min.X+x, b.Min.Y+y)
			luma, u, v := color.RGBToYCbCr(r, g, bl)
			row[x] = luma
			cb[x/2] += int(u)
			cr[x/2] += int(v)
		}
		if y%2 == 0 && y != h-1 {
			continue
		}
		rows := 1 + y%2
		for x := range cb {
			n := rows * min(2, w-2*x)
			pic.cb.row(y / 2)[x], pic.cr.row(y / 2)[x] = byte((cb[x]+n/2)/n), byte((cr[x]+n/2)/n)
			cb[x], cr[x] = 0, 0
		}
	}
	return pic
}

// pixelReader returns a function for the colour of a pixel on a white background. The common types have fast versions.
func pixelReader(img image.Image) func(x, y int) (r, g, b uint8) {
	over := func(c, a uint8) uint8 { return uint8((int(c)*int(a) + 255*(255-int(a)) + 127) / 255) }
	switch m := img.(type) {
	case *image.RGBA:
		return func(x, y int) (uint8, uint8, uint8) {
			p := m.Pix[m.PixOffset(x, y):]
			paper := 255 - p[3] // premultiplied
			return addCapped(p[0], paper), addCapped(p[1], paper), addCapped(p[2], paper)
		}
	case *image.NRGBA:
		return func(x, y int) (uint8, uint8, uint8) {
			p := m.Pix[m.PixOffset(x, y):]
			return over(p[0], p[3]), over(p[1], p[3]), over(p[2], p[3])
		}
	case *image.Paletted:
		var table [256][3]uint8
		for i := range min(len(m.Palette), len(table)) {
			c := color.NRGBAModel.Convert(m.Palette[i]).(color.NRGBA)
			table[i] = [3]uint8{over(c.R, c.A), over(c.G, c.A), over(c.B, c.A)}
		}
		return func(x, y int) (uint8, uint8, uint8) {
			c := table[m.Pix[m.PixOffset(x, y)]]
			return c[0], c[1], c[2]
		}
	}
	return func(x, y int) (uint8, uint8, uint8) {
		c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
		paper := 255 - c.A
		return addCapped(c.R, paper), addCapped(c.G, paper), addCapped(c.B, paper)
	}
}

// addCapped adds the white of the background to a premultiplied colour. It limits the sum, because a damaged file can
// contain colours above their alpha.
func addCapped(c, paper uint8) uint8 { return uint8(min(int(c)+int(paper), 255)) }
