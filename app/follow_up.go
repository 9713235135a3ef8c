package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"shiming/config"
	"shiming/esign"
	"shiming/handover"
	"shiming/workers"
)

// addFollowUps builds the clients of what follows an evidence point, and of the receiver of the heads.
func (a *App) addFollowUps(deps *workers.Deps, o Options, m *metrics) (err error) {
	if a.cfg.Handover.URL != "" {
		if a.handover, err = a.receiver(a.cfg.Handover.URL, a.cfg.Handover.Secret, "handover.secret", o); err != nil {
			return err
		}
		deps.Handover = countedHandover{a.handover, m, "handover"}
	}
	if a.cfg.DPO.HeadsURL != "" {
		if a.heads, err = a.receiver(a.cfg.DPO.HeadsURL, a.cfg.DPO.HeadsSecret, "dpo.heads_secret", o); err != nil {
			return err
		}
		deps.Heads = countedHandover{a.heads, m, "audit_head"}
	}
	if a.cfg.Esign.SDKURL == "" {
		return nil
	}
	sdk, err := esign.NewSDK(esign.SDKConfig{BaseURL: a.cfg.Esign.SDKURL, Timeout: o.CallTimeout, Now: a.store.Now})
	if err != nil {
		return fmt.Errorf("esign.sdk_url: %w", err)
	}
	deps.Accounts = countedAccounts{sdk, m}
	return nil
}

// receiver returns a client of a receiver of notifications. secretPath is the setting of the secrets.
func (a *App) receiver(address string, secrets []string, secretPath string, o Options) (*handover.Client, error) {
	keys, err := handover.ParseSecrets(secrets)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", secretPath, err)
	}
	client, err := handover.New(handover.Config{
		URL:          address,
		Secrets:      keys,
		AllowPrivate: bool(a.cfg.Handover.AllowPrivate),
		Timeout:      o.CallTimeout,
		Now:          a.store.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", secretPath, err)
	}
	return client, nil
}

// headsReceiver names the receiver of the heads, so that another one gets all of them. The address may hold a secret.
func headsReceiver(cfg config.Config) string {
	if cfg.DPO.HeadsURL == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(cfg.DPO.HeadsURL))
	return hex.EncodeToString(sum[:8])
}

// countedHandover is a workers.HandoverClient that records its calls in m.
type countedHandover struct {
	workers.HandoverClient
	m         *metrics
	operation string
}

func (h countedHandover) Send(ctx context.Context, id string, body []byte) (err error) {
	defer func(begin time.Time) { h.m.observeCall(platformHandover, h.operation, false, begin, err) }(time.Now())
	return h.HandoverClient.Send(ctx, id, body)
}

// countedAccounts is a workers.AccountClient that records its calls in m.
type countedAccounts struct {
	workers.AccountClient
	m *metrics
}

func (a countedAccounts) FindPerson(ctx context.Context, idNo, idNoType string) (out esign.SDKAccount, err error) {
	defer func(begin time.Time) { a.m.observeCall(platformEsign, "FindPerson", false, begin, err) }(time.Now())
	return a.AccountClient.FindPerson(ctx, idNo, idNoType)
}

func (a countedAccounts) AddPerson(ctx context.Context, p esign.SDKPerson) (id string, err error) {
	defer func(begin time.Time) { a.m.observeCall(platformEsign, "AddPerson", true, begin, err) }(time.Now())
	return a.AccountClient.AddPerson(ctx, p)
}
