package workers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// ask presses the button that makes a file. choice holds pairs of a field and a value.
func ask(w *workerstest.Harness, openID string, choice ...string) flows.Answer {
	w.T.Helper()
	return w.Click(openID, &flows.Case{}, cards.ActExport, choice...)
}

// exportsOf returns the ledger of an admin.
func exportsOf(w *workerstest.Harness, openID string) (list []*flows.Export) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		list, err = v.ExportsOf(w.T.Context(), workerstest.Tenant, openID, time.Time{})
		return err
	}))
	return list
}

// lastExport returns the newest export of ou_hr1 and ends the test if it is in another state.
func lastExport(w *workerstest.Harness, state flows.ExportState) *flows.Export {
	w.T.Helper()
	list := exportsOf(w, "ou_hr1")
	if len(list) == 0 || list[len(list)-1].State != state {
		w.T.Fatalf("got the exports %+v, want the last one %s", list, state)
	}
	return list[len(list)-1]
}

// rowsOf reads the uploaded file with this number.
func rowsOf(w *workerstest.Harness, i int) [][]string {
	w.T.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(w.Messenger.Files[i].Content))
	w.Must(err)
	defer func() { _ = book.Close() }()
	rows, err := book.GetRows(book.GetSheetName(0))
	w.Must(err)
	return rows
}

// files returns the messages to a person that hold a file.
func files(w *workerstest.Harness, openID string) (n int) {
	for _, m := range w.Messenger.SentTo(openID) {
		if strings.Contains(m.Current(), `"file_key"`) {
			n++
		}
	}
	return n
}

// listedIn returns the exports that the audit chain of a case names.
func listedIn(w *workerstest.Harness, c *flows.Case) (exports []string) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) error {
		rows, err := v.AuditOf(w.T.Context(), c.ID)
		for _, r := range rows {
			if r.Event == flows.EventExported {
				exports = append(exports, r.Detail["export"])
			}
		}
		return err
	}))
	return exports
}

// TestExport: the choices come on the word, the file goes to the admin who asked, is on record with its hash in the
// ledger and in each listed chain, and is recalled within a day.
func TestExport(t *testing.T) {
	w := workerstest.New(t)
	waits := w.PutCase(flows.AwaitingReview, "ou_1")
	done := w.PutCase(flows.Done, "ou_2")
	w.Say("ou_hr1", "导出")
	w.RunJobs(flows.JobReply)
	if sent := w.Messenger.SentTo("ou_hr1"); len(sent) != 1 || !workerstest.Shows(sent[0].Current(), "export.title") {
		t.Fatalf("got %d cards on the word, want the choices", len(sent))
	}
	w.CheckAnswer(ask(w, "ou_hr1", "export_people", cards.ExportHR, "export_language", "en"), "export_begun")
	w.RunJobs(flows.JobExport, flows.JobReply)
	x := lastExport(w, flows.ExportSent)
	if n := files(w, "ou_hr1"); n != 1 || len(w.Messenger.Files) != 1 {
		t.Fatalf("%d messages with a file and %d uploads, want one", n, len(w.Messenger.Files))
	}
	file := w.Messenger.Files[0]
	if !strings.HasPrefix(file.Name, "Registrations-") || x.Rows != 1 || x.Bytes != len(file.Content) ||
		len(x.SHA256) != 64 {
		t.Errorf("got %q and %+v, want an English file of one person on record", file.Name, x)
	}
	rows := rowsOf(w, 0)
	if len(rows) != 2 || !slices.Contains(rows[1], waits.ID) || !slices.Contains(rows[1], "In review") {
		t.Errorf("got %q, want the case that waits for HR", rows)
	}
	for _, secret := range []string{flows.SampleName, flows.SampleNumber, flows.SampleMobile} {
		if strings.Contains(fmt.Sprint(rows), secret) {
			t.Error("got something personal in full, want it masked")
		}
	}
	if got := listedIn(w, waits); !slices.Equal(got, []string{x.ID}) {
		t.Errorf("got the exports %v in the chain of the listed case, want %s", got, x.ID)
	}
	if got := listedIn(w, done); got != nil {
		t.Errorf("got the exports %v in the chain of a case that is not listed", got)
	}
	w.Must(w.Store.VerifyChain(t.Context(), waits.ID))
	card := w.Messenger.SentTo("ou_hr1")
	if !workerstest.Shows(card[len(card)-1].Current(), "exported.title") {
		t.Error("got no card that says what the file holds")
	}
	w.Say("ou_1", "我的资料")
	w.RunJobs(flows.JobReply)
	mine := w.Messenger.SentTo("ou_1")
	if !workerstest.Shows(mine[len(mine)-1].Current(), "looked.export") {
		t.Error("got no export in 我的资料, want it listed")
	}
	w.Advance(flows.ExportKept - time.Minute)
	w.RunJobs(flows.JobRecallExport)
	lastExport(w, flows.ExportSent)
	w.Advance(time.Minute)
	w.RunJobs(flows.JobRecallExport)
	if x := lastExport(w, flows.ExportRecalled); !slices.Contains(w.Messenger.Recalled, x.MessageID) {
		t.Errorf("recalled %v, want %s", w.Messenger.Recalled, x.MessageID)
	}
}

