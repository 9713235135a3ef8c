package workers_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// company is a directory: sales with east below it, research, and people in them.
func company() *workerstest.FakeDirectory {
	in := func(id, parent, name string) flows.DirectoryDepartment {
		return flows.DirectoryDepartment{Department: flows.Department{ID: id, Name: name}, Parent: parent}
	}
	return &workerstest.FakeDirectory{
		Departments: []flows.DirectoryDepartment{
			in("od_sales", "0", "销售部"), in("od_east", "od_sales", "华东"), in("od_lab", "0", "研发部"), in("od_lab2", "od_lab", "销售部"),
		},
		Staff: []flows.DirectoryPerson{
			{OpenID: "ou_1", Name: "张三", Email: "zhang@corp.cn", Mobile: "+8613800000001", Departments: []string{"od_sales"}},
			{OpenID: "ou_2", Name: "李四", Mobile: "+8613800000002", EmployeeNo: "A2", Departments: []string{"od_east", "od_sales"}},
			{OpenID: "ou_3", Name: "王五", WorkEmail: "wang@work.cn", Departments: []string{"od_east"}},
			{OpenID: "ou_4", Name: "赵六", Departments: []string{"od_lab"}, Status: flows.StatusFrozen},
			{OpenID: "ou_5", Name: "王五", Departments: []string{"od_lab"}},
			{OpenID: "ou_6", Name: "John Smith", Departments: []string{"0"}},
			{OpenID: "ou_7", Name: "孙七", Mobile: "+8613800000007", Departments: []string{"od_lab"}, Status: flows.StatusLeft},
		},
		Hidden:    []string{"ou_hidden"},
		Groups:    []flows.Chat{{ID: "oc_1", Name: "新人群"}, {ID: "oc_2", Name: "客户群", External: true}, {ID: "oc_3", Name: "华东"}},
		MembersOf: map[string][]string{"oc_1": {"ou_1", "ou_4", "ou_hidden", "ou_6"}},
	}
}

// resolving is a harness with the company.
func resolving(t *testing.T, d *workerstest.FakeDirectory) *workerstest.Harness {
	w := workerstest.New(t)
	*w.Directory = workerstest.FakeDirectory{
		Departments: d.Departments, Staff: d.Staff, Hidden: d.Hidden, Range: d.Range, Groups: d.Groups, MembersOf: d.MembersOf,
	}
	w.Messenger.ContactFunc = w.Directory.Contact
	return w
}

// begin begins a campaign.
func begin(w *workerstest.Harness, r engine.CampaignRequest) (id string) {
	w.T.Helper()
	r.TenantKey, r.By, r.Cause = workerstest.Tenant, "ou_hr1", w.NextID()
	w.Must(w.Store.Tx(w.T.Context(), func(tx flows.Tx) error {
		c, _, err := w.BeginCampaign(w.T.Context(), tx, r)
		if err == nil {
			id = c.ID
		}
		return err
	}))
	return id
}

func listOf(text string) engine.CampaignRequest {
	r := engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetList, ID: "l"}}
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) != "" {
			r.Lines = append(r.Lines, flows.CampaignLine{Line: i + 1, Text: line})
		}
	}
	return r
}

// outcome is a campaign as text: its state, its people, and what became of the lines.
func outcome(w *workerstest.Harness, id string) string {
	w.T.Helper()
	var out []string
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) error {
		c, err := v.Campaign(w.T.Context(), id)
		if err != nil {
			return err
		}
		out = append(out, strings.Trim(fmt.Sprint(c.State, " ", c.Why, " ", c.Code), " "))
		people, err := v.CampaignPeople(w.T.Context(), id, flows.PersonFilter{}, 100, 0)
		if err != nil {
			return err
		}
		for _, p := range people {
			out = append(out, strings.TrimSpace(fmt.Sprint(p.OpenID, " ", p.Department, " ", p.Status, " ", p.Code)))
		}
		lines, err := v.CampaignLines(w.T.Context(), id, append(slices.Clone(flows.PersonCodes), ""), 0, 100)
		for _, l := range lines {
			out = append(out, strings.TrimSpace(fmt.Sprint(l.Line, " ", l.Code, " ", strings.Join(l.Candidates, ","))))
		}
		return err
	}))
	return strings.Join(out, "\n")
}

