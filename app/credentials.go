package app

import (
	"context"
	"time"

	"shiming/bot"
)

// authenticatePause is the pause between two attempts while Feishu does not answer.
const authenticatePause = 30 * time.Second

// reportCredentials logs an error in words if Feishu refuses the app. Without it, the first sign of a wrong secret
// would be a message of an employee that nobody answers. It asks until Feishu gives a definite answer.
func (a *App) reportCredentials(ctx context.Context) {
	for waiting := false; ctx.Err() == nil; waiting = true {
		err := a.client.Authenticate(ctx)
		if refusal, ok := bot.RefusalOf(err); ok {
			a.log.Error(refusal.Message, "remedy", refusal.Remedy, "code", refusal.Code, "log_id", refusal.LogID)
			return
		}
		if err == nil {
			return
		}
		if !waiting && ctx.Err() == nil {
			a.log.Warn("Feishu has not accepted the app yet; asking again", "error", err,
				"again_in_ms", authenticatePause.Milliseconds())
		}
		select {
		case <-time.After(authenticatePause):
		case <-ctx.Done():
		}
	}
}
