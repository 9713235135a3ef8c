package playground

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBotAndClockHooks(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true})
	h.call("POST", "/sim/bot", `{"do":"kill"}`, http.StatusNotImplemented, nil)
	h.call("POST", "/sim/clock", `{"by":"1h"}`, http.StatusNotImplemented, nil)
	var did []string
	h.pg.HandleBot(func(_ context.Context, do string) error {
		did = append(did, do)
		h.pg.TellBot(BotState{State: "paused", Detail: "1", Can: []string{"resume"}})
		return nil
	})
	h.pg.TellBot(BotState{State: "running", Can: []string{"pause"}})
	var moved time.Duration
	h.pg.HandleClock(func(_ context.Context, by time.Duration) error {
		moved += by
		h.pg.TellClock(ClockState{Offset: moved, Can: true})
		return nil
	})
	tab := h.watch("")
	tab.until(kindIs("ready"))
	h.call("POST", "/sim/bot", `{"do":"kill"}`, http.StatusNotImplemented, nil) // it is not among what can be done
	h.call("POST", "/sim/bot", `{"do":"pause"}`, 200, nil)
	h.call("POST", "/sim/clock", `{"by":"24h"}`, 200, nil)
	h.call("POST", "/sim/clock", `{"by":"-1h"}`, http.StatusBadRequest, nil)
	all := tab.until(kindIs(itemClock))
	i := slices.IndexFunc(all, kindIs(itemBot))
	if i < 0 || !strings.Contains(string(all[i].data), "paused") ||
		!strings.Contains(string(all[len(all)-1].data), `"offset_s":86400`) {
		t.Errorf("got the item %s, want the paused bot", all[len(all)-1].data)
	}
	if !slices.Equal(did, []string{"pause"}) || moved != 24*time.Hour {
		t.Errorf("did %v, moved %v, want %v", did, moved, 24*time.Hour)
	}
}
