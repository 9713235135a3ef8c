package workers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/google/uuid"

	"shiming/cards"
	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
	"shiming/owncopy"
)

// maxCopyPictures bounds the pictures in a copy, in bytes of JPEG: in the JSON they are a third larger, and Feishu takes
// files of flows.MaxExportBytes.
const maxCopyPictures = 16 << 20

// writeCopy writes the copy of everything that is kept about the person who asked, as JSON or as a page.
func (w *Workers) writeCopy(
	ctx context.Context, x *flows.Export, out *bytes.Buffer,
) (listed []listedCase, people int, sum string, err error) {
	in, err := CopyInput(ctx, w.engine, x.TenantKey, x.By)
	if err != nil || len(in.Cases) == 0 {
		return nil, 0, "", err
	}
	for _, c := range in.Cases {
		id, err := uuid.Parse(c.ID)
		if err != nil {
			return nil, 0, "", err
		}
		listed = append(listed, listedCase{id, uint8(slices.Index(flows.States, c.State))})
	}
	file := owncopy.Of(in)
	make := file.JSON
	if x.Filter.People == flows.CopyPage {
		make = file.Page
	}
	raw, err := make()
	if err != nil {
		return nil, 0, "", err
	}
	out.Write(raw)
	hash := sha256.Sum256(raw)
	return listed, 1, hex.EncodeToString(hash[:]), nil
}

// CopyInput reads everything that is kept about a person.
func CopyInput(ctx context.Context, e *engine.Engine, tenantKey, openID string) (in owncopy.Input, err error) {
	in = owncopy.Input{
		Now:     e.Now(),
		Company: e.Policy.Agreement.Company,
		Tenant:  tenantKey,
		OpenID:  openID,
	}
	err = e.Store.View(ctx, func(v flows.View) (err error) {
		if in.Cases, err = v.CasesOf(ctx, tenantKey, openID); err != nil {
			return err
		}
		if in.Requests, err = v.DataRequestsOf(ctx, tenantKey, openID, flows.MaxRequests); err != nil {
			return err
		}
		in.Looks = map[string][]cards.View{}
		in.Pictures = map[string]map[string][]byte{}
		room := maxCopyPictures
		for _, c := range in.Cases {
			if in.Looks[c.ID], err = e.ViewsOf(ctx, v, c); err != nil {
				return err
			}
			if in.Pictures[c.ID], room, err = picturesOf(ctx, v, c, room); err != nil {
				return err
			}
		}
		return nil
	})
	return in, err
}

// picturesOf reads the pictures of a case that are kept, as long as there is room.
func picturesOf(ctx context.Context, v flows.View, c *flows.Case, room int) (map[string][]byte, int, error) {
	out := map[string][]byte{}
	for _, p := range c.Photos {
		jpeg, err := v.Picture(ctx, c.ID, p.ID)
		switch {
		case flows.IsNotFound(err):
		case err != nil:
			return nil, 0, err
		case len(jpeg) <= room:
			room -= len(jpeg)
			out[p.ID] = jpeg
		}
	}
	return out, room, nil
}

// copyName is the name of a file of a copy. It says nothing of the person.
func copyName(x *flows.Export) string {
	end := ".json"
	if x.Filter.People == flows.CopyPage {
		end = ".html"
	}
	return "my-data-" + x.AskedAt.In(flows.ChinaTime).Format("20060102-1504") + end
}

// copySent ends the request of a copy when both files were sent, and queues the card that says what they hold.
func (w *Workers) copySent(ctx context.Context, tx flows.Tx, x *flows.Export) error {
	r, err := tx.DataRequest(ctx, x.Request)
	if err != nil || r.State != flows.RequestOpen {
		return flows.IgnoreNotFound(err)
	}
	all, err := tx.ExportsOf(ctx, x.TenantKey, x.By, r.AskedAt.Add(-time.Millisecond))
	if err != nil {
		return err
	}
	sent := map[string]bool{}
	for _, o := range all {
		if o.Request == r.ID && o.State == flows.ExportSent {
			sent[o.Filter.People] = true
		}
	}
	for _, format := range flows.CopyFormats {
		if !sent[format] {
			return nil
		}
	}
	if err := w.engine.EndRequest(ctx, tx, r, flows.RequestFulfilled, string(flows.Bot), ""); err != nil {
		return err
	}
	return w.engine.Enqueue(ctx, tx, "copied/"+r.ID, flows.Reply(flows.ReplyExported).
		Towards(flows.Receiver{Type: "open_id", ID: x.By}).
		With(flows.ArgExport, x.ID).
		For(x.TenantKey, x.By))
}

// mayHave reports whether the file may still be sent to who asked: an admin has a list, everybody the own data.
func (w *Workers) mayHave(ctx context.Context, v flows.View, x *flows.Export) (bool, error) {
	if x.IsCopy() {
		return true, nil
	}
	return w.engine.IsAdmin(ctx, v, x.TenantKey, x.By)
}

// copyNotSent tells the person that a copy could not be sent. The request stays open: the person can press again, and
// HR sees it.
func (w *Workers) copyNotSent(ctx context.Context, x *flows.Export, d failure.Details) error {
	state := flows.ExportFailed
	if !x.SendingAt.IsZero() {
		state = flows.ExportUnknown
	}
	x.Code = d.Code
	if d.Upstream != "" {
		x.Code = d.Upstream
	}
	w.engine.Log.Error("a copy of own data was not sent", "export", x.ID, "request", x.Request, "state", state,
		"class", d.Class, "code", d.Code, "upstream", d.Upstream, "log_id", d.LogID)
	return w.endExport(ctx, x, state, flows.NoticeCopyFailed)
}
