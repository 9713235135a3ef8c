package workers

import (
	"context"

	"golang.org/x/sync/semaphore"

	"shiming/flows"
)

// A budget bounds the photos in memory by their bytes, whatever their number. The other photos wait in Feishu or,
// sealed, in the store. Photos that come from Feishu and photos that go to the OCR or e签宝 have a budget each, so that
// neither direction waits for the other. The queue's workers bound what is being downloaded.
const (
	inboundBytes  = 32 << 20
	outboundBytes = 64 << 20
)

// assumedPhotoBytes is the size of a photo that an old version has stored without its size.
const assumedPhotoBytes = 4 << 20

// photoBudget bounds the bytes of one direction.
type photoBudget struct {
	total int64
	free  *semaphore.Weighted
}

// newPhotoBudget returns a budget of so many bytes.
func newPhotoBudget(total int64) photoBudget { return photoBudget{total, semaphore.NewWeighted(total)} }

// acquire waits until so many bytes are free, or the whole budget if they are more. give returns a part of the bytes,
// release all that is left. Both may be called more than once.
func (b photoBudget) acquire(ctx context.Context, bytes int) (give func(part int), release func(), err error) {
	held := min(int64(bytes), b.total)
	if err := b.free.Acquire(ctx, held); err != nil {
		return nil, nil, err
	}
	give = func(part int) {
		p := min(int64(part), held)
		held -= p
		b.free.Release(p)
	}
	return give, func() { give(bytes) }, nil
}

// loadPicture loads a photo from the store, within the outbound budget. The caller calls release when it no longer
// needs the picture. It returns flows.ErrNotFound if the picture is not stored.
func (w *Workers) loadPicture(
	ctx context.Context, caseID string, p *flows.Photo,
) (jpeg []byte, release func(), err error) {
	size := p.Bytes
	if size == 0 {
		size = assumedPhotoBytes
	}
	// While the store opens the sealed picture, both copies are in memory.
	give, release, err := w.outbound.acquire(ctx, 2*size)
	if err != nil {
		return nil, nil, err
	}
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		jpeg, err = v.Picture(ctx, caseID, p.ID)
		return err
	})
	if err != nil {
		release()
		return nil, nil, err
	}
	give(size)
	return jpeg, release, nil
}
