package sim

import (
	"crypto/sha256"
	"errors"
	"sync"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// readIDCard is the OCR behind the simulated Feishu. Decoding needs much memory and processor time, so only a few
// pictures are decoded at a time.
func (w *World) readIDCard(img []byte) ([]feishu.Entity, int, []int, int) {
	r, err := w.cfg.Readings.read(img, func() (specimen.Result, error) {
		w.ocrSlots <- struct{}{}
		defer func() { <-w.ocrSlots }()
		return specimen.Read(img)
	})
	switch {
	case errors.Is(err, specimen.ErrBadFile):
		return nil, 0, nil, 2110001
	case err != nil:
		return nil, 0, nil, 2110002
	}
	entities := make([]feishu.Entity, len(r.Entities))
	for i, e := range r.Entities {
		entities[i] = feishu.Entity(e)
	}
	return entities, r.Side, r.Corners[:], 0
}

// readDocument is the OCR of documents other than ID cards.
func (w *World) readDocument(key string, img []byte) ([]feishu.Entity, int) {
	w.ocrSlots <- struct{}{}
	defer func() { <-w.ocrSlots }()
	read, err := specimen.ReadPage(specimen.Kind(key), img)
	switch {
	case errors.Is(err, specimen.ErrBadFile):
		return nil, 2110001
	case err != nil:
		return nil, 2110002
	}
	entities := make([]feishu.Entity, len(read))
	for i, e := range read {
		entities[i] = feishu.Entity(e)
	}
	return entities, 0
}

// Preload reads a photo in advance, so that the OCR later answers from its cache. Measurements use it where the world
// shares the machine with the bot.
func (w *World) Preload(img []byte) error {
	_, err := w.cfg.Readings.read(img, func() (specimen.Result, error) { return specimen.Read(img) })
	return err
}

// Readings caches what the OCR read, by the SHA-256 of the picture, because reading needs much processor time. Worlds
// with the same pictures may share one. The zero value is ready to use.
type Readings struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]reading
}

// reading is what the OCR makes of a picture: the fields, or that it cannot be read. Both depend on the picture only.
type reading struct {
	result specimen.Result
	err    error
}

// maxReadings limits the cache; the OCR reads further pictures each time.
const maxReadings = 10_000

// read returns the cached reading, or reads the picture.
func (c *Readings) read(img []byte, read func() (specimen.Result, error)) (specimen.Result, error) {
	key := sha256.Sum256(img)
	c.mu.Lock()
	r, ok := c.known[key]
	c.mu.Unlock()
	if ok {
		return r.result, r.err
	}
	r.result, r.err = read()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[[sha256.Size]byte]reading{}
	}
	if len(c.known) < maxReadings {
		c.known[key] = r
	}
	return r.result, r.err
}

// Harmless reports whether a picture cannot show a real document: it is a specimen by its mark, or no photo at all.
func (w *World) Harmless(img []byte) bool {
	w.ocrSlots <- struct{}{}
	defer func() { <-w.ocrSlots }()
	if specimen.Marked(img) {
		return true
	}
	return specimen.Drawn(img)
}
