package workers

import (
	"context"

	"golang.org/x/sync/semaphore"

	"shiming/flows"
)

// Photos in memory are bounded by their bytes, whatever their number and size: the others wait in
// Feishu or, sealed, in the store. Those on their way in and those on their way out have a share
// each, so that neither waits for the other. What is being downloaded is bounded by the queue.
const (
	inboundBytes  = 32 << 20
	outboundBytes = 64 << 20
)

// photoBudget is one of the shares.
type photoBudget struct {
	total int64
	free  *semaphore.Weighted
}

func newPhotoBudget(total int64) photoBudget { return photoBudget{total, semaphore.NewWeighted(total)} }

// take waits until so many bytes are free and returns how to give back a part of them, or what
// is left of them.
func (m photoBudget) acquire(ctx context.Context, bytes int) (give func(part int), rest func(), err error) {
	held := min(int64(bytes), m.total)
	if err := m.free.Acquire(ctx, held); err != nil {
		return nil, nil, err
	}
	give = func(part int) {
		p := min(int64(part), held)
		held -= p
		m.free.Release(p)
	}
	return give, func() { give(bytes) }, nil
}

// picture loads a photo. The caller calls leave when it needs it no more.
func (w *Workers) loadPicture(ctx context.Context, caseID string, p *flows.Photo) (jpeg []byte, leave func(), err error) {
	size := p.Bytes
	if size == 0 {
		size = 4 << 20 // stored by a version that did not say
	}
	give, leave, err := w.outbound.acquire(ctx, 2*size)
	if err != nil {
		return nil, nil, err
	}
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		jpeg, err = v.Picture(ctx, caseID, p.ID)
		return err
	})
	if err != nil {
		leave()
		return nil, nil, err
	}
	give(size) // the sealed one
	return jpeg, leave, nil
}
