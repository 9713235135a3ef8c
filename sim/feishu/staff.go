package feishu

import (
	"context"
	"reflect"
	"strconv"
	"time"
)

// Hire adds a person and emits contact.user.created_v3 (员工入职).
func (s *Server) Hire(ctx context.Context, u User) (User, Delivery) {
	u = s.AddUser(u)
	d, err := s.Joined(ctx, u.OpenID)
	if err != nil {
		panic(err) // the person was just added
	}
	return u, d
}

// Joined emits contact.user.created_v3 of a person who was added without an event.
func (s *Server) Joined(ctx context.Context, openID string) (Delivery, error) {
	const eventType = "contact.user.created_v3"
	s.mu.Lock()
	u := s.users[openID]
	if u == nil {
		s.mu.Unlock()
		return Delivery{}, ErrNoUser
	}
	event := map[string]any{"object": s.contactFields(u)}
	due := s.hasScope(scopesUser...) && !u.Outside
	s.mu.Unlock()
	if !due {
		return Delivery{Type: eventType}, nil
	}
	return s.emit(ctx, eventType, event), nil
}

// Resign removes a person from the company and emits contact.user.deleted_v3 (员工离职). The departments stand in
// old_object only.
func (s *Server) Resign(ctx context.Context, openID string) (Delivery, error) {
	const eventType = "contact.user.deleted_v3"
	s.mu.Lock()
	u := s.users[openID]
	if u == nil {
		s.mu.Unlock()
		return Delivery{}, ErrNoUser
	}
	u.Resigned = true
	object := s.contactFields(u)
	delete(object, "department_ids")
	event := map[string]any{
		"object":     object,
		"old_object": map[string]any{"open_id": u.OpenID, "department_ids": append([]string{}, u.Departments...)},
	}
	due := s.hasScope(scopesUser...) && !u.Outside
	s.mu.Unlock()
	if !due {
		return Delivery{Type: eventType}, nil
	}
	return s.emit(ctx, eventType, event), nil
}

// Edit changes a person's entry of the directory and emits contact.user.updated_v3 (员工信息变更): object is the person
// after the change, old_object has the former values of what has changed. Fields without a granted scope are missing,
// and a change of such fields alone has an empty old_object. A change of mobile or e-mail is an event of its own, so
// that one edit may give two. department_ids stands in neither, as the page's field notes say.
func (s *Server) Edit(ctx context.Context, openID string, change func(*User)) ([]Delivery, error) {
	const eventType = "contact.user.updated_v3"
	s.mu.Lock()
	u := s.users[openID]
	if u == nil {
		s.mu.Unlock()
		return nil, ErrNoUser
	}
	before := s.contactFields(u)
	change(u)
	after := s.contactFields(u)
	due := s.hasScope(scopesUser...) && !u.Outside
	s.mu.Unlock()
	contact, rest := map[string]any{}, map[string]any{}
	for field, value := range before {
		if field == "department_ids" || reflect.DeepEqual(value, after[field]) {
			continue
		}
		if field == "mobile" || field == "email" {
			contact[field] = value
		} else {
			rest[field] = value
		}
	}
	delete(after, "department_ids")
	if !due {
		return []Delivery{{Type: eventType}}, nil
	}
	var out []Delivery
	if len(rest) > 0 || len(contact) == 0 {
		out = append(out, s.emit(ctx, eventType, map[string]any{"object": after, "old_object": rest}))
	}
	if len(contact) > 0 {
		out = append(out, s.emit(ctx, eventType, map[string]any{"object": after, "old_object": contact}))
	}
	return out, nil
}

// Uninstall emits app_uninstalled of a tenant (schema 1.0), which only a marketplace app gets. Calls fail as those of a
// stopped app.
func (m *Market) Uninstall(ctx context.Context, tenantKey string) (status int, err error) {
	m.setOff(tenantKey, true)
	return m.PushApp(ctx, "", m.app.cfg.Now(), map[string]any{"type": "app_uninstalled", "tenant_key": tenantKey})
}

// SetStatus emits app_status_change of a tenant (schema 1.0). status is start_by_tenant, stop_by_tenant or
// stop_by_platform. A stopped app gets no token (10014), and the calls with older ones fail (99991662).
func (m *Market) SetStatus(ctx context.Context, tenantKey, status string) (answer int, err error) {
	event := map[string]any{"type": "app_status_change", "tenant_key": tenantKey, "status": status}
	if status == "start_by_tenant" { // the page: 仅status=start_by_tenant时有此字段
		event["operator"] = map[string]any{"open_id": "ou_operator", "union_id": "on_operator"}
	}
	m.setOff(tenantKey, status != "start_by_tenant")
	return m.PushApp(ctx, "", m.app.cfg.Now(), event)
}

// PushApp emits an event about the app. uuid is its id, "" for a new one; at is when it was made.
func (m *Market) PushApp(ctx context.Context, uuid string, at time.Time, event map[string]any) (status int, err error) {
	s := m.app
	if uuid == "" {
		uuid = newID("")
	}
	event["app_id"] = s.cfg.AppID
	status, _, err = s.push(ctx, s.seal(compact(map[string]any{
		"uuid":  uuid,
		"token": s.cfg.VerificationToken,
		"ts":    strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 7, 64),
		"type":  "event_callback",
		"event": event,
	})), s.cfg.AnswerWithin)
	return status, err
}

func (m *Market) isOff(tenantKey string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.off[tenantKey]
}

// setOff says whether the app is stopped or uninstalled in a tenant.
func (m *Market) setOff(tenantKey string, off bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.off == nil {
		m.off = map[string]bool{}
	}
	m.off[tenantKey] = off
}
