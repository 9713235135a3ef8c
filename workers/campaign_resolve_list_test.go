package workers_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"shiming/engine"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestResolveList: each way to name somebody, and each way not to.
func TestResolveList(t *testing.T) {
	w := resolving(t, company())
	resolve(w, begin(w, listOf(strings.Join([]string{
		"姓名,手机,邮箱,open_id,工号",
		"张三,,,,",                 // 2: by name
		",13800000002,,,",        // 3: by mobile
		",,wang@work.cn,,",       // 4: by the work e-mail, which only the directory knows
		"王五,,,,",                 // 5: two people
		",,,ou_5,",               // 6: by open_id
		",,,ou_hidden,",          // 7: outside the range
		",,,ou_nobody,",          // 8: nobody
		"钱八,,,,",                 // 9: nobody
		"孙七,13800000007,,,",      // 10: has left
		"=cmd|'/c calc'!A0,,",    // 11: a formula
		"Zhang,,zhang@corp.cn,,", // 12: 张三 again, found by another way
		",13800000002,,,",        // 13: the same line again
		"John  smith,,,,",        // 14: by name, in another case
		",,,,a2",                 // 15: a number of somebody whom line 3 names
	}, "\n"))),
		"preview", "ou_1 od_sales invite", "ou_2 od_east invite", "ou_3 od_east invite", "ou_5 od_lab invite",
		"ou_6  invite", "ou_7 od_lab unreachable left", "ou_hidden  unreachable outside_availability",
		"2 duplicate", "5 ambiguous ou_3,ou_5", "8 no_such_person", "9 no_such_person", "11 unreadable", "13 duplicate",
		"15 duplicate")
}

// TestResolveListForgetsText: no text of a line is left once the line was decided on.
func TestResolveListForgetsText(t *testing.T) {
	w := resolving(t, company())
	id := begin(w, listOf("张三\n王五\n钱八"))
	w.RunJobs(flows.JobResolve)
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		lines, err := v.CampaignLines(t.Context(), id, append(slices.Clone(flows.PersonCodes), ""), 0, 10)
		for _, l := range lines {
			if l.Text != "" {
				t.Errorf("got a text of line %d, want none", l.Line)
			}
		}
		if len(lines) != 2 {
			t.Errorf("got %d lines, want 王五 and 钱八", len(lines))
		}
		return err
	}))
}

// TestResolveListWithoutScopes: what the app may not look for is named, and open_ids can be invited.
func TestResolveListWithoutScopes(t *testing.T) {
	w := resolving(t, company())
	w.Directory.Before = func(call, _ string) error {
		if call != "find" {
			return workerstest.NoScope()
		}
		return nil
	}
	resolve(w, begin(w, listOf("ou_1\n张三\n13800000002\n13800000009")),
		"preview  contact:contact.base:readonly", "ou_1  invite", "ou_2  invite", "2 no_directory", "4 no_such_person")

	w = resolving(t, company())
	w.Directory.Before = func(call, _ string) error {
		if call == "find" {
			return workerstest.NoScope()
		}
		return nil
	}
	resolve(w, begin(w, listOf("13800000002\nnobody@corp.cn\n张三")),
		"preview  contact:user.id:readonly", "ou_1 od_sales invite", "ou_2 od_east invite", "2 no_such_person")

	// Departments can be read by a permission of their own, the app's range cannot.
	w = resolving(t, company())
	w.Directory.Before = func(call, _ string) error {
		if call == "range" || call == "people" {
			return workerstest.NoScope()
		}
		return nil
	}
	resolve(w, begin(w, listOf("ou_1\n张三\n无名氏")),
		"preview  contact:contact.base:readonly", "ou_1  invite", "2 duplicate", "3 no_such_person")
	resolve(w, begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetEveryone}}),
		"preview  contact:contact.base:readonly", "ou_1 od_sales invite", "ou_2 od_east invite", "ou_3 od_east invite",
		"ou_4 od_lab unreachable left", "ou_5 od_lab invite", "ou_6  invite")

	w = resolving(t, company())
	w.Directory.Before = func(string, string) error { return workerstest.NoScope() }
	resolve(w, begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetEveryone}}),
		"discarded scope contact:contact.base:readonly")
	resolve(w, begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetNamed, Query: "销售部"}}),
		"discarded scope im:chat:readonly")
}

// TestResolveFile: a file is fetched and read by the job. Its mistakes end the campaign with a code.
func TestResolveFile(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte("姓名,手机\r\n张三,13800000001\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		raw   []byte
		fails error
		want  []string
	}{
		"gbk":           {gbk, nil, []string{"preview", "ou_1 od_sales invite"}},
		"wrong columns": {[]byte("金额,日期\n1.5,2026-11-30\n"), nil, []string{"discarded list no_column"}},
		"a picture":     {[]byte("\xFF\xD8\xFF\xE0\x00\x10JFIF"), nil, []string{"discarded list unreadable"}},
		"50,001 people": {[]byte("姓名\n" + strings.Repeat("张三\n", 50_001)), nil, []string{"discarded list too_many"}},
		"recalled":      {nil, workerstest.Refused("gone", "230110"), []string{"discarded list gone"}},
		"no permission": {nil, workerstest.NoScope(), []string{"discarded scope im:message:readonly"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := resolving(t, company())
			w.Messenger.DownloadFunc = func(_ context.Context, message, key, kind string) ([]byte, error) {
				if message != "om_1" || key != "file_1" || kind != "file" {
					t.Errorf("got a download of %s %s %s", message, key, kind)
				}
				return c.raw, c.fails
			}
			resolve(w, begin(w, engine.FileRequest("om_1", "file_1")), c.want...)
		})
	}
}
