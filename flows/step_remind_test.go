package flows

import (
	"fmt"
	"testing"
	"time"
)

// timer returns the queued Remind job.
func timer(t *testing.T, d outcome) Job {
	t.Helper()
	for _, j := range d.Jobs {
		if j.Kind == JobRemind {
			return j
		}
	}
	t.Fatal("got no reminder, want the next one")
	return Job{}
}

func TestReminderIntervalsDouble(t *testing.T) {
	for _, tt := range []struct {
		state    State
		template Template
		to       string
	}{{AwaitingPhotos, ReplyReminder, "ou_applicant"}, {AwaitingReview, ReplyDigest, AudienceHR},
		{NeedsAttention, ReplyDigest, AudienceHR}} {
		t.Run(fmt.Sprint(tt.state), func(t *testing.T) {
			c, at := SampleCase(tt.state), SampleTime
			for n := 1; n <= MaxReminders; n++ {
				rev := c.Rev
				d := decide(t, c, Event{Kind: ReminderDue, At: at, Rev: &rev}).wantStay()
				j := d.wantJobs(JobReply)[0]
				if j.Template() != tt.template || j.To != tt.to {
					t.Errorf("%s: got job %+v, want template %s to %s", tt.state, j, tt.template, tt.to)
				}
				next := timer(t, d)
				if want := at.Add(SamplePolicy().ReminderAfter << n); !next.At.Equal(want) || next.rev != c.Rev {
					t.Errorf("%s: reminder %d is followed at %v, want %v", tt.state, n, next.At, want)
				}
				c = d.Case
				if c.Reminders != n || !c.RemindedAt.Equal(at) {
					t.Errorf("%s: %d reminders, the last at %v, want %v", tt.state, c.Reminders, c.RemindedAt, n)
				}
				at = at.AddDate(0, 0, 1)
			}
			if tt.state.Turn() == Applicant {
				decide(t, c, Event{Kind: ReminderDue, At: at}).wantRefused("reminded often enough", "")
				return
			}
			// HR is reminded on, in the group and then in private.
			for range 3 {
				d := decide(t, c, Event{Kind: ReminderDue, At: at}).wantStay()
				jobs := d.wantJobs(JobReply, JobReply)
				if jobs[0].Args[ArgAdmins] != "" || jobs[1].Args[ArgAdmins] != "1" || jobs[1].To != AudienceHR {
					t.Errorf("reminder %d: got %+v, want one to the group and one to each admin", d.Case.Reminders, jobs)
				}
				if want := at.Add(SamplePolicy().ReminderAfter << MaxReminders); !timer(t, d).At.Equal(want) {
					t.Errorf("reminder %d is followed at %v, want %v", d.Case.Reminders, timer(t, d).At, want)
				}
				c, at = d.Case, at.AddDate(0, 0, 2)
			}
		})
	}
}

func TestRemindersWaitForMorning(t *testing.T) {
	on := func(month time.Month, day, h, m int) time.Time {
		return time.Date(2026, month, day, h, m, 0, 0, ChinaTime)
	}
	for name, tt := range map[string]struct {
		at, next time.Time // zero = by day
	}{
		"midnight":           {on(6, 1, 0, 0), on(6, 1, 9, 0)},
		"before dawn":        {on(6, 1, 3, 0), on(6, 1, 9, 0)},
		"before morning":     {on(6, 1, 8, 59), on(6, 1, 9, 0)},
		"morning":            {at: on(6, 1, 9, 0)},
		"afternoon":          {at: on(6, 1, 15, 30)},
		"before quiet hours": {at: on(6, 1, 20, 59)},
		"quiet hours":        {on(6, 1, 21, 0), on(6, 2, 9, 0)},
		"end of a day":       {on(6, 1, 23, 59), on(6, 2, 9, 0)},
		"28 February":        {on(2, 28, 23, 59), on(3, 1, 9, 0)},
		"31 December":        {on(12, 31, 23, 59), on(13, 1, 9, 0)},
		"Friday evening":     {on(11, 27, 21, 0), on(11, 28, 9, 0)}, // as on any other day
	} {
		t.Run(name, func(t *testing.T) {
			d := decide(t, SampleCase(AwaitingPhotos), Event{Kind: ReminderDue, At: tt.at.UTC()}).wantStay()
			if tt.next.IsZero() {
				d.wantJobs(JobReply)
				return
			}
			d.wantJobs()
			if got := timer(t, d).At; !got.Equal(tt.next) {
				t.Errorf("again: got %v, want %v", got, tt.next)
			}
			if d.Case.Reminders != 0 || !d.Silent {
				t.Errorf("got %d reminders (silent %t), want none, silently", d.Case.Reminders, d.Silent)
			}
		})
	}
	// Settings below an hour are for trials and ignore the night.
	often := func(p *Policy) { p.ReminderAfter = time.Minute }
	decide(t, SampleCase(AwaitingPhotos), Event{Kind: ReminderDue, At: on(6, 1, 3, 0)}, often).
		wantStay().
		wantJobs(JobReply)
}

// TestRemindersOfOlderRevision checks that a timer of an earlier revision does nothing.
func TestRemindersOfOlderRevision(t *testing.T) {
	old := SampleCase(AwaitingPhotos).Rev - 1
	decide(t, SampleCase(AwaitingPhotos), Event{Kind: ReminderDue, Rev: &old}).
		wantRefused("seen at another revision", "already")
}

func TestNudge(t *testing.T) {
	for _, s := range States {
		d := decide(t, SampleCase(s), Event{Kind: Nudged, Role: HR, Actor: "ou_hr1"})
		if s.Turn() != Applicant {
			if d.Case != nil {
				t.Errorf("%s: got a nudge, want a refusal", s)
			}
			continue
		}
		j := d.wantStay().wantJobs(JobReply)[0]
		if j.Template() != ReplyReminder || j.To != "ou_applicant" || j.rev != d.Case.Rev || !j.At.IsZero() {
			t.Errorf("%s: got job %+v, want a reminder to the applicant", s, j)
		}
		decide(t, d.Case, Event{Kind: Nudged, At: SampleTime.Add(NudgeEvery - 1)}).wantRefused(NudgeTooSoon, "")
		decide(t, d.Case, Event{Kind: Nudged, At: SampleTime.Add(NudgeEvery)}).wantStay()
	}
}

// TestNudgesAreCapped: MaxReminders counts reminders by HR and by the clock.
func TestNudgesAreCapped(t *testing.T) {
	c := SampleCase(AwaitingCode)
	c.Reminders = MaxReminders
	decide(t, c, Event{Kind: Nudged}).wantRefused(NudgeCapped, "")
	// The count restarts with each state.
	c = decide(t, c, Event{Kind: EditAsked}).wantState(AwaitingConfirmation).Case
	decide(t, c, Event{Kind: Nudged, At: SampleTime.Add(NudgeEvery)}).wantStay()
}

func TestNudgeWaitsForMorning(t *testing.T) {
	night := time.Date(2026, 6, 1, 23, 0, 0, 0, ChinaTime)
	d := decide(t, SampleCase(AwaitingPhotos), Event{Kind: Nudged, At: night}).wantStay()
	j := d.wantJobs(JobReply)[0]
	if want := time.Date(2026, 6, 2, 9, 0, 0, 0, ChinaTime); !j.At.Equal(want) {
		t.Errorf("delivered at %v, want %v", j.At, want)
	}
	if d.Case.Reminders != 1 {
		t.Error("got no count, want one")
	}
}
