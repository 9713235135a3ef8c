package workers

import (
	"context"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// Rates of a run; it has the night for itself and takes little of it. Each tenant has a directory of
// its own, e签宝 is one account for all.
func (w *Workers) directoryLimit(ctx context.Context) flows.BurstLimit {
	return flows.BurstLimit{Key: w.engine.LimitKey(ctx, "reconcile", "directory"), Every: time.Second / 10, Burst: 1}
}

var fileStatusLimit = flows.BurstLimit{Key: "reconcile/esign", Every: time.Second / 5, Burst: 1}

// Codes of the directory (page 获取单个用户信息) that say that a person is not there for us:
// 41012 no such id, 41050 outside the range that the app may see, which is where people go who
// leave. The class "gone" has the gateway's codes for an id that is not known.
var codesNotInDirectory = map[string]bool{"41012": true, "41050": true}

// personGone asks Feishu's directory. The failure has a class if there was no answer.
func (w *Workers) personGone(ctx context.Context, openID string) (gone bool, t failure.Details, err error) {
	if err := w.engine.Store.Wait(ctx, w.directoryLimit(ctx)); err != nil {
		return false, failure.Details{}, err
	}
	contact, err := w.Messenger.Contact(ctx, openID)
	if err == nil {
		return contact.Left, failure.Details{}, nil
	}
	if ctx.Err() != nil {
		return false, failure.Details{}, ctx.Err()
	}
	if t = failure.Of(err, false); t.Class == failure.Gone || codesNotInDirectory[t.Upstream] {
		return true, failure.Details{}, nil
	}
	return false, t, nil
}

// notOurs is e签宝's code for a file of another application: no use to us.
const codeForeignFile = "1430802"

// photoLost asks e签宝 for an uploaded photo. The failure has a class if there was no answer.
func (w *Workers) photoLost(ctx context.Context, fileID string) (lost bool, t failure.Details, err error) {
	if err := w.engine.Store.Wait(ctx, fileStatusLimit); err != nil {
		return false, failure.Details{}, err
	}
	status, err := w.EvidenceClient.FileStatus(ctx, fileID)
	if err == nil {
		return !status.Usable(), failure.Details{}, nil // it was usable when its upload was recorded
	}
	if ctx.Err() != nil {
		return false, failure.Details{}, ctx.Err()
	}
	if t = failure.Of(err, false); t.Class == failure.FileLost || t.Upstream == codeForeignFile {
		return true, failure.Details{}, nil
	}
	return false, t, nil
}
