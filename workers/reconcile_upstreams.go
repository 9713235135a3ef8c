package workers

import (
	"context"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// The limits of a run leave most of the platforms' capacity to other work. Each tenant has a directory of its own, but
// all tenants share one account at e签宝.
const (
	directoryInterval  = time.Second / 10
	fileStatusInterval = time.Second / 5
)

// directoryLimit is the limit of a tenant's run at Feishu's directory.
func (w *Workers) directoryLimit(ctx context.Context) flows.BurstLimit {
	key := w.engine.LimitKey(ctx, "reconcile", "directory")
	return flows.BurstLimit{Key: key, Every: directoryInterval, Burst: 1}
}

// fileStatusLimit is the limit of all runs at e签宝.
var fileStatusLimit = flows.BurstLimit{Key: "reconcile/esign", Every: fileStatusInterval, Burst: 1}

// codesNotInDirectory are the directory's codes for a person whom the app cannot see (page 获取单个用户信息): 41012 the id does
// not exist, 41050 the person is outside the range that the app may see. People who leave the company go there. The
// class Gone covers the gateway's codes for an unknown id.
var codesNotInDirectory = map[string]bool{"41012": true, "41050": true}

// personGone asks Feishu's directory whether the person has left. d has a class if the directory gave no answer. err is
// set if the run itself cannot go on.
func (w *Workers) personGone(ctx context.Context, openID string) (gone bool, d failure.Details, err error) {
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiDirectory), w.directoryLimit(ctx)); err != nil {
		return false, failure.Details{}, err
	}
	contact, err := w.Messenger.Contact(ctx, openID)
	if err == nil {
		return contact.Left, failure.Details{}, nil
	}
	if ctx.Err() != nil {
		return false, failure.Details{}, ctx.Err()
	}
	d = failure.Of(err, false)
	if d.Class == failure.Gone || codesNotInDirectory[d.Upstream] {
		return true, failure.Details{}, nil
	}
	return false, d, nil
}

// codeForeignFile is e签宝's code for a file of another application. An evidence point cannot use such a file.
const codeForeignFile = "1430802"

// photoLost asks e签宝 whether an uploaded photo can no longer be used. It was usable when its upload was recorded. The
// results are those of personGone.
func (w *Workers) photoLost(ctx context.Context, fileID string) (lost bool, d failure.Details, err error) {
	if err := w.engine.Store.Wait(ctx, fileStatusLimit); err != nil {
		return false, failure.Details{}, err
	}
	status, err := w.EvidenceClient.FileStatus(ctx, fileID)
	if err == nil {
		return !status.Usable(), failure.Details{}, nil
	}
	if ctx.Err() != nil {
		return false, failure.Details{}, ctx.Err()
	}
	d = failure.Of(err, false)
	if d.Class == failure.FileLost || d.Upstream == codeForeignFile {
		return true, failure.Details{}, nil
	}
	return false, d, nil
}
