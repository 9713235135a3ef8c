package keyset

import (
	"bytes"
	"encoding/binary"
)

// indexPartSize is the length of one part of a blind index: number of the epoch, flag, keyed hash.
const indexPartSize = 4 + 1 + macSize

// BlindIndex returns keyed hashes of a purpose and data for finding equal data again, one for each epoch that the
// keyset holds. The parts are 4 bytes with the number of the epoch, 1 byte that is 1 for the epoch in use, and 32
// bytes of HMAC-SHA256.
func (k *Keyset) BlindIndex(purpose string, data ...string) []byte {
	var out []byte
	s := k.state.Load()
	for i, e := range s.epochs {
		flag := byte(0)
		if i == s.inUse {
			flag = 1
		}
		out = append(binary.BigEndian.AppendUint32(out, uint32(e.number)), flag)
		out = append(out, computePrimary(e.prf, purpose, data)...)
	}
	return out
}

// IndexPart is the part of a blind index that belongs to one epoch.
type IndexPart struct {
	Epoch int
	InUse bool
	MAC   []byte
}

// IndexParts splits what BlindIndex returned.
func IndexParts(index []byte) []IndexPart {
	var out []IndexPart
	for len(index) >= indexPartSize {
		out = append(out, IndexPart{
			Epoch: int(binary.BigEndian.Uint32(index)),
			InUse: index[4] == 1,
			MAC:   index[5:indexPartSize],
		})
		index = index[indexPartSize:]
	}
	return out
}

// SameIndex reports whether two blind indexes are of the same data: hashes of an epoch that both have are equal. A
// rotation may begin between the two computations.
func SameIndex(a, b []byte) bool {
	for _, p := range IndexParts(a) {
		for _, q := range IndexParts(b) {
			if p.Epoch == q.Epoch {
				return bytes.Equal(p.MAC, q.MAC)
			}
		}
	}
	return false
}
