package workers_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workday"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// withStaff invites joiners by a rule, and deletes what is kept of leavers after a time.
func withStaff(rule flows.JoinersRule) func(*engine.Deps, *workers.Deps) {
	return func(d *engine.Deps, _ *workers.Deps) {
		d.Policy.LeaverRetention = 90 * 24 * time.Hour
		d.Policy.Campaign = flows.CampaignRules{PerMinute: 600, Joiners: rule, Chases: 3, ChaseEvery: 24 * time.Hour}
		d.Policy.Work = workday.Schedule{
			Calendar: workday.Mainland(),
			Hours:    workday.Hours{Begin: 9 * time.Hour, End: 18 * time.Hour},
		}
	}
}

// staffChange tells the bot of a person of the directory.
func staffChange(w *workerstest.Harness, openID string, kind flows.StaffChangeKind, set ...func(*flows.StaffChange)) {
	w.T.Helper()
	n := flows.StaffChange{
		EventID: w.NextID(), TenantKey: workerstest.Tenant, OpenID: openID, Kind: kind, At: w.Now(),
	}
	for _, f := range set {
		f(&n)
	}
	w.Must(w.Engine.StaffChange(w.T.Context(), n))
}

func employment(w *workerstest.Harness, openID string) (e flows.Employment) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		e, err = v.Employment(w.T.Context(), workerstest.Tenant, openID)
		return err
	}))
	return e
}

// TestLeaver: with the person's leaving the open case ends, once however often it is said, and after the retention
// everything of the person is deleted, unless the person has come back.
func TestLeaver(t *testing.T) {
	t.Parallel()
	for _, back := range []bool{false, true} {
		w := workerstest.New(t, withStaff(flows.JoinersOff))
		open, done := w.PutCase(flows.AwaitingPhotos, "ou_open"), w.PutCase(flows.Done, "ou_done")
		writing := w.PutCase(flows.Recording, "ou_writing")
		for range 2 {
			for _, id := range []string{"ou_open", "ou_done", "ou_writing"} {
				staffChange(w, id, flows.StaffLeft)
			}
		}
		if c := w.InState(open.ID, flows.Withdrawn); c.Outcome != flows.OutcomeLeft {
			t.Errorf("got the outcome %q, want %q", c.Outcome, flows.OutcomeLeft)
		}
		if c := w.InState(writing.ID, flows.Recording); c.LeftAt.IsZero() {
			t.Error("got a case whose write goes on without a note of the leaving, want one")
		}
		if n := len(w.Waiting(flows.JobEraseLeaver)); n != 3 {
			t.Errorf("got %d jobs that delete, want one a person", n)
		}
		if back {
			w.Advance(24 * time.Hour)
			staffChange(w, "ou_done", flows.StaffJoined)
		}
		w.Advance(89 * 24 * time.Hour)
		w.RunJobs(flows.JobEraseLeaver)
		if !w.CaseNow(done.ID).Erased.IsZero() {
			t.Error("got the data deleted a day early")
		}
		w.Advance(24 * time.Hour)
		w.RunJobs(flows.JobEraseLeaver)
		if c := w.CaseNow(done.ID); c.Erased.IsZero() != back || c.Personal.Empty() == back {
			t.Errorf("back %t: got the data deleted at %v", back, c.Erased)
		}
		if c := w.InState(writing.ID, flows.Withdrawn); c.Erased.IsZero() {
			t.Error("got a write that never ended kept for ever, want it ended and deleted")
		}
	}
}

// TestLeaversLateEvents: what is said in another order ends the same.
func TestLeaversLateEvents(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withStaff(flows.JoinersAuto))
	hired := w.Now()
	w.Advance(time.Hour)
	staffChange(w, "ou_x", flows.StaffLeft)
	staffChange(w, "ou_x", flows.StaffJoined, func(n *flows.StaffChange) { n.At = hired })
	if e := employment(w, "ou_x"); e.LeftAt.IsZero() || e.Joiner != "" || len(w.Waiting(flows.JobJoiners)) != 0 {
		t.Errorf("got %+v, want somebody who has left", e)
	}
}

// TestAdminLeaves: an admin who leaves has no rights any more, whatever the configuration says, and gets them back.
func TestAdminLeaves(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withStaff(flows.JoinersOff))
	c := w.PutCase(flows.AwaitingReview, "ou_a")
	staffChange(w, "ou_hr1", flows.StaffLeft)
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "not_allowed")
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		staff, err := w.StaffOf(t.Context(), v, workerstest.Tenant)
		if len(staff.All()) != 1 || staff.MayDecide("ou_hr1") {
			t.Errorf("got the staff %v, want ou_hr2 alone", staff.All())
		}
		return err
	}))
	w.Advance(time.Hour)
	staffChange(w, "ou_hr1", flows.StaffJoined)
	w.CheckAnswer(w.Click("ou_hr1", w.CaseNow(c.ID), cards.ActApprove), "approved")
}

