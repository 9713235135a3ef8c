package config

import (
	"slices"
	"strconv"
	"strings"
)

// AppType is the type of the Feishu app.
type AppType string

const (
	SelfBuilt   AppType = "self_built"  // app of one company
	Marketplace AppType = "marketplace" // app that many companies install
)

// UnmarshalText accepts the constants.
func (t *AppType) UnmarshalText(text []byte) error { return oneOf(t, text, SelfBuilt, Marketplace) }

// Transport says how the bot receives events of Feishu.
type Transport string

const (
	Webhook   Transport = "webhook"
	WebSocket Transport = "websocket" // the long connection
)

// UnmarshalText accepts the constants.
func (t *Transport) UnmarshalText(text []byte) error { return oneOf(t, text, Webhook, WebSocket) }

// UserIDType is the kind of id by which the identity is recorded for a person.
type UserIDType string

const (
	OpenID  UserIDType = "open_id"  // of the person in this app
	UnionID UserIDType = "union_id" // of the person in all apps of one developer
	UserID  UserIDType = "user_id"  // of the person in the company; needs contact:user.employee_id:readonly
)

// UnmarshalText accepts the constants.
func (t *UserIDType) UnmarshalText(text []byte) error { return oneOf(t, text, OpenID, UnionID, UserID) }

// Review says which cases HR has to approve.
type Review string

const (
	ReviewAlways   Review = "always"
	ReviewWarnings Review = "warnings" // only cases with a finding that is not green
)

// UnmarshalText accepts the constants.
func (r *Review) UnmarshalText(text []byte) error {
	return oneOf(r, text, ReviewAlways, ReviewWarnings)
}

// Revision is the revision of e签宝's evidence request.
type Revision string

const (
	Revision2024    Revision = "2024"
	revision2025_10 Revision = "2025-10" // known to e签宝 and not yet supported
)

// UnmarshalText accepts the revisions that this version supports.
func (r *Revision) UnmarshalText(text []byte) error {
	if Revision(text) == revision2025_10 {
		return &Mistake{Code: RevisionUnavailable}
	}
	return oneOf(r, text, Revision2024)
}

// Sync is the durability of the SQLite database.
type Sync string

const (
	SyncFull   Sync = "full"   // commits survive a power cut
	SyncNormal Sync = "normal" // commits survive a killed process
)

// UnmarshalText accepts the constants.
func (s *Sync) UnmarshalText(text []byte) error { return oneOf(s, text, SyncFull, SyncNormal) }

// Level is the minimum level of log entries.
type Level string

const (
	LevelDebug Level = "debug"
	LevelInfo  Level = "info"
	LevelWarn  Level = "warn"
	LevelError Level = "error"
)

// UnmarshalText accepts the constants.
func (l *Level) UnmarshalText(text []byte) error {
	return oneOf(l, text, LevelDebug, LevelInfo, LevelWarn, LevelError)
}

// oneOf sets to if text is exactly one of values.
func oneOf[T ~string](to *T, text []byte, values ...T) error {
	if !slices.Contains(values, T(text)) {
		return &Mistake{Code: NotOneOf, Args: []string{list(values)}}
	}
	*to = T(text)
	return nil
}

func list[T ~string](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}

// PerSecond is a rate in calls a second.
type PerSecond int

const maxPerSecond = 100

// UnmarshalText accepts a whole number from 1 to maxPerSecond.
func (p *PerSecond) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > maxPerSecond {
		return &Mistake{Code: NotInRange, Args: []string{"1", strconv.Itoa(maxPerSecond)}}
	}
	*p = PerSecond(n)
	return nil
}
