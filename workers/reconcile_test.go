package workers_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/esign"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// toNight moves the clock to the tenant's next run and performs it, up to the morning's card.
func runNight(w *workerstest.Harness) {
	w.T.Helper()
	jobs := w.Waiting(flows.JobReconcile)
	if len(jobs) != 1 {
		w.T.Fatalf("%d nightly jobs are queued, want 1", len(jobs))
	}
	w.Advance(jobs[0].At.Sub(w.Now()))
	w.RunJobs(flows.JobReconcile)
}

// toMorning moves the clock to 09:00 and sends what is to be sent.
func sendMorningCards(w *workerstest.Harness) {
	w.T.Helper()
	w.Advance(6*time.Hour + 30*time.Minute)
	w.RunJobs(flows.JobReply)
}

// reports lists the reconciliation cards in the review group.
func reconcileCards(w *workerstest.Harness) (out []*workerstest.Message) {
	for _, m := range w.Messenger.SentTo("oc_hr") {
		if workerstest.Shows(m.Current(), "reconcile.title") {
			out = append(out, m)
		}
	}
	return out
}

// askReconcile is the card that HR gets for the word.
func askReconcile(w *workerstest.Harness, word string) string {
	w.T.Helper()
	before := len(w.Messenger.SentTo("ou_hr1"))
	w.Say("ou_hr1", word)
	w.RunJobs(flows.JobReply)
	all := w.Messenger.SentTo("ou_hr1")
	if len(all) != before+1 {
		w.T.Fatalf("%d answers to %s", len(all)-before, word)
	}
	return all[before].Current()
}

func withEvidence(c *flows.Case) {
	c.Evidence = &flows.Write{State: flows.WriteDone, ID: "P1", At: flows.SampleTime}
	c.Identity.At = flows.SampleTime
}

func withUnknownEvidence(c *flows.Case) {
	c.Identity.State, c.Identity.ID = flows.WriteDone, "uid"
	c.Uploads = map[string]string{"front": "f1", "back": "f2"}
	c.Evidence = &flows.Write{State: flows.WriteUnknown, Attempt: 1, Started: flows.SampleTime}
	c.Attention = &flows.Attention{
		Step:   "evidence",
		Return: flows.Filing,
		Rev:    6,
		Code:   "unknown_outcome",
		Since:  flows.SampleTime,
	}
}

// A clock that runs ahead in the database makes no earlier night, nor two of one.
func TestANightThatComesTooEarly(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.Say("ou_1", "实名")
	j := w.TakeJob(flows.JobReconcile)
	again, ok := w.Run(t.Context(), j).(*flows.RetryLater)
	if !ok || !again.Snooze || again.In != 14*time.Hour+30*time.Minute {
		t.Fatalf("%+v", again)
	}
	w.Advance(again.In)
	for range 3 {
		w.Must(w.Run(t.Context(), j)) // as a job that runs more than once
	}
	if n := len(w.Waiting(flows.JobReconcile)); n != 1 {
		t.Errorf("%d jobs of one night, want 1", n)
	}
}

