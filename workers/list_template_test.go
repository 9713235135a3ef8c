package workers_test

import (
	"context"
	"strings"
	"testing"

	"shiming/engine"
	"shiming/flows"
	"shiming/sheet"
	"shiming/workers/workerstest"
)

// TestListTemplate: who sends a list that cannot be read for its form gets one file with the right columns in private;
// the program reads it as an empty list. A list that is too long gets none. What Feishu refuses is not repeated.
func TestListTemplate(t *testing.T) {
	for name, tt := range map[string]struct {
		list  string
		fails error
		files int
	}{
		"wrong columns": {"金额,日期\n1.5,2026-11-30\n", nil, 1},
		"a picture":     {"\xFF\xD8\xFF\xE0\x00\x10JFIF", nil, 1},
		"two mobiles":   {"手机号,手机号\n13800000001,13800000002\n", nil, 1},
		"in order":      {"姓名\n张三\n", nil, 0},
		"refused":       {"金额,日期\n1.5,2026-11-30\n", workerstest.Refused("permission", "99991672"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := resolving(t, company())
			w.Messenger.DownloadFunc = func(context.Context, string, string, string) ([]byte, error) {
				return []byte(tt.list), nil
			}
			if tt.fails != nil {
				w.Messenger.SendFileFunc = func(context.Context, flows.Receiver, string, string) (string, error) {
					return "", tt.fails
				}
			}
			begin(w, engine.FileRequest("om_1", "file_1"))
			w.RunJobs(flows.JobResolve)
			w.RunJobs(flows.JobListTemplate)
			if n := len(w.Waiting(flows.JobListTemplate)); n != 0 {
				t.Errorf("got %d jobs left, want none", n)
			}
			sent := 0
			for _, m := range w.Messenger.SentTo("ou_hr1") {
				if strings.Contains(m.Cards[0], "file_key") {
					sent++
				}
			}
			if sent != tt.files {
				t.Fatalf("got %d files, want %d", sent, tt.files)
			}
			if sent == 0 {
				return
			}
			_, err := sheet.ReadFile(w.Messenger.Files[0].Content, sheet.DefaultLimits())
			if sheet.CodeOf(err) != sheet.CodeEmpty {
				t.Errorf("got %v of the template, want an empty list whose columns are known", err)
			}
		})
	}
}
