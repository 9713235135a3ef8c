package workers

import (
	"context"
	"strconv"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// remindPage is how many cases remindAll loads at a time.
const remindPage = 200

// remindAll reminds every applicant who has something to do, each within the applicant's limits (HR's command 催办). The
// answer with the numbers is a job of its own: if sending it fails, it is sent again without reminding again.
func (w *Workers) remindAll(ctx context.Context, j flows.Job) error {
	tenantKey, admin := j.Args[flows.ArgTenant], j.Args[flows.ArgWho]
	made, err := madeAt(j)
	if err != nil {
		return err
	}
	sent, tooSoon, capped := 0, 0, 0
	states := []flows.State{flows.AwaitingConsent, flows.AwaitingPhotos, flows.AwaitingConfirmation,
		flows.AwaitingBankCard, flows.AwaitingCode, flows.AwaitingFace}
	for offset := 0; ; offset += remindPage {
		var list []*flows.Case
		err = w.engine.Store.View(ctx, func(v flows.View) error {
			var err error
			list, err = v.InState(ctx, tenantKey, states, remindPage, offset)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.OpenID == admin {
				continue
			}
			rule, err := w.nudgeApplicant(ctx, c.ID, admin, made)
			if err != nil {
				return err
			}
			switch rule {
			case "":
				sent++
			case flows.NudgeCapped:
				capped++
			case flows.RefusalLate: // not among those whom HR meant
			default:
				tooSoon++
			}
		}
		if len(list) < remindPage {
			break
		}
	}
	answer := flows.Reply(flows.ReplyReminded).
		Towards(flows.Receiver{Type: j.ToType, ID: j.To}).
		With(flows.ArgSent, strconv.Itoa(sent)).
		With(flows.ArgTooSoon, strconv.Itoa(tooSoon)).
		With(flows.ArgCapped, strconv.Itoa(capped)).
		With(flows.ArgAt, w.engine.Now().Format(time.RFC3339)).
		For(tenantKey, admin)
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		return w.engine.Enqueue(ctx, tx, j.Key+"/reminded", answer)
	})
}

// remindedCard tells HR how many people 催办 has reminded. During quiet hours people are reminded in the morning.
func remindedCard(j flows.Job) (cards.Card, error) {
	at, err := time.Parse(time.RFC3339, j.Args[flows.ArgAt])
	if err != nil {
		return nil, err
	}
	out := cards.Reminded{At: at, Quiet: !flows.Awake(at)}
	if out.Quiet {
		out.At = flows.NextMorning(at)
	}
	out.Sent, _ = strconv.Atoi(j.Args[flows.ArgSent])
	out.TooSoon, _ = strconv.Atoi(j.Args[flows.ArgTooSoon])
	out.Capped, _ = strconv.Atoi(j.Args[flows.ArgCapped])
	return out, nil
}

// madeAt returns when the event was made that a job answers, zero if that is not known.
func madeAt(j flows.Job) (time.Time, error) {
	text := j.Args[flows.ArgMade]
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}

// nudgeApplicant reminds one applicant on behalf of an admin, who asked for it at the time made. It returns "" if the
// applicant is reminded, and otherwise the rule that forbids it.
func (w *Workers) nudgeApplicant(ctx context.Context, caseID, admin string, made time.Time) (rule string, err error) {
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		rule = ""
		c, err := tx.Case(ctx, caseID)
		if err != nil {
			return err
		}
		out, err := w.engine.DecideAndPersist(ctx, tx, c, flows.Event{
			Kind:   flows.Nudged,
			At:     w.engine.Now(),
			MadeAt: made,
			Actor:  admin,
			Role:   flows.HR,
		})
		if err == nil && !out.Changed() {
			rule = out.Change.Rule
		}
		return err
	})
	return rule, err
}
