package workers

import (
	"context"
	"time"

	"shiming/flows"
)

// ocrLimit is the OCR's limit: OCRPerSecond calls a second for the whole tenant.
func (w *Workers) ocrLimit(ctx context.Context) flows.ExactLimit {
	return flows.ExactLimit{Key: w.engine.LimitKey(ctx, "ocr", ""), Calls: w.OCRPerSecond, Window: time.Second}
}

// caseShare is the part of the OCR's limit that one case may use after its first photos: a fifth.
const caseShare = 5

// ocrCaseLimit is the limit of one case at the OCR, so that somebody who sends a hundred photos leaves most of the OCR to
// others. Three pairs of photos are read at once. A case at its limit is put off.
func (w *Workers) ocrCaseLimit(caseID string) flows.BurstLimit {
	return flows.BurstLimit{
		Key:     "ocr_case/" + caseID,
		Every:   time.Second * caseShare * flows.PhotosAtOnce / time.Duration(w.OCRPerSecond),
		Burst:   3,
		MaxWait: time.Millisecond,
	}
}

// fetchCaseLimit is the limit of one case for fetched photos, on all instances together: somebody who sends a hundred
// photos leaves the processors to others. Three pairs of photos are fetched at once, others about as fast as somebody
// takes them. A case at its limit is put off.
func fetchCaseLimit(caseID string) flows.BurstLimit {
	return flows.BurstLimit{
		Key:     "fetch_case/" + caseID,
		Every:   3 * time.Second,
		Burst:   6,
		MaxWait: time.Millisecond,
	}
}

// Feishu limits each of its message APIs for each tenant to 1000 calls a minute and 50 a second (pages 发送消息,
// 更新已发送的消息卡片). Sixteen a second with a burst of thirty keep both limits.
const (
	messageInterval = time.Second / 16
	messageBurst    = 30
)

// messageSlots is how many messages of one tenant of a marketplace app may wait for the rate limiter at a time.
const messageSlots = 6

// messageLimit is the limit of one message API: create, reply or patch.
func (w *Workers) messageLimit(ctx context.Context, api string) flows.BurstLimit {
	key := w.engine.LimitKey(ctx, "message", api)
	return flows.BurstLimit{Key: key, Every: messageInterval, Burst: messageBurst}
}

// Feishu takes five messages a second for one person or group, and five changes a second of one message.
const perReceiver = time.Second / 4

// receiverLimit is the limit of new messages to one person or group.
func receiverLimit(id string) flows.BurstLimit {
	return flows.BurstLimit{Key: "to/" + id, Every: perReceiver, Burst: 1}
}

// patchLimit is the limit of changes of one message.
func patchLimit(messageID string) flows.BurstLimit {
	return flows.BurstLimit{Key: "patch/" + messageID, Every: perReceiver, Burst: 2}
}

// receiverSlots is how many messages to one receiver may wait for the rate limiter at a time. One is being sent while the next waits for its slot, so that the receiver's limit is used.
const receiverSlots = 2

// waitToPost waits until a new message may be posted to a person or group. A job whose receiver has many messages under
// way is deferred instead, so that the messages of others pass.
func (w *Workers) waitToPost(ctx context.Context, api, to string) error {
	release, err := w.acquireTenantSlot(ctx, "message", messageSlots, messageInterval)
	if err != nil {
		return err
	}
	defer release()
	releaseReceiver, err := w.acquireSlot("to/"+to, receiverSlots, perReceiver)
	if err != nil {
		return err
	}
	defer releaseReceiver()
	return w.engine.Store.Wait(ctx, w.messageLimit(ctx, api), receiverLimit(to))
}

// waitToPatch waits until a message may be changed.
func (w *Workers) waitToPatch(ctx context.Context, messageID string) error {
	release, err := w.acquireTenantSlot(ctx, "message", messageSlots, messageInterval)
	if err != nil {
		return err
	}
	defer release()
	return w.engine.Store.Wait(ctx, w.messageLimit(ctx, "patch"), patchLimit(messageID))
}

// callLimit is the limit of any other of Feishu's APIs. Each allows a tenant 1000 calls a minute and 50 a second (page
// 频控策略).
func (w *Workers) callLimit(ctx context.Context, api string) flows.BurstLimit {
	return flows.BurstLimit{Key: w.engine.LimitKey(ctx, api, ""), Every: messageInterval, Burst: messageBurst}
}

// APIs with a callLimit.
const (
	apiDownload  = "download"
	apiDirectory = "directory"
	apiImage     = "image"
	apiFile      = "file"
	apiRecall    = "recall"
	apiUrgent    = "urgent"

	apiDepartment = "department"
	apiChat       = "chat"

	// The directory's lists, each an API of its own.
	apiChildren   = "department_children"
	apiPeopleOf   = "department_people"
	apiRange      = "directory_range"
	apiFindPeople = "find_people"
	apiPeople     = "people"
	apiChats      = "chats"
	apiMembers    = "members"
)
