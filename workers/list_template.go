package workers

import (
	"bytes"
	"context"

	"shiming/failure"
	"shiming/flows"
	"shiming/sheet"
)

// templateName is the name of the file that shows how a list looks.
const templateName = "邀请名单模板.xlsx"

// templateColumns are the headings of the template, which sheet.ReadFile knows.
var templateColumns = []sheet.Column{
	{Heading: "姓名", Width: 14}, {Heading: "邮箱", Width: 28}, {Heading: "手机号", Width: 16}, {Heading: "open_id", Width: 38},
	{Heading: "工号", Width: 14},
}

// listTemplate returns an XLSX file with the headings of a list and no line.
func listTemplate() ([]byte, error) {
	var file bytes.Buffer
	out, err := sheet.NewWriter(&file, sheet.Sheet{Name: "名单", Columns: templateColumns})
	if err != nil {
		return nil, err
	}
	err = out.Close()
	return file.Bytes(), err
}

// sendListTemplate sends an admin the file that shows how a list looks. It holds nobody's data. What Feishu refuses is
// not repeated: the card says the same in words.
func (w *Workers) sendListTemplate(ctx context.Context, j flows.Job) error {
	admin := j.Args[flows.ArgPerson]
	var may bool
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		may, err = w.engine.IsAdmin(ctx, v, j.Args[flows.ArgTenant], admin)
		return err
	})
	if err != nil || !may {
		return err
	}
	file, err := listTemplate()
	if err != nil {
		return err
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiFile)); err != nil {
		return err
	}
	key, err := w.Messenger.UploadFile(ctx, templateName, file)
	if err != nil {
		return w.templateUnsent(j, err)
	}
	if err := w.waitToPost(ctx, "create", admin); err != nil {
		return err
	}
	to := flows.Receiver{Type: "open_id", ID: admin}
	if _, err := w.Messenger.SendFile(ctx, to, key, messageUUID("template", j.CampaignID())); err != nil {
		return w.templateUnsent(j, err)
	}
	return nil
}

// templateUnsent tries again what may succeed later, for escalateAttempt attempts.
func (w *Workers) templateUnsent(j flows.Job, cause error) error {
	if !failure.OfPlatform(cause) {
		return cause
	}
	d := failure.Of(cause, false)
	w.logFailedCall("", d, "job", j.Kind, "campaign", j.CampaignID(), "attempt", j.Attempt)
	if d.Class != failure.Retry || j.Attempt >= escalateAttempt {
		return nil
	}
	return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "template:" + d.Code + ":" + d.Upstream}
}
