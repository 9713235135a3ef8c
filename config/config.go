// Package config is config.yaml and the environment as one value: which keys there are, their defaults, what each takes, and what
// does not go together. All mistakes are reported at once, each with its dotted path. It opens nothing and asks nobody: whether a
// right value also works is for package doctor.
//
// In reading order: config.go (the value), keys.go (every key), load.go (file, environment, defaults), validate.go (rules between
// keys), env.go (keys as variables).
package config

import (
	"strings"
	"time"

	"shiming/flows"
	"shiming/verify"
)

// Config is config.yaml. Every key is explained there.
type Config struct {
	Server struct {
		Listen, AdminListen, PublicURL string
	}
	Company string
	Feishu  struct {
		BaseURL, AppID, AppSecret, AppType, EncryptKey, VerificationToken, Transport string
	}
	HR struct {
		Admins                   []string
		ReviewChat, AnnounceChat string
	}
	ReviewRequired string
	OCRPerSecond   int
	Method         flows.Method
	Tencent        verify.Config
	Esign          struct {
		BaseURL, AppID, AppSecret, EvidenceRevision string
	}
	Store struct {
		DSN, Sync string
	}
	KeysetFile string
	Timing     struct {
		ReminderAfter, ExpireAfter, CodeTTL, CodeResend, PhotoGrace, FieldRetention, WriteQuiet time.Duration
	}
	LogLevel string
}

// String hides everything: a configuration holds secrets.
func (Config) String() string { return "[config]" }

// Marketplace is the value of feishu.app_type for an app that many companies install.
const Marketplace = "marketplace"

// WebSocket is the value of feishu.transport for the long connection.
const WebSocket = "websocket"

// Error lists every mistake of a configuration, each with its dotted path.
type Error struct{ Problems []string }

func (e *Error) Error() string {
	return "configuration:\n  " + strings.Join(e.Problems, "\n  ")
}
