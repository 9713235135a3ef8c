package idcard

// huffman gives, for the next 16 bits, the length of the code in the high byte and its symbol in the low one. The
// length 0 stands for no code.
type huffman [1 << 16]uint16

// readHuffman reads the tables of a DHT segment.
func (d *scanDecoder) readHuffman(b []byte) bool {
	for len(b) > 0 {
		if len(b) < 17 || b[0]>>4 > 1 || b[0]&15 > 3 {
			return false
		}
		table := new(huffman)
		symbols, code := 17, 0
		for length := 1; length <= 16; length++ {
			for range int(b[length]) {
				from := code << (16 - length)
				to := from + 1<<(16-length)
				if to > len(table) || symbols >= len(b) {
					return false
				}
				for i := from; i < to; i++ {
					table[i] = uint16(length)<<8 | uint16(b[symbols])
				}
				code, symbols = code+1, symbols+1
			}
			code <<= 1
		}
		d.tables[b[0]>>4][b[0]&15] = table
		b = b[symbols:]
	}
	return true
}

// bitReader reads entropy-coded data. After the end of the data, or a code that does not exist, bad is set and every
// further bit is 0.
type bitReader struct {
	data []byte
	pos  int
	acc  uint64
	n    int // bits in acc
	bad  bool
}

func (r *bitReader) fill() {
	for r.n <= 48 && r.pos < len(r.data) {
		b := r.data[r.pos]
		if b == 0xff {
			if r.pos+1 >= len(r.data) || r.data[r.pos+1] != 0 {
				return // a restart marker
			}
			r.pos++
		}
		r.pos++
		r.acc = r.acc<<8 | uint64(b)
		r.n += 8
	}
}

// bits reads n bits, at most 16.
func (r *bitReader) bits(n int) int32 {
	if r.n < n {
		if r.fill(); r.n < n {
			r.bad = true
			return 0
		}
	}
	r.n -= n
	return int32(r.acc>>r.n) & (1<<n - 1)
}

// symbol reads a Huffman code.
func (r *bitReader) symbol(table *huffman) byte {
	if r.n < 16 {
		r.fill()
	}
	next := r.acc >> max(0, r.n-16)
	if r.n < 16 {
		next <<= 16 - r.n
	}
	entry := table[next&0xffff]
	length := int(entry >> 8)
	if length == 0 || length > r.n {
		r.bad = true
		return 0
	}
	r.n -= length
	return byte(entry)
}

// signed reads a value of the given size (F.2.2.1, EXTEND).
func (r *bitReader) signed(size byte) int32 {
	if size == 0 {
		return 0
	}
	if size > 15 {
		r.bad = true
		return 0
	}
	v := r.bits(int(size))
	if v < 1<<(size-1) {
		v -= 1<<size - 1
	}
	return v
}

// restart drops the bits before a restart marker and the marker itself.
func (r *bitReader) restart() {
	r.acc, r.n = 0, 0
	for r.pos < len(r.data) && r.data[r.pos] == 0xff && r.pos+1 < len(r.data) && r.data[r.pos+1] == 0xff {
		r.pos++
	}
	if r.pos+1 >= len(r.data) || r.data[r.pos] != 0xff || r.data[r.pos+1] < 0xd0 || r.data[r.pos+1] > 0xd7 {
		r.bad = true
		return
	}
	r.pos += 2
}
