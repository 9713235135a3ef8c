package feishu

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// rootDepartment is the id of the whole company.
const rootDepartment = "0"

// directoryRoutes lists the APIs that list people and departments. They precede those with an id in their place.
func directoryRoutes() []route {
	return []route{
		{
			method: "GET",
			path:   "/contact/v3/departments/:department_id/children",
			op:     "contact.department.children",
			scopes: scopesDepartment,
			handle: (*Server).childDepartments,
		},
		{
			method: "GET",
			path:   "/contact/v3/users/find_by_department",
			op:     "contact.user.find_by_department",
			scopes: scopesDepartment,
			handle: (*Server).peopleOfDepartment,
		},
		{
			method: "POST",
			path:   "/contact/v3/users/batch_get_id",
			op:     "contact.user.batch_get_id",
			scopes: []string{"contact:user.id:readonly"},
			handle: (*Server).findPeople,
		},
		{
			method: "GET",
			path:   "/contact/v3/scopes",
			op:     "contact.scope.list",
			scopes: scopesUser,
			handle: (*Server).listRange,
		},
		{
			method: "GET",
			path:   "/im/v1/chats",
			op:     "chat.list",
			scopes: scopesChat,
			handle: (*Server).listChats,
		},
	}
}

// DirectoryRange is the app's 通讯录权限范围. The zero value is everybody.
type DirectoryRange struct {
	Departments []string // with all below them
	People      []string // open_ids
}

func (r DirectoryRange) everybody() bool { return len(r.Departments) == 0 && len(r.People) == 0 }

// SetRange changes the app's directory range.
func (s *Server) SetRange(r DirectoryRange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.directoryRange = r
}

// DeleteDepartment deletes a department. Its people stay in the company.
func (s *Server) DeleteDepartment(openID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.departments[openID]
	d.Deleted = true
	s.departments[openID] = d
	for _, u := range s.users {
		u.Departments = slices.DeleteFunc(slices.Clone(u.Departments), func(id string) bool { return id == openID })
	}
}

// ExpirePages makes every page_token that was given out invalid (40012).
func (s *Server) ExpirePages() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages++
}

// below reports whether a department is another one or lies below it. The caller holds the lock.
func (s *Server) below(id, ancestor string) bool {
	for range 100 {
		if id == ancestor || ancestor == rootDepartment {
			return true
		}
		d, ok := s.departments[id]
		if !ok || d.Parent == "" {
			return false
		}
		id = d.Parent
	}
	return false
}

// departmentInRange reports whether the app may see a department. The caller holds the lock.
func (s *Server) departmentInRange(id string) bool {
	if s.departments[id].Outside {
		return false
	}
	if s.directoryRange.everybody() {
		return true
	}
	return slices.ContainsFunc(s.directoryRange.Departments, func(top string) bool { return s.below(id, top) })
}

// inRange reports whether the app may see a person. The caller holds the lock.
func (s *Server) inRange(u *User) bool {
	if u.Outside {
		return false
	}
	return s.directoryRange.everybody() || slices.Contains(s.directoryRange.People, u.OpenID) ||
		slices.ContainsFunc(u.Departments, s.departmentInRange)
}

// isStaff reports whether the person is in the company now.
func (s *Server) isStaff(u *User) bool {
	return !u.Resigned && (u.TenantKey == "" || u.TenantKey == s.cfg.TenantKey)
}

// memberOf reports whether a department lists the person: somebody without a department is in the whole company.
func (u *User) memberOf(id string) bool {
	return slices.Contains(u.Departments, id) || id == rootDepartment && len(u.Departments) == 0
}

// countBelow counts the people of a department and of those below it.
func (s *Server) countBelow(id string) int {
	n := 0
	for _, u := range s.users {
		if s.isStaff(u) && slices.ContainsFunc(u.Departments, func(own string) bool { return s.below(own, id) }) {
			n++
		}
	}
	return n
}

// departmentTypes checks the types of ids in a query. department_id is not given out by the simulation.
func (s *Server) departmentTypes(c *call) *apiError {
	if _, err := s.userIDType(c, "user_id_type"); err != nil {
		return err
	}
	switch c.query("department_id_type") {
	case "", "open_department_id":
		return nil
	}
	return invalidField("department_id_type", "the simulation knows open_department_id only")
}

