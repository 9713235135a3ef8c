package workers

import (
	"context"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
)

// morning queues HR's cards of a day's morning, and the next morning: one card on each working day, and the weekly one
// on the first of a week. It does so once per tenant and day, whichever instance runs the job and however often.
func (w *Workers) morning(ctx context.Context, j flows.Job) error {
	at, err := flows.ParseMorning(j.RunDate())
	if err != nil {
		return err
	}
	now := w.engine.Now()
	if early := at.Sub(now); early > 0 { // the clocks of database and process differ
		return &flows.RetryLater{In: early, Snooze: true, Code: "morning:early"}
	}
	tenantKey := j.Args[flows.ArgTenant]
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		seen, err := tx.InsertEventKeys(ctx, now, "morning:"+tenantKey+":"+j.RunDate())
		if seen || err != nil {
			return err
		}
		if err := w.engine.QueueMorning(ctx, tx, tenantKey, flows.MorningAfter(now)); err != nil {
			return err
		}
		policy := &w.engine.Policy
		if flows.RunDateOf(now) != j.RunDate() || !policy.IsWorkday(at) {
			return nil // the program has stood still over this morning, or nobody works
		}
		to, err := w.engine.HRReceivers(ctx, tx, tenantKey, "")
		if err != nil {
			return err
		}
		card := flows.Reply(flows.ReplyMorning).With(flows.ArgDay, j.RunDate())
		if err := w.enqueueForEach(ctx, tx, tenantKey, j.Key+"/card", card, to); err != nil || !policy.BeginsWeek(at) {
			return err
		}
		card = flows.Reply(flows.ReplyWeekly).With(flows.ArgDay, j.RunDate())
		return w.enqueueForEach(ctx, tx, tenantKey, j.Key+"/week", card, to)
	})
}

// morningCard builds HR's card of a working day's morning. It returns nil if there is nothing to say.
func (w *Workers) morningCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	tenantKey := j.Args[flows.ArgTenant]
	at, err := flows.ParseMorning(j.Args[flows.ArgDay])
	if err != nil {
		return nil, err
	}
	today, since := flows.DayOf(at), w.engine.Policy.WorkdayBefore(at)
	out := cards.Morning{
		Since: since.Format(time.DateOnly),
		Until: today.AddDate(0, 0, -1).Format(time.DateOnly),
		Desk:  w.engine.Policy.ReviewQueue,
		At:    w.engine.Now(),
	}
	if out.Waiting, err = w.engine.Waiting(ctx, v, tenantKey); err != nil {
		return nil, err
	}
	days, err := v.Figures(ctx, tenantKey, since, today)
	if err != nil {
		return nil, err
	}
	week, err := v.Figures(ctx, tenantKey, today.AddDate(0, 0, -7), today)
	if err != nil {
		return nil, err
	}
	if out.Joined, out.Gone, err = v.CountStaff(ctx, tenantKey, since, today); err != nil {
		return nil, err
	}
	open, _, due, err := v.CountOpenDataRequests(ctx, tenantKey, "", w.engine.Now())
	if err != nil {
		return nil, err
	}
	if out.Requests = open; open > 0 {
		out.RequestDue = engine.DueDay(due)
	}
	deleted, err := v.CountDeletions(ctx, tenantKey, since, today)
	if err != nil {
		return nil, err
	}
	out.Deletions, out.Proof = deleted.ByRule(), deleted.Proof
	if out.Days, out.Week = turnoutOf(days), turnoutOf(week); out.Empty() {
		return nil, nil
	}
	return out, nil
}

// weeklyCard builds the card of last week beside the week before. It returns nil if there is nothing to say.
func (w *Workers) weeklyCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	at, err := flows.ParseMorning(j.Args[flows.ArgDay])
	if err != nil {
		return nil, err
	}
	monday := flows.MondayOf(at)
	out := cards.Weekly{At: w.engine.Now()}
	if out.Week, err = weekOf(ctx, v, j.Args[flows.ArgTenant], monday.AddDate(0, 0, -7)); err != nil {
		return nil, err
	}
	if out.Before, err = weekOf(ctx, v, j.Args[flows.ArgTenant], monday.AddDate(0, 0, -14)); err != nil {
		return nil, err
	}
	if out.Empty() {
		return nil, nil
	}
	return out, nil
}

// weekOf returns the figures of the seven days from monday on.
func weekOf(ctx context.Context, v flows.View, tenantKey string, monday time.Time) (cards.WeekFigures, error) {
	next := monday.AddDate(0, 0, 7)
	f, err := v.Figures(ctx, tenantKey, monday, next)
	return cards.WeekFigures{
		From:        monday.Format(time.DateOnly),
		To:          next.AddDate(0, 0, -1).Format(time.DateOnly),
		Turnout:     turnoutOf(f),
		SidesRead:   f[flows.FigureSidesRead],
		FirstPhotos: f[flows.FigureFirstPhotos],
		SentBack:    cardTally(f.SentBackFor()),
		Rejected:    cardTally(f.RejectedFor()),
		Photos:      cardTally(f.PhotoProblems()),
	}, err
}

// turnoutOf makes the figures of a stretch of days into what cards show of them.
func turnoutOf(f flows.Figures) cards.Turnout {
	return cards.Turnout{
		Started: f[flows.FigureStarted],
		Done:    f[flows.FigureDone],
		Ends:    f.Ends(),
		ToDone:  spreadOf(f, flows.SpanToDone),
		Review:  spreadOf(f, flows.SpanReview),
	}
}

func spreadOf(f flows.Figures, s flows.Span) cards.Spread {
	median, most := f.Quantile(s, 0.5), f.Quantile(s, 0.9)
	return cards.Spread{Cases: median.Cases, Median: median.Span, P90: most.Span}
}

func cardTally(list []flows.Tally) (out []cards.Tally) {
	for _, t := range list {
		out = append(out, cards.Tally(t))
	}
	return out
}
