package flows

import (
	"fmt"
	"slices"
	"testing"
)

// TestMatcher: an address or number finds its owner at once, a name collects everybody who has it, once each.
func TestMatcher(t *testing.T) {
	entries := []ListEntry{
		{Line: 1, Name: "张 三"},
		{Line: 2, Name: "李四", Email: "li@corp.cn"},
		{Line: 3, Mobile: "13800138000"},
		{Line: 4, Name: "JOHN  Smith"},
		{Line: 5, EmployeeNo: "A7"},
	}
	var lines []CampaignLine
	for _, e := range entries {
		l := e.CampaignLine()
		if got := l.Entry(); got != e {
			t.Errorf("got %+v back, want line %d as it was", got.Line, e.Line)
		}
		lines = append(lines, l)
	}
	m := NewMatcher(lines)
	page := []DirectoryPerson{
		{OpenID: "ou_1", Name: "张三"}, {OpenID: "ou_2", Name: "李四", WorkEmail: "li@corp.cn"},
		{OpenID: "ou_3", Name: "x", Mobile: "+86 138-0013-8000"}, {OpenID: "ou_4", Name: "john smith", EmployeeNo: "a7"},
	}
	found, changed := m.Page(page)
	var got []string
	for _, f := range found {
		got = append(got, fmt.Sprint(f.Line, f.Person.OpenID))
	}
	for _, l := range changed {
		got = append(got, fmt.Sprint(l.Line, l.Candidates))
	}
	if want := []string{"2ou_2", "3ou_3", "5ou_4", "1 [ou_1]", "4 [ou_4]"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if found, changed := m.Page(page); len(found)+len(changed) != 0 {
		t.Errorf("got %d found and %d changed by the same page again, want none", len(found), len(changed))
	}
	_, changed = m.Page([]DirectoryPerson{{OpenID: "ou_5", Name: "张三"}})
	if len(changed) != 1 || !slices.Equal(changed[0].Candidates, []string{"ou_1", "ou_5"}) || !m.Waiting() {
		t.Errorf("got %v, want a second candidate", changed)
	}
}

// TestVerdicts: a line that the app could not look for is told from one that nobody answers to.
func TestVerdicts(t *testing.T) {
	line := func(e ListEntry, candidates ...string) CampaignLine {
		l := e.CampaignLine()
		l.Candidates = candidates
		return l
	}
	for name, c := range map[string]struct {
		line CampaignLine
		can  Searchable
		want PersonCode
	}{
		"one":               {line(ListEntry{Name: "a"}, "ou_1"), Searchable{}, ""},
		"two":               {line(ListEntry{Name: "a"}, "ou_1", "ou_2"), Searchable{Name: true}, CodeAmbiguous},
		"nobody":            {line(ListEntry{Name: "a"}), Searchable{Name: true}, CodeNobody},
		"no names":          {line(ListEntry{Name: "a"}), Searchable{Email: true}, CodeNoDirectory},
		"no e-mails":        {line(ListEntry{Email: "a"}), Searchable{Name: true}, CodeNoDirectory},
		"one of two fields": {line(ListEntry{Name: "a", Email: "b"}), Searchable{Email: true}, CodeNobody},
		"numbers":           {line(ListEntry{EmployeeNo: "a"}), Searchable{Name: true, Email: true, Mobile: true}, CodeNoDirectory},
	} {
		if got := c.can.Verdict(c.line); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestDirectoryPerson: who cannot be invited has a code, and the whole company is no department.
func TestDirectoryPerson(t *testing.T) {
	for status, want := range map[DirectoryStatus]CampaignPerson{
		StatusActive: {OpenID: "ou_1", Status: PersonInvite},
		StatusLeft:   {OpenID: "ou_1", Status: PersonUnreachable, Code: CodeLeft},
		StatusFrozen: {OpenID: "ou_1", Status: PersonUnreachable, Code: CodeLeft},
		StatusUnjoin: {OpenID: "ou_1", Status: PersonUnreachable, Code: CodeOutside},
	} {
		p := DirectoryPerson{OpenID: "ou_1", Status: status, Departments: []string{RootDepartment}}
		if got := p.Person(); got != want {
			t.Errorf("%q: got %+v, want %+v", status, got, want)
		}
	}
}