// pageOf cuts a page out of a list. most is the greatest page_size, usual the default. A page_token fits the query
// that it came from, and no other.
func pageOf[T any](s *Server, c *call, all []T, usual, most int) ([]T, map[string]any, *apiError) {
	size := usual
	if v := c.query("page_size"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > most {
			return nil, nil, refuse(400, 40011, "page size is invalid")
		}
		size = n
	}
	query := c.r.URL.Query()
	query.Del("page_token")
	sum := fnv.New64a()
	_, _ = fmt.Fprint(sum, s.pages, c.r.URL.Path, query.Encode())
	mark := fmt.Sprintf("%x/", sum.Sum64())
	start := 0
	if token := c.query("page_token"); token != "" {
		rest, ok := strings.CutPrefix(token, mark)
		n, err := strconv.Atoi(rest)
		if !ok || err != nil {
			return nil, nil, refuse(400, 40012, "page token is invalid error")
		}
		start = min(n, len(all))
	}
	end := min(start+size, len(all))
	data := map[string]any{"has_more": end < len(all)}
	if end < len(all) {
		data["page_token"] = mark + strconv.Itoa(end)
	}
	return all[start:end], data, nil
}

// childDepartments is 获取子部门列表. A department outside the range is 40004, the whole company 40014 unless the range is
// everybody, one that does not exist 40008.
func (s *Server) childDepartments(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.departmentTypes(c); err != nil {
		return nil, err
	}
	id, all := c.params["department_id"], c.query("fetch_child") == "true"
	d, known := s.departments[id]
	switch {
	case id == rootDepartment && !s.directoryRange.everybody():
		return nil, refuse(403, 40014, "no parent dept authority error")
	case id != rootDepartment && (!known || d.Deleted):
		return nil, refuse(400, 40008, "dept Info is null error")
	case id != rootDepartment && !s.departmentInRange(id):
		return nil, refuse(403, 40004, "no dept authority error")
	}
	var found []Department
	for _, d := range s.departments {
		direct := cmp.Or(d.Parent, rootDepartment) == id
		if !d.Deleted && !d.Outside && d.OpenID != id && (direct || all && s.below(d.OpenID, id)) {
			found = append(found, d)
		}
	}
	if most := s.behaviour.LargeDepartment; all && most > 0 && len(found) >= most {
		return nil, refuse(400, 43010, "big dept forbid recursion error")
	}
	slices.SortFunc(found, func(a, b Department) int { return strings.Compare(a.OpenID, b.OpenID) })
	page, data, err := pageOf(s, c, found, 10, 50)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, d := range page {
		items = append(items, s.departmentFields(d))
	}
	data["items"] = items
	return data, nil
}

// peopleOfDepartment is 获取部门直属用户列表: people who have resigned are not in it.
func (s *Server) peopleOfDepartment(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.departmentTypes(c); err != nil {
		return nil, err
	}
	id := c.query("department_id")
	d, known := s.departments[id]
	switch {
	case id == "":
		return nil, invalidField("department_id", "department_id is required")
	case id == rootDepartment:
		if !s.directoryRange.everybody() {
			return nil, refuse(403, 40004, "no dept authority error")
		}
	case !known || d.Deleted || !s.departmentInRange(id):
		return nil, refuse(403, 40004, "no dept authority error")
	}
	var found []*User
	for _, u := range s.users {
		if u.memberOf(id) && s.isStaff(u) && s.inRange(u) {
			found = append(found, u)
		}
	}
	slices.SortFunc(found, func(a, b *User) int { return strings.Compare(a.OpenID, b.OpenID) })
	page, data, err := pageOf(s, c, found, 10, 50)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, u := range page {
		items = append(items, s.contactFields(u))
	}
	data["items"] = items
	return data, nil
}

// listRange is 获取通讯录授权范围. By its page people are listed with contact:user.employee_id:readonly only.
func (s *Server) listRange(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.departmentTypes(c); err != nil {
		return nil, err
	}
	type entry struct{ list, id string }
	var all []entry
	if s.directoryRange.everybody() {
		all = append(all, entry{"department_ids", rootDepartment})
	}
	for _, id := range s.directoryRange.Departments {
		all = append(all, entry{"department_ids", id})
	}
	if s.hasScope("contact:user.employee_id:readonly") {
		for _, id := range s.directoryRange.People {
			all = append(all, entry{"user_ids", id})
		}
	}
	page, data, err := pageOf(s, c, all, 50, 100)
	if err != nil {
		return nil, err
	}
	lists := map[string][]string{"department_ids": {}, "user_ids": {}, "group_ids": {}}
	for _, e := range page {
		lists[e.list] = append(lists[e.list], e.id)
	}
	for name, ids := range lists {
		data[name] = ids
	}
	return data, nil
}
