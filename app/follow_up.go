package app

import (
	"context"
	"fmt"
	"time"

	"shiming/esign"
	"shiming/handover"
	"shiming/workers"
)

// addFollowUps builds the clients of what follows an evidence point.
func (a *App) addFollowUps(deps *workers.Deps, o Options, m *metrics) (err error) {
	if a.cfg.Handover.URL != "" {
		secrets, err := handover.ParseSecrets(a.cfg.Handover.Secret)
		if err != nil {
			return fmt.Errorf("handover.secret: %w", err)
		}
		if a.handover, err = handover.New(handover.Config{
			URL:          a.cfg.Handover.URL,
			Secrets:      secrets,
			AllowPrivate: bool(a.cfg.Handover.AllowPrivate),
			Timeout:      o.CallTimeout,
			Now:          a.store.Now,
		}); err != nil {
			return fmt.Errorf("handover.secret: %w", err)
		}
		deps.Handover = countedHandover{a.handover, m}
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

// countedHandover is a workers.HandoverClient that records its calls in m.
type countedHandover struct {
	workers.HandoverClient
	m *metrics
}

func (h countedHandover) Send(ctx context.Context, id string, body []byte) (err error) {
	defer func(begin time.Time) { h.m.observeCall(platformHandover, "handover", false, begin, err) }(time.Now())
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
