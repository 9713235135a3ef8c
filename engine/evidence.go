package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"shiming/cards"
	"shiming/flows"
)

// OperatorLook is a look at the evidence of a case by a command in the shell.
type OperatorLook struct {
	Export bool   // into a file; otherwise on the terminal
	Full   bool   // personal values in clear, which takes a reason and is told to the person
	Reason string // in the words of the operator
}

// maxLookReason is the length of a reason in characters.
const maxLookReason = 200

// Errors of LookAtEvidence.
var (
	ErrNoLookReason       = errors.New("engine: values in full take a reason of 2 to 200 characters")
	ErrPersonalLookReason = errors.New("engine: the reason stays in the audit trail when the data is deleted, and must " +
		"not hold the person's name, number or mobile")
)

// LookAtEvidence puts a look on record, tells the person of one in full, and returns the case with its audit trail, in
// which the look is the last row. It returns flows.ErrNotFound, or an error that wraps flows.ErrChain if the trail does
// not verify; then nothing is written.
func (e *Engine) LookAtEvidence(
	ctx context.Context, caseID string, l OperatorLook,
) (c *flows.Case, rows []flows.AuditRow, err error) {
	if err := e.Store.VerifyChain(ctx, caseID); err != nil {
		return nil, nil, err
	}
	now, id := e.Now(), e.NewID()
	err = e.Store.Tx(ctx, func(tx flows.Tx) error {
		if c, err = tx.Case(ctx, caseID); err != nil {
			return err
		}
		row := flows.AuditRow{CaseID: c.ID, At: now, Actor: flows.ActorOperator, From: c.State, To: c.State}
		row.Event = flows.EventEvidenceShown
		if l.Export {
			row.Event = flows.EventEvidenceExported
		}
		var jobs []flows.Job
		if l.Full {
			reason, err := lookReason(c, l.Reason)
			if err != nil {
				return err
			}
			row.Detail = map[string]string{"full": "yes", "reason": reason}
			jobs = append(jobs, flows.Reply(flows.ReplyDisclosed).Of(c.ID).
				Towards(flows.Receiver{Type: "open_id", ID: c.OpenID}).
				With(flows.ArgSince, flows.AuditTime(now)).
				For(c.TenantKey, c.OpenID))
		}
		if err := tx.Audit(ctx, row); err != nil {
			return err
		}
		if err := e.Enqueue(ctx, tx, "evidence/"+id, jobs...); err != nil {
			return err
		}
		rows, err = tx.AuditOf(ctx, c.ID)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("case %s: %w", caseID, err)
	}
	return c, rows, nil
}

// lookReason checks a reason. It is kept in clear, so that the values of the person must not be in it.
func lookReason(c *flows.Case, reason string) (string, error) {
	reason = strings.Join(strings.Fields(reason), " ")
	if n := utf8.RuneCountInString(reason); n < 2 || n > maxLookReason {
		return "", ErrNoLookReason
	}
	for _, value := range append(flows.NamesOf(c), c.Personal.Number, c.Personal.Mobile, c.Personal.ContactMobile) {
		if value != "" && strings.Contains(reason, value) {
			return "", ErrPersonalLookReason
		}
	}
	return reason, nil
}

// showEvidence answers 存证 with the evidence of a case, masked, in the clicked card.
func (e *Engine) showEvidence(ctx context.Context, tx flows.Tx, k click, c *flows.Case) (flows.Answer, error) {
	refusal, err := e.adminsOnly(ctx, tx, k)
	switch {
	case err != nil || refusal != nil:
		return flows.Answer{Toast: refusal}, err
	case c.OpenID == k.OpenID:
		return flows.Answer{Toast: flows.NewToast("self_review", nil)}, nil
	case k.repeated:
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	}
	if err := e.AuditView(ctx, tx, c, k.OpenID, "opened the evidence"); err != nil {
		return flows.Answer{}, err
	}
	return flows.Answer{Card: flows.EvidenceCard(c), Toast: flows.NewToast("opened", nil)}, nil
}

// evidenceView is a look of the operator as the person's card names it.
func evidenceView(r flows.AuditRow) cards.View {
	return cards.View{At: r.At, What: flows.LookAtEvidence(r), Operator: true, Words: r.Detail["reason"]}
}
