package feishu

import "strings"

// maxFind is how many e-mails, and how many mobiles, one request may ask for.
const maxFind = 50

// findPeople is 通过手机号或邮箱获取用户 ID. Each address that was asked for has an entry, without user_id if nobody in the
// range has it. 企业邮箱 finds nobody. A mobile of mainland China is found with and without its country code.
func (s *Server) findPeople(c *call) (any, *apiError) {
	var in struct {
		Emails          []string `json:"emails"`
		Mobiles         []string `json:"mobiles"`
		IncludeResigned bool     `json:"include_resigned"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.Emails) > maxFind || len(in.Mobiles) > maxFind {
		return nil, invalidField("emails", "the max length is 50")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	idType, err := s.userIDType(c, "user_id_type")
	if err != nil {
		return nil, err
	}
	byEmail, byMobile := map[string]*User{}, map[string]*User{}
	for _, u := range s.users {
		if s.inRange(u) && (s.isStaff(u) || u.Resigned && in.IncludeResigned) {
			byEmail[strings.ToLower(u.Email)], byMobile[strings.TrimPrefix(u.Mobile, "+86")] = u, u
		}
	}
	list := []any{}
	add := func(field, value string, u *User) {
		entry := map[string]any{field: value}
		if u != nil {
			entry["user_id"] = u.idOf(idType)
			if s.hasScope("contact:user.employee:readonly") {
				entry["status"] = u.status()
			}
		}
		list = append(list, entry)
	}
	for _, e := range in.Emails {
		add("email", e, byEmail[strings.ToLower(e)])
	}
	for _, m := range in.Mobiles {
		add("mobile", m, byMobile[strings.TrimPrefix(m, "+86")])
	}
	return map[string]any{"user_list": list}, nil
}
