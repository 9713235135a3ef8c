package playground

import "time"

// itemQueue is the kind of the stream's item for QueueState.
const itemQueue = "queue"

// QueueState is what the page shows of the bot's waiting work.
type QueueState struct {
	Waiting  map[string]int `json:"waiting"` // jobs by queue
	Total    int            `json:"total"`
	OCR      int            `json:"ocr"` // OCR calls in the last second
	OCRLimit int            `json:"ocr_limit"`
	Refused  int            `json:"refused"` // OCR calls over the limit since the start
}

// TellQueue changes what the page shows of the bot's queue. It reports whether jobs wait or OCR calls are made.
func (pg *Server) TellQueue(waiting map[string]int) (busy bool) {
	if pg.feed == nil {
		return false
	}
	q := QueueState{Waiting: waiting, OCRLimit: pg.World.OCRPerSecond()}
	for _, n := range waiting {
		q.Total += n
	}
	second := pg.World.Now().Add(-time.Second)
	for _, c := range pg.World.Feishu.OCRCalls() {
		if c.At.After(second) {
			q.OCR++
		}
		if c.Refused {
			q.Refused++
		}
	}
	pg.feed.mu.Lock()
	defer pg.feed.mu.Unlock()
	pg.feed.queue = q
	pg.feed.markLocked(itemQueue, "")
	return q.Total > 0 || q.OCR > 0
}
