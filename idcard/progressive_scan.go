package idcard

// scanDecoder reads the scans of a progressive JPEG and keeps the coefficients of one component.
type scanDecoder struct {
	frame        frame
	wanted       int     // index of the component
	coefficients []int16 // in blocks of 64, in the order of the zigzag
	quant        [4][64]int32
	tables       [2][4]*huffman // DC and AC
	interval     int            // MCUs between restart markers, 0: none
	seen         bool           // a scan had DC coefficients of the component
}

// decode reads the whole file. It reports whether the file is complete and undamaged.
func (d *scanDecoder) decode(raw []byte) bool {
	for s := range jpegSegments(raw) {
		body := raw[min(s.start+4, s.end):s.end]
		ok := true
		switch s.marker {
		case 0xdb:
			ok = d.readQuant(body)
		case 0xc4:
			ok = d.readHuffman(body)
		case 0xdd:
			if ok = len(body) >= 2; ok {
				d.interval = int(body[0])<<8 | int(body[1])
			}
		case markerSOS:
			n := int(raw[s.start+2])<<8 | int(raw[s.start+3])
			ok = d.readScan(raw[s.start+4:s.start+2+n], raw[s.start+2+n:s.end])
		case markerEOI:
			return d.seen
		}
		if !ok {
			return false
		}
	}
	return false
}

// readQuant reads the tables of a DQT segment.
func (d *scanDecoder) readQuant(b []byte) bool {
	for len(b) > 0 {
		size, id := int(b[0]>>4)+1, b[0]&15
		if size > 2 || id > 3 || len(b) < 1+64*size {
			return false
		}
		for i := range 64 {
			d.quant[id][i] = int32(b[1+i])
			if size == 2 {
				d.quant[id][i] = int32(b[1+2*i])<<8 | int32(b[2+2*i])
			}
		}
		b = b[1+64*size:]
	}
	return true
}

// scan is the header of a scan: its components with their tables, the first and last coefficient, and the bits of the
// successive approximation.
type scan struct {
	parts     []scanPart
	from, to  int
	high, low byte
}

type scanPart struct {
	index  int // of the component
	dc, ac *huffman
}

// readScan reads one scan, unless the wanted component has no part in it.
func (d *scanDecoder) readScan(header, data []byte) bool {
	s, ok := d.parseScan(header)
	if !ok {
		return false
	}
	takesPart := false
	for _, p := range s.parts {
		takesPart = takesPart || p.index == d.wanted
	}
	if !takesPart {
		return true
	}
	d.seen = d.seen || s.from == 0
	r := &bitReader{data: data}
	if len(s.parts) > 1 {
		d.readInterleaved(r, s)
	} else {
		d.readSingle(r, s)
	}
	return !r.bad
}

func (d *scanDecoder) parseScan(header []byte) (s scan, ok bool) {
	if len(header) < 1 || header[0] == 0 || header[0] > 3 || len(header) < 4+2*int(header[0]) {
		return s, false
	}
	n := int(header[0])
	end := header[1+2*n:]
	s.from, s.to, s.high, s.low = int(end[0]), int(end[1]), end[2]>>4, end[2]&15
	if s.to > 63 || s.from > s.to || s.from == 0 && s.to != 0 || s.from > 0 && n > 1 || s.low > 13 {
		return s, false
	}
	for i := range n {
		id, tables := header[1+2*i], header[2+2*i]
		if tables>>4 > 3 || tables&15 > 3 {
			return s, false
		}
		p := scanPart{-1, d.tables[0][tables>>4], d.tables[1][tables&15]}
		for j, c := range d.frame.components {
			if c.id == id {
				p.index = j
			}
		}
		needs := p.dc
		if s.from > 0 {
			needs = p.ac
		}
		if p.index < 0 || needs == nil && (s.from > 0 || s.high == 0) {
			return s, false
		}
		s.parts = append(s.parts, p)
	}
	return s, true
}

