package feishu

import (
	"net/http"
	"testing"
	"time"
)

func TestTokenIsReusedUntilHalfAnHourBeforeItsEnd(t *testing.T) {
	w := newWorld(t).login()
	first := w.token
	w.clock.add(90 * time.Minute) // 30 minutes left: the same token
	a := w.login().do("GET", "/bot/v3/info", nil)
	w.want(a, 200, 0)
	if w.token != first {
		t.Error("a new token although 30 minutes were left")
	}
	w.clock.add(time.Second)
	if w.login(); w.token == first {
		t.Error("the same token although less than 30 minutes were left")
	}
	second := w.token
	w.token = first
	w.want(w.do("GET", "/bot/v3/info", nil), 200, 0) // both stay valid
	w.clock.add(30 * time.Minute)
	w.want(w.do("GET", "/bot/v3/info", nil), 400, 99991663) // the first one has expired
	w.token = second
	w.want(w.do("GET", "/bot/v3/info", nil), 200, 0)
	w.KillTokens()
	w.want(w.do("GET", "/bot/v3/info", nil), 400, 99991663)
	if w.TokensIssued() != 3 {
		t.Errorf("issued %d, want 3", w.TokensIssued())
	}
}

func TestTokenRefusals(t *testing.T) {
	w := newWorld(t)
	const path = "/auth/v3/tenant_access_token/internal"
	w.want(w.do("POST", path, map[string]string{"app_id": "cli_test", "app_secret": "wrong"}), 200, 10015)
	w.want(w.do("POST", path, map[string]string{"app_id": "cli_test"}), 200, 10003)
	w.want(w.do("POST", path, map[string]string{"app_id": "cli_other", "app_secret": "secret"}), 200, 10003)
	w.want(w.do("GET", "/bot/v3/info", nil), 400, 99991661)
	w.token = "u-user"
	w.want(w.do("GET", "/bot/v3/info", nil), 400, 99991671)
	w.token = "t-never-issued"
	w.want(w.do("GET", "/bot/v3/info", nil), 400, 99991663)

	a := w.do("GET", "/no/such/api", nil)
	if a.status != 404 || a.body != nil {
		t.Errorf("an unknown path answers %d %s, want a plain 404", a.status, a.raw)
	}
}

func TestTokenLifeInSeconds(t *testing.T) {
	w := newWorld(t)
	w.TokenLife(3 * time.Second)
	a := w.do("POST", "/auth/v3/tenant_access_token/internal",
		map[string]string{"app_id": "cli_test", "app_secret": "secret"})
	if a.body["expire"] != float64(3) {
		t.Errorf("expire = %v, want 3", a.body["expire"])
	}
	w.token = str(a.body["tenant_access_token"])
	w.clock.add(3 * time.Second)
	w.want(w.do("GET", "/bot/v3/info", nil), 400, 99991663)
}

func TestMissingScopeNamesTheScopes(t *testing.T) {
	w := newWorld(t).login()
	u := w.AddUser(User{Name: "张三"})
	w.Revoke("im:message:send_as_bot")
	a := w.send(u.OpenID, "text", `{"text":"hi"}`, "")
	w.want(a, 400, 99991672)
	e := object(a.body["error"])
	if n := len(list(e["permission_violations"])); n != 3 || e["log_id"] != a.header.Get("X-Tt-Logid") {
		t.Errorf("error object: %v", e)
	}
	w.Grant("im:message:send")
	w.want(w.send(u.OpenID, "text", `{"text":"hi"}`, ""), 200, 0)
}

func TestOperationNames(t *testing.T) {
	for _, v := range []struct{ method, path, want string }{
		{"POST", "/open-apis/auth/v3/tenant_access_token/internal", "token"},
		{"POST", "/open-apis/im/v1/messages?receive_id_type=open_id", "message.create"},
		{"POST", "/open-apis/im/v1/messages/om_1/reply", "message.reply"},
		{"PATCH", "/open-apis/im/v1/messages/om_1", "message.patch"},
		{"DELETE", "/open-apis/im/v1/messages/om_1", "message.delete"},
		{"PATCH", "/open-apis/im/v1/messages/om_1/urgent_app", "message.urgent_app"},
		{"GET", "/open-apis/im/v1/messages/om_1/resources/img_1?type=image", "resource.get"},
		{"POST", "/open-apis/im/v1/images", "image.create"},
		{"GET", "/open-apis/contact/v3/users/ou_1", "contact.user.get"},
		{"GET", "/open-apis/contact/v3/users/batch?user_ids=ou_1", "contact.user.batch"},
		{"POST", "/open-apis/document_ai/v1/id_card/recognize", "id_card.recognize"},
		{"POST", "/open-apis/human_authentication/v1/identities?user_id=ou_1", "identities.create"},
		{"GET", "/open-apis/im/v1/chats/oc_1/members", "chat.members"},
		{"GET", "/open-apis/im/v1/chats/oc_1/members/is_in_chat", "chat.is_in_chat"},
		{"GET", "/open-apis/im/v1/chats/oc_1", "chat.get"},
		{"GET", "/open-apis/authen/v1/authorize?client_id=cli_1", "authen.authorize"},
		{"POST", "/open-apis/authen/v2/oauth/token", "authen.token"},
		{"GET", "/open-apis/authen/v1/user_info", "authen.user_info"},
		{"GET", "/open-apis/im/v1/messages//resources/x", "unknown"},
		{"PUT", "/open-apis/im/v1/messages/om_1", "unknown"},
		{"GET", "/elsewhere", "unknown"},
	} {
		t.Run(v.method+" "+v.path, func(t *testing.T) {
			r, err := http.NewRequest(v.method, "http://sim"+v.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := Operation(r); got != v.want {
				t.Errorf("%s %s: %s, want %s", v.method, v.path, got, v.want)
			}
		})
	}
}
