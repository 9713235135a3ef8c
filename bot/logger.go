package bot

import (
	"context"
	"log/slog"
)

// sdkLogger is the logger of the SDK. It drops the messages, because they hold bodies, URLs and texts of upstreams, and
// because every failure also returns as an error. At level debug it logs that the SDK logged something.
type sdkLogger struct{ log *slog.Logger }

func (l sdkLogger) note(ctx context.Context, level string) {
	l.log.DebugContext(ctx, "feishu sdk logged something", "sdk_level", level)
}

func (l sdkLogger) Debug(context.Context, ...any)       {}
func (l sdkLogger) Info(context.Context, ...any)        {}
func (l sdkLogger) Warn(ctx context.Context, _ ...any)  { l.note(ctx, "warn") }
func (l sdkLogger) Error(ctx context.Context, _ ...any) { l.note(ctx, "error") }
