package bot

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"shiming/flows"
)

// selfPause is the time between two questions for the own open_id in a tenant.
const selfPause = 5 * time.Second

// errNoSelf says that Feishu answered without the bot's open_id.
var errNoSelf = errors.New("bot: the platform names no open_id of the bot")

// Self knows the bot's own open_id, by which a mention in a group is recognised as one of this bot. The open_id never
// changes, so that it is asked for once in a tenant. It is safe for concurrent use.
type Self struct {
	client *Client
	asked  chan struct{} // holds a value while Keep has to look at wanted

	mu     sync.Mutex
	known  map[string]string // by Client.tokenKey
	wanted map[string]string // tenant keys whose open_id somebody asked for, by the same key
}

// Self returns a Self that asks by this client.
func (c *Client) Self() *Self {
	return &Self{
		client: c,
		asked:  make(chan struct{}, 1),
		known:  map[string]string{},
		wanted: map[string]string{},
	}
}

// OpenID returns the bot's open_id in a tenant, "" while it is not known. It never waits: if the open_id is unknown, Keep
// asks for it.
func (s *Self) OpenID(tenantKey string) string {
	ctx := flows.WithTenant(context.Background(), tenantKey)
	key := s.client.tokenKey(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.known[key]
	if _, waits := s.wanted[key]; id == "" && !waits {
		s.wanted[key] = tenantKey
		select {
		case s.asked <- struct{}{}:
		default:
		}
	}
	return id
}

// learn asks for the open_id in the tenant of ctx and keeps it.
func (s *Self) learn(ctx context.Context) error {
	info, err := s.client.BotInfo(ctx)
	if err != nil {
		return err
	}
	if info.OpenID == "" {
		return errNoSelf
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.client.tokenKey(ctx)
	s.known[key] = info.OpenID
	delete(s.wanted, key)
	return nil
}

// Keep asks for each open_id that is wanted, every selfPause until it is known, and returns when ctx ends. A self-built
// app wants its only one at once; the tenants of a marketplace app are not known beforehand. tried is closed after the
// first question.
func (s *Self) Keep(ctx context.Context, tried chan<- struct{}) {
	once := sync.OnceFunc(func() { close(tried) })
	defer once()
	if s.client.market == nil {
		s.OpenID("")
	}
	retry := time.NewTicker(selfPause)
	defer retry.Stop()
	for {
		s.mu.Lock()
		wanted := slices.Collect(maps.Values(s.wanted))
		s.mu.Unlock()
		for _, tenant := range wanted {
			_ = s.learn(flows.WithTenant(ctx, tenant)) // the next round asks again
		}
		once()
		select {
		case <-s.asked:
		case <-retry.C:
		case <-ctx.Done():
			return
		}
	}
}
