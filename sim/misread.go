package sim

import (
	"slices"

	"shiming/sim/feishu"
)

// Misread makes the OCR answer with what f returns instead of what the picture shows, until the next call; nil ends it.
// It plays what real cards and real OCR give and specimens do not: misread characters, two cards in one picture, other
// spellings, documents that no specimen shows. f gets entities of its own and runs on several goroutines.
func (w *World) Misread(f func([]feishu.Entity) []feishu.Entity) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.misread = f
}

// misreading applies the function of Misread.
func (w *World) misreading(entities []feishu.Entity) []feishu.Entity {
	w.mu.Lock()
	f := w.misread
	w.mu.Unlock()
	if f == nil {
		return entities
	}
	return f(slices.Clone(entities))
}
