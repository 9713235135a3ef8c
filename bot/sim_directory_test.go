package bot_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"shiming/flows"
	"shiming/sim/feishu"
)

// TestSimDirectory reads a simulated company through the client, all pages of it: departments and their people, people
// by mobile with one who has left, groups and members, and who has read a message.
func TestSimDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.AddDepartment(feishu.Department{OpenID: "od_top", Name: "总部"})
	for i := range 60 {
		w.AddDepartment(feishu.Department{OpenID: fmt.Sprintf("od_%02d", i), Parent: "od_top"})
		w.AddUser(feishu.User{OpenID: fmt.Sprintf("ou_%02d", i), Departments: []string{"od_top"}})
	}
	w.AddUser(feishu.User{OpenID: "ou_left", Mobile: "+8613900139000", Resigned: true})
	w.AddUser(feishu.User{OpenID: "ou_here", Mobile: "+8613800138000"})

	departments, people := 0, 0
	for token, last := "", false; !last; {
		page, err := w.client.ChildDepartments(ctx, "od_top", token, true)
		if err != nil {
			t.Fatal(err)
		}
		departments, token, last = departments+len(page.Departments), page.Next, page.Next == ""
	}
	for token, last := "", false; !last; {
		page, err := w.client.PeopleOf(ctx, "od_top", token)
		if err != nil {
			t.Fatal(err)
		}
		people, token, last = people+len(page.People), page.Next, page.Next == ""
	}
	if departments != 60 || people != 60 {
		t.Errorf("got %d departments and %d people, want 60 of each", departments, people)
	}
	found, err := w.client.FindPeople(ctx, nil, []string{"13800138000", "13900139000"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []flows.FoundPerson{
		{Mobile: "13800138000", OpenID: "ou_here"}, {Mobile: "13900139000", OpenID: "ou_left", Status: flows.StatusLeft},
	} {
		if !slices.Contains(found, want) {
			t.Errorf("got %v, want %s found", found, want.OpenID)
		}
	}
	rng, err := w.client.DirectoryRange(ctx, "")
	if err != nil || !slices.Equal(rng.Departments, []string{flows.RootDepartment}) {
		t.Errorf("got range %v, %v, want everybody", rng, err)
	}
	group := w.AddGroup("oc_1", "新人", "ou_00", "ou_01")
	chats, err := w.client.Chats(ctx, "")
	if err != nil || len(chats.Chats) != 1 || chats.Chats[0].Name != "新人" {
		t.Errorf("got groups %v, %v", chats, err)
	}
	members, err := w.client.MemberPage(ctx, group, "tk_sim", "")
	if err != nil || !slices.Equal(members.Members, []string{"ou_00", "ou_01"}) || members.Cut {
		t.Errorf("got members %v, %v", members, err)
	}

	id, err := w.client.Send(ctx, flows.Receiver{Type: "open_id", ID: "ou_emp"}, json.RawMessage(startCard), "u-1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Read(ctx, "ou_emp"); err != nil {
		t.Fatal(err)
	}
	if got := only[flows.MessageRead](t, w.handler); got.OpenID != "ou_emp" || !slices.Equal(got.MessageIDs, []string{id}) {
		t.Errorf("got receipt %+v, want one of %s", got, id)
	}
}
