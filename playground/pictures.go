package playground

import (
	"crypto/sha256"
	"sync"
)

// maxIssued bounds the number of remembered pictures.
const maxIssued = 20_000

// issuedPictures holds the hashes of the pictures that the playground has drawn. An upload of such a picture is
// accepted even if its watermark cannot be read.
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
	if len(d.list) >= maxIssued {
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
