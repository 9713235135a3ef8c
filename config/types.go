package config

import (
	"slices"
	"strconv"
	"strings"
)

// AppType says who may install the app.
type AppType string

const (
	SelfBuilt   AppType = "self_built"
	Marketplace AppType = "marketplace" // many companies
)

// UnmarshalText takes one of the constants.
func (t *AppType) UnmarshalText(text []byte) error { return oneOf(t, text, SelfBuilt, Marketplace) }

// Transport is the way on which Feishu's events come in.
type Transport string

const (
	Webhook   Transport = "webhook"
	WebSocket Transport = "websocket" // the long connection
)

// UnmarshalText takes one of the constants.
func (t *Transport) UnmarshalText(text []byte) error { return oneOf(t, text, Webhook, WebSocket) }

// Review says which cases HR has to approve.
type Review string

const (
	ReviewAlways   Review = "always"
	ReviewWarnings Review = "warnings" // those with a check that is not green
)

// UnmarshalText takes one of the constants.
func (r *Review) UnmarshalText(text []byte) error {
	return oneOf(r, text, ReviewAlways, ReviewWarnings)
}

// Revision is e签宝's version of the evidence.
type Revision string

const (
	Revision2024    Revision = "2024"
	revision2025_10 Revision = "2025-10" // not yet
)

// UnmarshalText takes a revision that this version can file.
func (r *Revision) UnmarshalText(text []byte) error {
	if Revision(text) == revision2025_10 {
		return &Mistake{Code: RevisionUnavailable}
	}
	return oneOf(r, text, Revision2024)
}

// Sync says what the SQLite database survives.
type Sync string

const (
	SyncFull   Sync = "full"   // a power cut
	SyncNormal Sync = "normal" // a killed process
)

// UnmarshalText takes one of the constants.
func (s *Sync) UnmarshalText(text []byte) error { return oneOf(s, text, SyncFull, SyncNormal) }

// Level is the least that is logged.
type Level string

const (
	LevelDebug Level = "debug"
	LevelInfo  Level = "info"
	LevelWarn  Level = "warn"
	LevelError Level = "error"
)

// UnmarshalText takes one of the constants.
func (l *Level) UnmarshalText(text []byte) error {
	return oneOf(l, text, LevelDebug, LevelInfo, LevelWarn, LevelError)
}

// oneOf sets a value that must be one of a few. Spaces and case count.
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

// UnmarshalText takes a whole number.
func (p *PerSecond) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > maxPerSecond {
		return &Mistake{Code: NotInRange, Args: []string{"1", strconv.Itoa(maxPerSecond)}}
	}
	*p = PerSecond(n)
	return nil
}