// Everything that differs is found over many pages, each case compared once, also when the
// process dies in the middle; HR hears of it in the morning.
func TestANight(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	askReconcile(w, "对账")
	for i := range 50 {
		w.PutCase(flows.Done, fmt.Sprintf("ou_done%d", i), withEvidence)
	}
	for i := range 7 {
		w.PutCase(flows.AwaitingPhotos, fmt.Sprintf("ou_open%d", i))
	}
	lost := w.PutCase(flows.Done, "ou_lost", withEvidence, func(c *flows.Case) {
		c.Uploads = map[string]string{"front": "gone", "back": "f2"}
	})
	notOurs := w.PutCase(flows.Done, "ou_theirs", withEvidence, func(c *flows.Case) {
		c.Uploads = map[string]string{"front": "f1", "back": "theirs"}
	})
	bad := w.PutCase(flows.Done, "ou_bad", withEvidence, func(c *flows.Case) {
		c.Uploads = map[string]string{"front": "bad", "back": "f2"}
	})
	left := w.PutCase(flows.AwaitingReview, "ou_left")
	gone := w.PutCase(flows.AwaitingReview, "ou_gone")
	unknown := w.PutCase(flows.NeedsAttention, "ou_unknown", withUnknownEvidence)
	w.PutCase(flows.Rejected, "ou_old")
	w.EvidenceClient.StatusFunc = func(_ context.Context, id string) (esign.FileStatus, error) {
		switch id {
		case "gone":
			return esign.FileStatus{}, &esign.Error{
				Op:         "FileStatus",
				Kind:       esign.KindNotFound,
				HTTPStatus: 200,
				Code:       "1430608",
			}
		case "theirs":
			return esign.FileStatus{}, &esign.Error{
				Op:         "FileStatus",
				Kind:       esign.KindPermission,
				HTTPStatus: 200,
				Code:       "1430802",
			}
		case "bad":
			return esign.FileStatus{FileID: id, Status: 3}, nil
		}
		return esign.FileStatus{FileID: id, Status: 2}, nil
	}
	looked := map[string]int{}
	w.Messenger.ContactFunc = func(_ context.Context, openID string) (flows.Contact, error) {
		looked[openID]++
		switch openID {
		case "ou_left":
			return flows.Contact{Left: true}, nil
		case "ou_gone":
			return flows.Contact{}, &workerstest.UpstreamError{Class: "permission", Code: "41050"}
		}
		return flows.Contact{}, nil
	}

	w.Advance(w.Waiting(flows.JobReconcile)[0].At.Sub(w.Now()))
	first := w.TakeJob(flows.JobReconcile)
	w.Must(w.Run(t.Context(), first))
	w.Must(w.Run(t.Context(), first)) // done already
	dead, cancel := context.WithCancel(t.Context())
	second := w.TakeJob(flows.JobReconcile)
	for second.Night() != first.Night() { // the next night's is queued as well
		w.QueueJob(second)
		second = w.TakeJob(flows.JobReconcile)
	}
	asked := 0
	statuses := w.EvidenceClient.StatusFunc
	w.EvidenceClient.StatusFunc = func(ctx context.Context, id string) (esign.FileStatus, error) {
		if asked++; asked == 5 {
			cancel()
			return esign.FileStatus{}, context.Canceled
		}
		return statuses(ctx, id)
	}
	if err := w.Run(dead, second); err == nil {
		t.Fatal("a run that was torn apart is done")
	}
	w.QueueJob(second) // comes back with the restart
	w.RunJobs(flows.JobReconcile)

	for _, c := range []*flows.Case{left, gone, unknown, lost, notOurs, bad} {
		if n := looked[c.OpenID]; n < 1 || n > 2 { // once more for the page that died
			t.Errorf("%s was looked up %d times", c.OpenID, n)
		}
	}
	if looked["ou_old"] != 0 {
		t.Error("somebody with no record was looked up")
	}
	if len(reconcileCards(w)) != 0 {
		t.Error("HR was woken")
	}
	sendMorningCards(w)
	if n := len(reconcileCards(w)); n != 1 {
		t.Fatalf("%d reports, want 1", n)
	}
	card := reconcileCards(w)[0].Current()
	for _, c := range []*flows.Case{left, gone, unknown, lost, notOurs, bad} {
		if strings.Count(card, c.ID) == 0 {
			t.Errorf("the card does not name the case of %s", c.OpenID)
		}
	}
	for _, text := range []string{"diff.evidence_unknown", "diff.photo_lost", "diff.person_gone", "reconcile.unasked"} {
		if !workerstest.Shows(card, text) {
			t.Errorf("the card does not say %s", text)
		}
	}
	for _, text := range []string{"diff.stalled", "diff.chain", "diff.identity_missing", "reconcile.agree",
		"reconcile.running"} {
		if workerstest.Shows(card, text) {
			t.Errorf("the card says %s", text)
		}
	}
	// 50 + 3 done, 7 + 3 open; the rejected one is older than the night before last only by chance.
	if want := "64 件"; !strings.Contains(card, want) {
		t.Errorf("the card does not say %s: %s", want, card)
	}
	if strings.Contains(card, flows.SampleName) || strings.Contains(card, flows.SampleNumber) || len(card) > 30*1024 {
		t.Error("the card shows too much")
	}
	if got := askReconcile(w, "reconcile"); got != card {
		t.Error("the word shows something else")
	}
}

