package specimen

import (
	"image"
	"image/color"
	"math"
)

// Progressive encodes a picture as a progressive JPEG (ITU-T T.81, G.1), as browsers, chat apps and editors write it:
// DC and AC in several scans, with successive approximation. half halves the colour planes (4:2:0); otherwise they have
// the full size (4:4:4). Go has no such encoder. The Huffman codes have a fixed length, so that files are larger than
// those of other encoders.
func Progressive(img image.Image, half bool) []byte {
	b := img.Bounds()
	e := &progressive{out: []byte{0xff, 0xd8}}
	e.planes(img, half)
	quant := [64]byte{8}
	for i := 1; i < 64; i++ {
		quant[i] = byte(8 + i/2)
	}
	e.segment(0xdb, append([]byte{0}, quant[:]...))
	frame := []byte{8, byte(b.Dy() >> 8), byte(b.Dy()), byte(b.Dx() >> 8), byte(b.Dx()), 3}
	for i, p := range e.parts {
		frame = append(frame, byte(i+1), byte(p.sampling<<4|p.sampling), 0)
	}
	e.segment(0xc2, frame)
	e.huffmanTables()
	for i := range e.parts {
		e.parts[i].transform(&quant)
	}
	e.dcScan(0, 1)
	for i := range e.parts {
		e.acScan(i, 1, 5, 0, 2)
		e.acScan(i, 6, 63, 0, 2)
		e.acScan(i, 1, 63, 2, 1)
	}
	e.dcScan(1, 0)
	for i := range e.parts {
		e.acScan(i, 1, 63, 1, 0)
	}
	return append(e.out, 0xff, 0xd9)
}

type progressive struct {
	out          []byte
	parts        [3]component
	mcusX, mcusY int
	acc          uint32
	bits         int
}

// component is one channel: its samples, and its coefficients in blocks of 64 in the order of the zigzag.
type component struct {
	w, h, stride int // samples; stride and the rows fill up the last blocks
	sampling     int
	samples      []byte
	blocksX      int
	blocks       [][64]int16
}

// planes converts the picture to luma and colour.
func (e *progressive) planes(img image.Image, half bool) {
	b := img.Bounds()
	e.parts = [3]component{{sampling: 1}, {sampling: 1}, {sampling: 1}}
	if half {
		e.parts[0].sampling = 2
	}
	most := e.parts[0].sampling
	e.mcusX, e.mcusY = (b.Dx()+8*most-1)/(8*most), (b.Dy()+8*most-1)/(8*most)
	for i := range e.parts {
		p := &e.parts[i]
		p.w, p.h = (b.Dx()*p.sampling+most-1)/most, (b.Dy()*p.sampling+most-1)/most
		p.blocksX = e.mcusX * p.sampling
		p.stride = 8 * p.blocksX
		p.samples = make([]byte, p.stride*8*e.mcusY*p.sampling)
		p.blocks = make([][64]int16, p.blocksX*e.mcusY*p.sampling)
	}
	luma := &e.parts[0]
	for y := range len(luma.samples) / luma.stride {
		for x := range luma.stride {
			c := color.RGBAModel.Convert(img.At(b.Min.X+min(x, b.Dx()-1), b.Min.Y+min(y, b.Dy()-1))).(color.RGBA)
			v, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
			luma.samples[y*luma.stride+x] = v
			if x%most == 0 && y%most == 0 {
				at := y/most*e.parts[1].stride + x/most
				e.parts[1].samples[at], e.parts[2].samples[at] = cb, cr
			}
		}
	}
}

// zigzag gives the natural position of each coefficient.
var zigzag = func() (z [64]int) {
	x, y, up := 0, 0, true
	for i := range z {
		z[i] = 8*y + x
		switch {
		case up && x == 7, !up && y != 7 && x == 0:
			y, up = y+1, !up
		case !up && y == 7, up && y == 0:
			x, up = x+1, !up
		case up:
			x, y = x+1, y-1
		default:
			x, y = x-1, y+1
		}
	}
	return z
}()

var cosines = func() (c [8][8]float32) {
	for u := range 8 {
		scale := 0.5
		if u == 0 {
			scale = math.Sqrt(0.125)
		}
		for x := range 8 {
			c[u][x] = float32(scale * math.Cos(float64(2*x+1)*float64(u)*math.Pi/16))
		}
	}
	return c
}()

// transform computes the coefficients of all blocks.
func (p *component) transform(quant *[64]byte) {
	for n := range p.blocks {
		first := n/p.blocksX*8*p.stride + n%p.blocksX*8
		var in, rows, out [64]float32
		for i := range in {
			in[i] = float32(p.samples[first+i/8*p.stride+i%8]) - 128
		}
		for y := range 8 {
			for u := range 8 {
				for x := range 8 {
					rows[8*y+u] += in[8*y+x] * cosines[u][x]
				}
			}
		}
		for v := range 8 {
			for y := range 8 {
				for u := range 8 {
					out[8*v+u] += rows[8*y+u] * cosines[v][y]
				}
			}
		}
		for k := range 64 {
			p.blocks[n][k] = int16(math.Round(float64(out[zigzag[k]]) / float64(quant[k])))
		}
	}
}

