package bot

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"shiming/flows"
)

// TestStaffEvents: what the bot takes of an event about the directory. No field is needed but the open_id, and no name
// leaves the decoder.
func TestStaffEvents(t *testing.T) {
	t.Parallel()
	when := time.UnixMilli(1760000000000)
	yes, no := true, false
	change := func(kind flows.StaffChangeKind, set func(*flows.StaffChange)) flows.StaffChange {
		c := flows.StaffChange{EventID: "ev_1", TenantKey: "tk", OpenID: "ou_emp", Kind: kind, At: when}
		if set != nil {
			set(&c)
		}
		return c
	}
	status := func(frozen, resigned, exited any) m {
		return m{"is_frozen": frozen, "is_resigned": resigned, "is_activated": true, "is_exited": exited, "is_unjoin": false}
	}
	for _, tt := range []struct {
		name, kind string
		event      any
		want       any
	}{
		{"joined", eventStaffJoined, m{"object": m{"open_id": "ou_emp", "name": "张三", "mobile": "+8613900001234",
			"join_time": 1760000000, "status": status(false, false, false)}},
			change(flows.StaffJoined, func(c *flows.StaffChange) { c.Suspended, c.JoinsOn = &no, time.Unix(1760000000, 0) })},
		{"joined, no scope of a field", eventStaffJoined, m{"object": m{"open_id": "ou_emp"}}, change(flows.StaffJoined, nil)},
		{"renamed", eventStaffChanged, m{"object": m{"open_id": "ou_emp", "name": "张三丰"}, "old_object": m{"name": "张三"}},
			change(flows.StaffChanged, func(c *flows.StaffChange) { c.Renamed = true })},
		{"another field", eventStaffChanged, m{"object": m{"open_id": "ou_emp", "name": "张三"}, "old_object": m{"city": "x"}},
			change(flows.StaffChanged, nil)},
		{"the mobile, as an event of its own", eventStaffChanged, m{"object": m{"open_id": "ou_emp", "name": "张三",
			"mobile": "+8613900001234"}, "old_object": m{"mobile": "+8613900001235"}}, change(flows.StaffChanged, nil)},
		{"renamed, without the scope of the name", eventStaffChanged, m{"object": m{"open_id": "ou_emp"}, "old_object": m{}},
			change(flows.StaffChanged, nil)},
		{"frozen", eventStaffChanged, m{"object": m{"open_id": "ou_emp", "status": status(true, false, false)},
			"old_object": m{"status": status(false, false, false)}},
			change(flows.StaffChanged, func(c *flows.StaffChange) { c.Suspended = &yes })},
		{"exited, as texts", eventStaffChanged, m{"object": m{"open_id": "ou_emp", "status": status("false", "false", "true")}},
			change(flows.StaffChanged, func(c *flows.StaffChange) { c.Suspended = &yes })},
		{"resigned", eventStaffChanged, m{"object": m{"open_id": "ou_emp", "status": status(false, true, false)}},
			change(flows.StaffLeft, func(c *flows.StaffChange) { c.Suspended = &no })},
		{"left", eventStaffLeft, m{"object": m{"open_id": "ou_emp"}, "old_object": m{"department_ids": []string{"od-1"}}},
			change(flows.StaffLeft, nil)},
		{"left, named in old_object only", eventStaffLeft, m{"old_object": m{"open_id": "ou_emp"}}, change(flows.StaffLeft, nil)},
		{"nobody", eventStaffLeft, m{"object": m{}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newTestServer(t)
			wantResponse(t, r.send(pushOf(event20(tt.kind, tt.event))), 200, `{}`)
			got := r.stub.all()
			if tt.want == nil {
				if len(got) != 0 {
					t.Errorf("not ignored: %+v", got)
				}
			} else if len(got) != 1 || !reflect.DeepEqual(got[0], tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if strings.Contains(fmt.Sprintf("%+v %s", got, r.log), "张三") {
				t.Error("got a name in the event or the log, want none")
			}
		})
	}
}

// TestAppEvents: a marketplace app hears of what a company does with it; a self-built app does not.
func TestAppEvents(t *testing.T) {
	t.Parallel()
	event := func(body string) string {
		return fmt.Sprintf(`{"uuid":"u-1","token":%q,"ts":"1760000000.25","type":"event_callback","event":{"app_id":%q,%s}}`,
			testToken, testApp, body)
	}
	for _, tt := range []struct {
		name, body string
		state      flows.AppState // "" = ignored
	}{
		{"uninstalled", `"type":"app_uninstalled","tenant_key":"tk_b"`, flows.AppUninstalled},
		{"stopped", `"type":"app_status_change","tenant_key":"tk_b","status":"stop_by_tenant"`, flows.AppStopped},
		{"stopped by the platform", `"type":"app_status_change","tenant_key":"tk_b","status":"stop_by_platform"`,
			flows.AppStopped},
		{"started", `"type":"app_status_change","tenant_key":"tk_b","status":"start_by_tenant","operator":{"open_id":"ou"}`,
			flows.AppRunning},
		{"unknown status", `"type":"app_status_change","tenant_key":"tk_b","status":"x"`, ""},
		{"no company", `"type":"app_uninstalled"`, ""},
		{"another type", `"type":"app_open","tenant_key":"tk_b"`, ""},
	} {
		for _, marketplace := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/%t", tt.name, marketplace), func(t *testing.T) {
				t.Parallel()
				r := newTestServer(t, func(c *ServerConfig) {
					if marketplace {
						c.Marketplace = &fakeTicketStore{}
					}
				})
				wantResponse(t, r.send(pushOf(event(tt.body))), 200, `{}`)
				var want []any
				if tt.state != "" && marketplace {
					want = []any{flows.AppChange{EventID: "u-1", TenantKey: "tk_b", State: tt.state, At: time.Unix(1760000000, 0)}}
				}
				if got := r.stub.all(); !reflect.DeepEqual(got, want) {
					t.Errorf("got %+v, want %+v", got, want)
				}
			})
		}
	}
}
