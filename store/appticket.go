package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"shiming/flows"
	"shiming/store/keyset"
)

// The app ticket of a marketplace app belongs to no tenant. It is a sealed setting, so that every
// process has it, also after a restart. Feishu sends a new one every hour.
const appTicketSetting = "app_ticket/"

// appTicketAAD binds a sealed ticket to its app.
func appTicketAAD(appID string) string { return "setting:app_ticket|" + appID }

// PutAppTicket seals and stores a ticket in place of the previous one.
func (s *Store) PutAppTicket(ctx context.Context, appID, ticket string) error {
	return s.Tx(ctx, func(tx flows.Tx) error {
		sealed, err := s.keys.Seal(appTicketAAD(appID), []byte(ticket))
		if err != nil {
			return err
		}
		return tx.PutSetting(ctx, "", appTicketSetting+appID, base64.StdEncoding.EncodeToString(sealed))
	})
}

// AppTicket returns the stored ticket. It returns "" if there is none or if its key no longer
// exists, because the caller can ask Feishu for a new one.
func (s *Store) AppTicket(ctx context.Context, appID string) (ticket string, err error) {
	err = s.View(ctx, func(v flows.View) error {
		kept, err := v.Setting(ctx, "", appTicketSetting+appID)
		if err != nil || kept == "" {
			return err
		}
		sealed, err := base64.StdEncoding.DecodeString(kept)
		if err != nil {
			return fmt.Errorf("store: app ticket: %w", err)
		}
		clear, err := s.keys.Open(appTicketAAD(appID), sealed)
		if errors.Is(err, keyset.ErrSealed) {
			return nil
		}
		ticket = string(clear)
		return err
	})
	return ticket, err
}
