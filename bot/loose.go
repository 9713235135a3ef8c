package bot

import (
	"bytes"
	"encoding/json"
)

// loose is a string of a push that may also arrive as a number or, for the content of a message, as an object. Any JSON
// value but a string is kept as its text. The SDK's structs refuse the whole push instead.
type loose string

// UnmarshalJSON accepts every JSON value; null is "".
func (l *loose) UnmarshalJSON(raw []byte) error {
	var s string
	switch {
	case bytes.Equal(raw, []byte("null")):
	case json.Unmarshal(raw, &s) == nil:
	default:
		s = string(raw)
	}
	*l = loose(s)
	return nil
}

// ids are the ids of a person or a bot in an event. An older shape, in which the open_id stands alone, is understood.
// No page shows a tenant_key among them; it is read in case there is one.
type ids struct {
	OpenID, TenantKey string
}

// UnmarshalJSON accepts every JSON value; a value without an open_id leaves it empty.
func (i *ids) UnmarshalJSON(raw []byte) error {
	var o struct {
		OpenID    loose `json:"open_id"`
		TenantKey loose `json:"tenant_key"`
	}
	var s string
	switch {
	case json.Unmarshal(raw, &o) == nil:
		i.OpenID, i.TenantKey = string(o.OpenID), string(o.TenantKey)
	case json.Unmarshal(raw, &s) == nil:
		i.OpenID = s
	}
	return nil
}
