package workers

import (
	"context"
	"time"

	"shiming/flows"
)

// ocrPace is the OCR's limit: so many a second for the whole tenant.
func (w *Workers) ocrLimit(ctx context.Context) flows.ExactLimit {
	return flows.ExactLimit{Key: w.engine.LimitKey(ctx, "ocr", ""), Calls: w.OCRPerSecond, Window: time.Second}
}

// Feishu's limits of its message APIs, each API and tenant by itself: 1000 a minute and 50 a second
// (pages 发送消息, 更新已发送的消息卡片). Sixteen a second with a burst of thirty keeps both.
const messageInterval = time.Second / 16

// messagePlaces is how many messages of one tenant of several may wait for their slots at a time.
const messageSlots = 6

func (w *Workers) messageLimit(ctx context.Context, api string) flows.BurstLimit {
	return flows.BurstLimit{Key: w.engine.LimitKey(ctx, "message", api), Every: messageInterval, Burst: 30}
}

// Five a second to one person, to one group, and on one message.
func receiverLimit(id string) flows.BurstLimit {
	return flows.BurstLimit{Key: "to/" + id, Every: time.Second / 4, Burst: 1}
}

func patchLimit(audience, messageID string) flows.BurstLimit {
	l := flows.BurstLimit{Key: "patch/" + messageID, Every: time.Second / 4, Burst: 2}
	if audience == flows.AudienceBoard {
		l.Every = 2 * time.Second // everybody looks at it, nobody that closely
	}
	return l
}

// waitToPost waits for a slot to post a new message to a person or group.
func (w *Workers) waitToPost(ctx context.Context, api, to string) error {
	leave, err := w.acquireSlot(ctx, "message", messageSlots, messageInterval)
	if err != nil {
		return err
	}
	defer leave()
	return w.engine.Store.Wait(ctx, w.messageLimit(ctx, api), receiverLimit(to))
}

// waitToPatch waits for a slot to change a message.
func (w *Workers) waitToPatch(ctx context.Context, audience, messageID string) error {
	leave, err := w.acquireSlot(ctx, "message", messageSlots, messageInterval)
	if err != nil {
		return err
	}
	defer leave()
	return w.engine.Store.Wait(ctx, w.messageLimit(ctx, "patch"), patchLimit(audience, messageID))
}
