package feishu

import (
	"fmt"
	"log/slog"
	"slices"
)

// User is a member of the tenant. String, GoString and LogValue return the open_id only.
type User struct {
	OpenID, UnionID, UserID string // union and user id default to ones derived from the open_id
	Name, EnName            string
	Mobile                  string // as the directory returns it, e.g. +8613800000000
	Email                   string
	WorkEmail               string // 企业邮箱
	EmployeeNo              string
	Departments             []string // open_department_ids, the main one first; see AddDepartment
	Locale                  string   // zh_cn (default), en_us, …: the language of the person's client
	Outside                 bool     // outside the app's availability: 230013 for messages, 41050 for lookups
	TenantKey               string   // of another company; "" means the app's tenant
	Resigned                bool
	Frozen                  bool  // suspended
	Unjoined                bool  // has not taken up the invitation to the company
	Stopped                 bool  // the person has disabled the bot's messages: 230053
	Exited                  bool  // the account was left by its owner
	JoinTime                int64 // first working day, seconds; 0 = not set
}

func (u User) String() string       { return "User(" + u.OpenID + ")" }
func (u User) GoString() string     { return u.String() }
func (u User) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalJSON writes the open_id only.
func (u User) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `{"open_id":%q}`, u.OpenID), nil }

// chat is a chat that the bot can be in. It is guarded by Server.mu.
type chat struct {
	id, name string
	p2p      bool
	members  []string // open_ids, in the order of joining
	botIn    bool
	gone     bool // dissolved
	external bool // people of other companies may be in it
	order    []*message
	seq      uint64        // increases with every change of any message in it
	changed  chan struct{} // closed and replaced at every change
}

func (s *Server) newChat(id, name string, p2p bool, members ...string) *chat {
	ch := &chat{
		id:      id,
		name:    name,
		p2p:     p2p,
		members: slices.Clone(members),
		botIn:   true,
		changed: make(chan struct{}),
	}
	s.chats[id] = ch
	return ch
}

// AddUser adds a person, or replaces the one with the same open_id, and returns the entry with its derived ids. An
// empty OpenID becomes a new one.
func (s *Server) AddUser(u User) User {
	if u.OpenID == "" {
		u.OpenID = newID("ou_")
	}
	bare := u.OpenID
	if len(bare) > 3 && bare[:3] == "ou_" {
		bare = bare[3:]
	}
	if u.UnionID == "" {
		u.UnionID = "on_" + bare
	}
	if u.UserID == "" {
		u.UserID = "e" + bare
	}
	if u.Locale == "" {
		u.Locale = "zh_cn"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	own := u
	s.users[u.OpenID] = &own
	return u
}

// ChangeUser edits a person. The function runs under the server's lock and must not call the server. ChangeUser ignores
// unknown ids.
func (s *Server) ChangeUser(openID string, change func(*User)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users[openID]; u != nil {
		change(u)
	}
}

// User returns the person with this open_id.
func (s *Server) User(openID string) (User, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[openID]
	if u == nil {
		return User{}, false
	}
	return *u, true
}

// AddGroup creates a group with the bot in it, without an event, and returns the chat id. An empty chatID becomes a new
// one.
func (s *Server) AddGroup(chatID, name string, members ...string) string {
	if chatID == "" {
		chatID = newID("oc_")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newChat(chatID, name, false, members...)
	return chatID
}

// AddMembers adds people to a group.
func (s *Server) AddMembers(chatID string, openIDs ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[chatID]; ch != nil {
		for _, id := range openIDs {
			if !slices.Contains(ch.members, id) {
				ch.members = append(ch.members, id)
			}
		}
	}
}

// RemoveMember removes a person from a group.
func (s *Server) RemoveMember(chatID, openID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[chatID]; ch != nil {
		ch.members = slices.DeleteFunc(ch.members, func(m string) bool { return m == openID })
	}
}

// Dissolve dissolves a group: messages to it fail with 232009.
func (s *Server) Dissolve(chatID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[chatID]; ch != nil {
		ch.gone = true
	}
}

// RenameGroup gives a group another name. Its chat_id stays.
func (s *Server) RenameGroup(chatID, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[chatID]; ch != nil {
		ch.name = name
	}
}

// SetExternal makes a group one of several companies, or one of the company alone.
func (s *Server) SetExternal(chatID string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[chatID]; ch != nil {
		ch.external = on
	}
}

// P2PChat returns the chat_id of a person's chat with the bot and creates the chat if necessary.
func (s *Server) P2PChat(openID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.p2pChat(openID).id
}

func (s *Server) p2pChat(openID string) *chat {
	if id, ok := s.p2p[openID]; ok {
		return s.chats[id]
	}
	ch := s.newChat(newID("oc_"), "", true, openID)
	s.p2p[openID] = ch.id
	return ch
}

// resolveUser returns the person with an id of the given type: open_id, union_id, user_id or email. The caller holds
// the lock.
func (s *Server) resolveUser(idType, id string) *User {
	if idType == "open_id" || idType == "" {
		return s.users[id]
	}
	if id == "" {
		return nil
	}
	for _, u := range s.users {
		if (idType == "union_id" && u.UnionID == id) || (idType == "user_id" && u.UserID == id) ||
			(idType == "email" && u.Email == id) {
			return u
		}
	}
	return nil
}

// idOf returns the person's id of the given type.
func (u *User) idOf(idType string) string {
	switch idType {
	case "union_id":
		return u.UnionID
	case "user_id":
		return u.UserID
	default:
		return u.OpenID
	}
}

// userIDType checks a user_id_type parameter. The default is open_id; user_id needs its own scope.
func (s *Server) userIDType(c *call, param string) (string, *apiError) {
	t := c.query(param)
	switch t {
	case "":
		return "open_id", nil
	case "open_id", "union_id":
		return t, nil
	case "user_id":
		return t, s.checkScopes([]string{"contact:user.employee_id:readonly"})
	}
	return "", invalidField(param, "the value must be one of open_id, union_id, user_id")
}
