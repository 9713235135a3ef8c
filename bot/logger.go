package bot

import (
	"context"
	"log/slog"
)

// sdkLogger is what the SDK may log to. The SDK puts bodies, URLs and other people's error texts into its messages,
// and everything that matters comes back to us as an error anyway, so no message is kept: only that there was one, at
// debug.
type sdkLogger struct{ log *slog.Logger }

func (l sdkLogger) note(ctx context.Context, level string) {
	l.log.DebugContext(ctx, "feishu sdk logged something", "sdk_level", level)
}

func (l sdkLogger) Debug(context.Context, ...any)       {}
func (l sdkLogger) Info(context.Context, ...any)        {}
func (l sdkLogger) Warn(ctx context.Context, _ ...any)  { l.note(ctx, "warn") }
func (l sdkLogger) Error(ctx context.Context, _ ...any) { l.note(ctx, "error") }
