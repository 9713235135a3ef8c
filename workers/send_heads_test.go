package workers_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// headsReceiver is a fake of the system that keeps heads.
type headsReceiver struct {
	fail  func() error // nil takes everything
	after func()       // runs when a notification was taken, before the answer
	tries int
	ids   []string
	kept  []flows.HeadNotification
	raw   []string
}

func (r *headsReceiver) Send(_ context.Context, id string, body []byte) error {
	r.tries++
	if r.fail != nil {
		if err := r.fail(); err != nil {
			return err
		}
	}
	var n flows.HeadNotification
	if err := json.Unmarshal(body, &n); err != nil {
		return err
	}
	r.ids, r.kept, r.raw = append(r.ids, id), append(r.kept, n), append(r.raw, string(body))
	if r.after != nil {
		r.after()
	}
	return nil
}

// days returns the days of the notifications, in their order.
func (r *headsReceiver) days() (out []string) {
	for _, n := range r.kept {
		out = append(out, n.Data.Day)
	}
	return out
}

// publishing returns a harness whose heads go to a receiver too.
func publishing(t *testing.T) (*workerstest.Harness, *headsReceiver) {
	t.Helper()
	r := &headsReceiver{}
	return workerstest.New(t, func(d *engine.Deps, out *workers.Deps) {
		d.ReviewChat, d.Policy.DPOs, d.Policy.HeadsReceiver = "oc_review", []string{"ou_dpo"}, "first"
		out.Heads = r
	}), r
}

// publishHeads lets the heads of some days be published, one after another, with what follows.
func publishHeads(w *workerstest.Harness, days int) {
	w.T.Helper()
	for range days {
		w.Advance(flows.HeadAfter(w.Now()).Sub(w.Now()))
		w.RunJobs(flows.JobPublishHead, flows.JobSendHeads, flows.JobReply)
	}
}

// notices counts the cards with a notice.
func notices(w *workerstest.Harness, to, code string) (n int) {
	for _, card := range cardsTo(w, to) {
		if workerstest.Shows(card, "notice."+code) {
			n++
		}
	}
	return n
}

// TestHeadsGoToTheirReceiver: each day's head is sent once, with the ends of the chains that have grown, and nothing of
// anybody.
func TestHeadsGoToTheirReceiver(t *testing.T) {
	t.Parallel()
	w, r := publishing(t)
	w.Say("ou_1", "实名")
	c := w.LatestCase("ou_1")
	w.RunJobs()
	publishHeads(w, 2)
	if len(r.kept) != 2 || r.kept[1].Data.Previous != r.kept[0].Data.Head || r.kept[1].Data.Chains != 0 {
		t.Fatalf("got %+v, want two linked heads, the second over nothing", r.kept)
	}
	first, last := r.kept[0], lastHead(w)
	if d := first.Data; first.Type != "audit_head.published" || d.TenantKey != workerstest.Tenant || d.Parts != 1 ||
		len(d.Ends) != 1 || d.Ends[0].Chain != flows.ChainName(c.ID) || d.Ends[0].Row == 0 || len(d.Ends[0].Hash) != 64 {
		t.Errorf("got %+v, want the end of one chain", first)
	}
	if r.kept[1].Data.Head != hex.EncodeToString(last.Hash) {
		t.Errorf("got the head %s, want the one in the database", r.kept[1].Data.Head)
	}
	for _, body := range r.raw {
		if strings.Contains(body, "ou_") || strings.Contains(body, c.ID) {
			t.Errorf("got %s, want nothing that names a person or a case", body)
		}
	}
	if slices.ContainsFunc(r.ids, func(id string) bool { return strings.ContainsAny(id, ". ") }) || r.ids[0] == r.ids[1] {
		t.Errorf("got the ids %v, want one each, without a dot", r.ids)
	}
}

