package workers_test

import (
	"context"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
	"shiming/store/storetest"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// onBoth runs a test on both databases.
func onBoth(t *testing.T, test func(t *testing.T, w *workerstest.Harness), adjust ...func(*engine.Deps, *workers.Deps)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "bot.db")
		test(t, workerstest.NewOn(t,
			store.Config{DSN: "sqlite:" + path, Sync: "normal", Keyset: storetest.Write(t, path)}, adjust...))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, workerstest.NewOn(t, store.Config{DSN: pgtest.DSN(t), Sync: "normal", Keyset: keyset.New()}, adjust...))
	})
}

// runRetention runs the daily deletion of the next day.
func runRetention(w *workerstest.Harness) {
	w.T.Helper()
	w.Must(w.Engine.EnsureRetentionOf(w.T.Context(), []string{workerstest.Tenant}))
	w.Advance(flows.RetentionAfter(w.Now()).Sub(w.Now()))
	w.RunJobs(flows.JobRetention)
}

func deletionsSince(w *workerstest.Harness, from time.Time) (r flows.DeletionReport) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		r, err = v.CountDeletions(w.T.Context(), workerstest.Tenant, from, w.Now().Add(time.Hour))
		return err
	}))
	return r
}

// TestDailyDeletion: the daily deletion finds by the settings what no job of a case deletes, such as cases of an older
// version, leaves everything else alone, and HR's morning card reports it with its proof.
func TestDailyDeletion(t *testing.T) {
	onBoth(t, func(t *testing.T, w *workerstest.Harness) {
		day := 24 * time.Hour
		ended := func(s flows.State, who string, ago time.Duration) *flows.Case {
			return w.PutCase(s, who, func(c *flows.Case) {
				c.EnteredAt, c.PhotosGoneAt, c.Photos = w.Now().Add(-ago), time.Time{}, flows.SampleCase(flows.Done).Photos
				for i := range c.Photos {
					c.Photos[i].ID = who + c.Photos[i].ID
				}
			})
		}
		unfinished := ended(flows.Rejected, "ou_rejected", 31*day)
		recent := ended(flows.Expired, "ou_recent", 29*day-day)
		employed := ended(flows.Done, "ou_employed", 900*day)
		left := ended(flows.Done, "ou_left", 900*day)
		beside := w.PutCase(flows.AwaitingReview, "ou_rejected") // the same person begins anew
		staffChange(w, "ou_left", flows.StaffLeft, func(n *flows.StaffChange) { n.At = w.Now().Add(-1095 * day) })
		from := w.Now()
		runRetention(w)
		for _, tt := range []struct {
			c              *flows.Case
			photos, fields bool // deleted
		}{{unfinished, true, true}, {recent, true, false}, {employed, true, false}, {left, true, true}, {beside, false, false}} {
			now := w.CaseNow(tt.c.ID)
			if got := !now.PhotosGoneAt.IsZero(); got != tt.photos {
				t.Errorf("%s: photos deleted %t, want %t", now.OpenID, got, tt.photos)
			}
			if got := !now.Erased.IsZero(); got != tt.fields || now.Personal.Empty() != tt.fields {
				t.Errorf("%s: fields deleted %t (empty %t), want %t", now.OpenID, got, now.Personal.Empty(), tt.fields)
			}
			w.Must(w.Store.VerifyChain(t.Context(), now.ID))
		}
		if e := employment(w, "ou_left"); !e.LeftAt.IsZero() {
			t.Error("the row of the directory is kept although nothing else of the person is, want it deleted")
		}
		report := deletionsSince(w, from)
		counts := map[flows.DeletionRule]int{}
		for _, n := range report.Counts {
			counts[n.Rule] += n.Cases
		}
		if counts[flows.RulePhotoGrace] != 4 || counts[flows.RuleUnfinished] != 1 || counts[flows.RuleLeaver] != 1 ||
			len(counts) != 3 || len(report.Proof) != 64 {
			t.Errorf("the report has %v, proof %q; want 4 photos, 1 unfinished, 1 leaver, and a SHA-256", counts, report.Proof)
		}
		again := w.Now().Add(time.Millisecond)
		runRetention(w)
		if r := deletionsSince(w, again); len(r.Counts) != 0 || r.Proof != "" {
			t.Errorf("the next day: got %+v, want nothing", r)
		}
		if n := len(w.Waiting(flows.JobRetention)); n != 1 {
			t.Errorf("got %d jobs for the next day, want one", n)
		}
		at := flows.MorningAfter(w.Now())
		w.Advance(at.Sub(w.Now()))
		w.Must(w.Run(t.Context(), flows.Reply(flows.ReplyMorning).With(flows.ArgDay, flows.RunDateOf(at)).
			Towards(flows.Receiver{Type: "open_id", ID: "ou_hr1"}).With(flows.ArgTenant, workerstest.Tenant)))
		got := w.Messenger.SentTo("ou_hr1")
		if len(got) == 0 || !workerstest.Shows(string(got[len(got)-1].Current()), "deleted.title") {
			t.Errorf("HR's morning card does not report the deletions")
		}
	})
}

