package feishu

// getUser is 获取单个用户信息 (contact/v3). It returns only fields with a granted scope. 41050: outside the app's directory
// range; 41012: unknown id.
func (s *Server) getUser(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	idType, err := s.userIDType(c, "user_id_type")
	if err != nil {
		return nil, err
	}
	u := s.resolveUser(idType, c.params["user_id"])
	if u == nil {
		return nil, refuse(400, 41012, "user id invalid error")
	}
	if !s.inRange(u) {
		return nil, refuse(400, 41050, "no user authority error")
	}
	return map[string]any{"user": s.contactFields(u)}, nil
}

// batchUsers is 批量获取用户信息. It accepts at most 50 ids and omits those that are unknown or out of range.
func (s *Server) batchUsers(c *call) (any, *apiError) {
	ids := c.r.URL.Query()["user_ids"]
	if len(ids) == 0 || len(ids) > 50 {
		return nil, invalidField("user_ids", "the length must be between 1 and 50")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	idType, err := s.userIDType(c, "user_id_type")
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, id := range ids {
		if u := s.resolveUser(idType, id); u != nil && s.inRange(u) {
			items = append(items, s.contactFields(u))
		}
	}
	return map[string]any{"items": items}, nil
}

func (s *Server) contactFields(u *User) map[string]any {
	f := map[string]any{"open_id": u.OpenID, "union_id": u.UnionID}
	if s.hasScope("contact:user.employee_id:readonly") {
		f["user_id"] = u.UserID
	}
	if s.hasScope("contact:user.base:readonly") {
		f["name"], f["en_name"] = u.Name, u.EnName
	}
	if s.hasScope("contact:user.phone:readonly") {
		f["mobile"], f["mobile_visible"] = u.Mobile, true
	}
	if s.hasScope("contact:user.email:readonly") {
		f["email"] = u.Email
	}
	if s.hasScope("contact:user.department:readonly") {
		f["department_ids"] = append([]string{}, u.Departments...)
	}
	if s.hasScope("contact:user.employee_number:read", "contact:user.employee:readonly") {
		f["employee_no"] = u.EmployeeNo
	}
	if s.hasScope("contact:user.employee:readonly") {
		f["status"], f["enterprise_email"] = u.status(), u.WorkEmail
		if u.JoinTime != 0 {
			f["join_time"] = u.JoinTime
		}
	}
	return f
}

func (u *User) status() map[string]any {
	return map[string]any{
		"is_frozen":    u.Frozen,
		"is_resigned":  u.Resigned,
		"is_activated": !u.Unjoined,
		"is_exited":    u.Exited,
		"is_unjoin":    u.Unjoined,
	}
}
