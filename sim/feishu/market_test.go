package feishu

import (
	"net/http/httptest"
	"testing"
	"time"
)

func TestMarket(t *testing.T) {
	w := newWorld(t)
	other := newWorld(t, func(c *Config) { c.TenantKey = "tk_2" })
	m := NewMarket(w.Server, other.Server)
	t.Cleanup(m.Close)
	w.api.Close()
	w.api = httptest.NewServer(m)
	t.Cleanup(w.api.Close)

	app := func(ticket string) answer {
		return w.do("POST", "/auth/v3/app_access_token", map[string]string{
			"app_id":     "cli_test",
			"app_secret": "secret",
			"app_ticket": ticket,
		})
	}
	tenant := func(app, key string) answer {
		return w.do("POST", "/auth/v3/tenant_access_token", map[string]string{"app_access_token": app, "tenant_key": key})
	}
	w.want(w.do("POST", "/auth/v3/tenant_access_token/internal",
		map[string]string{"app_id": "cli_test", "app_secret": "secret"}), 200, 10003)
	w.want(app("none"), 200, 10012)

	// The bot gets a ticket when it asks for one.
	resend := func(secret string) answer {
		return w.do("POST", "/auth/v3/app_ticket/resend", map[string]string{"app_id": "cli_test", "app_secret": secret})
	}
	w.want(resend("wrong"), 200, 10015)
	w.want(resend("secret"), 200, 0)
	m.Close()
	all := w.bot.all()
	event := object(all[len(all)-1].plain["event"])
	if event["type"] != "app_ticket" || event["app_id"] != "cli_test" || m.Resends() != 1 {
		t.Fatalf("%v after %d requests, want 1", event, m.Resends())
	}
	good := app(str(event["app_ticket"]))
	w.want(good, 200, 0)
	token := str(good.body["app_access_token"])
	w.want(tenant("a-none", "tk"), 200, 99991664)
	w.want(tenant(token, "tk_3"), 200, 10003)

	// Each tenant's token leads to the people of that tenant.
	here, there := w.AddUser(User{Name: "张三"}), other.AddUser(User{Name: "李四"})
	for key, see := range map[string]map[string]bool{
		"tk":   {here.OpenID: true, there.OpenID: false},
		"tk_2": {here.OpenID: false, there.OpenID: true},
	} {
		t.Run(key, func(t *testing.T) {
			w.token = str(tenant(token, key).body["tenant_access_token"])
			for id, known := range see {
				if a := w.do("GET", "/contact/v3/users/"+id, nil); (a.body["code"] == float64(0)) != known {
					t.Errorf("%s looks up somebody of its own: %t, answered %v", key, known, a.body["code"])
				}
			}
		})
	}
	w.token = "t-never-issued"
	w.want(w.do("GET", "/bot/v3/info", nil), 400, 99991663)

	w.clock.add(2 * time.Hour)
	w.want(tenant(token, "tk"), 200, 99991664)
	m.KillTickets()
	w.want(app(str(event["app_ticket"])), 200, 10012)
}
