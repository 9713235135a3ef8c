package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestQueryOf(t *testing.T) {
	for _, tt := range []struct {
		text, openID string
		names        []string
	}{
		{"张三办完了吗", "", []string{"张三"}},
		{"张三 办完了吗？", "", []string{"张三"}},
		{"请问张三的实名通过了没", "", []string{"张三"}},
		{"李通办完了吗", "", []string{"李通"}},
		{"欧阳小明到哪一步了，办好了吗", "", []string{"欧阳小明"}},
		{"阿依古丽·买买提进度", "", []string{"阿依古丽·买买提"}},
		{"小王现在做完了没有", "", []string{"小王"}},
		{"is Zhang San registered?", "", []string{"Zhang San"}},
		{"查良镛办完了吗", "", []string{"查良镛"}},
		{"查一下张三办完了吗", "", []string{"张三"}},
		{"@张三 办完了吗", "", []string{"张三"}},
		{"ou_7d8a6e6df7621556ce0d21922b676706 办完了吗", "ou_7d8a6e6df7621556ce0d21922b676706", nil},
		{"还有谁没办完", "", nil},
		{"多少人办完了", "", nil},
		{"我办完了没", "", nil},
	} {
		t.Run(tt.text, func(t *testing.T) {
			q := QueryOf(tt.text)
			if got := strings.Join(q.OpenIDs, " "); got != tt.openID {
				t.Errorf("got the open_id %q, want %q", got, tt.openID)
			}
			for _, name := range tt.names {
				if !slices.Contains(q.Names, name) {
					t.Errorf("got %q, want %q among them", q.Names, name)
				}
			}
			if tt.names == nil && len(q.Names) > 0 || len(q.Names) > maxQueryNames {
				t.Errorf("got %q, want no name", q.Names)
			}
			if s := fmt.Sprint(q); s != "[query]" {
				t.Errorf("got %q printed, want no name", s)
			}
		})
	}
}

func TestNameQuery(t *testing.T) {
	for text, want := range map[string]Query{
		"张三":             {Names: []string{"张三"}},
		"存证 张三":          {Names: []string{"张三"}},
		"存證：张三":          {Names: []string{"张三"}},
		"Evidence Li Na": {Names: []string{"Li Na"}},
		"evidence ou_1":  {OpenIDs: []string{"ou_1"}},
		"存证":             {},
		"evidence":       {},
		"「张三」":           {Names: []string{"张三"}},
		"阿依古丽·买买提":       {Names: []string{"阿依古丽·买买提"}},
		"Zhang San":      {Names: []string{"Zhang San"}},
		"ou_1":           {OpenIDs: []string{"ou_1"}},
		"今天天气不错":         {},
		"thank you":      {},
		"张":              {},
		"123456":         {},
		"ou_1 and so":    {},
		"张三 13812345678": {},
	} {
		t.Run(text, func(t *testing.T) {
			if got := NameQuery(text); !slices.Equal(got.OpenIDs, want.OpenIDs) || !slices.Equal(got.Names, want.Names) {
				t.Errorf("got %q %q, want %q %q", got.OpenIDs, got.Names, want.OpenIDs, want.Names)
			}
		})
	}
}
