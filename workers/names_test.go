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
	away atomic.Bool
}

func (d *directory) Contact(context.Context, string) (flows.Contact, error) {
	if d.away.Load() {
		return flows.Contact{}, errors.New("away")
	}
	return flows.Contact{Name: "李四"}, nil
}

// TestKeepNames: the names are looked up again after a failure, and before the engine forgets them.
func TestKeepNames(t *testing.T) {
	d := &directory{}
	d.away.Store(true)
	e := engine.New(engine.Deps{Policy: flows.Policy{Admins: []string{"ou_1"}}})
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
		cancel()
		<-ended
	})
}
