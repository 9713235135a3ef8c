package workers_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"shiming/flows"
)

// TestFailuresOfExports: what each documented code of 上传文件, and of 发送消息 for a file, does to an export
// (docs/errors.md). An outage is tried again; anything else ends the export, and the admin hears it.
func TestFailuresOfExports(t *testing.T) {
	t.Parallel()
	w, p := newHarnessOnPlatforms(t)
	w.PutCase(flows.AwaitingReview, "ou_1")
	for _, tt := range []struct {
		call string
		code int
		end  flows.ExportState // "" = tried again
	}{
		{"file", 99991400, ""},
		{"file", 232096, ""},
		{"file", 234001, flows.ExportFailed},
		{"file", 234002, flows.ExportFailed},
		{"file", 234006, flows.ExportTooLarge},
		{"file", 234007, flows.ExportFailed},
		{"file", 234010, flows.ExportFailed},
		{"file", 234041, flows.ExportFailed},
		{"file", 234042, flows.ExportFailed},
		{"file", 99991672, flows.ExportFailed},
		{"file", 99991403, flows.ExportFailed},
		{"send", 99991400, ""},
		{"send", 230020, ""},
		{"send", 230049, ""},
		{"send", 230001, flows.ExportFailed},
		{"send", 230006, flows.ExportFailed},
		{"send", 230013, flows.ExportFailed},
		{"send", 230017, flows.ExportFailed},
		{"send", 230022, flows.ExportFailed},
		{"send", 230025, flows.ExportFailed},
		{"send", 230027, flows.ExportFailed},
		{"send", 230028, flows.ExportFailed},
		{"send", 230029, flows.ExportFailed},
		{"send", 230034, flows.ExportFailed},
		{"send", 230035, flows.ExportFailed},
		{"send", 230036, flows.ExportFailed},
		{"send", 230038, flows.ExportFailed},
		{"send", 230053, flows.ExportFailed},
		{"send", 230055, flows.ExportFailed},
		{"send", 230075, flows.ExportFailed},
		{"send", 99992351, flows.ExportFailed},
	} {
		t.Run(fmt.Sprint(tt.call, " ", tt.code), func(t *testing.T) {
			w.Advance(flows.ExportsWindow + time.Minute) // the limit of the admin
			w.CheckAnswer(ask(w, "ou_hr1"), "export_begun")
			p.fail(tt.call, feishuSays(tt.code))
			j := w.TakeJob(flows.JobExport)
			err := w.Run(t.Context(), j)
			if tt.end == "" {
				requireRetry(t, err, soon, false)
				p.clear()
				w.Must(w.Run(t.Context(), j))
				lastExport(w, flows.ExportSent)
				w.TakeJob(flows.JobReply)
				return
			}
			if err != nil || p.callCount(tt.call) != 1 {
				t.Errorf("got %v after %d calls, want an end after one", err, p.callCount(tt.call))
			}
			if x := lastExport(w, tt.end); x.Code != strconv.Itoa(tt.code) {
				t.Errorf("got the code %q on record, want %d", x.Code, tt.code)
			}
			if n := len(w.Waiting(flows.JobReply)); n != 1 {
				t.Errorf("%d cards are queued, want the notice", n)
			}
			w.TakeJob(flows.JobReply)
		})
	}
}