func (e *progressive) segment(marker byte, body []byte) {
	e.out = append(e.out, 0xff, marker, byte((len(body)+2)>>8), byte(len(body)+2))
	e.out = append(e.out, body...)
}

// maxSize is the largest size of a coefficient in bits.
const maxSize = 11

// huffmanTables writes a DC table with codes of 4 bits and an AC table with codes of 8 bits, in which the code of the
// symbol RUN/SIZE is RUN*maxSize+SIZE.
func (e *progressive) huffmanTables() {
	dc := append([]byte{0x00, 0, 0, 0, 12}, make([]byte, 12)...)
	for size := range 12 {
		dc = append(dc, byte(size))
	}
	e.segment(0xc4, dc)
	ac := append([]byte{0x10, 0, 0, 0, 0, 0, 0, 0, 16 * maxSize}, make([]byte, 8)...)
	for run := range 16 {
		for size := range maxSize {
			ac = append(ac, byte(run<<4|size))
		}
	}
	e.segment(0xc4, ac)
}

func (e *progressive) put(value, n int) {
	for n--; n >= 0; n-- {
		e.acc, e.bits = e.acc<<1|uint32(value>>n&1), e.bits+1
		if e.bits == 8 {
			if e.out = append(e.out, byte(e.acc)); byte(e.acc) == 0xff {
				e.out = append(e.out, 0)
			}
			e.acc, e.bits = 0, 0
		}
	}
}

func (e *progressive) symbol(run, size int) { e.put(run*maxSize+size, 8) }

// flush fills up the last byte with ones.
func (e *progressive) flush() {
	for e.bits > 0 {
		e.put(1, 1)
	}
}

// size returns the number of bits of v, and the bits that stand for it (F.1.2.1).
func size(v int) (n, bits int) {
	for a := max(v, -v); a > 0; a >>= 1 {
		n++
	}
	if v < 0 {
		return n, v + 1<<n - 1
	}
	return n, v
}

// dcScan writes the DC coefficients of all components without their low bits, or one more bit.
func (e *progressive) dcScan(high, low int) {
	e.segment(0xda, []byte{3, 1, 0, 2, 0, 3, 0, 0, 0, byte(high<<4 | low)})
	var before [3]int
	for n := range e.mcusX * e.mcusY {
		for i := range e.parts {
			p := &e.parts[i]
			for block := range p.sampling * p.sampling {
				x, y := n%e.mcusX*p.sampling+block%p.sampling, n/e.mcusX*p.sampling+block/p.sampling
				v := int(p.blocks[y*p.blocksX+x][0]) >> low
				if high > 0 {
					e.put(v, 1)
					continue
				}
				bits, value := size(v - before[i])
				e.put(bits, 4)
				e.put(value, bits)
				before[i] = v
			}
		}
	}
	e.flush()
}

// acScan writes a band of one component without its low bits, or one more bit. The bits that refine coefficients are
// kept until the symbol that they follow is written (G.1.2.3).
func (e *progressive) acScan(i, from, to, high, low int) {
	p := &e.parts[i]
	e.segment(0xda, []byte{1, byte(i + 1), 0, byte(from), byte(to), byte(high<<4 | low)})
	empty, refine := 0, []byte(nil) // blocks that end here, and the bits of their coefficients
	end := func() {
		for empty > 0 {
			n := 0
			for empty>>(n+1) > 0 {
				n++
			}
			e.symbol(n, 0)
			e.put(empty-1<<n, n)
			empty = 0
		}
		for _, b := range refine {
			e.put(int(b), 1)
		}
		refine = refine[:0]
	}
	w, h := (p.w+7)/8, (p.h+7)/8
	var own []byte
	for n := range w * h {
		b := &p.blocks[n/w*p.blocksX+n%w]
		at := func(k int) int { // the coefficient without its low bits, rounded towards zero
			if b[k] < 0 {
				return -(-int(b[k]) >> low)
			}
			return int(b[k]) >> low
		}
		last := 0 // the last coefficient that becomes non-zero in this scan
		for k := from; k <= to; k++ {
			if v := at(k); v != 0 && (high == 0 || v == 1 || v == -1) {
				last = k
			}
		}
		run := 0
		own = own[:0]
		for k := from; k <= to; k++ {
			v := at(k)
			if high > 0 && (v > 1 || v < -1) {
				own = append(own, byte(max(v, -v)&1))
				continue
			}
			if v == 0 {
				run++
			}
			if k > last {
				continue
			}
			if v != 0 || run == 16 {
				end()
			}
			if v == 0 && run < 16 {
				continue
			}
			if v == 0 {
				e.symbol(15, 0)
			} else if high == 0 {
				bits, value := size(v)
				e.symbol(run, bits)
				e.put(value, bits)
			} else {
				e.symbol(run, 1)
				e.put((v+1)/2, 1)
			}
			for _, bit := range own {
				e.put(int(bit), 1)
			}
			own, run = own[:0], 0
		}
		if run > 0 || len(own) > 0 {
			empty++
			refine = append(refine, own...)
			if empty == 1<<14 {
				end()
			}
		}
	}
	end()
	e.flush()
}
