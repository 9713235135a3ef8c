package playground

import (
	"crypto/sha256"
	"sync"
)

// mostDrawn bounds how many pictures are remembered.
const mostDrawn = 20_000

// issuedPictures remembers the pictures that the world has handed out, by hash, so that they are known when somebody
// brings them back, also those whose mark cannot be read.
type issuedPictures struct {
	mu   sync.Mutex
	seen map[[sha256.Size]byte]bool
	list [][sha256.Size]byte
}

func (d *issuedPictures) add(img []byte) {
	sum := sha256.Sum256(img)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[sum] {
		return
	}
	if d.seen == nil {
		d.seen = map[[sha256.Size]byte]bool{}
	}
	if len(d.list) >= mostDrawn {
		delete(d.seen, d.list[0])
		d.list = d.list[1:]
	}
	d.seen[sum], d.list = true, append(d.list, sum)
}

func (d *issuedPictures) has(img []byte) bool {
	sum := sha256.Sum256(img)
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen[sum]
}
