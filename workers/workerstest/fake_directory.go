package workerstest

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"shiming/flows"
)

// FakeDirectory is Feishu's directory. Its pages hold two entries. Tokens are offsets.
type FakeDirectory struct {
	Departments []flows.DirectoryDepartment
	Staff       []flows.DirectoryPerson
	Hidden      []string              // open_ids that exist and that the app cannot see
	Range       *flows.DirectoryRange // nil is everybody
	Groups      []flows.Chat
	MembersOf   map[string][]string
	// Before is called before each call, with its name and the id that it asks for. Its error is the call's.
	Before func(call, id string) error

	mu    sync.Mutex
	calls map[string]int
}

// directoryPage is how many entries a page has.
const directoryPage = 2

// Refused is a refusal of Feishu with a code.
func Refused(class, code string) error { return &UpstreamError{Class: class, Code: code} }

// CallsOf counts the calls of a name.
func (f *FakeDirectory) CallsOf(call string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[call]
}

func (f *FakeDirectory) begin(call, id string) error {
	f.mu.Lock()
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	f.calls[call]++
	f.mu.Unlock()
	if f.Before == nil {
		return nil
	}
	return f.Before(call, id)
}

// cut returns a page of a list and the token of the next one.
func cut[T any](all []T, token string) ([]T, string, error) {
	start := 0
	if token != "" {
		n, err := strconv.Atoi(token)
		if err != nil || n > len(all) {
			return nil, "", Refused("gone", "40012")
		}
		start = n
	}
	end := min(start+directoryPage, len(all))
	if end < len(all) {
		return all[start:end], strconv.Itoa(end), nil
	}
	return all[start:end], "", nil
}

func (f *FakeDirectory) under(id, top string) bool {
	for id != "" && id != flows.RootDepartment {
		if id == top {
			return true
		}
		i := slices.IndexFunc(f.Departments, func(d flows.DirectoryDepartment) bool { return d.ID == id })
		if i < 0 {
			return false
		}
		id = f.Departments[i].Parent
	}
	return top == flows.RootDepartment
}

// sees reports whether the app may see a department.
func (f *FakeDirectory) sees(id string) bool {
	return f.Range == nil || id != flows.RootDepartment &&
		slices.ContainsFunc(f.Range.Departments, func(top string) bool { return f.under(id, top) })
}

func (f *FakeDirectory) known(id string) bool {
	return id == flows.RootDepartment ||
		slices.ContainsFunc(f.Departments, func(d flows.DirectoryDepartment) bool { return d.ID == id })
}

// ChildDepartments implements workers.Directory.
func (f *FakeDirectory) ChildDepartments(
	_ context.Context, id, token string, all bool,
) (out flows.DepartmentPage, err error) {
	if err := f.begin("children", id); err != nil {
		return out, err
	}
	switch {
	case !f.known(id):
		return out, Refused("gone", "40008")
	case !f.sees(id):
		return out, Refused("permission", "40014")
	}
	var found []flows.DirectoryDepartment
	for _, d := range f.Departments {
		if d.ID != id && (all && f.under(d.ID, id) || cmp.Or(d.Parent, flows.RootDepartment) == id) {
			found = append(found, d)
		}
	}
	out.Departments, out.Next, err = cut(found, token)
	return out, err
}

// PeopleOf implements workers.Directory.
func (f *FakeDirectory) PeopleOf(_ context.Context, id, token string) (out flows.PeoplePage, err error) {
	if err := f.begin("people_of", id); err != nil {
		return out, err
	}
	if !f.known(id) || !f.sees(id) {
		return out, Refused("permission", "40004")
	}
	var found []flows.DirectoryPerson
	for _, p := range f.Staff {
		if slices.Contains(p.Departments, id) && p.Status != flows.StatusLeft {
			found = append(found, p)
		}
	}
	out.People, out.Next, err = cut(found, token)
	return out, err
}

// DirectoryRange implements workers.Directory.
func (f *FakeDirectory) DirectoryRange(context.Context, string) (flows.DirectoryRange, error) {
	if err := f.begin("range", ""); err != nil {
		return flows.DirectoryRange{}, err
	}
	if f.Range == nil {
		return flows.DirectoryRange{Departments: []string{flows.RootDepartment}}, nil
	}
	return *f.Range, nil
}

// FindPeople implements workers.Directory.
func (f *FakeDirectory) FindPeople(_ context.Context, emails, mobiles []string) (out []flows.FoundPerson, err error) {
	if err := f.begin("find", ""); err != nil {
		return nil, err
	}
	owner := func(is func(flows.DirectoryPerson) bool) flows.DirectoryPerson {
		if i := slices.IndexFunc(f.Staff, is); i >= 0 {
			return f.Staff[i]
		}
		return flows.DirectoryPerson{}
	}
	for _, e := range emails {
		p := owner(func(p flows.DirectoryPerson) bool { return strings.EqualFold(p.Email, e) })
		out = append(out, flows.FoundPerson{Email: e, OpenID: p.OpenID, Status: p.Status})
	}
	for _, m := range mobiles {
		p := owner(func(p flows.DirectoryPerson) bool { return flows.DirectoryMobile(p.Mobile) == m })
		out = append(out, flows.FoundPerson{Mobile: m, OpenID: p.OpenID, Status: p.Status})
	}
	return out, nil
}

// People implements workers.Directory.
func (f *FakeDirectory) People(_ context.Context, ids []string) (out []flows.DirectoryPerson, err error) {
	if err := f.begin("people", ""); err != nil {
		return nil, err
	}
	for _, p := range f.Staff {
		if slices.Contains(ids, p.OpenID) {
			out = append(out, p)
		}
	}
	return out, nil
}

// Contact knows why the directory does not show somebody; see FakeMessenger.ContactFunc.
func (f *FakeDirectory) Contact(_ context.Context, id string) (flows.Contact, error) {
	if slices.Contains(f.Hidden, id) {
		return flows.Contact{}, Refused("permission", "41050")
	}
	return flows.Contact{}, Refused("bug", "41012")
}

// Chats implements workers.Directory.
func (f *FakeDirectory) Chats(_ context.Context, token string) (out flows.ChatPage, err error) {
	if err := f.begin("chats", ""); err != nil {
		return out, err
	}
	out.Chats, out.Next, err = cut(f.Groups, token)
	return out, err
}

// MemberPage implements workers.Directory.
func (f *FakeDirectory) MemberPage(_ context.Context, chatID, _, token string) (out flows.MemberPage, err error) {
	if err := f.begin("members", chatID); err != nil {
		return out, err
	}
	members, ok := f.MembersOf[chatID]
	if !ok {
		return out, Refused("config", "232011")
	}
	out.Members, out.Next, err = cut(members, token)
	return out, err
}
