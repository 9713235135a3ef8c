package sim

import (
	"crypto/sha256"
	"errors"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// readIDCard is the OCR behind the simulated Feishu. Decoding takes much memory and processor time, so only a few pictures
// are read at a time.
func (w *World) readIDCard(img []byte) ([]feishu.Entity, int, []int, int) {
	var r specimen.Result
	var err error
	if known, ok := w.glanced.Load(sha256.Sum256(img)); ok {
		r = known.(specimen.Result)
	} else {
		w.ocrSlots <- struct{}{}
		defer func() { <-w.ocrSlots }()
		r, err = specimen.Read(img)
	}
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

// Glance reads a photo beforehand, so that the OCR takes no processor time for it when it comes: for measurements on a
// machine that the world shares with the bot.
func (w *World) Glance(img []byte) error {
	r, err := specimen.Read(img)
	if err == nil {
		w.glanced.Store(sha256.Sum256(img), r)
	}
	return err
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
