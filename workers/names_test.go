package workers

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"shiming/engine"
	"shiming/flows"
)

// directory is a Messenger that knows people's names, or cannot be reached.
type directory struct {
	Messenger
	away, left atomic.Bool
}

func (d *directory) Contact(context.Context, string) (flows.Contact, error) {
	if d.away.Load() {
		return flows.Contact{}, errors.New("away")
	}
	return flows.Contact{Name: "李四", Left: d.left.Load()}, nil
}

// settings is a store that keeps settings only.
type settings struct {
	flows.Store
	values map[string]string
}

func (s *settings) Tx(_ context.Context, fn func(flows.Tx) error) error { return fn(settingsTx{s: s}) }

type settingsTx struct {
	flows.Tx
	s *settings
}

func (t settingsTx) Setting(_ context.Context, tenantKey, key string) (string, error) {
	return t.s.values[tenantKey+"/"+key], nil
}

func (t settingsTx) PutSetting(_ context.Context, tenantKey, key, value string) error {
	t.s.values[tenantKey+"/"+key] = value
	return nil
}

func (t settingsTx) SurfacesOf(context.Context, string, string) ([]*flows.Surface, error) {
	return nil, nil
}

// TestKeepNames: the names are looked up again after a failure, and before the engine forgets them. With them comes who
// has left the company.
func TestKeepNames(t *testing.T) {
	d := &directory{}
	d.away.Store(true)
	s := &settings{values: map[string]string{}}
	e := engine.New(engine.Deps{Policy: flows.Policy{Admins: []string{"ou_1"}}, Store: s})
	w := New(Deps{Engine: e, Messenger: d})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			w.RefreshNames(ctx)
		}()
		synctest.Wait()
		if got := e.Policy.NameOf("ou_1"); got != "" {
			t.Errorf("named %q by a directory that is away, want %q", got, "")
		}
		d.away.Store(false)
		for _, later := range []time.Duration{engine.NameRetryInterval, 12 * time.Hour, 120 * time.Hour} {
			time.Sleep(later) // on the fake clock of synctest
			synctest.Wait()
			if got := e.Policy.NameOf("ou_1"); got != "李四" {
				t.Errorf("%v later: %q, want %q", later, got, "李四")
			}
		}
		for _, left := range []bool{true, false} {
			want := map[bool]string{true: `["ou_1"]`, false: `[]`}[left]
			d.left.Store(left)
			time.Sleep(engine.NameRefreshInterval)
			synctest.Wait()
			if got := s.values["/"+flows.SettingDeparted]; got != want {
				t.Errorf("left %t: stored %s, want %s", left, got, want)
			}
		}
		cancel()
		<-ended
	})
}