// TestExportOfNobody: no file is made, and the admin hears it.
func TestExportOfNobody(t *testing.T) {
	w := workerstest.New(t)
	w.PutCase(flows.AwaitingReview, "ou_1")
	ask(w, "ou_hr1", "export_people", cards.ExportDone)
	w.RunJobs(flows.JobExport, flows.JobReply)
	lastExport(w, flows.ExportEmpty)
	if told(w, "ou_hr1", flows.NoticeExportEmpty) != 1 || len(w.Messenger.Files) != 0 {
		t.Errorf("%d uploads, want none and a notice", len(w.Messenger.Files))
	}
}

// TestExportRefusals: who gets no file, and why.
func TestExportRefusals(t *testing.T) {
	w := workerstest.New(t)
	w.PutCase(flows.AwaitingReview, "ou_1")
	w.CheckAnswer(ask(w, "ou_1"), "not_allowed")
	w.CheckAnswer(ask(w, "ou_hr1", "export_people", "everything"), "bad_request")
	w.CheckAnswer(ask(w, "ou_hr1", "export_department", "od-1' OR 1=1"), "bad_request")
	w.CheckAnswer(ask(w, "ou_hr1", "export_language", "fr"), "bad_request")
	w.CheckAnswer(ask(w, "ou_hr1"), "export_begun")
	w.CheckAnswer(ask(w, "ou_hr1"), "export_running")
	w.CheckAnswer(ask(w, "ou_hr2"), "export_begun")
	for i := range flows.MaxExports - 1 {
		w.RunJobs(flows.JobExport)
		w.Advance(time.Minute)
		if i < flows.MaxExports-1 {
			w.CheckAnswer(ask(w, "ou_hr1"), "export_begun")
		}
	}
	w.RunJobs(flows.JobExport, flows.JobReply)
	for range 2 {
		w.CheckAnswer(ask(w, "ou_hr1"), "export_limit", "n", fmt.Sprint(flows.MaxExports))
	}
	w.RunJobs(flows.JobReply)
	if n := told(w, "ou_hr2", flows.NoticeManyExports); n != 1 {
		t.Errorf("the other admin was told %d times, want once", n)
	}
	if n := told(w, "ou_hr1", flows.NoticeManyExports); n != 0 {
		t.Errorf("who exports was told %d times", n)
	}
	w.Advance(flows.ExportsWindow)
	w.CheckAnswer(ask(w, "ou_hr1"), "export_begun")
}

// TestExportAfterTheAdminLeft: who is no admin any more when the file is made, or when it is sent, gets nothing.
func TestExportAfterTheAdminLeft(t *testing.T) {
	for _, when := range []string{"before the file", "before the message"} {
		t.Run(when, func(t *testing.T) {
			w := workerstest.New(t)
			w.PutCase(flows.AwaitingReview, "ou_1")
			ask(w, "ou_hr1")
			leave := func() { w.Engine.Policy.Admins = []string{"ou_hr2"} }
			if when == "before the file" {
				leave()
			} else {
				w.Messenger.FileFunc = func(context.Context, string, []byte) (string, error) { leave(); return "", nil }
			}
			w.RunJobs(flows.JobExport, flows.JobReply)
			lastExport(w, flows.ExportWithdrawn)
			if n := len(w.Messenger.SentTo("ou_hr1")); n != 0 {
				t.Errorf("got %d messages, want none", n)
			}
			w.Advance(flows.ExportKept)
			w.RunJobs(flows.JobRecallExport)
			lastExport(w, flows.ExportWithdrawn)
		})
	}
}

