package workers

import (
	"context"

	"shiming/cards"
	"shiming/flows"
	"shiming/idcard"
)

// An explanation is a coarse copy of a photo that was held up, on which nothing can be read (idcard.Photo.Explain). It
// stands in the place of the deleted picture until the answer to the photo has been sent.

// explain draws the explanation of a photo that a first look may hold up. It returns nil if there is none.
func (w *Workers) explain(photo idcard.Photo) []byte {
	rules := w.engine.Policy.Photos
	fault := photo.Look.Judge(rules.Limits).Fault
	if fault == "" || !rules.HoldUp {
		return nil
	}
	picture, ok := photo.Explain(fault)
	if !ok {
		return nil
	}
	return picture
}

// keepExplanation stores the explanation of a photo that was held up, after its picture was deleted.
func keepExplanation(ctx context.Context, tx flows.Tx, c *flows.Case, photoID string, explanation []byte) error {
	p := c.PhotoByID(photoID)
	if explanation == nil || p == nil || !p.HeldUp() {
		return nil
	}
	return tx.PutPicture(ctx, c.ID, photoID, explanation)
}

// showExplanation uploads the explanation of the photo that a card is about, if there is one. The words say all that
// is needed: a picture that cannot be uploaded is left out.
func (w *Workers) showExplanation(ctx context.Context, j flows.Job, card *cards.PhotoProblem) {
	var picture []byte
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		c, err := v.Case(ctx, j.Case)
		if err != nil {
			return err
		}
		if p := c.PhotoByID(j.Args[flows.ArgPhoto]); p == nil || !p.HeldUp() {
			return nil
		}
		picture, err = v.Picture(ctx, j.Case, j.Args[flows.ArgPhoto])
		return err
	})
	if err != nil || picture == nil {
		return
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiImage)); err != nil {
		return
	}
	if card.Image, err = w.Messenger.UploadImage(ctx, picture); err != nil {
		card.Image = ""
		w.engine.Log.Warn("the picture of an answer was left out", "case", j.Case, "job", j.Kind)
	}
}

// dropExplanation deletes the explanation when the answer has been sent or given up.
func (w *Workers) dropExplanation(ctx context.Context, j flows.Job) error {
	err := w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return err
		}
		if p := c.PhotoByID(j.Args[flows.ArgPhoto]); p == nil || !p.HeldUp() {
			return nil
		}
		_, err = tx.DeletePictures(ctx, j.Case, j.Args[flows.ArgPhoto])
		return err
	})
	return flows.IgnoreNotFound(err)
}