// HR is told once of what nobody can change any more, and every morning of what waits.
func TestWhatIsKnownBringsNoCard(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	askReconcile(w, "对账")
	w.PutCase(flows.Done, "ou_1", withEvidence, func(c *flows.Case) { c.Evidence = nil })
	unknown := w.PutCase(flows.NeedsAttention, "ou_2", withUnknownEvidence)
	for range 2 {
		runNight(w)
		sendMorningCards(w)
	}
	if n := len(reconcileCards(w)); n != 2 {
		t.Fatalf("%d reports while an outcome is unknown, want 2", n)
	}
	runNight(w)
	w.CheckAnswer(w.Click("ou_hr1", unknown, cards.ActResolve, "evi_point_id", "P77"), "resolved")
	sendMorningCards(w)
	last := reconcileCards(w)[len(reconcileCards(w))-1].Current()
	if workerstest.Shows(last, "diff.evidence_unknown") || !workerstest.Shows(last, "diff.evidence_missing") {
		t.Error("the card shows what was dealt with since the night, or not what stays")
	}
	before := len(reconcileCards(w))
	runNight(w)
	sendMorningCards(w)
	if n := len(reconcileCards(w)); n != before {
		t.Errorf("%d more reports of what HR knows", n-before)
	}
	if card := askReconcile(w, "对账"); !workerstest.Shows(card, "diff.evidence_missing") ||
		workerstest.Shows(card, "reconcile.agree") {
		t.Error("the word does not show what still differs")
	}
}

// What was dealt with between night and morning brings no card.
func TestDealtWithBeforeTheMorning(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	askReconcile(w, "对账")
	c := w.PutCase(flows.NeedsAttention, "ou_2", withUnknownEvidence)
	runNight(w)
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActResolve, "evi_point_id", "P77"), "resolved")
	sendMorningCards(w)
	if n := len(reconcileCards(w)); n != 0 {
		t.Errorf("%d reports, want 0", n)
	}
	if card := askReconcile(w, "对账"); !workerstest.Shows(card, "reconcile.agree") {
		t.Error("the word says that something differs")
	}
}

// An upstream that does not answer is waited for, then left out of the night, which the card
// says, and asked for once more the next night.
func TestAnUpstreamThatIsSilentAtNight(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		failure error
		calls   int
	}{
		"outage": {&esign.Error{
			Op:         "FileStatus",
			Kind:       esign.KindPermission,
			HTTPStatus: 403,
			Code:       "403",
		}, 1},
		"credentials": {&esign.Error{
			Op:         "FileStatus",
			Kind:       esign.KindAuth,
			HTTPStatus: 401,
			Code:       "401",
		}, 1},
		"deadline": {context.DeadlineExceeded, 8},
	} {
		t.Run(name, func(t *testing.T) {
			w := workerstest.New(t)
			askReconcile(w, "对账")
			for i := range 3 {
				w.PutCase(flows.Done, fmt.Sprintf("ou_%d", i), withEvidence, func(c *flows.Case) {
					c.Uploads = map[string]string{"front": "gone", "back": "f2"}
				})
			}
			w.EvidenceClient.StatusFunc = func(context.Context, string) (esign.FileStatus, error) {
				return esign.FileStatus{}, tt.failure
			}
			runNight(w)
			for range 10 {
				w.Advance(5 * time.Minute)
				w.RunJobs(flows.JobReconcile)
			}
			if n := len(w.EvidenceClient.Asked); n != tt.calls {
				t.Errorf("%s: %d calls, want %v", name, n, tt.calls)
			}
			if card := askReconcile(w, "对账"); !strings.Contains(card, "没有答复（") || !strings.Contains(card, "对过 3 件") {
				t.Errorf("%s: the card says %s, want %q in it, %q in it", name, card, "没有答复（", "对过 3 件")
			}
			w.EvidenceClient.StatusFunc = func(context.Context, string) (esign.FileStatus, error) {
				return esign.FileStatus{}, &esign.Error{
					Op:         "FileStatus",
					Kind:       esign.KindNotFound,
					HTTPStatus: 200,
					Code:       "1430608",
				}
			}
			runNight(w)
			sendMorningCards(w)
			if n := len(reconcileCards(w)); n != 1 || !workerstest.Shows(reconcileCards(w)[0].Current(), "diff.photo_lost") ||
				strings.Contains(reconcileCards(w)[0].Current(), "没有答复（") {
				t.Errorf("%s: %d reports of what was asked for a night later, want 1", name, n)
			}
		})
	}
}

