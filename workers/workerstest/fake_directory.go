package workerstest

import (
	"context"
	"slices"
	"sync"

	"shiming/flows"
)

// FakeDirectory is Feishu's directory: one department with everybody. It leaves out who is not in People.
type FakeDirectory struct {
	PeopleFunc func(ctx context.Context, openIDs []string) ([]flows.DirectoryPerson, error)

	mu    sync.Mutex
	staff []flows.DirectoryPerson
	Calls int
}

// Put adds people, or replaces those of the same open_id.
func (f *FakeDirectory) Put(people ...flows.DirectoryPerson) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range people {
		f.staff = slices.DeleteFunc(f.staff, func(old flows.DirectoryPerson) bool { return old.OpenID == p.OpenID })
		f.staff = append(f.staff, p)
	}
}

// People implements workers.StaffDirectory.
func (f *FakeDirectory) People(ctx context.Context, openIDs []string) (found []flows.DirectoryPerson, err error) {
	if f.PeopleFunc != nil {
		return f.PeopleFunc(ctx, openIDs)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Calls++
	for _, p := range f.staff {
		if slices.Contains(openIDs, p.OpenID) {
			found = append(found, p)
		}
	}
	return found, nil
}

// DirectoryRange implements workers.StaffDirectory.
func (f *FakeDirectory) DirectoryRange(context.Context, string) (flows.DirectoryRange, error) {
	return flows.DirectoryRange{Departments: []string{flows.RootDepartment}}, nil
}

// ChildDepartments implements workers.StaffDirectory.
func (f *FakeDirectory) ChildDepartments(
	context.Context, string, string, bool,
) (flows.DepartmentPage, error) {
	return flows.DepartmentPage{Departments: []flows.DirectoryDepartment{{Department: flows.Department{ID: "od-1"}}}}, nil
}

// PeopleOf implements workers.StaffDirectory. Pages hold two people.
func (f *FakeDirectory) PeopleOf(_ context.Context, departmentID, pageToken string) (flows.PeoplePage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Calls++
	if departmentID == flows.RootDepartment {
		return flows.PeoplePage{}, nil
	}
	from := len(pageToken)
	page := flows.PeoplePage{People: slices.Clone(f.staff[from:min(from+2, len(f.staff))])}
	if from+2 < len(f.staff) {
		page.Next = pageToken + ".."
	}
	return page, nil
}
