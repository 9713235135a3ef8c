package workers

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// dataUseCard says what happens to people's data, and offers the asker's own if there is any.
func (w *Workers) dataUseCard(ctx context.Context, v flows.View, tenantKey, asker string) (cards.Card, error) {
	_, err := v.LatestCase(ctx, tenantKey, asker)
	return cards.DataUse{Agreement: w.engine.Policy.Agreement, Stored: err == nil}, flows.IgnoreNotFound(err)
}
