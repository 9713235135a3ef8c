package feishu

import (
	"fmt"
	"log/slog"
	"time"
)

// Identity is what 录入身份信息 has bound to a person. String, GoString and LogValue return the open_id only.
type Identity struct {
	OpenID             string
	Name, Code, Mobile string
	VerifyUID          string
	At                 time.Time // of the first entry
	Writes             int       // successful calls
	Refused            int       // failed calls
}

func (i Identity) String() string       { return fmt.Sprintf("Identity(%s writes=%d)", i.OpenID, i.Writes) }
func (i Identity) GoString() string     { return i.String() }
func (i Identity) LogValue() slog.Value { return slog.StringValue(i.String()) }

// MarshalJSON writes the open_id and the counts only.
func (i Identity) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `{"open_id":%q,"writes":%d,"refused":%d}`, i.OpenID, i.Writes, i.Refused), nil
}

// createIdentity is 录入身份信息 (human_authentication/v1). 1291002/3/4 mean that the data differs from what is bound to the
// person already. The same data again succeeds and returns the same verify_uid.
func (s *Server) createIdentity(c *call) (any, *apiError) {
	var in struct {
		Name   string `json:"identity_name"`
		Code   string `json:"identity_code"`
		Mobile string `json:"mobile"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	idType, err := s.userIDType(c, "user_id_type")
	if err != nil {
		return nil, err
	}
	if c.query("user_id") == "" {
		return nil, refuse(400, 1291010, "invalid request")
	}
	u := s.resolveUser(idType, c.query("user_id"))
	if u == nil {
		return nil, refuse(400, 99992351, "The user id you provided is not correct or belongs to nobody.")
	}
	id := s.identities[u.OpenID]
	if id == nil {
		id = &Identity{OpenID: u.OpenID}
		s.identities[u.OpenID] = id
	}
	if err := id.compare(in.Name, in.Code, in.Mobile); err != nil {
		id.Refused++
		return nil, err
	}
	if id.VerifyUID == "" {
		id.VerifyUID = newID("ou_")
	}
	if id.Writes == 0 {
		id.At = c.now
	}
	id.Name, id.Code = in.Name, in.Code
	if in.Mobile != "" {
		id.Mobile = in.Mobile
	}
	id.Writes++
	return map[string]any{"verify_uid": id.VerifyUID}, nil
}

func (i *Identity) compare(name, code, mobile string) *apiError {
	switch {
	case name == "" || code == "":
		return refuse(400, 1291010, "invalid request")
	case i.Name != "" && i.Name != name:
		return refuse(400, 1291002, "name mismatch")
	case i.Code != "" && i.Code != code:
		return refuse(400, 1291003, "code mismatch")
	case i.Mobile != "" && mobile != "" && i.Mobile != mobile:
		return refuse(400, 1291004, "mobile mismatch")
	}
	return nil
}

// BindIdentity binds data to a person in advance; empty fields match anything. It does not count as a write.
func (s *Server) BindIdentity(openID, name, code, mobile string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identities[openID] = &Identity{
		OpenID: openID,
		Name:   name,
		Code:   code,
		Mobile: mobile,
	}
}

// Identities returns the bound data by open_id. People without a successful call have Writes 0.
func (s *Server) Identities() map[string]Identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string]Identity, len(s.identities))
	for k, v := range s.identities {
		out[k] = *v
	}
	return out
}