// TestRenamed: another name in the directory is compared with the record by a job, and HR is asked. Neither job nor
// card has a name in clear, and the same name in another spelling is none.
func TestRenamed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, now string
		asked     bool
	}{
		{"another name", "样乙明", true}, {"the same name", flows.SampleName, false}, {"no scope", "", false},
		{"another spelling", " 样 甲 明", false},
	} {
		for _, answer := range []string{cards.NameKept, cards.NameAgain} {
			w := workerstest.New(t, withStaff(flows.JoinersOff))
			done := w.PutCase(flows.Done, "ou_a")
			w.Messenger.ContactFunc = func(context.Context, string) (flows.Contact, error) {
				return flows.Contact{Name: tt.now, Mobile: "+86"}, nil
			}
			staffChange(w, "ou_a", flows.StaffChanged, func(n *flows.StaffChange) { n.Renamed = true })
			for _, q := range w.Waiting(flows.JobCompareName) {
				if raw, _ := q.Job.MarshalJSON(); strings.Contains(string(raw), "样") {
					t.Errorf("got a name in the job: %s", raw)
				}
			}
			w.RunJobs()
			asked := w.Messenger.SentTo("ou_hr1")
			if (len(asked) == 1) != tt.asked {
				t.Fatalf("%s: got %d cards of HR, want one: %t", tt.name, len(asked), tt.asked)
			}
			if !tt.asked {
				break
			}
			if card := asked[0].Current(); strings.Contains(card, tt.now) || strings.Contains(card, flows.SampleName) {
				t.Errorf("got a name on the card: %s", card)
			}
			w.CheckAnswer(w.Click("ou_hr2", done, cards.ActRenamed, "to", answer), "renamed_"+answer)
			w.CheckAnswer(w.Click("ou_hr1", done, cards.ActRenamed, "to", cards.NameKept), "already")
			w.RunJobs()
			if n := len(w.Messenger.SentTo("ou_a")); (n == 1) != (answer == cards.NameAgain) {
				t.Errorf("%s: got %d cards to the person", answer, n)
			}
			if c := w.InState(done.ID, flows.Done); c.Version != done.Version {
				t.Error("got a change of the recorded case, want none")
			}
		}
	}
}

// TestSuspendedIsNotReminded: neither the clock nor HR reminds whose account is suspended; afterwards they do.
func TestSuspendedIsNotReminded(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withStaff(flows.JoinersOff))
	c := w.PutCase(flows.AwaitingPhotos, "ou_a")
	suspended := func(is bool) {
		staffChange(w, "ou_a", flows.StaffChanged, func(n *flows.StaffChange) { n.Suspended = &is })
	}
	suspended(true)
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActRemind), "remind_suspended")
	w.Must(w.Run(t.Context(), w.QueueJob(flows.Remind(c.Rev, w.Now()).Of(c.ID))))
	if now := w.CaseNow(c.ID); now.Reminders != 0 {
		t.Errorf("got %d reminders, want none", now.Reminders)
	}
	w.Advance(time.Hour)
	suspended(false)
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActRemind), "reminded_one")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActRemind), "remind_soon")
	w.CheckAnswer(w.Click("ou_a", c, cards.ActRemind), "not_allowed")
}

