package sim

import (
	"errors"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// readIDCard is the OCR behind the simulated Feishu. Decoding takes much memory and processor time, so only a few pictures
// are read at a time.
func (w *World) readIDCard(img []byte) ([]feishu.Entity, int, []int, int) {
	w.eyes <- struct{}{}
	defer func() { <-w.eyes }()
	r, err := specimen.Read(img)
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
