package flows

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// directory knows people's names, or is out of reach.
type directory struct {
	Chat
	away atomic.Bool
}

func (d *directory) Contact(context.Context, string) (Contact, error) {
	if d.away.Load() {
		return Contact{}, errors.New("away")
	}
	return Contact{Name: "李四"}, nil
}

// TestNamesStayKnown: the directory is asked again when it could not be reached at the start, and before names are forgotten.
func TestNamesStayKnown(t *testing.T) {
	d := &directory{}
	d.away.Store(true)
	e := New(Deps{Policy: Policy{Admins: []string{"ou_1"}}})
	w := NewWorkers(WorkersDeps{Engine: e, Chat: d})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); w.KeepNames(ctx) }()
		synctest.Wait()
		if got := e.nameOf("ou_1"); got != "" {
			t.Errorf("named %q by a directory that is away", got)
		}
		d.away.Store(false)
		for _, later := range []time.Duration{namesSoon, namesLife, 10 * namesLife} {
			time.Sleep(later) // of the bubble's own clock
			synctest.Wait()
			if got := e.nameOf("ou_1"); got != "李四" {
				t.Errorf("%v later: %q", later, got)
			}
		}
		cancel()
		<-ended
	})
}
