package feishu

import (
	"fmt"
	"testing"
)

func TestContactFieldsFollowScopes(t *testing.T) {
	w := newWorld(t).login()
	w.AddUser(User{
		OpenID: "ou_a",
		UserID: "e1",
		Name:   "张三",
		Mobile: "+8613800138000",
	})
	w.AddUser(User{OpenID: "ou_out", Outside: true})
	get := func(id string) answer { return w.do("GET", "/contact/v3/users/"+id+"?user_id_type=open_id", nil) }
	a := get("ou_a")
	w.want(a, 200, 0)
	u := object(a.data()["user"])
	if u["name"] != "张三" || u["mobile"] != "+8613800138000" || u["user_id"] != "e1" || u["union_id"] != "on_a" {
		t.Errorf("user: %v", u)
	}
	w.Revoke("contact:user.phone:readonly", "contact:user.base:readonly", "contact:user.employee_id:readonly")
	u = object(get("ou_a").data()["user"])
	for _, k := range []string{"name", "mobile", "user_id", "employee_no"} {
		if _, ok := u[k]; ok {
			t.Errorf("%s is returned without its scope", k)
		}
	}
	w.want(w.do("GET", "/contact/v3/users/e1?user_id_type=user_id", nil), 400, 99991672)
	w.want(get("ou_out"), 400, 41050)
	w.want(get("ou_nobody"), 400, 41012)
	b := w.do("GET", "/contact/v3/users/batch?user_ids=ou_a&user_ids=ou_out&user_ids=ou_nobody", nil)
	w.want(b, 200, 0)
	if n := len(list(b.data()["items"])); n != 1 {
		t.Errorf("batch returned %d people, want 1", n)
	}
	w.want(w.do("GET", "/contact/v3/users/batch", nil), 400, 99992402)
}

func TestMembersArePaged(t *testing.T) {
	w := newWorld(t).login()
	g := w.AddGroup("", "HR")
	for i := range 5 {
		u := w.AddUser(User{Name: fmt.Sprint("p", i)})
		w.AddMembers(g, u.OpenID, u.OpenID)
	}
	var names []string
	token := ""
	for range 4 {
		a := w.do("GET", "/im/v1/chats/"+g+"/members?page_size=2&page_token="+token, nil)
		w.want(a, 200, 0)
		for _, it := range list(a.data()["items"]) {
			names = append(names, str(object(it)["name"]))
		}
		if a.data()["has_more"] != true {
			break
		}
		token = str(a.data()["page_token"])
	}
	if fmt.Sprint(names) != "[p0 p1 p2 p3 p4]" {
		t.Errorf("got members %v", names)
	}
	if a := w.do("GET", "/im/v1/chats/"+g, nil); a.data()["user_count"] != "5" || a.data()["name"] != "HR" ||
		a.data()["chat_mode"] != "group" {
		t.Errorf("chat: %v", a.data())
	}
	in := w.do("GET", "/im/v1/chats/"+g+"/members/is_in_chat", nil)
	if in.data()["is_in_chat"] != true {
		t.Errorf("is_in_chat: %s", in.raw)
	}
	u := w.AddUser(User{})
	if _, err := w.RemoveBotFromGroup(within(t), g, u.OpenID); err != nil {
		t.Fatal(err)
	}
	w.want(w.do("GET", "/im/v1/chats/"+g+"/members", nil), 400, 232011)
	if in := w.do("GET", "/im/v1/chats/"+g+"/members/is_in_chat", nil); in.data()["is_in_chat"] != false {
		t.Errorf("is_in_chat: %s", in.raw)
	}
	w.want(w.do("GET", "/im/v1/chats/oc_none/members", nil), 400, 232006)
	if w.do("GET", "/bot/v3/info", nil).body["bot"].(map[string]any)["open_id"] != w.BotOpenID() {
		t.Error("bot info names another bot")
	}
}
