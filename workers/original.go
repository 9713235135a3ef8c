package workers

import (
	"context"
	"errors"
	"time"

	"shiming/cards"
	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
	"shiming/idcard/watermark"
)

// A look at the originals is a surface of AudienceOriginal. Its message is noted in SendingGeneration before it is
// sent, and its id right after. Whatever happens in between, the job that ends the look (recall_original.go) finds the
// message.

// showOriginal sends the original photos of a case, watermarked, to one admin in private. A look that is over by then
// is left to the job that ends it.
func (w *Workers) showOriginal(ctx context.Context, j flows.Job) error {
	var s *flows.Surface
	var c *flows.Case
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		s, c, err = w.lookToShow(ctx, v, j)
		return err
	})
	if err != nil || s == nil || len(flows.Originals(c)) == 0 {
		return flows.IgnoreNotFound(err)
	}
	err = w.sendOriginals(ctx, j, s, c)
	if err == nil || flows.IsNotFound(err) { // the photos were deleted meanwhile
		return nil
	}
	return w.originalFailed(ctx, j, s.SendingGeneration, err)
}

// lookToShow returns the look of a ShowOriginal with its case. Both are nil if there is nothing to show any more.
func (w *Workers) lookToShow(ctx context.Context, v flows.View, j flows.Job) (*flows.Surface, *flows.Case, error) {
	s, err := v.Surface(ctx, j.SurfaceID())
	if err != nil {
		return nil, nil, err
	}
	c, err := v.Case(ctx, j.Case)
	if err != nil {
		return nil, nil, err
	}
	if s.Unreachable || s.MessageID != "" || c.Rev != j.Revision() || !w.engine.Now().Before(untilOf(j)) {
		return nil, nil, nil
	}
	return s, c, nil
}

// untilOf returns the end of the look of a ShowOriginal.
func untilOf(j flows.Job) time.Time {
	until, _ := time.Parse(time.RFC3339, j.Args[flows.ArgUntil]) // the zero time is over
	return until
}

// sendOriginals uploads the photos of the case and sends them on one card.
func (w *Workers) sendOriginals(ctx context.Context, j flows.Job, s *flows.Surface, c *flows.Case) error {
	card := cards.Original{Applicant: c.OpenID, Reason: j.Args[flows.ArgReason], Until: untilOf(j)}
	label := w.viewerName(ctx, s.To.ID) + " " + w.engine.Now().In(flows.ChinaTime).Format("2006-01-02 15:04")
	for _, p := range flows.Originals(c) {
		key, err := w.uploadOriginal(ctx, c.ID, &p, label)
		if err != nil {
			return err
		}
		card.Images = append(card.Images, key)
	}
	if err := w.waitToPost(ctx, "create", s.To.ID); err != nil {
		return err
	}
	if begun, err := w.beginOriginal(ctx, j); err != nil || !begun {
		return err
	}
	id, err := w.Messenger.Send(ctx, s.To, card.JSON(), originalUUID(s.ID))
	if err != nil {
		return err
	}
	return w.storeOriginal(ctx, s.ID, id)
}

// originalUUID is the uuid of the message of a look.
func originalUUID(surfaceID string) string { return messageUUID("original", surfaceID) }

// viewerName is what the watermark calls an admin: the name, and the open_id if the name is unknown or cannot be
// written in full.
func (w *Workers) viewerName(ctx context.Context, openID string) string {
	name := w.engine.Policy.NameOf(openID)
	if name == "" {
		if c, err := w.Messenger.Contact(ctx, openID); err == nil {
			name = c.Name
		}
	}
	switch {
	case name == "":
		return openID
	case !watermark.Covers(name):
		return name + " " + openID
	}
	return name
}

// uploadOriginal uploads a watermarked copy of a photo.
func (w *Workers) uploadOriginal(ctx context.Context, caseID string, p *flows.Photo, label string) (string, error) {
	photo, release, err := w.loadPicture(ctx, caseID, p)
	if err != nil {
		return "", err
	}
	marked, err := watermark.Draw(photo, label)
	release()
	if err != nil {
		return "", err
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiImage)); err != nil {
		return "", err
	}
	return w.Messenger.UploadImage(ctx, marked)
}