// resolve runs the jobs of a campaign and checks its outcome.
func resolve(w *workerstest.Harness, id string, want ...string) {
	w.T.Helper()
	w.RunJobs(flows.JobResolve)
	if got := outcome(w, id); got != strings.Join(want, "\n") {
		w.T.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestResolveEveryone(t *testing.T) {
	w := resolving(t, company())
	resolve(w, begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetEveryone}}),
		"preview", "ou_1 od_sales invite", "ou_2 od_east invite", "ou_3 od_east invite", "ou_4 od_lab unreachable left",
		"ou_5 od_lab invite", "ou_6  invite")
}

// TestResolveRange: an app whose range is not everybody asks whom it may see.
func TestResolveRange(t *testing.T) {
	d := company()
	d.Range = &flows.DirectoryRange{Departments: []string{"od_east", "od_gone"}, People: []string{"ou_1", "ou_2"}}
	w := resolving(t, d)
	resolve(w, begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetEveryone}}),
		"preview", "ou_1 od_sales invite", "ou_2 od_east invite", "ou_3 od_east invite")
}

// TestResolveRangeWithUserGroups: HR reads that there are people whom the bot may see and cannot list.
func TestResolveRangeWithUserGroups(t *testing.T) {
	d := company()
	d.Range = &flows.DirectoryRange{Departments: []string{"od_east"}, Groups: []string{"g_1", "g_2"}}
	w := resolving(t, d)
	id := begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetEveryone}})
	resolve(w, id, "preview", "ou_2 od_east invite", "ou_3 od_east invite")
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		c, err := v.Campaign(t.Context(), id)
		if err != nil {
			return err
		}
		card, err := w.Engine.CampaignCard(t.Context(), v, c, "ou_hr1")
		if err == nil && !workerstest.Shows(string(card.JSON()), "campaign.user_groups") {
			t.Errorf("got %s, want a card that says that there are user groups", card.JSON())
		}
		return err
	}))
}

func TestResolveDepartment(t *testing.T) {
	w := resolving(t, company())
	resolve(w, begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetDepartment, ID: "od_sales"}}),
		"preview", "ou_1 od_sales invite", "ou_2 od_east invite", "ou_3 od_east invite")
	resolve(w, begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetDepartment, ID: "od_gone"}}),
		"discarded no_target 40008")
}

// TestResolveDepartmentDeletedMeanwhile: a department that is deleted while it is read has no people, and the others
// are read. The next page of one whose tokens have expired is its first again.
func TestResolveDepartmentDeletedMeanwhile(t *testing.T) {
	w := resolving(t, company())
	tokens := 0
	w.Directory.Before = func(call, id string) error {
		switch {
		case call == "people_of" && id == "od_lab":
			return workerstest.Refused("permission", "40004")
		case call == "people_of" && id == "od_sales" && tokens == 0:
			tokens++
			return workerstest.Refused("gone", "40012")
		}
		return nil
	}
	resolve(w, begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetEveryone}}),
		"preview", "ou_1 od_sales invite", "ou_2 od_east invite", "ou_3 od_east invite", "ou_6  invite")
	if tokens != 1 {
		t.Errorf("got %d expired tokens, want one", tokens)
	}
}

// TestResolveLargeDepartment: what Feishu does not list at once is listed level by level.
func TestResolveLargeDepartment(t *testing.T) {
	w := resolving(t, company())
	w.Directory.Before = func(call, id string) error {
		if call == "children" && id == flows.RootDepartment && w.Directory.CallsOf("children") == 1 {
			return workerstest.Refused("config", "43010")
		}
		return nil
	}
	resolve(w, begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetEveryone}}),
		"preview", "ou_1 od_sales invite", "ou_2 od_east invite", "ou_3 od_east invite", "ou_4 od_lab unreachable left",
		"ou_5 od_lab invite", "ou_6  invite")
}

func TestResolveGroup(t *testing.T) {
	w := resolving(t, company())
	group := engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetGroup, ID: "oc_1"}}
	resolve(w, begin(w, group),
		"preview", "ou_1 od_sales invite", "ou_4 od_lab unreachable left", "ou_6  invite",
		"ou_hidden  unreachable outside_availability")
	group.Target.ID = "oc_none"
	resolve(w, begin(w, group), "discarded no_target 232011")
}

// TestResolveGroupWithoutDirectory: a group needs no directory; its people then have no departments.
func TestResolveGroupWithoutDirectory(t *testing.T) {
	w := resolving(t, company())
	w.Directory.Before = func(call, _ string) error {
		if call == "people" {
			return workerstest.NoScope()
		}
		return nil
	}
	resolve(w, begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetGroup, ID: "oc_1"}}),
		"preview  contact:contact.base:readonly", "ou_1  invite", "ou_4  invite", "ou_6  invite", "ou_hidden  invite")
}

