package workers_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// failing is one row of a table of failures: what an upstream says to a call, and what follows.
type failing struct {
	call string
	says answer
	// What becomes of the case.
	state flows.State
	// of needs_attention: texts "trouble.<code>"; of a photo: texts "photo.<code>"; of the form: texts
	// "mismatch.<code>"; of a code: texts "code.<code>"
	code string
	// When the job runs again; 0 = never. snooze: without using up an attempt.
	again  time.Duration
	snooze bool
	once   bool // the upstream is asked a second time within the run, with a fresh token
}

const soon = time.Second // the first step of the backoff

// stage is the case and the job to which a call belongs.
func caseForCall(w *workerstest.Harness, call, who string) (*flows.Case, flows.Job) {
	w.T.Helper()
	side := func(s flows.PhotoState) func(*flows.Case) {
		return func(c *flows.Case) { c.Photos[1].State = s }
	}
	var c *flows.Case
	var j flows.Job
	switch call {
	case "download":
		c = w.PutCase(flows.AwaitingPhotos, who, side(flows.PhotoWaiting))
		j = flows.FetchPhoto(c.Photos[1].ID)
	case "ocr":
		c = w.PutCase(flows.AwaitingPhotos, who, side(flows.PhotoStored))
		j = flows.ReadPhotos(0)
	case "contact":
		c = w.PutCase(flows.AwaitingPhotos, who, side(flows.PhotoStored))
		j = flows.LookUpContact()
	case "sms":
		c = w.PutCase(flows.AwaitingCode, who, func(c *flows.Case) { c.Code.State, c.Code.MAC = "sending", nil })
		j = flows.SendCode(1, time.Time{})
	case "check":
		c = w.PutCase(flows.Checking, who)
		j = flows.CheckPerson(c.Rev)
	case "identity":
		c = w.PutCase(flows.Recording, who, func(c *flows.Case) { c.Identity = nil })
		j = flows.RecordIdentity()
	case "upload_url", "put", "file_status":
		c = w.PutCase(flows.Recording, who, func(c *flows.Case) { c.Uploads = map[string]string{"back": "f2"} })
		j = flows.UploadPhoto("front")
	case "evidence":
		c = w.PutCase(flows.Filing, who, func(c *flows.Case) { c.Evidence = nil })
		j = flows.FileEvidence()
	default:
		w.T.Fatalf("no stage for %s", call)
	}
	j.Case, j.Key, j.Attempt = c.ID, c.ID+"/7/0", 1
	return c, j
}

// play runs the rows: the call fails once, everybody sees what they should, and after the
// repair the same job or HR's word leads on.
func playFailures(t *testing.T, rows []failing) {
	t.Helper()
	w, p := newHarnessOnPlatforms(t)
	for i, row := range rows {
		name := fmt.Sprintf("%d: %s says %d %s", i, row.call, row.says.status, row.says.body)
		if len(name) > 120 {
			name = name[:120]
		}
		c, j := caseForCall(w, row.call, fmt.Sprint("ou_", i))
		p.fail(row.call, row.says)
		err := w.Run(t.Context(), j)
		p.clear()

		again, ok := errors.AsType[*flows.RetryLater](err)
		switch {
		case row.again == 0 && err != nil:
			t.Errorf("%s: the job ends with %v", name, err)
		case row.again > 0 && (!ok || again.In != row.again || again.Snooze != row.snooze):
			t.Errorf("%s: the job ends with %v, want again in %v", name, err, row.again)
		}
		// A read over a kept connection that breaks is repeated by the HTTP client itself.
		if want := map[bool]int{false: 1, true: 2}[row.once]; p.callCount(row.call) != want && !row.says.drop {
			t.Errorf("%s: asked %d times, want %d", name, p.callCount(row.call), want)
		}
		now := w.CaseNow(c.ID)
		if now.State != row.state {
			t.Errorf("%s: the case is in %s (%+v), want %s", name, now.State, now.Attention, row.state)
			continue
		}
		checkCards(w, name, row, now)
		checkRepair(w, name, row, now, j)
	}
}

// seen requires that the people concerned see what happened, in words that exist.
func checkCards(w *workerstest.Harness, name string, row failing, c *flows.Case) {
	w.T.Helper()
	scene := flows.ViewContext{Now: w.Now(), Policy: flows.SamplePolicy()}
	mine, hr := flows.ApplicantCard(c, scene), flows.HRCard(c, scene)
	got, catalogue := "", ""
	switch card := mine.(type) {
	case cards.Progress:
		if c.State != flows.NeedsAttention {
			break
		}
		attention, ok := hr.(cards.Attention)
		if !ok || card.Stage != "attention" {
			w.T.Errorf("%s: the applicant sees %+v, HR sees %T", name, card, hr)
		}
		got, catalogue = attention.Code, "trouble."
	case cards.Photos:
		got, catalogue = card.Problem, "photo."
		if card.Problem != "" {
			answer := w.TakeJob(flows.JobReply)
			if answer.Template() != flows.ReplyPhotoProblem || answer.Args["problem"] != card.Problem {
				w.T.Errorf("%s: the photo is answered with %+v", name, answer)
			}
		}
	case cards.Confirm:
		got, catalogue = card.Mismatch, "mismatch."
	case cards.Code:
		got, catalogue = card.Problem, "code."
		if got == "unknown" { // the card's own state says it
			catalogue = "sms.state."
		}
	}
	if got != row.code {
		w.T.Errorf("%s: people see %q, want %q", name, got, row.code)
	}
	if got != "" && !cards.HasText(catalogue+got) {
		w.T.Errorf("%s: there are no words for %s%s", name, catalogue, got)
	}
}

// repaired lets the cause be gone: the job that is to run again, or what HR's card offers,
// leads on, and nothing stands still.
func checkRepair(w *workerstest.Harness, name string, row failing, c *flows.Case, j flows.Job) {
	w.T.Helper()
	if row.again > 0 {
		w.Must(w.Run(w.T.Context(), j))
		w.RunJobs(flows.JobReadPhotos) // a photo that was fetched leads on once it is read
	} else if c.State == flows.NeedsAttention {
		act, form := cards.ActRetry, []string(nil)
		if c.Attention.Code == "unknown_outcome" {
			act, form = cards.ActResolve, []string{"evi_point_id", "P9"}
		}
		w.Click("ou_hr1", c, act, form...)
		w.RunJobs(j.Kind, flows.JobUpload, flows.JobEvidence)
	} else {
		return
	}
	now := w.CaseNow(c.ID)
	if now.State == flows.NeedsAttention {
		w.T.Errorf("%s: after the repair still %+v", name, now.Attention)
	}
	if now.Version == c.Version && row.call != "contact" {
		w.T.Errorf("%s: after the repair nothing happened", name)
	}
}
