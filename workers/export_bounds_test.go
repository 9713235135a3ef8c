package workers_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"shiming/bot"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestExportDefaults: a file holds 100,000 people and the 30 MB that Feishu takes.
func TestExportDefaults(t *testing.T) {
	w := workerstest.New(t)
	if w.ExportRows != 100_000 || w.ExportBytes != bot.MaxFileBytes {
		t.Errorf("got %d people and %d bytes, want 100000 and %d", w.ExportRows, w.ExportBytes, bot.MaxFileBytes)
	}
}

// TestExportBounds: a file of as many people and bytes as it may have is sent. One more ends the export, and the admin
// hears it.
func TestExportBounds(t *testing.T) {
	const people = 450 // three pages
	w := workerstest.New(t)
	for i := range people {
		w.PutCase(flows.AwaitingReview, fmt.Sprintf("ou_%03d", i))
	}
	export := func(end flows.ExportState) *flows.Export {
		t.Helper()
		w.CheckAnswer(ask(w, "ou_hr1"), "export_begun") // what has ended does not stand in the way
		w.RunJobs(flows.JobExport, flows.JobReply)
		return lastExport(w, end)
	}
	size := export(flows.ExportSent).Bytes
	for i, c := range []struct {
		name        string
		rows, bytes int
		end         flows.ExportState
	}{
		{"as much as it holds", people, size, flows.ExportSent},
		{"one person too many", people - 1, size, flows.ExportTooLarge},
		{"a byte too many", people, size - 1, flows.ExportTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.ExportRows, w.ExportBytes = c.rows, c.bytes
			x := export(c.end)
			if sent := c.end == flows.ExportSent; sent != (x.Rows == people && x.Bytes == size && x.FileKey != "") {
				t.Errorf("got %+v on record, want what was sent and nothing else", x)
			}
			if n := files(w, "ou_hr1"); n != 2 || len(w.Messenger.Files) != 2 {
				t.Errorf("%d files in the chat and %d uploads, want the two within the bounds", n, len(w.Messenger.Files))
			}
			if n := told(w, "ou_hr1", flows.NoticeExportTooLarge); n != i {
				t.Errorf("the admin was told %d times that it is too large, want %d", n, i)
			}
		})
	}
}

// TestExportGivesUpAfterAnHour: in an outage the upload is tried for an hour. Then the export ends, and the admin hears
// it and can ask again.
func TestExportGivesUpAfterAnHour(t *testing.T) {
	w := workerstest.New(t)
	listed := w.PutCase(flows.AwaitingReview, "ou_1")
	ask(w, "ou_hr1")
	tries := 0
	w.Messenger.FileFunc = func(context.Context, string, []byte) (string, error) {
		tries++
		return "", workerstest.RetryLater()
	}
	w.RunJobs(flows.JobExport)
	w.Advance(flows.ExportTries - time.Second)
	w.RunJobs(flows.JobExport, flows.JobReply)
	lastExport(w, flows.ExportMaking)
	w.CheckAnswer(ask(w, "ou_hr1"), "export_running")
	for range 3 { // it is tried three times at least
		w.Advance(flows.ProbeEvery)
		w.RunJobs(flows.JobExport)
	}
	w.RunJobs(flows.JobReply)
	if x := lastExport(w, flows.ExportFailed); x.FileKey != "" || x.Code == "" {
		t.Errorf("got %+v on record, want no file and a code", x)
	}
	if n := told(w, "ou_hr1", flows.NoticeExportFailed); n != 1 || files(w, "ou_hr1") != 0 || listedIn(w, listed) != nil {
		t.Errorf("the admin was told %d times, want once, no file and nothing in the chain", n)
	}
	if n := len(w.Waiting(flows.JobExport)); n != 0 || tries < 2 {
		t.Errorf("%d jobs wait after %d tries, want none after several", n, tries)
	}
	w.Messenger.FileFunc = nil
	w.CheckAnswer(ask(w, "ou_hr1"), "export_begun")
	w.RunJobs(flows.JobExport)
	lastExport(w, flows.ExportSent)
}

// TestExportRunsOutOfTime: the store ends a run that takes too long. The next run makes the file again, and one is
// sent; if all runs of an hour end like this, the export ends.
func TestExportRunsOutOfTime(t *testing.T) {
	for name, uploaded := range map[string]bool{"while it uploads": false, "while it writes the chains": true} {
		t.Run(name, func(t *testing.T) {
			w := workerstest.New(t)
			listed := w.PutCase(flows.AwaitingReview, "ou_1")
			ask(w, "ou_hr1")
			j := w.TakeJob(flows.JobExport)
			j.Due = w.Now()
			endless := func() error {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				w.Messenger.FileFunc = func(context.Context, string, []byte) (string, error) {
					cancel(context.DeadlineExceeded)
					if uploaded {
						return "", nil
					}
					return "", context.DeadlineExceeded
				}
				j.Attempt++
				return w.Run(ctx, j)
			}
			if err := endless(); err == nil {
				t.Fatal("the run has ended well, want an error: the store runs it again")
			}
			lastExport(w, flows.ExportMaking)
			if n := files(w, "ou_hr1"); n != 0 {
				t.Errorf("%d files in the chat, want none yet", n)
			}
			w.Messenger.FileFunc = nil
			j.Attempt++
			w.Must(w.Run(t.Context(), j))
			lastExport(w, flows.ExportSent)
			if n := files(w, "ou_hr1"); n != 1 || len(listedIn(w, listed)) != 1 {
				t.Errorf("%d files in the chat, want one, and one row in the chain", n)
			}
			w.TakeJob(flows.JobReply)

			w.CheckAnswer(ask(w, "ou_hr1"), "export_begun")
			j = w.TakeJob(flows.JobExport)
			j.Due = w.Now()
			for began := w.Now(); w.Now().Sub(began) < flows.ExportTries; w.Advance(10 * time.Minute) {
				if err := endless(); err == nil {
					t.Fatal("the run has ended well, want an error")
				}
			}
			w.Must(endless())
			w.RunJobs(flows.JobReply)
			if x := lastExport(w, flows.ExportFailed); told(w, "ou_hr1", flows.NoticeExportFailed) != 1 {
				t.Errorf("got %+v, want the admin told", x)
			}
		})
	}
}
