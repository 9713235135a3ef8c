package bot

import (
	"fmt"
	"net/http"
	"reflect"
	"testing"

	"shiming/flows"
)

// query checks a request's parameters, as Encode writes them.
func query(t *testing.T, r *http.Request, want string) {
	t.Helper()
	if got := r.URL.Query().Encode(); got != want {
		t.Errorf("%s: got query %s, want %s", r.URL.Path, got, want)
	}
}

func TestChildDepartments(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("GET /open-apis/contact/v3/departments/0/children", func(w http.ResponseWriter, r *http.Request) {
		query(t, r, "department_id_type=open_department_id&fetch_child=true&page_size=50&page_token=p%3D1&user_id_type=open_id")
		ok(w, `{"has_more":true,"page_token":"p=2","items":[{"name":"销售部","parent_department_id":"0",
			"open_department_id":"od_1","member_count":7,"status":{"is_deleted":false},
			"leaders":[{"leaderType":1,"leaderID":"ou_9"}]},{"open_department_id":"od_2","status":{"is_deleted":true}}]}`)
	})
	got, err := f.client(t).ChildDepartments(t.Context(), flows.RootDepartment, "p=1", true)
	want := flows.DepartmentPage{Next: "p=2", Departments: []flows.DirectoryDepartment{
		{Department: flows.Department{ID: "od_1", Name: "销售部"}, Parent: "0", Members: 7},
		{Department: flows.Department{ID: "od_2"}, Deleted: true},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestPeopleOf(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("GET /open-apis/contact/v3/users/find_by_department", func(w http.ResponseWriter, r *http.Request) {
		query(t, r, "department_id=od_1&department_id_type=open_department_id&page_size=50&user_id_type=open_id")
		ok(w, `{"has_more":false,"page_token":"unused","items":[{"open_id":"ou_1","name":"张三","email":"Z@Corp.cn",
			"enterprise_email":"San@Corp.cn","mobile":"+8613800138000","employee_no":"7","department_ids":["od_1","od_2"],
			"status":{"is_activated":true}},{"open_id":"ou_2"},{"name":"nobody"}]}`)
	})
	got, err := f.client(t).PeopleOf(t.Context(), "od_1", "")
	want := flows.PeoplePage{People: []flows.DirectoryPerson{
		{OpenID: "ou_1", Name: "张三", Email: "z@corp.cn", WorkEmail: "san@corp.cn", Mobile: "+8613800138000", EmployeeNo: "7",
			Departments: []string{"od_1", "od_2"}},
		{OpenID: "ou_2"},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %d people, %v, want %d as in the answer", len(got.People), err, len(want.People))
	}
}

func TestDirectoryStatus(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	status := ""
	f.handle("GET /open-apis/contact/v3/users/batch", func(w http.ResponseWriter, r *http.Request) {
		query(t, r, "department_id_type=open_department_id&user_id_type=open_id&user_ids=ou_1&user_ids=ou_2")
		ok(w, `{"items":[{"open_id":"ou_1"`+status+`}]}`)
	})
	c := f.client(t)
	for answer, want := range map[string]flows.DirectoryStatus{
		"":                                flows.StatusActive, // without the scope
		`"status":{"is_activated":true}`:  flows.StatusActive,
		`"status":{"is_activated":false}`: flows.StatusActive,
		`"status":{"is_unjoin":true}`:     flows.StatusUnjoin,
		`"status":{"is_frozen":true}`:     flows.StatusFrozen,
		`"status":{"is_resigned":true}`:   flows.StatusLeft,
		`"status":{"is_exited":true}`:     flows.StatusLeft,
		`"status":{"is_frozen":true,"is_resigned":true,"is_activated":false}`: flows.StatusLeft,
	} {
		if status = ""; answer != "" {
			status = "," + answer
		}
		got, err := c.People(t.Context(), []string{"ou_1", "ou_2"})
		if err != nil || len(got) != 1 || got[0].OpenID != "ou_1" || got[0].Status != want {
			t.Errorf("%s: got %v, %v, want %q", answer, got, err, want)
		}
	}
}

// TestFindPeople: who is found only among those who have resigned has left, whatever scopes the app has.
func TestFindPeople(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	calls := 0
	f.handle("POST /open-apis/contact/v3/users/batch_get_id", func(w http.ResponseWriter, r *http.Request) {
		query(t, r, "user_id_type=open_id")
		calls++
		want := m{"emails": []any{"a@b.cn"}, "mobiles": []any{"13800138000", "13900139000"}, "include_resigned": false}
		if calls == 2 {
			want = m{"emails": []any{"a@b.cn"}, "mobiles": []any{"13900139000"}, "include_resigned": true}
		}
		if got := bodyOf(t, r); !reflect.DeepEqual(got, want) {
			t.Errorf("call %d: got body %v, want %v", calls, got, want)
		}
		if calls == 2 {
			ok(w, `{"user_list":[{"email":"a@b.cn"},{"mobile":"13900139000","user_id":"ou_2"}]}`)
			return
		}
		ok(w, `{"user_list":[{"email":"a@b.cn"},{"mobile":"13800138000","user_id":"ou_1","status":{"is_frozen":true}},
			{"mobile":"13900139000"}]}`)
	})
	got, err := f.client(t).FindPeople(t.Context(), []string{"a@b.cn"}, []string{"13800138000", "13900139000"})
	want := []flows.FoundPerson{
		{Email: "a@b.cn"}, {Mobile: "13800138000", OpenID: "ou_1", Status: flows.StatusFrozen}, {Mobile: "13900139000"},
		{Mobile: "13900139000", OpenID: "ou_2", Status: flows.StatusLeft},
	}
	if err != nil || !reflect.DeepEqual(got, want) || calls != 2 {
		t.Errorf("got %d people, %v after %d calls, want %d as in the answers", len(got), err, calls, len(want))
	}
}

func TestDirectoryRange(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("GET /open-apis/contact/v3/scopes", func(w http.ResponseWriter, r *http.Request) {
		query(t, r, "department_id_type=open_department_id&page_size=100&user_id_type=open_id")
		ok(w, `{"department_ids":["od_1"],"user_ids":["ou_1"],"group_ids":["g1"],"has_more":true,"page_token":"p2"}`)
	})
	got, err := f.client(t).DirectoryRange(t.Context(), "")
	want := flows.DirectoryRange{Departments: []string{"od_1"}, People: []string{"ou_1"}, Groups: []string{"g1"}, Next: "p2"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

// TestChatsAndMembers: members of another company are no members to invite, and a list that a security setting
// cuts says so.
func TestChatsAndMembers(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("GET /open-apis/im/v1/chats", func(w http.ResponseWriter, r *http.Request) {
		query(t, r, "page_size=100&user_id_type=open_id")
		ok(w, `{"items":[{"chat_id":"oc_1","name":"新人","external":false},{"chat_id":"oc_2","external":true}],"has_more":false}`)
	})
	f.handle("GET /open-apis/im/v1/chats/oc_1/members", func(w http.ResponseWriter, r *http.Request) {
		query(t, r, "member_id_type=open_id&page_size=100&page_token=p1")
		ok(w, `{"items":[{"member_id":"ou_1","tenant_key":"tk"},{"member_id":"ou_2","tenant_key":"other"}],"has_more":true,
			"page_token":"p2","trigger_security_conf_limit":true,"security_conf_limit":100}`)
	})
	c := f.client(t)
	chats, err := c.Chats(t.Context(), "")
	want := flows.ChatPage{Chats: []flows.Chat{{ID: "oc_1", Name: "新人"}, {ID: "oc_2", External: true}}}
	if err != nil || !reflect.DeepEqual(chats, want) {
		t.Errorf("got %+v, %v, want %+v", chats, err, want)
	}
	members, err := c.MemberPage(t.Context(), "oc_1", "tk", "p1")
	if err != nil || !reflect.DeepEqual(members, flows.MemberPage{Members: []string{"ou_1"}, Next: "p2", Cut: true}) {
		t.Errorf("got %+v, %v", members, err)
	}
}

// TestDirectoryPeopleMaskThemselves prints people in every way that a log would.
func TestDirectoryPeopleMaskThemselves(t *testing.T) {
	t.Parallel()
	p := flows.DirectoryPerson{OpenID: "ou_1", Name: "张三", Email: "z@corp.cn", Mobile: "13800138000"}
	found := flows.FoundPerson{Email: "z@corp.cn", OpenID: "ou_1"}
	for _, got := range []string{
		fmt.Sprint(p), fmt.Sprintf("%+v", p), fmt.Sprintf("%#v", p), p.LogValue().String(),
		fmt.Sprint(found), fmt.Sprintf("%+v", found), fmt.Sprintf("%#v", found), found.LogValue().String(),
	} {
		if got != "[person ou_1]" {
			t.Errorf("got %s, want the open_id only", got)
		}
	}
}
