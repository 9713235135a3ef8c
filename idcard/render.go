package idcard

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
)

// render scales pic down to MaxOutputSide, makes it upright and encodes it as a JPEG of at most MaxOutputBytes. It
// modifies pic.
func render(pic *picture, orientation int) (out []byte, w, h int, err error) {
	scaleDown(pic, MaxOutputSide)
	makeUpright(pic, orientation)
	for _, quality := range []int{90, 80, 65, 45, 25} {
		if out, err = encodeJPEG(pic, quality); err == nil {
			return out, pic.w, pic.h, nil
		}
	}
	return nil, 0, 0, err
}

// outputSize returns the size of the picture that Inspect makes of pic.
func outputSize(pic *picture, orientation int) (w, h int) {
	w, h = pic.w, pic.h
	if long := max(w, h); long > MaxOutputSide {
		w, h = max(1, w*MaxOutputSide/long), max(1, h*MaxOutputSide/long)
	}
	if orientation >= 5 {
		w, h = h, w
	}
	return w, h
}

// scaleDown scales pic to at most side pixels on the long side, and its colour planes to half of its size.
func scaleDown(pic *picture, side int) {
	if long := max(pic.w, pic.h); long > side {
		pic.w, pic.h = max(1, pic.w*side/long), max(1, pic.h*side/long)
	}
	pic.y = resample(pic.y, pic.w, pic.h)
	if !pic.grey {
		pic.cb = resample(pic.cb, (pic.w+1)/2, (pic.h+1)/2)
		pic.cr = resample(pic.cr, (pic.w+1)/2, (pic.h+1)/2)
	}
}

// resample scales a plane to w×h by exact area averaging, which causes neither ringing nor aliasing when scaling down.
// It returns src itself if the size does not change.
func resample(src plane, w, h int) plane {
	if src.w == w && src.h == h {
		return src
	}
	dst := newPlane(w, h)
	// Integer arithmetic: in units in which a source sample has the width w (height h) and a target sample the width
	// src.w (height src.h), every overlap is an integer.
	line := make([]uint32, w)
	sum := make([]uint64, w)
	area := uint64(src.w) * uint64(src.h)
	for y := range h {
		clear(sum)
		top, bottom := y*src.h, (y+1)*src.h
		for sy := top / h; sy*h < bottom; sy++ {
			weight := uint64(min((sy+1)*h, bottom) - max(sy*h, top))
			averageRow(line, src.row(sy))
			for x, v := range line {
				sum[x] += weight * uint64(v)
			}
		}
		row := dst.row(y)
		for x, v := range sum {
			row[x] = byte((v + area/2) / area)
		}
	}
	return dst
}

// averageRow adds up one row into len(line) sums with a weight of len(row) each.
func averageRow(line []uint32, row []byte) {
	w, sw := len(line), len(row)
	for x := range line {
		left, right := x*sw, (x+1)*sw
		first, last := left/w, (right-1)/w
		if first == last {
			line[x] = uint32(row[first]) * uint32(sw)
			continue
		}
		inner := uint32(0)
		for _, v := range row[first+1 : last] {
			inner += uint32(v)
		}
		line[x] = inner*uint32(w) + uint32(row[first])*uint32((first+1)*w-left) + uint32(row[last])*uint32(right-last*w)
	}
}

// makeUpright turns and mirrors a picture with the given EXIF orientation.
func makeUpright(pic *picture, orientation int) {
	if orientation == 1 {
		return
	}
	pic.y = makePlaneUpright(pic.y, orientation)
	if !pic.grey {
		pic.cb = makePlaneUpright(pic.cb, orientation)
		pic.cr = makePlaneUpright(pic.cr, orientation)
	}
	pic.w, pic.h = pic.y.w, pic.y.h
}

func makePlaneUpright(src plane, orientation int) plane {
	dst := newPlane(src.w, src.h)
	if orientation >= 5 {
		dst = newPlane(src.h, src.w)
	}
	right, bottom := src.w-1, src.h-1
	for y := range dst.h {
		row := dst.row(y)
		// The source of the row starts at (sx, sy) and moves by (dx, dy).
		var sx, sy, dx, dy int
		switch orientation {
		case 2: // mirrored
			sx, sy, dx = right, y, -1
		case 3: // upside down
			sx, sy, dx = right, bottom-y, -1
		case 4: // mirrored upside down
			sx, sy, dx = 0, bottom-y, 1
		case 5: // mirrored along the main diagonal
			sx, sy, dy = y, 0, 1
		case 6: // to be turned clockwise
			sx, sy, dy = y, bottom, -1
		case 7: // mirrored along the other diagonal
			sx, sy, dy = right-y, bottom, -1
		case 8: // to be turned counter-clockwise
			sx, sy, dy = right-y, 0, 1
		}
		at, step := sy*src.stride+sx, dy*src.stride+dx
		for x := range row {
			row[x] = src.pix[at]
			at += step
		}
	}
	return dst
}

var errTooLong = errors.New("idcard: output limit reached")

// limitedBuffer stops the encoder at MaxOutputBytes.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > MaxOutputBytes {
		return 0, errTooLong
	}
	return b.Buffer.Write(p)
}

// encodeJPEG returns the JPEG, or errTooLong.
func encodeJPEG(pic *picture, quality int) ([]byte, error) {
	var out limitedBuffer
	if err := jpeg.Encode(&out, pic.image(), &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// image returns the scaled picture, without a copy. Its colour planes have half of its size.
func (pic *picture) image() image.Image {
	bounds := image.Rect(0, 0, pic.w, pic.h)
	if pic.grey {
		return &image.Gray{Pix: pic.y.pix, Stride: pic.y.stride, Rect: bounds}
	}
	return &image.YCbCr{
		Y:              pic.y.pix,
		YStride:        pic.y.stride,
		Cb:             pic.cb.pix,
		Cr:             pic.cr.pix,
		CStride:        pic.cb.stride,
		SubsampleRatio: image.YCbCrSubsampleRatio420,
		Rect:           bounds,
	}
}