// TestJoiners: those who join are taken into one campaign at 10:07 of the next working day, each once, and HR is asked
// or they are invited.
func TestJoiners(t *testing.T) {
	t.Parallel()
	for _, rule := range []flows.JoinersRule{flows.JoinersAsk, flows.JoinersAuto, flows.JoinersOff} {
		w := workerstest.New(t, withStaff(rule))
		w.Advance(11*time.Hour + 50*time.Minute) // 23:50 on a Monday
		begun := w.PutCase(flows.AwaitingPhotos, "ou_begun")
		for _, id := range []string{"ou_1", "ou_2", "ou_gone", "ou_frozen", begun.OpenID} {
			for range 2 {
				staffChange(w, id, flows.StaffJoined)
			}
		}
		w.Directory.Staff = []flows.DirectoryPerson{{OpenID: "ou_frozen", Status: flows.StatusFrozen}}
		if n := len(w.Waiting(flows.JobJoiners)); (n > 0) == (rule == flows.JoinersOff) {
			t.Errorf("%s: got %d jobs", rule, n)
		}
		w.RunJobs()
		w.Advance(10*time.Hour + 16*time.Minute)
		w.RunJobs()
		if got := campaignsOf(w); len(got) != 0 {
			t.Fatalf("%s: got a campaign at 10:06, want none", rule)
		}
		staffChange(w, "ou_gone", flows.StaffLeft)
		w.Advance(time.Minute)
		w.RunJobs()
		got := campaignsOf(w)
		if rule == flows.JoinersOff {
			if len(got) != 0 || employment(w, "ou_1").JoinedAt.IsZero() {
				t.Errorf("got %d campaigns, want none, and the time of joining on record", len(got))
			}
			continue
		}
		if len(got) != 1 {
			t.Fatalf("%s: got %d campaigns, want one", rule, len(got))
		}
		statuses := map[string]flows.PersonStatus{}
		w.Must(w.Store.View(t.Context(), func(v flows.View) error {
			list, err := v.CampaignPeople(t.Context(), got[0].ID, flows.PersonFilter{}, 10, 0)
			for _, p := range list {
				statuses[p.OpenID] = p.Status
			}
			return err
		}))
		if len(statuses) != 3 || statuses["ou_1"] != flows.PersonInvite || statuses["ou_2"] != flows.PersonInvite ||
			statuses["ou_begun"] != flows.PersonBegun {
			t.Errorf("%s: got %v, want two who are invited and one who has begun", rule, statuses)
		}
		want := map[flows.JoinersRule]flows.CampaignState{
			flows.JoinersAsk: flows.CampaignPreview, flows.JoinersAuto: flows.CampaignRunning,
		}[rule]
		if got[0].State != want {
			t.Errorf("%s: got a campaign that is %s, want %s", rule, got[0].State, want)
		}
		if len(w.Messenger.SentTo("ou_hr1")) != 1 {
			t.Errorf("%s: got %d cards of HR, want one", rule, len(w.Messenger.SentTo("ou_hr1")))
		}
		w.RunJobs()
		w.Advance(time.Minute)
		w.RunJobs()
		if n := len(w.Messenger.SentTo("ou_1")); (n == 1) != (rule == flows.JoinersAuto) {
			t.Errorf("%s: got %d invitations", rule, n)
		}
	}
}

func campaignsOf(w *workerstest.Harness) (all []*flows.Campaign) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		all, err = v.Campaigns(w.T.Context(), workerstest.Tenant, 10)
		return err
	}))
	return all
}

// TestThousandsJoin: a crowd is taken page by page, nobody twice, also if the job is killed in between.
func TestThousandsJoin(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withStaff(flows.JoinersAuto))
	const crowd = 10_000
	w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
		for i := range crowd {
			e := flows.Employment{
				TenantKey: workerstest.Tenant, OpenID: "ou_" + string(rune('a'+i/676)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26)),
				JoinedAt: w.Now(), PresenceAt: w.Now(), Joiner: flows.JoinerWaiting, InviteAt: w.Now(),
			}
			if err := tx.PutEmployment(t.Context(), e); err != nil {
				return err
			}
		}
		return nil
	}))
	calls := 0
	w.Directory.Before = func(string, string) error {
		if calls++; calls == 7 {
			return context.Canceled // the process ends
		}
		return nil
	}
	j := flows.InviteJoiners(workerstest.Tenant, w.Now())
	w.QueueJob(j)
	if err := w.Run(t.Context(), w.TakeJob(flows.JobJoiners)); err == nil {
		t.Fatal("got no error of a killed job")
	}
	w.QueueJob(j)
	w.Must(w.Run(t.Context(), w.TakeJob(flows.JobJoiners)))
	got := campaignsOf(w)
	if len(got) != 1 {
		t.Fatalf("got %d campaigns, want one", len(got))
	}
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		list, err := v.CampaignPeople(t.Context(), got[0].ID, flows.PersonFilter{}, 2*crowd, 0)
		if len(list) != crowd {
			t.Errorf("got %d people, want %d", len(list), crowd)
		}
		return err
	}))
}

