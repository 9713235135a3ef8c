package app

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"shiming/store/keyset"
)

// keyServicePause is how often a running bot looks whether the key service still answers.
const keyServicePause = time.Minute

// keyService keeps the login at the key service valid while the bot runs, and knows whether the service answers. The bot
// works without it: the opened keys stay in memory. A start, a rotation and a replaced key file need it.
type keyService struct {
	client interface{ Keep(uri string) error }
	uri    string
	log    *slog.Logger

	code atomic.Pointer[string] // of the last look that failed, or nil
}

// openKeyset loads the keys, and notes the key service.
func (a *App) openKeyset(ctx context.Context, retry startRetry) (*keyset.Keyset, error) {
	wrapping, client, err := openWrapping(a.cfg)
	if err != nil {
		return nil, err
	}
	if client != nil {
		a.keyService = &keyService{client: client, uri: a.cfg.KMS.URI, log: a.log}
	}
	return retry.loadKeyset(ctx, a.cfg, wrapping, a.log)
}

// run looks until ctx ends.
func (k *keyService) run(ctx context.Context) {
	tick := time.NewTicker(keyServicePause)
	defer tick.Stop()
	for {
		k.look()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look looks once. What has changed is logged once.
func (k *keyService) look() {
	err := k.client.Keep(k.uri)
	if err == nil {
		if k.code.Swap(nil) != nil {
			k.log.Info("the key service is back")
		}
		return
	}
	code := codeOf(err)
	if before := k.code.Swap(&code); before == nil || *before != code {
		k.log.Warn("the key service cannot be used: the bot goes on with the keys in memory; a start and a rotation need it",
			"error", err)
	}
}

// away reports whether the last look failed.
func (k *keyService) away() bool { return k.code.Load() != nil }