// TestHeadsWaitForTheirReceiver: while the receiver is away for days nothing is lost; HR and the data-protection officer
// hear of it once, after a day; then all heads come in their order, and they hear of that.
func TestHeadsWaitForTheirReceiver(t *testing.T) {
	t.Parallel()
	w, r := publishing(t)
	w.Say("ou_1", "实名")
	w.RunJobs()
	publishHeads(w, 1)
	r.fail = workerstest.RetryLater
	publishHeads(w, 1)
	failing := w.Now()
	for range 4 * 24 {
		if n := notices(w, "ou_dpo", "heads_wait"); n > 0 && w.Now().Sub(failing) < flows.HeadPatience {
			t.Fatalf("the officer was told after %v, want patience", w.Now().Sub(failing))
		}
		w.Advance(time.Hour)
		w.RunJobs(flows.JobPublishHead, flows.JobSendHeads, flows.JobReply)
	}
	if len(r.kept) != 1 || r.tries > 1+4*12+4 {
		t.Errorf("got %d taken after %d attempts, want pauses of two hours", len(r.kept), r.tries)
	}
	for _, to := range []string{"ou_hr1", "ou_dpo"} {
		if n := notices(w, to, "heads_wait"); n != 1 {
			t.Errorf("%s was told %d times, want once", to, n)
		}
	}
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		p, err := w.Engine.PrivacyReport(t.Context(), v, workerstest.Tenant, w.Now().AddDate(0, 0, -7), w.Now())
		if err == nil && (p.UnsentHeads < 4 || p.SentHeadDay != r.kept[0].Data.Day) {
			t.Errorf("the report says %d not sent, the last on %s", p.UnsentHeads, p.SentHeadDay)
		}
		return err
	}))
	r.fail = nil
	w.Advance(2 * time.Hour)
	w.RunJobs(flows.JobPublishHead, flows.JobSendHeads, flows.JobReply)
	publishHeads(w, 1)
	if days := r.days(); len(days) < 6 || !slices.IsSorted(days) || len(slices.Compact(days)) != len(days) {
		t.Errorf("got the heads of %v, want each day once, in order", days)
	}
	for i, n := range r.kept[1:] {
		if n.Data.Previous != r.kept[i].Data.Head {
			t.Errorf("the head of %s does not follow the one before", n.Data.Day)
		}
	}
	for _, to := range []string{"ou_hr1", "ou_dpo"} {
		if n := notices(w, to, "heads_sent"); n != 1 {
			t.Errorf("%s heard %d times that it works again, want once", to, n)
		}
	}
}

// TestUnwantedHeads: a receiver that wants no more (410) is reported at once, and asked once a day; a pause that it asks
// for is kept.
func TestUnwantedHeads(t *testing.T) {
	t.Parallel()
	w, r := publishing(t)
	w.Say("ou_1", "实名")
	w.RunJobs()
	r.fail = refused410
	publishHeads(w, 1)
	if r.tries != 1 || notices(w, "ou_dpo", "heads_wait") != 1 {
		t.Errorf("got %d attempts and %d notices, want one each", r.tries, notices(w, "ou_dpo", "heads_wait"))
	}
	w.Advance(23 * time.Hour)
	w.RunJobs(flows.JobSendHeads)
	if r.tries != 1 {
		t.Errorf("got %d attempts within a day, want one", r.tries)
	}
	r.fail = func() error {
		return &workerstest.UpstreamError{Class: "retry", Code: "429", IsTemporary: true, RetryIn: 5 * time.Hour}
	}
	w.Advance(time.Hour)
	w.RunJobs(flows.JobSendHeads)
	w.Advance(5*time.Hour - time.Second)
	w.RunJobs(flows.JobSendHeads)
	if r.tries != 2 {
		t.Errorf("got %d attempts, want the pause of five hours kept", r.tries)
	}
	r.fail = nil
	w.Advance(time.Second)
	w.RunJobs(flows.JobSendHeads)
	if len(r.kept) != 1 {
		t.Errorf("got %d heads after the pause, want one", len(r.kept))
	}
}

// TestHeadInParts: a head over many chains comes in parts below 20 KB; a process that ends after a part was taken and
// before that is stored sends it again, in the same words under the same id; another receiver gets all heads.
func TestHeadInParts(t *testing.T) {
	t.Parallel()
	w, r := publishing(t)
	const people = 2*flows.HeadPartEnds + 1
	for i := range people {
		w.Say(fmt.Sprintf("ou_%d", i), "实名")
	}
	w.Advance(flows.HeadAfter(w.Now()).Sub(w.Now()))
	w.RunJobs(flows.JobPublishHead)
	job := w.TakeJob(flows.JobSendHeads)
	r.after = func() {
		if len(r.kept) == 2 {
			panic("killed")
		}
	}
	func() {
		defer func() { _ = recover() }()
		_ = w.Run(t.Context(), job)
		t.Error("the process went on, want it killed")
	}()
	restarted := workers.New(workers.Deps{Engine: w.Engine, Messenger: w.Messenger, Heads: r})
	w.Must(restarted.Run(t.Context(), job))
	if len(r.kept) != 4 || r.raw[1] != r.raw[2] || r.ids[1] != r.ids[2] {
		t.Fatalf("got %d notifications, want three parts, the second one twice in the same words", len(r.kept))
	}
	ends := map[string]bool{}
	for i, n := range r.kept {
		if len(r.raw[i]) > 20<<10 || n.Data.Parts != 3 || n.Data.Chains != people {
			t.Errorf("got %d bytes of %d parts over %d chains", len(r.raw[i]), n.Data.Parts, n.Data.Chains)
		}
		for _, e := range n.Data.Ends {
			ends[e.Chain] = true
		}
	}
	if len(ends) != people {
		t.Errorf("got the ends of %d chains, want %d", len(ends), people)
	}
	other := &headsReceiver{}
	restarted.Heads = other
	w.Engine.Policy.HeadsReceiver = "second"
	w.Must(restarted.Run(t.Context(), job))
	if !slices.Equal(other.raw, slices.Concat(r.raw[:2], r.raw[3:])) {
		t.Errorf("another receiver got %d notifications, want all three", len(other.kept))
	}
}
