package workers_test

import (
	"strings"
	"testing"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestLookUp: an admin asks about a person and sees the state, masked. Each look is on record, once.
func TestLookUp(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	waiting := w.PutCase(flows.AwaitingReview, "ou_waiting")
	done := w.PutCase(flows.Done, "ou_done")
	for _, tt := range []struct {
		text    string
		has     []string
		hasNot  []string
		looksAt []*flows.Case
	}{
		{flows.SampleName + "办完了吗", []string{"ou_waiting", "ou_done", "待审核", "已完成", "可能是下面这 2 位", `"act":"next"`}, nil,
			[]*flows.Case{waiting, done}},
		{flows.SampleName, []string{"ou_waiting", "ou_done"}, nil, []*flows.Case{waiting, done}},
		{"ou_done", []string{"ou_done", "已完成"}, []string{"ou_waiting", `"act":"next"`}, []*flows.Case{done}},
		{"ou_waiting到哪一步了，办完了吗", []string{"待审核", waiting.ID}, []string{"ou_done"}, []*flows.Case{waiting}},
		{"别名办完了吗", []string{"没有找到"}, []string{"ou_waiting", "ou_done"}, nil},
		{"ou_nobody", []string{"还没有开始过"}, []string{"ou_waiting"}, nil},
	} {
		t.Run(tt.text, func(t *testing.T) {
			before := map[string]int{waiting.ID: looks(w, waiting), done.ID: looks(w, done)}
			got := askBot(w, "ou_hr1", tt.text)
			for _, words := range tt.has {
				if !strings.Contains(got, words) {
					t.Errorf("got %s, want %q in it", got, words)
				}
			}
			for _, words := range append(tt.hasNot, flows.SampleName, flows.SampleNumber, flows.SampleMobile) {
				if strings.Contains(got, words) {
					t.Errorf("got %s, want no %q in it", got, words)
				}
			}
			for _, c := range tt.looksAt {
				before[c.ID]++
			}
			for _, c := range []*flows.Case{waiting, done} {
				if n := looks(w, c); n != before[c.ID] {
					t.Errorf("got %d looks at the case of %s, want %d", n, c.OpenID, before[c.ID])
				}
			}
		})
	}
}

// TestLookUpJob: the job holds no name, what is tried again counts as one look, and who is no admin any more learns
// nothing.
func TestLookUpJob(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingReview, "ou_waiting")
	w.Say("ou_hr1", flows.SampleName+"办完了吗")
	j := w.TakeJob(flows.JobReply)
	for _, value := range j.Args {
		if strings.Contains(value, flows.SampleName) {
			t.Errorf("got the name in the job: %v", j.Args)
		}
	}
	w.Must(w.Run(t.Context(), j))
	w.Must(w.Run(t.Context(), j))
	if n := looks(w, c); n != 1 {
		t.Errorf("got %d looks on record, want 1", n)
	}
	sent := len(w.Messenger.SentTo("ou_hr1"))
	w.Must(w.Run(t.Context(), j.For(workerstest.Tenant, "ou_stranger")))
	if n := len(w.Messenger.SentTo("ou_hr1")); n != sent {
		t.Errorf("got %d cards, want %d: the asker is no admin", n, sent)
	}
}

func looks(w *workerstest.Harness, c *flows.Case) int { return w.CountAudits(c.ID, "look") }