// TestShorterRetention: a setting that is shorter than it was counts from the next day on, a longer one at once.
func TestShorterRetention(t *testing.T) {
	onBoth(t, func(t *testing.T, w *workerstest.Harness) {
		c := w.Walk("ou_1", flows.SampleNumber, flows.Done)
		w.Advance(24 * time.Hour)
		w.RunJobs(flows.JobPurge)
		w.Engine.Policy.FieldRetention = time.Hour // it was without a limit when the case ended
		if len(w.Waiting(flows.JobPurge)) > 0 || !w.CaseNow(c.ID).Erased.IsZero() {
			t.Fatal("deleted without a job")
		}
		runRetention(w)
		if w.CaseNow(c.ID).Erased.IsZero() {
			t.Error("kept although the setting is shorter now")
		}
		other := w.Walk("ou_2", flows.OtherNumber, flows.Done) // its job comes after an hour
		w.Engine.Policy.FieldRetention = 1000 * time.Hour
		w.Advance(2 * time.Hour)
		w.RunJobs(flows.JobPurge)
		if !w.CaseNow(other.ID).Erased.IsZero() {
			t.Error("deleted by the job although the setting is longer now")
		}
		w.Advance(1000 * time.Hour)
		w.RunJobs(flows.JobPurge)
		if w.CaseNow(other.ID).Erased.IsZero() {
			t.Error("kept although the longer setting is over")
		}
	})
}

// TestLeaverWhoseWriteEnds: what a leaver's write under way has left is deleted with the rest, also if the leaver's job is
// lost.
func TestLeaverWhoseWriteEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, w *workerstest.Harness) {
		c := w.PutCase(flows.Filing, "ou_1", func(c *flows.Case) {
			c.Evidence = &flows.Write{State: flows.WriteStarted, Job: "job", Attempt: 1}
		})
		staffChange(w, "ou_1", flows.StaffLeft)
		w.InState(c.ID, flows.Filing)
		w.MustReport(c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "P1"})
		w.InState(c.ID, flows.Done)
		w.Advance(flows.SamplePolicy().LeaverRetention - 24*time.Hour)
		runRetention(w)
		if !w.CaseNow(c.ID).Erased.IsZero() {
			t.Error("deleted before the retention is over")
		}
		w.Advance(24 * time.Hour)
		runRetention(w)
		if w.CaseNow(c.ID).Erased.IsZero() {
			t.Error("kept although the retention is over")
		}
	})
}

// TestForgottenCompany: of a company that has uninstalled the app nothing is kept after the retention, beside the proofs.
func TestForgottenCompany(t *testing.T) {
	onBoth(t, func(t *testing.T, w *workerstest.Harness) {
		c := w.PutCase(flows.Done, "ou_1")
		staffChange(w, "ou_2", flows.StaffJoined)
		w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
			return tx.PutSetting(t.Context(), workerstest.Tenant, flows.SettingReviewChat, "oc_1")
		}))
		w.Must(w.Engine.AppChange(t.Context(), flows.AppChange{
			EventID: "e", TenantKey: workerstest.Tenant, State: flows.AppUninstalled, At: w.Now().Truncate(time.Second)}))
		runRetention(w)
		if employment(w, "ou_2").JoinedAt.IsZero() {
			t.Fatal("forgotten at once")
		}
		w.Advance(flows.SamplePolicy().LeaverRetention)
		runRetention(w)
		if w.CaseNow(c.ID).Erased.IsZero() || !employment(w, "ou_2").JoinedAt.IsZero() {
			t.Error("something is kept of the company, want nothing")
		}
		w.Must(w.Store.View(t.Context(), func(v flows.View) error {
			chat, err := v.Setting(t.Context(), workerstest.Tenant, flows.SettingReviewChat)
			state, err2 := w.Engine.AppState(t.Context(), v, workerstest.Tenant)
			if chat != "" || state != flows.AppUninstalled || err2 != nil {
				t.Errorf("got the group %q and the app %q (%v), want no group, and the app still uninstalled", chat, state, err2)
			}
			return err
		}))
		r := deletionsSince(w, flows.SampleTime)
		byCompany := func(n flows.DeletionCount) bool { return n.Rule == flows.RuleUninstalled && n.Cases == 1 }
		if !slices.ContainsFunc(r.Counts, byCompany) {
			t.Errorf("got the proofs %+v, want one of the company", r.Counts)
		}
	}, func(d *engine.Deps, _ *workers.Deps) { d.Marketplace = true })
}