// TestExportKilled: a process dies at a point of the way, another goes on. Nobody gets two files.
func TestExportKilled(t *testing.T) {
	died := errors.New("killed")
	for name, c := range map[string]struct {
		arrange func(w *workerstest.Harness)
		uploads int
	}{
		"while the file is made": {func(w *workerstest.Harness) {
			w.Messenger.FileFunc = func(context.Context, string, []byte) (string, error) { return "", died }
		}, 1},
		"between upload and message": {func(w *workerstest.Harness) {
			w.Messenger.SendFileFunc = func(context.Context, flows.Receiver, string, string) (string, error) { return "", died }
		}, 1},
		"after the message": {func(w *workerstest.Harness) {
			w.Messenger.SendFileFunc = func(_ context.Context, to flows.Receiver, key, uuid string) (string, error) {
				w.Messenger.Post(to, []byte(`{"file_key":"`+key+`"}`), uuid)
				return "", died
			}
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := workerstest.New(t)
			listed := w.PutCase(flows.AwaitingReview, "ou_1")
			ask(w, "ou_hr1")
			c.arrange(w)
			j := w.TakeJob(flows.JobExport)
			if err := w.Run(t.Context(), j); !errors.Is(err, died) {
				t.Fatalf("got %v, want the end of the process", err)
			}
			w.Messenger.FileFunc, w.Messenger.SendFileFunc = nil, nil
			w.Advance(10 * time.Minute)
			w.Must(w.Run(t.Context(), j))
			w.Must(w.Run(t.Context(), j)) // a job may run once more
			lastExport(w, flows.ExportSent)
			if n := files(w, "ou_hr1"); n != 1 || len(w.Messenger.Files) != c.uploads {
				t.Errorf("%d files in the chat and %d uploads, want 1 and %d", n, len(w.Messenger.Files), c.uploads)
			}
			if n := len(listedIn(w, listed)); n != 1 {
				t.Errorf("%d rows in the chain, want one", n)
			}
		})
	}
}

// TestExportOfALostAnswer: whether the message arrived cannot be asked after an hour. Nothing is sent again, and the
// admin hears what to do.
func TestExportOfALostAnswer(t *testing.T) {
	w := workerstest.New(t)
	w.PutCase(flows.AwaitingReview, "ou_1")
	ask(w, "ou_hr1")
	w.Messenger.SendFileFunc = func(context.Context, flows.Receiver, string, string) (string, error) {
		return "", &workerstest.UpstreamError{Class: "retry", Code: "504", IsTemporary: true, MayHaveApplied: true}
	}
	w.RunJobs(flows.JobExport)
	lastExport(w, flows.ExportSending)
	w.Messenger.SendFileFunc = nil
	w.Advance(2 * time.Hour)
	w.RunJobs(flows.JobExport, flows.JobReply)
	lastExport(w, flows.ExportUnknown)
	if n := files(w, "ou_hr1"); n != 0 || told(w, "ou_hr1", flows.NoticeExportUnknown) != 1 {
		t.Errorf("%d files, want none, and a notice", n)
	}
	w.CheckAnswer(ask(w, "ou_hr1"), "export_begun")
}

// TestExportOutsideTheTenant: an admin of a tenant gets its people only.
func TestExportOutsideTheTenant(t *testing.T) {
	w := workerstest.New(t)
	w.PutCase(flows.AwaitingReview, "ou_1")
	w.PutCase(flows.AwaitingReview, "ou_2", func(c *flows.Case) { c.TenantKey = "tenant-2" })
	ask(w, "ou_hr1")
	w.RunJobs(flows.JobExport)
	if rows := rowsOf(w, 0); len(rows) != 2 || !slices.Contains(rows[1], "ou_1") {
		t.Errorf("got %q, want the person of this tenant", rows)
	}
}

// TestRecallOfExports: how the time of a file ends, by what Feishu says to the recall.
func TestRecallOfExports(t *testing.T) {
	for name, c := range map[string]struct {
		says  []error
		state flows.ExportState
	}{
		"recalled":         {nil, flows.ExportRecalled},
		"recalled already": {[]error{refused("230110")}, flows.ExportRecalled},
		"outage":           {[]error{workerstest.RetryLater(), workerstest.RetryLater()}, flows.ExportRecalled},
		"no permission":    {[]error{workerstest.NoScope()}, flows.ExportRecalled},
		"too old":          {[]error{refused("230009")}, flows.ExportLeft},
		"not ours":         {[]error{&workerstest.UpstreamError{Class: "bug", Code: "230026"}}, flows.ExportLeft},
	} {
		t.Run(name, func(t *testing.T) {
			w := workerstest.New(t)
			w.PutCase(flows.AwaitingReview, "ou_1")
			ask(w, "ou_hr1")
			w.RunJobs(flows.JobExport)
			says := c.says
			w.Messenger.RecallFunc = func(context.Context, string) error {
				if len(says) == 0 {
					return nil
				}
				err := says[0]
				says = says[1:]
				return err
			}
			w.Advance(flows.ExportKept)
			for range 4 {
				w.RunJobs(flows.JobRecallExport, flows.JobReply)
				w.Advance(flows.ProbeEvery)
			}
			lastExport(w, c.state)
			for _, admin := range []string{"ou_hr1", "ou_hr2"} {
				want := 0
				if c.state == flows.ExportLeft {
					want = 1
				}
				if n := told(w, admin, flows.NoticeExportLeft); n != want {
					t.Errorf("%s was told %d times, want %d", admin, n, want)
				}
			}
		})
	}
}

