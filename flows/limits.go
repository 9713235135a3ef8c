package flows

import (
	"context"
	"time"
)

// ocrPace is the OCR's limit: so many a second for the whole tenant.
func (e *Engine) ocrPace() Pace {
	return Pace{Key: "ocr", Calls: e.OCRPerSecond, Window: time.Second}
}

// Feishu's limits of its message APIs, each API by itself: 1000 a minute and 50 a second
// (pages 发送消息, 更新已发送的消息卡片). Sixteen a second with a burst of thirty keeps both.
func messageLimit(api string) Limit {
	return Limit{Key: "message/" + api, Every: time.Second / 16, Burst: 30}
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
	return e.Store.Wait(ctx, messageLimit(api), receiverLimit(to))
}

// mayPatch waits for a slot to change a message, and for a click on it to be answered.
func (e *Engine) mayPatch(ctx context.Context, s *Surface, messageID string) error {
	if err := e.Store.Wait(ctx, messageLimit("patch"), patchLimit(s, messageID)); err != nil {
		return err
	}
	e.Chat.Settle(ctx, messageID)
	return nil
}
