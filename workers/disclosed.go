package workers

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// disclosedCard tells a person of a look of the operator in full. The job names the moment only: the reason is in the
// operator's words, and the audit row has them.
func (w *Workers) disclosedCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	rows, err := v.AuditOf(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.Detail["full"] == "" || r.Actor != flows.ActorOperator || flows.AuditTime(r.At) != j.Args[flows.ArgSince] {
			continue
		}
		return cards.Disclosed{
			At:     r.At,
			Copy:   r.Event == flows.EventCopyWritten,
			Export: r.Event == flows.EventEvidenceExported,
			Reason: r.Detail["reason"],
		}, nil
	}
	return nil, nil
}