// TestExportOfACampaign: its people with their progress, and the numbers of its card by department.
func TestExportOfACampaign(t *testing.T) {
	w := workerstest.New(t)
	ctx := t.Context()
	begun := w.PutCase(flows.AwaitingReview, "ou_1")
	c := &flows.Campaign{ID: "019a1b2c-3d4e-7f50-8a61-0123456789ab", TenantKey: workerstest.Tenant, By: "ou_hr1",
		State: flows.CampaignRunning, Target: flows.CampaignTarget{Kind: flows.TargetEveryone}, MadeAt: w.Now()}
	people := []flows.CampaignPerson{
		{OpenID: "ou_1", Department: "od-1", Status: flows.PersonInvite},
		{OpenID: "ou_2", Department: "od-1", Status: flows.PersonInvite},
		{OpenID: "ou_3", Status: flows.PersonUnreachable, Code: flows.CodeLeft},
	}
	w.Must(w.Store.Tx(ctx, func(tx flows.Tx) error {
		if err := tx.PutDepartment(ctx, c.TenantKey, flows.Department{ID: "od-1", Name: "=销售部"}); err != nil {
			return err
		}
		if err := tx.InsertCampaign(ctx, c); err != nil {
			return err
		}
		if _, err := tx.PutCampaignPeople(ctx, c, people); err != nil {
			return err
		}
		for _, p := range people[:2] {
			p.SentAt, p.MessageID, p.Chases = w.Now(), "om_"+p.OpenID, 1
			if err := tx.UpdateCampaignPerson(ctx, c.ID, p); err != nil {
				return err
			}
		}
		_, err := tx.NoteStep(ctx, c.TenantKey, "ou_1", flows.StepStarted, w.Now())
		return err
	}))
	w.CheckAnswer(w.Click("ou_hr1", &flows.Case{ID: c.ID}, cards.ActExport, "to", cards.ToOpen), "working")
	w.RunJobs(flows.JobReply)
	sent := w.Messenger.SentTo("ou_hr1")
	if card := sent[len(sent)-1].Current(); !workerstest.Shows(card, "export.campaign") {
		t.Errorf("got %s, want the choices for the campaign", card)
	}
	w.CheckAnswer(w.Click("ou_hr1", &flows.Case{ID: c.ID}, cards.ActExport, "export_language", "en"), "export_begun")
	w.RunJobs(flows.JobExport)
	if x := lastExport(w, flows.ExportSent); x.Rows != 3 || x.Filter.Campaign != c.ID {
		t.Errorf("got %+v on record, want the three people of the campaign", x)
	}
	book, err := excelize.OpenReader(bytes.NewReader(w.Messenger.Files[0].Content))
	w.Must(err)
	defer func() { _ = book.Close() }()
	rows, err := book.GetRows("People")
	w.Must(err)
	if len(rows) != 4 || rows[1][2] != "Under way" || rows[2][2] != "Invited, not begun" ||
		rows[3][2] != "Cannot be reached" ||
		rows[1][10] != begun.ID || rows[1][1] != "'=销售部" || rows[2][8] != "1" || rows[2][11] != "ou_2" {
		t.Errorf("got %q, want each person with the progress", rows)
	}
	numbers, err := book.GetRows("Departments")
	w.Must(err)
	want := [][]string{{"'=销售部", "2", "2", "", "1", "0", "0"}, {"Total", "2", "2", "", "1", "0", "0"}}
	for i, row := range want {
		if len(numbers) != 3 || !slices.Equal(numbers[i+1], row) {
			t.Errorf("got the numbers %q, want %q", numbers, want)
		}
	}
	if got := listedIn(w, begun); len(got) != 1 {
		t.Errorf("got %v in the chain of the listed case, want the export", got)
	}
	for _, id := range []string{"019a1b2c-3d4e-7f50-8a61-0123456789ff", begun.ID} {
		w.Advance(flows.ExportsWindow)
		w.CheckAnswer(w.Click("ou_hr1", &flows.Case{ID: id}, cards.ActExport), "bad_request")
	}
}
