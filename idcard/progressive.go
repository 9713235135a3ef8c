package idcard

// Go's decoder keeps the coefficients of all components of a progressive JPEG at once, four bytes each: 183 MB for
// 12 MP without subsampling. decodeProgressive keeps those of one component at a time, two bytes each, and reads the
// scans once for each component: 43 MB. The scans of the other components are skipped without decoding; only their part
// of interleaved scans, which hold DC coefficients, is decoded and dropped. It takes what phones and browsers write:
// 8 bits, grey or YCbCr. (ITU-T T.81: F.2 sequential, G.1 and G.2 progressive, B.2 the segments.)

// component is one channel of the frame.
type component struct {
	id, h, v, quant byte
	w, ht           int // samples
	stride, rows    int // blocks, including those that fill up the last MCUs
}

// frame is what SOF2 says.
type frame struct {
	w, h       int
	hMax, vMax int
	mcusX      int
	mcusY      int
	components []component
}

// parseFrame reads the body of an SOF2 segment. ok is false for what decodeProgressive does not take.
func parseFrame(body []byte) (f frame, ok bool) {
	if len(body) < 6 || body[0] != 8 || len(body) < 6+3*int(body[5]) || body[5] != 1 && body[5] != 3 {
		return f, false
	}
	f.h, f.w = int(body[1])<<8|int(body[2]), int(body[3])<<8|int(body[4])
	for i := range int(body[5]) {
		b := body[6+3*i:]
		c := component{id: b[0], h: b[1] >> 4, v: b[1] & 15, quant: b[2]}
		if c.h == 0 || c.v == 0 || c.h > 4 || c.v > 4 || c.quant > 3 {
			return f, false
		}
		f.hMax, f.vMax = max(f.hMax, int(c.h)), max(f.vMax, int(c.v))
		f.components = append(f.components, c)
	}
	first := f.components[0]
	if f.w == 0 || f.h == 0 || int(first.h) != f.hMax || int(first.v) != f.vMax {
		return f, false
	}
	f.mcusX, f.mcusY = divideUp(f.w, 8*f.hMax), divideUp(f.h, 8*f.vMax)
	for i := range f.components {
		c := &f.components[i]
		c.w, c.ht = divideUp(f.w*int(c.h), f.hMax), divideUp(f.h*int(c.v), f.vMax)
		c.stride, c.rows = f.mcusX*int(c.h), f.mcusY*int(c.v)
	}
	return f, true
}

func divideUp(n, by int) int { return (n + by - 1) / by }

// halves reports whether the plane of component i is kept at half the size: colour without subsampling, which render
// would halve anyway.
func (f frame) halves(i int) bool {
	c := f.components[i]
	return i > 0 && int(c.h) == f.hMax && int(c.v) == f.vMax
}

// memory returns an upper bound of the bytes that decodeProgressive takes.
func (f frame) memory() (n int64) {
	var most int64
	for i, c := range f.components {
		samples := int64(c.stride) * int64(c.rows) * 64
		most = max(most, 2*samples)
		if f.halves(i) {
			samples /= 4
		}
		n += samples
	}
	return n + most
}

// progressiveFrame returns the frame of a progressive JPEG that decodeProgressive takes.
func progressiveFrame(raw []byte) (f frame, ok bool) {
	for s := range jpegSegments(raw) {
		body := raw[min(s.start+4, s.end):s.end]
		switch {
		case s.marker == 0xee && len(body) >= 12 && string(body[:5]) == "Adobe" && body[11] != 1:
			return f, false // RGB
		case s.marker == 0xc2:
			return parseFrame(body)
		case s.marker == markerSOS:
			return f, false
		}
	}
	return f, false
}

// decodeProgressive decodes a progressive JPEG of which progressiveFrame has read the frame.
func decodeProgressive(raw []byte, f frame) (pic *picture, err error) {
	defer refusePanic(&err, "jpeg")
	pic = &picture{w: f.w, h: f.h, grey: len(f.components) == 1}
	var coefficients []int16
	for i, c := range f.components {
		n := c.stride * c.rows * 64
		if cap(coefficients) < n {
			coefficients = make([]int16, n)
		}
		coefficients = coefficients[:n]
		clear(coefficients)
		d := scanDecoder{frame: f, wanted: i, coefficients: coefficients}
		if !d.decode(raw) {
			return nil, &PhotoError{PhotoTruncated, "jpeg"}
		}
		p := d.plane()
		switch i {
		case 0:
			pic.y = p
		case 1:
			pic.cb = p
		case 2:
			pic.cr = p
		}
	}
	return pic, nil
}

