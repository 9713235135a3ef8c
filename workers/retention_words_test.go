package workers_test

import (
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// TestSentencesOfTheConsent: each sentence of the consent text about how long something is kept is what happens, to the
// second: until then it is there, and then it is gone.
func TestSentencesOfTheConsent(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, tt := range []struct {
		sentence string
		keep     cards.Retention
		end      flows.State
		leaves   bool
		photos   bool // what the sentence is about
		after    time.Duration
	}{
		{"照片在流程结束后 5 小时内删除。", cards.Retention{Photos: 5 * time.Hour, Leavers: day}, flows.Done, false, true, 5 * time.Hour},
		{"没有办成的，信息在流程结束后 20 天内删除。", cards.Retention{Unfinished: 20 * day, Leavers: 99 * day}, flows.Rejected,
			false, false, 20 * day},
		{"登记的信息保存 40 天，到期删除。", cards.Retention{Fields: 40 * day}, flows.Done, false, false, 40 * day},
		{"登记的信息保存到你离职满 30 天，到期删除。", cards.Retention{Leavers: 30 * day}, flows.Done, true, false, 30 * day},
		{"保存 40 天；你离职的，保存到离职满 10 天", cards.Retention{Fields: 40 * day, Leavers: 10 * day}, flows.Done, true, false,
			10 * day},
		{"保存 40 天；你离职的，保存到离职满 90 天", cards.Retention{Fields: 40 * day, Leavers: 90 * day}, flows.Done, true, false,
			40 * day},
		{"会一直保存到你要求删除", cards.Retention{}, flows.Done, true, false, 0},
	} {
		t.Run(tt.sentence, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) {
				d.Policy.PhotoGrace, d.Policy.UnfinishedRetention = tt.keep.Photos, tt.keep.Unfinished
				d.Policy.FieldRetention, d.Policy.LeaverRetention = tt.keep.Fields, tt.keep.Leavers
				d.Policy.Agreement.Retention = d.Policy.Retention()
			})
			if text := w.Policy.Agreement.Text(); !strings.Contains(text, tt.sentence) {
				t.Fatalf("the consent text does not say %q:\n%s", tt.sentence, text)
			}
			c := w.Walk("ou_1", flows.SampleNumber, flows.AwaitingReview)
			if tt.end == flows.Rejected {
				w.Click("ou_hr1", c, cards.ActReject, "reason", "not_employee")
			} else {
				w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
				w.RunJobs(flows.JobUpload, flows.JobIdentity, flows.JobEvidence)
			}
			ended := w.InState(c.ID, tt.end).EnteredAt
			if tt.leaves {
				staffChange(w, "ou_1", flows.StaffLeft)
			}
			gone := func(at time.Time) bool {
				w.Advance(at.Sub(w.Now()))
				w.RunJobs(flows.JobPurge, flows.JobEraseLeaver)
				now := w.CaseNow(c.ID)
				if tt.photos {
					return !now.PhotosGoneAt.IsZero()
				}
				return !now.Erased.IsZero() && now.Personal.Empty()
			}
			if tt.after == 0 {
				if gone(ended.Add(20 * 365 * day)) {
					t.Error("deleted although the text says that it is kept")
				}
				w.Click("ou_1", w.CaseNow(c.ID), cards.ActWithdraw)
				if w.CaseNow(c.ID).Erased.IsZero() {
					t.Error("kept although the person asked")
				}
				return
			}
			if gone(ended.Add(tt.after - time.Second)) {
				t.Error("deleted a second early")
			}
			if !gone(ended.Add(tt.after)) {
				t.Error("kept for longer than the text says")
			}
		})
	}
}
