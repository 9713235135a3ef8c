package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"shiming/flows"
)

// selfPause is the least time between two questions for the own open_id in a tenant.
const selfPause = 5 * time.Second

// errNoSelf says that Feishu answered without the bot's open_id.
var errNoSelf = errors.New("bot: the platform names no open_id of the bot")

// Self knows the bot's own open_id, by which a mention in a group is recognised as one of this bot. The open_id never
// changes, so that it is asked for once in a tenant. It is safe for concurrent use.
type Self struct {
	client *Client

	mu    sync.Mutex
	known map[string]string    // by Client.tokenKey
	asked map[string]time.Time // time of the last question, by the same key
}

// Self returns a Self that asks by this client.
func (c *Client) Self() *Self {
	return &Self{client: c, known: map[string]string{}, asked: map[string]time.Time{}}
}

// OpenID returns the bot's open_id in a tenant, "" while it is not known. It never waits: if the open_id is unknown, it
// asks in the background, at most every selfPause.
func (s *Self) OpenID(tenantKey string) string {
	ctx := flows.WithTenant(context.Background(), tenantKey)
	key := s.client.tokenKey(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := s.known[key]; id != "" {
		return id
	}
	if now := s.client.now(); s.asked[key].IsZero() || now.Sub(s.asked[key]).Abs() >= selfPause {
		s.asked[key] = now
		go func() { _ = s.Learn(ctx) }() // the next message asks again if this fails
	}
	return ""
}

// Learn asks for the open_id in the tenant of ctx and keeps it.
func (s *Self) Learn(ctx context.Context) error {
	info, err := s.client.BotInfo(ctx)
	if err != nil {
		return err
	}
	if info.OpenID == "" {
		return errNoSelf
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[s.client.tokenKey(ctx)] = info.OpenID
	return nil
}

// Keep asks until the open_id is known or ctx ends. It returns at once for a marketplace app, whose tenants are not
// known beforehand. tried is closed after the first question.
func (s *Self) Keep(ctx context.Context, tried chan<- struct{}) {
	once := sync.OnceFunc(func() { close(tried) })
	defer once()
	if s.client.market != nil {
		return
	}
	retry := time.NewTicker(selfPause)
	defer retry.Stop()
	for s.Learn(ctx) != nil {
		once()
		select {
		case <-retry.C:
		case <-ctx.Done():
			return
		}
	}
}