// readInterleaved reads DC coefficients of several components, MCU by MCU.
func (d *scanDecoder) readInterleaved(r *bitReader, s scan) {
	var predicted [3]int32
	for n := range d.frame.mcusX * d.frame.mcusY {
		if d.interval > 0 && n > 0 && n%d.interval == 0 {
			r.restart()
			predicted = [3]int32{}
		}
		if r.bad {
			return
		}
		x, y := n%d.frame.mcusX, n/d.frame.mcusX
		for i, p := range s.parts {
			c := d.frame.components[p.index]
			for block := range int(c.h) * int(c.v) {
				var unused [64]int16
				at := &unused
				if p.index == d.wanted {
					bx, by := x*int(c.h)+block%int(c.h), y*int(c.v)+block/int(c.h)
					at = d.block(by*c.stride + bx)
				}
				readDC(r, s, p.dc, at, &predicted[i])
			}
		}
	}
}

// readSingle reads the coefficients of one component. Its blocks do not fill up the last MCUs.
func (d *scanDecoder) readSingle(r *bitReader, s scan) {
	c := d.frame.components[d.wanted]
	w, h := divideUp(c.w, 8), divideUp(c.ht, 8)
	var (
		predicted int32
		skip      int // blocks without further coefficients in this band
	)
	for n := range w * h {
		if d.interval > 0 && n > 0 && n%d.interval == 0 {
			r.restart()
			predicted, skip = 0, 0
		}
		if r.bad {
			return
		}
		b := d.block(n/w*c.stride + n%w)
		switch {
		case s.from == 0:
			readDC(r, s, s.parts[0].dc, b, &predicted)
		case s.high == 0:
			skip = readAC(r, s, b, skip)
		default:
			skip = refineAC(r, s, b, skip)
		}
	}
}

func (d *scanDecoder) block(n int) *[64]int16 { return (*[64]int16)(d.coefficients[64*n : 64*n+64]) }

// readDC reads a DC coefficient, or one more bit of it (G.1.2.1).
func readDC(r *bitReader, s scan, table *huffman, b *[64]int16, predicted *int32) {
	if s.high != 0 {
		b[0] |= int16(r.bits(1) << s.low)
		return
	}
	*predicted += r.signed(r.symbol(table))
	b[0] = int16(*predicted << s.low)
}

// readAC reads the coefficients of a band for the first time (G.1.2.2).
func readAC(r *bitReader, s scan, b *[64]int16, skip int) int {
	if skip > 0 {
		return skip - 1
	}
	for k := s.from; k <= s.to; k++ {
		symbol := r.symbol(s.parts[0].ac)
		run, size := int(symbol>>4), symbol&15
		switch {
		case size == 0 && run < 15:
			return 1<<run + int(r.bits(run)) - 1
		case size == 0:
			k += 15
			continue
		}
		if k += run; k > s.to {
			r.bad = true
			return 0
		}
		b[k] = int16(r.signed(size) << s.low)
	}
	return 0
}

// refineAC reads one more bit of the coefficients of a band, and those that become non-zero with it (G.1.2.3).
func refineAC(r *bitReader, s scan, b *[64]int16, skip int) int {
	k, bit := s.from, int16(1)<<s.low
	if skip == 0 {
		for ; k <= s.to; k++ {
			symbol := r.symbol(s.parts[0].ac)
			run, size := int(symbol>>4), symbol&15
			var value int16
			switch {
			case size == 0 && run < 15:
				skip = 1<<run + int(r.bits(run))
			case size == 1:
				if value = -bit; r.bits(1) == 1 {
					value = bit
				}
			case size != 0:
				r.bad = true
			}
			if skip > 0 || r.bad {
				break
			}
			k = refineRun(r, b, k, s.to, run, bit)
			if value != 0 {
				if k > s.to {
					r.bad = true
					return 0
				}
				b[k] = value
			}
		}
	}
	if skip > 0 {
		refineRun(r, b, k, s.to, 64, bit)
		skip--
	}
	return skip
}

// refineRun reads the bits of non-zero coefficients from k on, until it has passed run zeros, and returns the position
// of the next zero, or to+1.
func refineRun(r *bitReader, b *[64]int16, k, to, run int, bit int16) int {
	for ; k <= to; k++ {
		if b[k] == 0 {
			if run == 0 {
				break
			}
			run--
			continue
		}
		if r.bits(1) == 1 && b[k]&bit == 0 {
			if b[k] > 0 {
				b[k] += bit
			} else {
				b[k] -= bit
			}
		}
	}
	return k
}