// beginOriginal notes that the message is being sent, unless the look is over by now.
func (w *Workers) beginOriginal(ctx context.Context, j flows.Job) (begun bool, err error) {
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		s, _, err := w.lookToShow(ctx, tx, j)
		if begun = s != nil; err != nil || s == nil {
			return err
		}
		s.SendingGeneration = s.WantedGeneration
		s.Lease(j.Key, w.engine.ID(), w.engine.Now())
		return tx.PutSurface(ctx, s)
	})
	return begun, err
}

// storeOriginal stores the message of a look.
func (w *Workers) storeOriginal(ctx context.Context, surfaceID, messageID string) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		s, err := tx.Surface(ctx, surfaceID)
		if err != nil {
			return err
		}
		s.MessageID, s.SentGeneration = messageID, s.WantedGeneration
		s.LeaseOwner, s.LeaseUntil = "", time.Time{}
		return tx.PutSurface(ctx, s)
	})
}

// originalFailed handles photos that could not be sent: they are tried while the look lasts. sent is the
// SendingGeneration before this attempt.
func (w *Workers) originalFailed(ctx context.Context, j flows.Job, sent int, cause error) error {
	if again, ok := errors.AsType[*flows.RetryLater](cause); ok {
		return again
	}
	_, broken := errors.AsType[*idcard.PhotoError](cause)
	if !broken && !failure.OfPlatform(cause) {
		return cause // a failure of the database says nothing about the photos
	}
	d := failure.Of(cause, false)
	w.logFailedCall(j.Case, d, "job", j.Kind, "attempt", j.Attempt)
	repeat := endOf(d.Class).repeat
	err := w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		s, err := tx.Surface(ctx, j.SurfaceID())
		if err != nil {
			return err
		}
		s.LeaseUntil = w.engine.Now() // the message of this attempt, if there is one, is older
		if failure.Of(cause, true).Class != failure.Unknown {
			s.SendingGeneration = sent
		}
		if !repeat && s.SendingGeneration == 0 {
			return w.endUnsent(ctx, tx, s, d)
		}
		return tx.PutSurface(ctx, s)
	})
	if err != nil || !repeat {
		return flows.IgnoreNotFound(err)
	}
	again := &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "original:" + d.Code + ":" + d.Upstream}
	if d.Class == failure.Operator {
		again.In = max(again.In, time.Minute)
	}
	return again
}

// endUnsent ends a look whose message was certainly never sent, and tells the admin. d is zero if the time was over.
func (w *Workers) endUnsent(ctx context.Context, tx flows.Tx, s *flows.Surface, d failure.Details) error {
	w.engine.Log.Error("originals were not shown", "case", s.CaseID, "admin", s.To.ID, "class", d.Class, "code", d.Code,
		"upstream", d.Upstream, "log_id", d.LogID)
	if err := w.endLook(ctx, tx, s, flows.EventOriginalNotShown, d); err != nil {
		return err
	}
	c, err := tx.Case(ctx, s.CaseID)
	if err != nil {
		return err
	}
	notice := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, flows.NoticeOriginalNotShown).Of(c.ID)
	return w.enqueueForEach(ctx, tx, c.TenantKey, "unsent/"+s.ID, notice, []flows.Receiver{s.To})
}

// endLook notes that nothing of the look is to be sent or recalled any more.
func (w *Workers) endLook(
	ctx context.Context, tx flows.Tx, s *flows.Surface, event string, d failure.Details,
) error {
	c, err := tx.Case(ctx, s.CaseID)
	if err != nil {
		return err
	}
	s.Unreachable, s.LeaseOwner, s.LeaseUntil = true, "", time.Time{}
	if err := tx.PutSurface(ctx, s); err != nil {
		return err
	}
	detail := map[string]string{"admin": s.To.ID}
	if d.Class != "" {
		detail["code"], detail["upstream"] = d.Code, d.Upstream
	}
	return tx.Audit(ctx, flows.AuditRow{
		CaseID: c.ID,
		At:     w.engine.Now(),
		Actor:  string(flows.Bot),
		Event:  event,
		From:   c.State,
		To:     c.State,
		Detail: detail,
	})
}
