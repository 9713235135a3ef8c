package workers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"shiming/export"
	"shiming/flows"
)

// errTooLarge says that more people are meant than a file holds.
var errTooLarge = errors.New("workers: too many people for one file")

// listedCase is what is kept of a row until its chain is written: id and state, in 17 bytes.
type listedCase struct {
	caseID uuid.UUID
	state  uint8 // index in flows.States
}

// exportRowBytes is about what a person takes in a file.
const exportRowBytes = 112

// roomFor returns how large a file of this many people will be at most. A buffer that grows by doubling would need up
// to three times as much memory.
func roomFor(people int) (bytes int) { return people*exportRowBytes + 64<<10 }

// countListed returns how many people the file will hold at most.
func (w *Workers) countListed(ctx context.Context, x *flows.Export) (people int, err error) {
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		counts, err := v.CountByState(ctx, x.TenantKey)
		for _, s := range x.Filter.States() {
			people += counts[s] // more than one case of a person counts more than once
		}
		people = min(people, w.ExportRows)
		return err
	})
	return people, err
}

// writeExport writes the file page by page. It returns the listed cases, the number of people, and the hash of the
// file.
func (w *Workers) writeExport(
	ctx context.Context, x *flows.Export, out *bytes.Buffer,
) (listed []listedCase, people int, sum string, err error) {
	most, err := w.countListed(ctx, x)
	if err != nil {
		return nil, 0, "", err
	}
	out.Grow(roomFor(most))
	listed = make([]listedCase, 0, most)
	file, err := export.NewFile(out, x.Language)
	if err != nil {
		return nil, 0, "", err
	}
	for after := ""; ; {
		var rows []flows.ExportRow
		err = w.engine.Store.View(ctx, func(v flows.View) (err error) {
			rows, after, err = v.ExportPage(ctx, x.TenantKey, x.Filter, x.AskedAt, after, exportPage)
			return err
		})
		if err != nil {
			return nil, 0, "", err
		}
		if err := file.Add(rows...); err != nil {
			return nil, 0, "", err
		}
		for _, r := range rows {
			if listed, err = listCase(listed, r); err != nil {
				return nil, 0, "", err
			}
		}
		if len(listed) > w.ExportRows {
			return nil, 0, "", errTooLarge
		}
		if after == "" {
			break
		}
	}
	sum, err = file.Close()
	return listed, file.Rows(), sum, err
}

// listCase appends the case of a row.
func listCase(listed []listedCase, r flows.ExportRow) ([]listedCase, error) {
	id, err := uuid.Parse(r.CaseID)
	if err != nil {
		return nil, fmt.Errorf("workers: id of a case: %w", err)
	}
	return append(listed, listedCase{id, uint8(slices.Index(flows.States, r.State))}), nil
}