func TestResolveName(t *testing.T) {
	for name, c := range map[string]struct{ want, choices string }{
		"研发部": {"preview", ""},
		"研发":  {"preview", ""},
		"新人群": {"preview", ""},
		"客户群": {"discarded no_target", ""}, // people of other companies are in it
		"财务部": {"discarded no_target", ""},
		"销售部": {"resolving", "od_sales=销售部 od_lab2=销售部 · 研发部"},
		"华东":  {"resolving", "od_east=华东 · 销售部 oc_3=华东"},
	} {
		t.Run(name, func(t *testing.T) {
			w := resolving(t, company())
			id := begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetNamed, Query: name}})
			w.RunJobs(flows.JobResolve)
			if got, _, _ := strings.Cut(outcome(w, id), "\n"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			var choices []string
			w.Must(w.Store.View(t.Context(), func(v flows.View) error {
				campaign, err := v.Campaign(t.Context(), id)
				for _, choice := range campaign.Choices {
					choices = append(choices, choice.ID+"="+choice.Name)
				}
				return err
			}))
			if got := strings.Join(choices, " "); got != c.choices {
				t.Errorf("got choices %s, want %s", got, c.choices)
			}
		})
	}
}

// TestResolveGoesOnAfterAKill ends the process after each call of the directory: whatever page was stored is not asked
// for again, nobody is left out and nobody comes twice.
func TestResolveGoesOnAfterAKill(t *testing.T) {
	killed := errors.New("killed")
	for _, target := range []string{"everyone", "list"} {
		t.Run(target, func(t *testing.T) {
			want := ""
			for kill := 0; ; kill++ {
				w := resolving(t, company())
				r := engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetEveryone}}
				if target == "list" {
					r = listOf("张三\n王五\n13800000002\nou_5\n钱八")
				}
				id := begin(w, r)
				calls, died := 0, false
				w.Directory.Before = func(string, string) error {
					if calls++; calls == kill {
						died = true
						return killed
					}
					return nil
				}
				for range 10 {
					if err := w.Run(t.Context(), flows.ResolveCampaign(workerstest.Tenant, id)); err != nil && !errors.Is(err, killed) {
						t.Fatal(err)
					}
				}
				got := outcome(w, id)
				if want == "" {
					want = got
				}
				if got != want {
					t.Fatalf("killed at call %d: got\n%s\nwant\n%s", kill, got, want)
				}
				if kill > 0 && !died {
					return
				}
			}
		})
	}
}

// TestResolveWaitsForFeishu: what may succeed later is repeated, at the limit of each list.
func TestResolveWaitsForFeishu(t *testing.T) {
	w := resolving(t, company())
	fails := 3
	w.Directory.Before = func(call, _ string) error {
		if call == "people_of" && fails > 0 {
			fails--
			return workerstest.RetryLater()
		}
		return nil
	}
	id := begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetEveryone}})
	for range 10 {
		w.RunJobs(flows.JobResolve)
		w.Advance(time.Minute)
	}
	if got, _, _ := strings.Cut(outcome(w, id), "\n"); got != "preview" {
		t.Errorf("got %s, want a preview", got)
	}
	if n := w.Store.CountWaits("department_people"); n != w.Directory.CallsOf("people_of") {
		t.Errorf("got %d waits for %d calls, want one for each", n, w.Directory.CallsOf("people_of"))
	}
}

// TestResolveManyPages: a department of 1,500 people takes 750 pages of the fake directory, and three runs of the job.
// None of them lasts as long as the whole.
func TestResolveManyPages(t *testing.T) {
	d := company()
	for i := range 1_500 {
		d.Staff = append(d.Staff, flows.DirectoryPerson{
			OpenID: fmt.Sprintf("ou_x%05d", i), Name: fmt.Sprint("员工", i), Departments: []string{"od_lab"},
		})
	}
	w := resolving(t, d)
	id := begin(w, engine.CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetDepartment, ID: "od_lab"}})
	runs := 0
	for ; len(w.Waiting(flows.JobResolve)) > 0; runs++ {
		w.Advance(time.Second)
		w.RunJobs(flows.JobResolve)
	}
	people := 0
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		counts, err := v.CampaignCounts(t.Context(), id)
		for _, c := range counts {
			people += c.N
		}
		return err
	}))
	if people != 1_502 || runs != 3 {
		t.Errorf("got %d people in %d runs, want 1,502 in 3", people, runs)
	}
}
