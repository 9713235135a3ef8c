package feishu

import "cmp"

// Department is a part of the company.
type Department struct {
	OpenID  string // open_department_id
	Name    string
	Parent  string // open_department_id; "" is the whole company
	Lead    string // open_id; "" without one
	Outside bool   // outside the app's directory range: 40004
	Deleted bool
}

// AddDepartment adds a department, or replaces the one with the same id, and returns its open_department_id. An empty
// OpenID becomes a new one.
func (s *Server) AddDepartment(d Department) string {
	if d.OpenID == "" {
		d.OpenID = newID("od-")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.departments == nil {
		s.departments = map[string]Department{}
	}
	s.departments[d.OpenID] = d
	return d.OpenID
}

// getDepartment is 获取单个部门信息 (contact/v3). The default type of the id is open_department_id. The name needs a scope
// of its own; without it the field is missing. 40004: outside the app's directory range, or unknown.
func (s *Server) getDepartment(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.userIDType(c, "user_id_type"); err != nil {
		return nil, err
	}
	switch c.query("department_id_type") {
	case "", "open_department_id":
	case "department_id":
		return nil, refuse(403, 40004, "no dept authority error")
	default:
		return nil, invalidField("department_id_type", "the value must be one of open_department_id, department_id")
	}
	d, known := s.departments[c.params["department_id"]]
	if !known || d.Deleted || !s.departmentInRange(d.OpenID) {
		return nil, refuse(403, 40004, "no dept authority error")
	}
	return map[string]any{"department": s.departmentFields(d)}, nil
}

// departmentFields returns only fields with a granted scope.
func (s *Server) departmentFields(d Department) map[string]any {
	f := map[string]any{"open_department_id": d.OpenID, "order": "1"}
	if s.hasScope("contact:department.base:readonly") {
		f["name"], f["i18n_name"] = d.Name, map[string]any{"zh_cn": d.Name}
		f["department_id"], f["status"] = "d"+d.OpenID, map[string]any{"is_deleted": d.Deleted}
	}
	if s.hasScope("contact:department.organize:readonly") {
		if d.Lead != "" {
			f["leader_user_id"] = d.Lead
		}
		f["parent_department_id"], f["member_count"] = cmp.Or(d.Parent, rootDepartment), s.countBelow(d.OpenID)
	}
	return f
}
