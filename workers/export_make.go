package workers

import (
	"bytes"
	"context"
	"errors"
	"runtime/debug"
	"slices"

	"shiming/export"
	"shiming/flows"
)

// madeExport is what is left of a file when it is uploaded.
type madeExport struct {
	listed  []listedCase // in the order of their case ids
	people  int
	bytes   int
	sum     string // SHA-256 in hex
	fileKey string
}

// makeAndUpload makes the file, uploads it, puts the look on record in the chain of each listed case, and moves the
// export on. An export of nobody, or of too many people, ends here.
func (w *Workers) makeAndUpload(ctx context.Context, x *flows.Export) error {
	made, err := w.uploadExport(ctx, x)
	if made == nil || err != nil {
		return err
	}
	if made.bytes > largeExport {
		// The file is garbage from here on. The chains fill the caches of the database, and both together would be the
		// largest resident set of the export.
		debug.FreeOSMemory()
	}
	for rows := range slices.Chunk(made.listed, exportAudit) {
		// A process that dies in the middle writes some of them again, under the same export.
		err := w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
			out := make([]flows.AuditRow, 0, len(rows))
			for _, r := range rows {
				out = append(out, x.Exported(r.caseID.String(), flows.States[r.state], made.sum, w.engine.Now()))
			}
			return tx.AuditEach(ctx, out)
		})
		if err != nil {
			return err
		}
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		now, err := tx.Export(ctx, x.ID)
		if err != nil || now.State != flows.ExportMaking {
			return err
		}
		now.State, now.FileKey, now.SHA256 = flows.ExportSending, made.fileKey, made.sum
		now.Rows, now.Bytes = made.people, made.bytes
		*x = *now
		if err := tx.PutExport(ctx, x); err != nil {
			return err
		}
		recall := flows.RecallExport(x.TenantKey, x.ID, w.engine.Now().Add(flows.ExportKept))
		return w.engine.Enqueue(ctx, tx, "recall/export/"+x.ID, recall)
	})
}

// largeExport is from how many bytes on the memory of a file is returned to the system at once.
const largeExport = 1 << 20

// uploadExport makes and uploads the file, and keeps nothing of it. made is nil if the export has ended.
func (w *Workers) uploadExport(ctx context.Context, x *flows.Export) (made *madeExport, err error) {
	var file bytes.Buffer
	write := w.writeExport
	if x.Filter.Campaign != "" {
		write = w.writeCampaign
	}
	listed, people, sum, err := write(ctx, x, &file)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, w.endExport(ctx, x, flows.ExportTooLarge, flows.NoticeExportTooLarge)
	case err != nil:
		return nil, err
	case file.Len() > w.ExportBytes:
		return nil, w.endExport(ctx, x, flows.ExportTooLarge, flows.NoticeExportTooLarge)
	case people == 0:
		return nil, w.endExport(ctx, x, flows.ExportEmpty, flows.NoticeExportEmpty)
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiFile)); err != nil {
		return nil, err
	}
	key, err := w.Messenger.UploadFile(ctx, export.Name(x), file.Bytes())
	if err != nil {
		return nil, err
	}
	// Chains are stored by case id. In this order the database reads each of its pages once.
	slices.SortFunc(listed, func(a, b listedCase) int { return bytes.Compare(a.caseID[:], b.caseID[:]) })
	return &madeExport{listed: listed, people: people, bytes: file.Len(), sum: sum, fileKey: key}, nil
}