// TestShownIsALook: a card of a case that is sent to an admin in private is a look in the audit trail, once for each admin
// and revision; one in the group says so. 我的资料 lists both.
func TestShownIsALook(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"", "oc_hr"} {
		w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.ReviewChat = group })
		c := w.Walk("ou_1", flows.SampleNumber, flows.AwaitingReview)
		w.RunJobs(flows.JobShow)
		looks := func() map[string]int {
			by := map[string]int{}
			w.Must(w.Store.View(t.Context(), func(v flows.View) error {
				rows, err := v.AuditOf(t.Context(), c.ID)
				for _, r := range rows {
					if r.Event == flows.EventLook || r.Event == flows.EventShownToGroup {
						by[r.Actor+"/"+r.Event+r.Detail["chat"]]++
					}
				}
				return err
			}))
			return by
		}
		want := map[string]int{"ou_hr1/look": 1, "ou_hr2/look": 1}
		text := "looked.review"
		if group != "" {
			want, text = map[string]int{"bot/shown_to_groupoc_hr": 1}, "looked.group"
		}
		for range 2 { // a further drawing of the same revision is no further look
			if got := looks(); !maps.Equal(got, want) {
				t.Errorf("group %q: got the looks %v, want %v", group, got, want)
			}
			w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
				jobs, err := w.Engine.MarkSurfaces(t.Context(), tx, w.CaseNow(c.ID), flows.Change{
					Redraw: []string{flows.AudienceHR}, Repost: []string{flows.AudienceHR}}, "")
				if err != nil {
					return err
				}
				return w.Engine.Enqueue(t.Context(), tx, w.NextID(), jobs...)
			}))
			w.RunJobs(flows.JobShow)
		}
		if got := askBot(w, "ou_1", "我的资料"); !workerstest.Shows(got, text) {
			t.Errorf("group %q: 我的资料 does not say %s", group, text)
		}
		w.Must(w.Store.VerifyChain(t.Context(), c.ID))
	}
}

// TestOldCardsAreRecalled: with the deletion of a case its cards lose the masked data: they are changed, or recalled where
// Feishu does not let anybody change them any more. No new card appears.
func TestOldCardsAreRecalled(t *testing.T) {
	t.Parallel()
	for _, refused := range []bool{false, true} {
		w := workerstest.New(t)
		c := w.Walk("ou_1", flows.SampleNumber, flows.Done)
		w.RunJobs(flows.JobShow)
		cardsBefore := len(w.Messenger.SentTo("oc_hr")) + len(w.Messenger.SentTo("ou_1"))
		w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return workerstest.TooOld() }
		if refused {
			w.Messenger.RecallFunc = func(context.Context, string) error {
				return &workerstest.UpstreamError{Class: "refused", Code: "230026"}
			}
		}
		w.Click("ou_1", c, cards.ActWithdraw)
		w.RunJobs(flows.JobShow)
		if got := len(w.Messenger.Recalled); got == 0 != refused {
			t.Errorf("refused %t: got %d messages recalled", refused, got)
		}
		if now := len(w.Messenger.SentTo("oc_hr")) + len(w.Messenger.SentTo("ou_1")); now != cardsBefore {
			t.Errorf("refused %t: got %d new cards, want none", refused, now-cardsBefore)
		}
		for _, j := range w.Waiting(flows.JobShow) {
			if !j.At.After(w.Now()) {
				t.Errorf("refused %t: a card is still due: %v", refused, j.Job)
			}
		}
	}
}
