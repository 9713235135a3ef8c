package feishu

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// pagesOf reads all pages of a list and returns the values of a key, with the number of pages.
func (w *world) pagesOf(path, key string) (all []string, pages int) {
	w.t.Helper()
	token := ""
	for range 100 {
		a := w.do("GET", path+"&page_token="+url.QueryEscape(token), nil)
		w.want(a, 200, 0)
		pages++
		for _, it := range list(a.data()["items"]) {
			all = append(all, str(object(it)[key]))
		}
		if a.data()["has_more"] != true {
			return all, pages
		}
		token = str(a.data()["page_token"])
	}
	w.t.Fatal("got no last page")
	return nil, 0
}

// company has departments a › b › c and d, a person in each, one in b and d, a leaver, and one of another company.
func company(t *testing.T) *world {
	w := newWorld(t).login()
	for _, d := range []Department{
		{OpenID: "od_a", Name: "A"}, {OpenID: "od_b", Name: "B", Parent: "od_a"}, {OpenID: "od_c", Name: "C", Parent: "od_b"},
		{OpenID: "od_d", Name: "D"},
	} {
		w.AddDepartment(d)
	}
	for _, u := range []User{
		{OpenID: "ou_a", Departments: []string{"od_a"}, Email: "A@corp.cn", WorkEmail: "work@corp.cn"},
		{OpenID: "ou_b", Departments: []string{"od_b"}, Mobile: "+8613800138000"},
		{OpenID: "ou_bd", Departments: []string{"od_b", "od_d"}},
		{OpenID: "ou_c", Departments: []string{"od_c"}},
		{OpenID: "ou_left", Departments: []string{"od_b"}, Resigned: true, Mobile: "+8613900139000"},
		{OpenID: "ou_else", Departments: []string{"od_b"}, TenantKey: "other"},
	} {
		w.AddUser(u)
	}
	return w
}

func TestChildDepartmentsAndPeople(t *testing.T) {
	w := company(t)
	children := func(id, more string) string {
		all, _ := w.pagesOf("/contact/v3/departments/"+id+"/children?page_size=1"+more, "open_department_id")
		return strings.Join(all, " ")
	}
	if got := children("0", ""); got != "od_a od_d" {
		t.Errorf("got %s below the company, want its two departments", got)
	}
	if got := children("od_a", "&fetch_child=true"); got != "od_b od_c" {
		t.Errorf("got %s below a, want all", got)
	}
	people := func(id string) string {
		all, _ := w.pagesOf("/contact/v3/users/find_by_department?page_size=1&department_id="+id, "open_id")
		return strings.Join(all, " ")
	}
	if got := people("od_b"); got != "ou_b ou_bd" {
		t.Errorf("got %s in b, want those of b alone, without who left and who is of another company", got)
	}
	if got := people("od_d"); got != "ou_bd" {
		t.Errorf("got %s in d, want who is in two departments", got)
	}

	w.want(w.do("GET", "/contact/v3/departments/od_none/children", nil), 400, 40008)
	w.want(w.do("GET", "/contact/v3/departments/0/children?page_size=51", nil), 400, 40011)
	w.want(w.do("GET", "/contact/v3/users/find_by_department?department_id=od_b&page_size=0", nil), 400, 40011)
	w.want(w.do("GET", "/contact/v3/users/find_by_department?department_id=od_none", nil), 403, 40004)
	w.want(w.do("GET", "/contact/v3/users/find_by_department", nil), 400, 99992402)
	w.Set(func(b *Behaviour) { b.LargeDepartment = 2 })
	w.want(w.do("GET", "/contact/v3/departments/od_a/children?fetch_child=true", nil), 400, 43010)
	if got := children("od_a", ""); got != "od_b" {
		t.Errorf("got %s directly below a, want b", got)
	}
	w.DeleteDepartment("od_b")
	w.want(w.do("GET", "/contact/v3/departments/od_b/children", nil), 400, 40008)
	w.want(w.do("GET", "/contact/v3/users/find_by_department?department_id=od_b", nil), 403, 40004)
	w.Revoke("contact:contact.base:readonly", "contact:department.organize:readonly")
	w.want(w.do("GET", "/contact/v3/departments/0/children", nil), 400, 99991672)
	w.want(w.do("GET", "/contact/v3/scopes", nil), 400, 99991672)
}

// TestPageTokens: a token fits the query that it came from, until it expires.
func TestPageTokens(t *testing.T) {
	w := company(t)
	path := "/contact/v3/users/find_by_department?page_size=1&department_id="
	token := url.QueryEscape(str(w.do("GET", path+"od_b", nil).data()["page_token"]))
	w.want(w.do("GET", path+"od_b&page_token="+token, nil), 200, 0)
	w.want(w.do("GET", path+"od_d&page_token="+token, nil), 400, 40012)
	w.want(w.do("GET", path+"od_b&page_token=x", nil), 400, 40012)
	w.ExpirePages()
	w.want(w.do("GET", path+"od_b&page_token="+token, nil), 400, 40012)
}

// TestDepartmentFieldsFollowScopes: a missing scope is a missing field and no error. Leaders have names of their own.
func TestDepartmentFieldsFollowScopes(t *testing.T) {
	w := company(t)
	w.Revoke("contact:department.organize:readonly")
	first := func() map[string]any {
		return object(list(w.do("GET", "/contact/v3/departments/od_a/children", nil).data()["items"])[0])
	}
	if d := first(); d["name"] != "B" || d["parent_department_id"] != nil {
		t.Errorf("got %v, want the name and no parent", d)
	}
	w.Grant("contact:department.organize:readonly")
	w.Revoke("contact:department.base:readonly")
	if d := first(); d["name"] != nil || d["parent_department_id"] != "od_a" || d["member_count"] != 3.0 {
		t.Errorf("got %v, want parent and members and no name", d)
	}
}

