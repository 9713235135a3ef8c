package flows

import (
	"context"
	"time"
)

// ocrPace is the OCR's limit: so many a second for the whole tenant.
func (e *Engine) ocrPace(ctx context.Context) Pace {
	return Pace{Key: e.limitKey(ctx, "ocr", ""), Calls: e.OCRPerSecond, Window: time.Second}
}

// Feishu's limits of its message APIs, each API and tenant by itself: 1000 a minute and 50 a second
// (pages 发送消息, 更新已发送的消息卡片). Sixteen a second with a burst of thirty keeps both.
const messageEvery = time.Second / 16

// messagePlaces is how many messages of one tenant of several may wait for their slots at a time.
const messagePlaces = 6

func (e *Engine) messageLimit(ctx context.Context, api string) Limit {
	return Limit{Key: e.limitKey(ctx, "message", api), Every: messageEvery, Burst: 30}
}

// Five a second to one person, to one group, and on one message.
func receiverLimit(id string) Limit {
	return Limit{Key: "to/" + id, Every: time.Second / 4, Burst: 1}
}

func patchLimit(s *Surface, messageID string) Limit {
	l := Limit{Key: "patch/" + messageID, Every: time.Second / 4, Burst: 2}
	if s.Audience == toBoard {
		l.Every = 2 * time.Second // everybody looks at it, nobody that closely
	}
	return l
}

// mayPost waits for a slot to post a new message to a person or group.
func (e *Engine) mayPost(ctx context.Context, api, to string) error {
	leave, err := e.take(ctx, "message", messagePlaces, messageEvery)
	if err != nil {
		return err
	}
	defer leave()
	return e.Store.Wait(ctx, e.messageLimit(ctx, api), receiverLimit(to))
}

// mayPatch waits for a slot to change a message.
func (e *Engine) mayPatch(ctx context.Context, s *Surface, messageID string) error {
	leave, err := e.take(ctx, "message", messagePlaces, messageEvery)
	if err != nil {
		return err
	}
	defer leave()
	return e.Store.Wait(ctx, e.messageLimit(ctx, "patch"), patchLimit(s, messageID))
}