// TestSyncAtStart: what has happened while the bot was away is found in the directory: leavers, suspensions, and, where
// joiners are invited, who is new. In the first run nobody is new.
func TestSyncAtStart(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withStaff(flows.JoinersAuto))
	left, frozen, stays := w.PutCase(flows.AwaitingPhotos, "ou_left"), w.PutCase(flows.AwaitingCode, "ou_frozen"),
		w.PutCase(flows.AwaitingReview, "ou_stays")
	person := func(id string, s flows.DirectoryStatus, resigned bool) flows.DirectoryPerson {
		return flows.DirectoryPerson{OpenID: id, Status: s, Resigned: resigned, Departments: []string{"od_1"}}
	}
	w.Directory.Departments = []flows.DirectoryDepartment{
		{Department: flows.Department{ID: "od_0"}}, {Department: flows.Department{ID: "od_2"}, Parent: "od_0"},
		{Department: flows.Department{ID: "od_1"}, Parent: "od_2"},
	}
	w.Directory.Staff = append(w.Directory.Staff, person("ou_stays", "", false), person("ou_frozen", flows.StatusFrozen, false),
		person("ou_left", flows.StatusLeft, true), person("ou_exited", flows.StatusLeft, false), person("ou_old", "", false))
	exited := w.PutCase(flows.AwaitingConsent, "ou_exited")
	start := func() {
		t.Helper()
		w.Must(w.Engine.SyncStaff(t.Context(), []string{workerstest.Tenant}))
		w.RunJobs(flows.JobSyncStaff)
	}
	start()
	w.InState(left.ID, flows.Withdrawn)
	for _, c := range []*flows.Case{frozen, exited} {
		if now := w.CaseNow(c.ID); now.State != c.State || employment(w, c.OpenID).SuspendedAt.IsZero() {
			t.Errorf("%s: got the case %s, want it open and the person suspended", c.OpenID, now.State)
		}
	}
	w.InState(stays.ID, flows.AwaitingReview)
	if n := len(w.Waiting(flows.JobJoiners)); n != 0 {
		t.Errorf("got %d jobs for joiners after the first run, want none", n)
	}
	w.Directory.Staff[1].Status = "" // ou_frozen
	w.Directory.Staff = append(w.Directory.Staff, person("ou_new", "", false))
	w.Advance(time.Hour)
	start()
	if e := employment(w, "ou_new"); e.Joiner != flows.JoinerWaiting {
		t.Errorf("got %+v, want a joiner", e)
	}
	if e := employment(w, "ou_old"); e.Joiner != "" {
		t.Errorf("got %+v, want nobody new", e)
	}
	if e := employment(w, "ou_frozen"); !e.SuspendedAt.IsZero() {
		t.Errorf("got %+v, want somebody who is back", e)
	}
}

// TestUninstalled: a company that uninstalls a marketplace app has its work end, and what is kept deleted after the
// retention, unless it starts the app again.
func TestUninstalled(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{false, true} {
		w := workerstest.New(t, withStaff(flows.JoinersOff), func(d *engine.Deps, _ *workers.Deps) { d.Marketplace = true })
		open, done := w.PutCase(flows.AwaitingPhotos, "ou_open"), w.PutCase(flows.Done, "ou_done")
		writing := w.PutCase(flows.Filing, "ou_writing")
		change := func(state flows.AppState, at time.Time) {
			t.Helper()
			w.Must(w.Engine.AppChange(t.Context(), flows.AppChange{
				EventID: w.NextID(), TenantKey: workerstest.Tenant, State: state, At: at.Truncate(time.Second),
			}))
		}
		change(flows.AppUninstalled, w.Now())
		change(flows.AppUninstalled, w.Now())
		change(flows.AppRunning, w.Now().Add(-time.Hour)) // late
		w.RunJobs(flows.JobEndTenant)
		if c := w.InState(open.ID, flows.Withdrawn); c.Outcome != flows.OutcomeUninstalled {
			t.Errorf("got the outcome %q, want %q", c.Outcome, flows.OutcomeUninstalled)
		}
		w.InState(writing.ID, flows.Filing)
		if again {
			w.Advance(time.Hour)
			change(flows.AppRunning, w.Now())
		}
		w.Advance(90 * 24 * time.Hour)
		w.RunJobs(flows.JobEndTenant)
		if c := w.CaseNow(done.ID); c.Erased.IsZero() != again {
			t.Errorf("installed again %t: got the data deleted at %v", again, c.Erased)
		}
		if c := w.CaseNow(writing.ID); c.State.Terminal() == again {
			t.Errorf("installed again %t: got the case in %s", again, c.State)
		}
	}
}

// TestStoppedApp: while a company has stopped the app its jobs wait; they go on when it is started.
func TestStoppedApp(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withStaff(flows.JoinersOff), func(d *engine.Deps, _ *workers.Deps) { d.Marketplace = true })
	w.Must(w.Engine.AppChange(t.Context(), flows.AppChange{
		EventID: w.NextID(), TenantKey: workerstest.Tenant, State: flows.AppStopped, At: w.Now().Truncate(time.Second),
	}))
	w.Say("ou_a", "帮助")
	err := w.Run(t.Context(), w.TakeJob(flows.JobReply))
	if again, ok := errors.AsType[*flows.RetryLater](err); !ok || !again.Snooze {
		t.Fatalf("got %v, want the job to wait", err)
	}
	c := w.PutCase(flows.Expired, "ou_b")
	w.Advance(flows.SamplePolicy().UnfinishedRetention)
	w.Must(w.Run(t.Context(), w.QueueJob(flows.Purge(flows.PurgeAll, w.Now()).Of(c.ID))))
	if w.CaseNow(c.ID).Erased.IsZero() {
		t.Error("got the data kept while the app is stopped, want it deleted in time")
	}
}
