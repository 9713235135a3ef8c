package flows

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// ListEntry is what a line of a list says of a person. At least one field besides Line is set.
type ListEntry struct {
	Line       int
	Name       string
	Email      string // lower case
	Mobile     string // 11 digits of mainland China, or + and the digits of another number
	OpenID     string
	EmployeeNo string
}

func (e ListEntry) String() string       { return "[line " + strconv.Itoa(e.Line) + "]" }
func (e ListEntry) GoString() string     { return e.String() }
func (e ListEntry) LogValue() slog.Value { return slog.StringValue(e.String()) }

// CampaignLine returns the line that keeps the entry until its person is found.
func (e ListEntry) CampaignLine() CampaignLine {
	cells := []string{e.Name, e.Email, e.Mobile, e.OpenID, e.EmployeeNo}
	return CampaignLine{Line: e.Line, Text: strings.Join(cells, "\t")}
}

// Entry returns what ListEntry.CampaignLine has kept.
func (l CampaignLine) Entry() ListEntry {
	cells := append(strings.Split(l.Text, "\t"), "", "", "", "", "")
	return ListEntry{
		Line: l.Line, Name: cells[0], Email: cells[1], Mobile: cells[2], OpenID: cells[3], EmployeeNo: cells[4],
	}
}

// DirectoryMobile returns a mobile of the directory as ListEntry has it: the country code 86 is left out.
func DirectoryMobile(mobile string) string {
	mobile = strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, mobile)
	return strings.TrimPrefix(mobile, "+86")
}

// foldName returns a name for comparison: without a difference of case, and without spaces beside Chinese characters.
func foldName(name string) string {
	if strings.IndexFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
		return strings.Join(strings.Fields(name), "")
	}
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

// Matcher finds the people of lines in a directory that is read page by page. An address or a number finds its owner at
// once. A name collects everybody who has it, until the whole directory was read.
type Matcher struct {
	lines  map[int]*CampaignLine
	byName map[string][]int
	byKey  map[string][]int // e-mails, mobiles, numbers, each with a letter in front
}

// NewMatcher returns a matcher for lines that ListEntry.CampaignLine has made. Their Candidates stand for the pages
// that were read before.
func NewMatcher(lines []CampaignLine) *Matcher {
	m := &Matcher{lines: map[int]*CampaignLine{}, byName: map[string][]int{}, byKey: map[string][]int{}}
	for i := range lines {
		l := &lines[i]
		m.lines[l.Line] = l
		e := l.Entry()
		if e.Name != "" {
			m.byName[foldName(e.Name)] = append(m.byName[foldName(e.Name)], l.Line)
		}
		for _, key := range matchKeys(e.Email, "", e.Mobile, e.EmployeeNo) {
			m.byKey[key] = append(m.byKey[key], l.Line)
		}
	}
	return m
}

// Waiting reports whether a line still waits for the directory.
func (m *Matcher) Waiting() bool { return len(m.lines) > 0 }

func matchKeys(email, workEmail, mobile, number string) (keys []string) {
	if email != "" {
		keys = append(keys, "e"+email)
	}
	if workEmail != "" && workEmail != email {
		keys = append(keys, "e"+workEmail)
	}
	if mobile != "" {
		keys = append(keys, "m"+mobile)
	}
	if number != "" {
		keys = append(keys, "n"+strings.ToLower(number))
	}
	return keys
}

// Match is a line whose person is known.
type Match struct {
	Line   int
	Person DirectoryPerson
}

// Page takes up a page of the directory. found are lines whose address or number belongs to somebody of the page;
// changed are lines whose candidates have become more.
func (m *Matcher) Page(people []DirectoryPerson) (found []Match, changed []CampaignLine) {
	touched := map[int]bool{}
	for _, p := range people {
		for _, key := range matchKeys(p.Email, p.WorkEmail, DirectoryMobile(p.Mobile), p.EmployeeNo) {
			for _, line := range m.byKey[key] {
				if m.lines[line] != nil {
					found = append(found, Match{Line: line, Person: p})
					delete(m.lines, line)
					delete(touched, line)
				}
			}
		}
		if p.Name == "" {
			continue
		}
		for _, line := range m.byName[foldName(p.Name)] {
			if l := m.lines[line]; l != nil && !slices.Contains(l.Candidates, p.OpenID) && len(l.Candidates) < MaxCandidates {
				l.Candidates = append(l.Candidates, p.OpenID)
				touched[line] = true
			}
		}
	}
	for line := range touched {
		changed = append(changed, *m.lines[line])
	}
	slices.SortFunc(changed, func(a, b CampaignLine) int { return a.Line - b.Line })
	return found, changed
}

// MaxCandidates is how many people of one name are kept for HR to choose from.
const MaxCandidates = 20

// Searchable says by what the app can find people in the directory: a field that it may not read is missing in every
// entry, and finds nobody.
type Searchable struct {
	Name   bool `json:"name,omitempty"`
	Email  bool `json:"email,omitempty"` // by a list of e-mails, or in the entries
	Mobile bool `json:"mobile,omitempty"`
	Number bool `json:"number,omitempty"`
}

// Seen adds what the entries of a page show.
func (s *Searchable) Seen(people []DirectoryPerson) {
	for _, p := range people {
		s.Name = s.Name || p.Name != ""
		s.Email = s.Email || p.Email != "" || p.WorkEmail != ""
		s.Mobile = s.Mobile || p.Mobile != ""
		s.Number = s.Number || p.EmployeeNo != ""
	}
}

// Verdict returns the code of a line after the whole directory was read, "" if its one candidate is the person.
func (s Searchable) Verdict(l CampaignLine) PersonCode {
	switch n := len(l.Candidates); {
	case n == 1:
		return ""
	case n > 1:
		return CodeAmbiguous
	}
	e := l.Entry()
	if e.Name != "" && s.Name || e.Email != "" && s.Email || e.Mobile != "" && s.Mobile || e.EmployeeNo != "" && s.Number ||
		e.OpenID != "" {
		return CodeNobody
	}
	return CodeNoDirectory
}

// Person returns somebody of the directory as a campaign keeps people: to be invited, or why not.
func (p DirectoryPerson) Person() CampaignPerson {
	c := CampaignPerson{OpenID: p.OpenID, Status: PersonInvite}
	if len(p.Departments) > 0 && p.Departments[0] != RootDepartment {
		c.Department = p.Departments[0]
	}
	switch p.Status {
	case StatusLeft, StatusFrozen:
		c.Status, c.Code = PersonUnreachable, CodeLeft
	case StatusUnjoin:
		c.Status, c.Code = PersonUnreachable, CodeOutside
	case StatusActive:
	}
	return c
}