func TestDirectoryRange(t *testing.T) {
	w := company(t)
	if d := w.do("GET", "/contact/v3/scopes", nil).data(); fmt.Sprint(d["department_ids"]) != "[0]" {
		t.Errorf("got %v, want the whole company", d)
	}
	w.SetRange(DirectoryRange{Departments: []string{"od_b"}, People: []string{"ou_a"}})
	d := w.do("GET", "/contact/v3/scopes?page_size=1", nil).data()
	if fmt.Sprint(d["department_ids"], d["user_ids"], d["has_more"]) != "[od_b] [] true" {
		t.Errorf("got %v, want one entry of three lists together", d)
	}
	w.want(w.do("GET", "/contact/v3/departments/0/children", nil), 403, 40014)
	w.want(w.do("GET", "/contact/v3/departments/od_a/children", nil), 403, 40004)
	w.want(w.do("GET", "/contact/v3/users/find_by_department?department_id=0", nil), 403, 40004)
	w.want(w.do("GET", "/contact/v3/users/find_by_department?department_id=od_d", nil), 403, 40004)
	if got, _ := w.pagesOf("/contact/v3/departments/od_b/children?fetch_child=true", "open_department_id"); len(got) != 1 {
		t.Errorf("got %v below b, want c", got)
	}
	w.want(w.do("GET", "/contact/v3/users/ou_a?user_id_type=open_id", nil), 200, 0)
	w.want(w.do("GET", "/contact/v3/users/ou_c?user_id_type=open_id", nil), 200, 0)
	w.AddUser(User{OpenID: "ou_d", Departments: []string{"od_d"}})
	w.want(w.do("GET", "/contact/v3/users/ou_d?user_id_type=open_id", nil), 400, 41050)
	w.want(w.do("GET", "/contact/v3/scopes?page_size=101", nil), 400, 40011)
	w.Revoke("contact:user.employee_id:readonly")
	if d := w.do("GET", "/contact/v3/scopes", nil).data(); len(list(d["user_ids"])) != 0 {
		t.Errorf("got %v, want no people without the scope", d)
	}
}

func TestFindPeople(t *testing.T) {
	w := company(t)
	w.Grant("contact:user.employee:readonly")
	find := func(resigned bool, emails, mobiles []string) (got []string) {
		a := w.do("POST", "/contact/v3/users/batch_get_id?user_id_type=open_id", map[string]any{
			"emails": emails, "mobiles": mobiles, "include_resigned": resigned,
		})
		w.want(a, 200, 0)
		for _, it := range list(a.data()["user_list"]) {
			o := object(it)
			got = append(got, fmt.Sprint(str(o["email"]), str(o["mobile"]), "=", str(o["user_id"])))
		}
		return got
	}
	got := find(false, []string{"a@corp.cn", "work@corp.cn"}, []string{"13800138000", "13900139000"})
	if want := "[a@corp.cn=ou_a work@corp.cn= 13800138000=ou_b 13900139000=]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if got = find(true, nil, []string{"13900139000"}); fmt.Sprint(got) != "[13900139000=ou_left]" {
		t.Errorf("got %v, want the leaver", got)
	}
	body := map[string]any{"emails": make([]string, 51)}
	w.want(w.do("POST", "/contact/v3/users/batch_get_id", body), 400, 99992402)
	w.Revoke("contact:user.id:readonly")
	w.want(w.do("POST", "/contact/v3/users/batch_get_id", map[string]any{}), 400, 99991672)
}

func TestChatsOfTheBotAndMembersCut(t *testing.T) {
	w := company(t)
	one := w.AddGroup("oc_1", "一", "ou_a", "ou_b", "ou_else")
	w.AddGroup("oc_2", "二")
	w.P2PChat("ou_a")
	if got, pages := w.pagesOf("/im/v1/chats?page_size=1", "name"); fmt.Sprint(got, pages) != "[一 二] 2" {
		t.Errorf("got groups %v on %d pages", got, pages)
	}
	w.Dissolve("oc_2")
	if got, _ := w.pagesOf("/im/v1/chats?page_size=100", "name"); fmt.Sprint(got) != "[一]" {
		t.Errorf("got groups %v, want none that was dissolved", got)
	}
	w.want(w.do("GET", "/im/v1/chats?page_size=101", nil), 400, 232001)
	tenants, _ := w.pagesOf("/im/v1/chats/"+one+"/members?page_size=100", "tenant_key")
	if tenants[2] != "other" {
		t.Errorf("got tenants %v, want the stranger's own", tenants)
	}
	w.Set(func(b *Behaviour) { b.MemberLimit = 2 })
	d := w.do("GET", "/im/v1/chats/"+one+"/members", nil).data()
	if len(list(d["items"])) != 2 || d["member_total"] != 3.0 || d["trigger_security_conf_limit"] != true {
		t.Errorf("got %v, want a list that is cut and says so", d)
	}
}

// TestRead: what somebody reads is told once.
func TestRead(t *testing.T) {
	w := company(t)
	sent := w.do("POST", "/im/v1/messages?receive_id_type=open_id", map[string]any{
		"receive_id": "ou_a", "msg_type": "text", "content": `{"text":"hi"}`,
	})
	w.want(sent, 200, 0)
	d, err := w.Read(within(t), "ou_a")
	if err != nil || d.EventID == "" {
		t.Fatalf("got %+v, %v, want an event", d, err)
	}
	if again, err := w.Read(within(t), "ou_a"); err != nil || again.EventID != "" {
		t.Errorf("got %+v, %v for nothing unread, want no event", again, err)
	}
}
