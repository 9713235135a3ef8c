package workers_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/esign"
	"shiming/flows"
	"shiming/verify"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// scriptedFaults decides what happens to each call: first the faults of its list, then none.
type scriptedFaults struct {
	mu   sync.Mutex
	left map[string][]string
	// Writes that took effect, whatever the answer said.
	identities, points int
}

var troubles = []string{"busy", "operator", "refused", "lost", "lost but done", "killed"}

// next is the trouble of a call, and whether the call took effect all the same.
func (l *scriptedFaults) next(call string) (err error, done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.left[call]
	if len(list) == 0 {
		return nil, true
	}
	l.left[call] = list[1:]
	switch list[0] {
	case "busy":
		return workerstest.RetryLater(), false
	case "operator":
		return workerstest.NoScope(), false
	case "refused":
		return &workerstest.UpstreamError{Class: "bug", Code: "4242"}, false
	case "lost":
		return workerstest.UnknownOutcome(), false
	case "lost but done":
		return workerstest.UnknownOutcome(), true
	}
	panic(killed)
}

// install makes the fakes follow the faults.
func (l *scriptedFaults) install(w *workerstest.Harness) {
	w.Messenger.DownloadFunc = func(_ context.Context, _, key, _ string) ([]byte, error) {
		if err, _ := l.next("download"); err != nil {
			return nil, err
		}
		return workerstest.Picture(key), nil
	}
	outcome := verify.Match
	if len(w.Engine.Policy.Ladder) > 0 {
		outcome = verify.Mismatch // so that the next rung is taken
	}
	known := w.IDCardReader.Texts
	w.IDCardReader.ReadFunc = func(_ context.Context, jpeg []byte) (flows.CardText, error) {
		if err, _ := l.next("ocr"); err != nil {
			return flows.CardText{}, err
		}
		return known[string(jpeg)], nil
	}
	w.Verifier.SendFunc = func(context.Context, string, string) (verify.SMSReceipt, error) {
		err, _ := l.next("sms")
		return verify.SMSReceipt{Supplier: verify.DefaultSupplier, Serial: "s", At: w.Now()}, err
	}
	w.Verifier.CheckFunc = func(context.Context, string, string, string) (verify.CheckResult, error) {
		err, _ := l.next("check")
		return verify.CheckResult{
			Outcome:  outcome,
			Detail:   "0",
			Supplier: verify.DefaultSupplier,
			Serial:   "c",
			At:       w.Now(),
		}, err
	}
	w.Verifier.BankFunc = func(context.Context, string) (verify.Bank, error) {
		err, _ := l.next("bank")
		return verify.Bank{Name: "样本银行", Kind: verify.CardDebit, Detail: "0", At: w.Now()}, err
	}
	w.Verifier.CardFunc = func(context.Context, string, string, string, string) (verify.CheckResult, error) {
		err, _ := l.next("card")
		return verify.CheckResult{
			Outcome:  verify.Match,
			Detail:   "0",
			Supplier: verify.DefaultSupplier,
			Serial:   "b",
			At:       w.Now(),
		}, err
	}
	w.IdentityRecorder.RecordFunc = func(context.Context, string, string, string, string) (string, error) {
		err, done := l.next("identity")
		if done {
			l.identities++
		}
		return "uid", err
	}
	w.EvidenceClient.UploadFunc = func(context.Context, string, []byte) (string, error) {
		err, _ := l.next("upload")
		return "", err
	}
	w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
		err, done := l.next("evidence")
		if done {
			l.points++
		}
		return "P1", err
	}
}

// FuzzFaults lets calls fail and processes die in any order. Every case ends, with one identity and one evidence point.
// Each seed is another sequence, by one of three ways: by mobile, by bank card, and by bank card after a mismatch.
func FuzzFaults(f *testing.F) {
	for seed := range uint64(24) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		t.Parallel()
		w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) {
			switch seed % 3 {
			case 1:
				d.Policy.Method = flows.BankCardFour
			case 2:
				d.Policy.Ladder = []flows.Method{flows.ThreeElements, flows.BankCardFour}
			}
		})
		rng := rand.New(rand.NewPCG(seed, 1))
		l := &scriptedFaults{left: map[string][]string{}}
		for _, call := range []string{"download", "ocr", "sms", "check", "bank", "card", "identity", "upload", "evidence"} {
			possible := troubles
			if call == "ocr" {
				possible = troubles[:5] // a process that dies in a goroutine cannot be pretended
			}
			for range rng.IntN(4) {
				l.left[call] = append(l.left[call], possible[rng.IntN(len(possible))])
			}
		}
		t.Log("to come: ", l.left)
		w.KnowCard("ou_1", flows.SampleNumber)
		l.install(w)
		w.Say("ou_1", "实名")
		for step := 0; ; step++ {
			c := w.LatestCase("ou_1")
			if c.State == flows.Done {
				break
			}
			if step > 600 {
				t.Fatalf("still in %s (%+v)", c.State, c.Attention)
			}
			if q := takeRandomDueJob(w, rng); q != nil {
				runJob(w, q)
				continue
			}
			actAsPeople(w, rng, c, l)
		}
		done := w.LatestCase("ou_1")
		if byCard := done.Method == flows.BankCardFour; byCard != (seed%3 > 0) || done.Personal.BankCard != "" {
			t.Fatalf("verified by %s, card kept: %t", done.Method, done.Personal.BankCard != "")
		}
		if l.identities != 1 || l.points != 1 {
			t.Fatalf("%d identities, %d evidence points, want 1, 1", l.identities, l.points)
		}
		w.Must(w.Store.VerifyChain(t.Context(), done.ID))
	})
}

