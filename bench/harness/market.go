package harness

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
)

// openMarket starts a second company and puts both behind one Feishu. It changes the settings to those of a marketplace
// app. Feishu's calls are as slow as those of the other platforms.
func (h *Harness) openMarket(ctx context.Context, first sim.Config, settings map[string]string) (*feishu.Market, error) {
	second := first
	second.Tenant, second.Seed = "tk_other", first.Seed+1
	var err error
	if h.Other, err = sim.Start(ctx, second); err != nil {
		return nil, err
	}
	h.closing = append(h.closing, func() { closeWorld(h.Other) })
	market := feishu.NewMarket(h.World.Feishu, h.Other.Feishu)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wait := time.NewTimer(first.Latency)
		defer wait.Stop()
		select {
		case <-wait.C:
			market.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	h.closing = append(h.closing, func() {
		front.CloseClientConnections()
		front.Close()
		market.Close()
	})
	var admins []string
	for tenant, w := range map[string]*sim.World{"tk_sim": h.World, second.Tenant: h.Other} {
		for _, id := range w.Admins() {
			admins = append(admins, tenant+"/"+id)
		}
	}
	maps.Copy(settings, map[string]string{
		"feishu.app_type":  "marketplace",
		"feishu.base_url":  front.URL,
		"hr.admins":        strings.Join(admins, ","),
		"hr.review_chat":   "",
		"hr.announce_chat": "",
	})
	return market, nil
}
