package engine_test

import (
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// toForm puts a new case of the person at the form and submits it with the mobile number. It returns the answer and the
// case afterwards.
func toForm(w *workerstest.Harness, openID, mobile string) (flows.Answer, *flows.Case) {
	w.T.Helper()
	c := w.PutCase(flows.AwaitingConfirmation, openID)
	a := w.Click(openID, c, cards.ActConfirm,
		"identity_name", flows.SampleName, "identity_code", flows.SampleNumber, "mobile", mobile)
	return a, w.CaseNow(c.ID)
}

// TestCodesByStartingAgain: cancelling and starting again neither shortens the pause between two codes nor raises their
// number within a day; nor does a colleague's case, if the codes go to the same phone.
func TestCodesByStartingAgain(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	const other = "13900009999"
	for i := range flows.MaxCodesPerDay {
		who := []string{"ou_1", "ou_2"}[i%2]
		a, c := toForm(w, who, flows.SampleMobile)
		w.CheckAnswer(a, "saved")
		due := w.Waiting(flows.JobSendCode)
		if want := w.Now().Add(40 * time.Second); i > 0 && !due[0].At.Equal(want) {
			t.Fatalf("code %d is due at %v, want a minute after the last one: %v", i+1, due[0].At, want)
		}
		w.Advance(time.Minute)
		w.RunJobs(flows.JobSendCode)
		if n := len(w.Verifier.Codes); n != i+1 {
			t.Fatalf("%d messages, want %d", n, i+1)
		}
		w.Click(who, w.CaseNow(c.ID), cards.ActCancel)
		w.Advance(due[0].At.Add(20 * time.Second).Sub(w.Now()))
	}
	a, c := toForm(w, "ou_1", flows.SampleMobile)
	w.CheckAnswer(a, "codes_used_up")
	if c.State != flows.AwaitingConfirmation || len(w.Waiting(flows.JobSendCode)) != 0 {
		t.Errorf("after the eleventh: %s with %d codes queued, want the form and none", c.State,
			len(w.Waiting(flows.JobSendCode)))
	}
	// The person has had five, so that another number gets one; a day after the first the first number does as well.
	a = w.Click("ou_1", c, cards.ActConfirm,
		"identity_name", flows.SampleName, "identity_code", flows.SampleNumber, "mobile", other)
	w.CheckAnswer(a, "saved")
	w.Click("ou_1", w.CaseNow(c.ID), cards.ActCancel)
	w.Advance(24 * time.Hour)
	a, _ = toForm(w, "ou_1", flows.SampleMobile)
	w.CheckAnswer(a, "saved")
}

// TestCodeThatWasNotSentIsFreed: who cancels before the message was sent has used up nothing.
func TestCodeThatWasNotSentIsFreed(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for range flows.MaxCodesPerDay + 1 {
		a, c := toForm(w, "ou_1", flows.SampleMobile)
		w.CheckAnswer(a, "saved")
		if at := w.Waiting(flows.JobSendCode)[0].At; !at.Equal(w.Now()) {
			t.Fatalf("the code is due at %v, want at once, %v", at, w.Now())
		}
		w.Click("ou_1", c, cards.ActCancel)
		w.RunJobs(flows.JobSendCode)
		if n := len(w.Verifier.Codes); n != 0 {
			t.Fatalf("%d messages, want none", n)
		}
	}
}
