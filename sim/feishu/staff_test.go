package feishu

import (
	"net/http/httptest"
	"testing"
)

// TestStaffEvents: the shapes of the pages, with their traps: old_object has only what has changed, departments of a
// leaver stand in it alone, a change of the mobile is an event of its own, and fields without a scope are missing.
func TestStaffEvents(t *testing.T) {
	w := newWorld(t)
	w.Grant("contact:user.employee:readonly")
	ctx := within(t)
	last := func() (object, old map[string]any) {
		all := w.bot.all()
		event := all[len(all)-1].plain["event"].(map[string]any)
		object, _ = event["object"].(map[string]any)
		old, _ = event["old_object"].(map[string]any)
		return object, old
	}
	u, _ := w.Hire(ctx, User{Name: "张三", Mobile: "+8613800138000", Departments: []string{"od-1"}, JoinTime: 1760000000})
	if o, _ := last(); o["open_id"] != u.OpenID || o["name"] != "张三" || o["join_time"] != float64(1760000000) {
		t.Errorf("created: %v", o)
	}
	edit := func(change func(*User)) {
		t.Helper()
		if _, err := w.Edit(ctx, u.OpenID, change); err != nil {
			t.Fatal(err)
		}
	}
	edit(func(u *User) { u.Name = "张三丰" })
	if o, old := last(); o["name"] != "张三丰" || old["name"] != "张三" || len(old) != 1 || o["department_ids"] != nil {
		t.Errorf("renamed: %v, before %v", o, old)
	}
	edit(func(u *User) { u.Frozen = true })
	if o, old := last(); object(o["status"])["is_frozen"] != true || object(old["status"])["is_frozen"] != false {
		t.Errorf("frozen: %v, before %v", o, old)
	}
	edit(func(u *User) { u.Name, u.Mobile = "张三", "+8613800138009" })
	if o, old := last(); o["mobile"] != "+8613800138009" || len(old) != 1 || old["mobile"] != "+8613800138000" {
		t.Errorf("the event of the mobile: %v, before %v", o, old)
	}
	w.Revoke("contact:user.base:readonly")
	edit(func(u *User) { u.Name = "李四" })
	if o, old := last(); o["name"] != nil || len(old) != 0 {
		t.Errorf("renamed without the scope: %v, before %v", o, old)
	}
	if _, err := w.Resign(ctx, u.OpenID); err != nil {
		t.Fatal(err)
	}
	if o, old := last(); o["department_ids"] != nil || len(list(old["department_ids"])) != 1 || old["open_id"] != u.OpenID {
		t.Errorf("deleted: %v, before %v", o, old)
	}
}

// TestAppStopped: an app that a company has stopped gets no token for it, and older tokens are refused.
func TestAppStopped(t *testing.T) {
	w := newWorld(t)
	m := NewMarket(w.Server)
	t.Cleanup(m.Close)
	w.api.Close()
	w.api = httptest.NewServer(m)
	t.Cleanup(w.api.Close)
	ctx := within(t)
	if _, err := m.PushTicket(ctx); err != nil {
		t.Fatal(err)
	}
	ticket := func() map[string]any {
		all := w.bot.all()
		return object(all[len(all)-1].plain["event"])
	}
	app := w.do("POST", "/auth/v3/app_access_token", map[string]string{
		"app_id": "cli_test", "app_secret": "secret", "app_ticket": str(ticket()["app_ticket"]),
	})
	token := func() answer {
		return w.do("POST", "/auth/v3/tenant_access_token",
			map[string]string{"app_access_token": str(app.body["app_access_token"]), "tenant_key": "tk"})
	}
	w.token = str(token().body["tenant_access_token"])
	w.want(w.do("GET", "/bot/v3/info", nil), 200, 0)
	for _, stop := range []func() (int, error){
		func() (int, error) { return m.SetStatus(ctx, "tk", "stop_by_tenant") },
		func() (int, error) { return m.Uninstall(ctx, "tk") },
	} {
		if status, err := stop(); status != 200 || err != nil {
			t.Fatal(status, err)
		}
		if e := ticket(); e["tenant_key"] != "tk" || e["operator"] != nil || e["app_id"] != "cli_test" {
			t.Errorf("event %v", e)
		}
		w.want(token(), 200, 10014)
		w.want(w.do("GET", "/bot/v3/info", nil), 400, 99991662)
		if _, err := m.SetStatus(ctx, "tk", "start_by_tenant"); err != nil {
			t.Fatal(err)
		}
		if e := ticket(); e["status"] != "start_by_tenant" || e["operator"] == nil {
			t.Errorf("event %v", e)
		}
		w.want(w.do("GET", "/bot/v3/info", nil), 200, 0)
	}
}