// A case in the bot's turn whose job is gone is stopped in the morning, and HR's retry lets
// it go on.
func TestACaseWithoutAJob(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	askReconcile(w, "对账")
	idle := w.PutCase(flows.Filing, "ou_idle", func(c *flows.Case) { c.Evidence = nil })
	busy := w.PutCase(flows.Filing, "ou_busy", func(c *flows.Case) { c.Evidence = nil })
	w.Store.Queue = append(w.Store.Queue, &workerstest.Queued{Job: flows.Job{Kind: flows.JobEvidence, Case: busy.ID,
		Key: "busy"}, At: w.Now().Add(240 * time.Hour)})
	runNight(w)
	w.InState(idle.ID, flows.Filing) // HR's cards stay quiet at night
	sendMorningCards(w)
	w.RunJobs(flows.JobShow)
	if n := len(reconcileCards(w)); n != 1 || !strings.Contains(reconcileCards(w)[0].Current(), idle.ID) ||
		strings.Contains(reconcileCards(w)[0].Current(), busy.ID) {
		t.Fatalf("%d reports, want 1", n)
	}
	now := w.InState(idle.ID, flows.NeedsAttention)
	if now.Attention.Code != "stalled" || now.Attention.Step != "evidence" {
		t.Errorf("%+v", now.Attention)
	}
	w.InState(busy.ID, flows.Filing)
	own := func() (n int) {
		for _, m := range w.Messenger.SentTo("oc_hr") {
			if workerstest.Shows(m.Current(), "trouble.stalled") {
				n++
			}
		}
		return n
	}
	if own() != 1 {
		t.Errorf("%d cards of the case itself, want 1", own())
	}
	// The list's button brings the case's own card down.
	before := len(w.Messenger.SentTo("oc_hr"))
	w.CheckAnswer(w.Click("ou_hr2", now, cards.ActNext, "to", cards.ToBottom), "brought")
	w.RunJobs(flows.JobShow)
	if all := w.Messenger.SentTo("oc_hr"); len(all) != before+1 ||
		!workerstest.Shows(all[before].Current(), "trouble.stalled") || own() != 1 {
		t.Errorf("%d messages more, %d cards of the case, want 1", len(all)-before, own())
	}
	if w.CountAudits(idle.ID, "look") != 1 {
		t.Error("the look is not on record")
	}
	w.CheckAnswer(w.Click("ou_hr1", now, cards.ActRetry), "retried")
	w.RunJobs(flows.JobEvidence)
	w.InState(idle.ID, flows.Done)
	w.CheckAnswer(w.Click("ou_hr1", now, cards.ActNext, "to", cards.ToBottom), "late", "what", "approved", "when",
		"06-01 11:59", "who", "")
}

func TestBringingACardDownIsHRs(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingReview, "ou_hr2")
	w.CheckAnswer(w.Click("ou_1", c, cards.ActNext, "to", cards.ToBottom), "not_allowed")
	w.CheckAnswer(w.Click("ou_hr2", c, cards.ActNext, "to", cards.ToBottom), "self_review")
	c.ID = "01976f00-0000-7000-8000-00000000ffff"
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActNext, "to", cards.ToBottom), "bad_request")
	if len(w.Messenger.SentTo("oc_hr")) != 0 {
		t.Error("a card was sent")
	}
}