// takeRandomDueJob removes one of the jobs that are due, or returns nil.
func takeRandomDueJob(w *workerstest.Harness, rng *rand.Rand) *workerstest.Queued {
	w.Store.Mu.Lock()
	defer w.Store.Mu.Unlock()
	var due []int
	for i, q := range w.Store.Queue {
		if !q.At.After(w.At) {
			due = append(due, i)
		}
	}
	if len(due) == 0 {
		return nil
	}
	i := due[rng.IntN(len(due))]
	q := w.Store.Queue[i]
	w.Store.Queue = append(w.Store.Queue[:i:i], w.Store.Queue[i+1:]...)
	return q
}

// runJob runs a job. A job whose process dies comes back as from the store.
func runJob(w *workerstest.Harness, q *workerstest.Queued) {
	q.Attempt++
	defer func() {
		if v := recover(); v != nil {
			if v != killed {
				panic(v)
			}
			w.PutBack(q, &flows.RetryLater{In: time.Minute})
		}
	}()
	w.PutBack(q, w.Run(w.T.Context(), q.Job))
}

// actAsPeople does what the card asks for, or lets time pass.
func actAsPeople(w *workerstest.Harness, rng *rand.Rand, c *flows.Case, l *scriptedFaults) {
	who := c.OpenID
	switch c.State {
	case flows.AwaitingConsent:
		w.Click(who, c, cards.ActConsent)
	case flows.AwaitingPhotos:
		card := flows.ApplicantCard(c, flows.ViewContext{Now: w.Now(), Policy: flows.SamplePolicy()}).(cards.Photos)
		switch {
		case card.Unsorted > 0:
			advanceToNextJob(w, c)
		case card.Front != cards.SideRead:
			w.SendPhotos(who, "front_"+who)
		default:
			w.SendPhotos(who, "back_"+who)
		}
	case flows.AwaitingConfirmation:
		w.Click(who, c, cards.ActConfirm, workerstest.SampleForm()...)
	case flows.AwaitingBankCard:
		switch b := c.BankCard; {
		case b == nil || b.State == "":
			w.Click(who, c, cards.ActSubmitCard, "bank_card", flows.SampleBankCard)
		case b.State == flows.BankAsking:
			advanceToNextJob(w, c)
		default:
			w.Click(who, c, cards.ActSubmitCard, "opening_bank", "样本银行")
		}
	case flows.AwaitingCode:
		switch {
		case c.Code.State == "sending" || c.Code.Problem == "expired":
			w.Advance(time.Minute)
			if c.Code.Problem == "expired" {
				w.Click(who, c, cards.ActSendCode)
			}
		default:
			w.Click(who, c, cards.ActSubmitCode, "sms_code", w.Verifier.Code())
		}
	case flows.AwaitingReview:
		w.Click("ou_hr1", c, cards.ActApprove)
	case flows.NeedsAttention:
		if c.Attention.Incident != "" && rng.IntN(2) == 0 { // wait until the step tries again
			w.Advance(flows.ProbeEvery)
			return
		}
		done := l.identities
		if c.Attention.Step == "evidence" {
			done = l.points
		}
		if c.Attention.Code == "unknown_outcome" && done > 0 {
			w.Click("ou_hr1", c, cards.ActResolve, "evi_point_id", "P1")
		} else {
			if c.Attention.Code == "unknown_outcome" {
				w.Advance(flows.DefaultWriteQuiet)
			}
			w.Click("ou_hr1", c, cards.ActRetry)
		}
	default:
		advanceToNextJob(w, c)
	}
}

// advanceToNextJob moves the clock to the next job of the bot. It fails the test if the case has none.
func advanceToNextJob(w *workerstest.Harness, c *flows.Case) {
	var next time.Time
	w.Store.Mu.Lock()
	for _, q := range w.Store.Queue {
		timer := q.Kind == flows.JobRemind || q.Kind == flows.JobExpire || q.Kind == flows.JobShow ||
			q.Kind == flows.JobReply || q.Kind == flows.JobPurge
		if !timer && q.Case == c.ID && (next.IsZero() || q.At.Before(next)) {
			next = q.At
		}
	}
	w.Store.Mu.Unlock()
	if next.IsZero() {
		w.T.Fatalf("it is the bot's turn in %s, and nobody is at work: identity %+v, uploads %v, evidence %+v, photos %+v",
			c.State, c.Identity, c.Uploads, c.Evidence, c.Photos)
	}
	w.Advance(max(next.Sub(w.Now()), time.Millisecond))
}
