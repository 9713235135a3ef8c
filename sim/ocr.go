package sim

import (
	"crypto/sha256"
	"errors"
	"sync"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// readIDCard is the OCR behind the simulated Feishu. Decoding takes much memory and processor time, so only a few
// pictures are read at a time.
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

// Preload reads a photo beforehand, so that the OCR takes no processor time for it when it comes: for measurements on a
// machine that the world shares with the bot.
func (w *World) Preload(img []byte) error {
	_, err := w.cfg.Readings.read(img, func() (specimen.Result, error) { return specimen.Read(img) })
	return err
}

// Readings remembers what the OCR read, by the picture's SHA-256, since reading takes much processor time. Worlds
// whose people send the same pictures may share one. The zero value is ready.
type Readings struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]specimen.Result
}

// maxReadings bounds what is remembered; further pictures are read each time.
const maxReadings = 10_000

// read returns what is remembered of a picture, or reads it. Failures are not remembered.
func (c *Readings) read(img []byte, read func() (specimen.Result, error)) (specimen.Result, error) {
	key := sha256.Sum256(img)
	c.mu.Lock()
	r, ok := c.known[key]
	c.mu.Unlock()
	if ok {
		return r, nil
	}
	r, err := read()
	if err != nil {
		return r, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[[sha256.Size]byte]specimen.Result{}
	}
	if len(c.known) < maxReadings {
		c.known[key] = r
	}
	return r, nil
}

// Harmless tells whether a picture is a specimen by its mark, or cannot be a photo of a card.
func (w *World) Harmless(img []byte) bool {
	w.ocrSlots <- struct{}{}
	defer func() { <-w.ocrSlots }()
	if _, err := specimen.Read(img); err == nil {
		return true
	}
	return specimen.Drawn(img)
}