// plane turns the coefficients into samples, a row of blocks at a time.
func (d *scanDecoder) plane() plane {
	c := d.frame.components[d.wanted]
	strip := newPlane(c.stride*8, 8)
	half := d.frame.halves(d.wanted)
	w, h := c.w, c.ht
	if half {
		w, h = (w+1)/2, (h+1)/2
	}
	out := newPlane(w, h)
	for by := range divideUp(c.ht, 8) {
		for bx := range divideUp(c.w, 8) {
			at := (by*c.stride + bx) * 64
			inverseDCT(strip.pix[bx*8:], strip.stride, (*[64]int16)(d.coefficients[at:at+64]), &d.quant[c.quant])
		}
		rows := min(8, c.ht-8*by)
		if !half {
			for y := range rows {
				copy(out.row(8*by+y), strip.row(y))
			}
			continue
		}
		for y := 0; y < rows; y += 2 {
			averagePairs(out.row(4*by+y/2), strip.row(y), strip.row(min(y+1, rows-1)), c.w)
		}
	}
	return out
}

// averagePairs writes the means of 2×2 samples. The last column of an odd width stands for two.
func averagePairs(out, upper, lower []byte, w int) {
	for x := range out {
		l, r := 2*x, min(2*x+1, w-1)
		out[x] = byte((int(upper[l]) + int(upper[r]) + int(lower[l]) + int(lower[r]) + 2) / 4)
	}
}

// zigzag gives the natural position of each coefficient.
var zigzag = [64]byte{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// Constants of the inverse DCT (Loeffler, Ligtenberg, Moschytz) in units of 1/4096.
const (
	dctBits = 12
	c0298   = 1223
	c0390   = 1598
	c0541   = 2217
	c0765   = 3135
	c0899   = 3686
	c1175   = 4816
	c1501   = 6149
	c1847   = 7568
	c1961   = 8035
	c2053   = 8410
	c2562   = 10498
	c3072   = 12586
)

// inverseDCT writes the 8×8 samples of a block. b is in the order of the zigzag.
func inverseDCT(out []byte, stride int, b *[64]int16, quant *[64]int32) {
	var v [64]int32
	flat := true
	for i, c := range b {
		v[zigzag[i]] = int32(c) * quant[i]
		flat = flat && (i == 0 || c == 0)
	}
	if flat {
		sample := clampSample((v[0] + 1028) >> 3) // 128 in the middle, and rounding
		for y := range 8 {
			row := out[y*stride:][:8]
			for x := range row {
				row[x] = sample
			}
		}
		return
	}
	for x := range 8 {
		even, odd := butterflies(v[x], v[8+x], v[16+x], v[24+x], v[32+x], v[40+x], v[48+x], v[56+x])
		for y := range 4 {
			e := even[y] + 512
			v[8*y+x], v[8*(7-y)+x] = (e+odd[y])>>10, (e-odd[y])>>10
		}
	}
	const bias = 1<<16 + 128<<17
	for y := range 8 {
		r := v[8*y:][:8]
		even, odd := butterflies(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7])
		row := out[y*stride:][:8]
		for x := range 4 {
			e := even[x] + bias
			row[x], row[7-x] = clampSample((e+odd[x])>>17), clampSample((e-odd[x])>>17)
		}
	}
}

// butterflies is a one-dimensional inverse DCT without its last additions.
func butterflies(s0, s1, s2, s3, s4, s5, s6, s7 int32) (even, odd [4]int32) {
	p := (s2 + s6) * c0541
	t2, t3 := p-s6*c1847, p+s2*c0765
	t0, t1 := (s0+s4)<<dctBits, (s0-s4)<<dctBits
	even = [4]int32{t0 + t3, t1 + t2, t1 - t2, t0 - t3}

	p3, p4, p1, p2 := s7+s3, s5+s1, s7+s1, s5+s3
	p5 := (p3 + p4) * c1175
	p1, p2 = p5-p1*c0899, p5-p2*c2562
	p3, p4 = -p3*c1961, -p4*c0390
	odd = [4]int32{s1*c1501 + p1 + p4, s3*c3072 + p2 + p3, s5*c2053 + p2 + p4, s7*c0298 + p1 + p3}
	return even, odd
}

func clampSample(v int32) byte { return byte(max(0, min(255, v))) }
