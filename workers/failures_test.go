package workers_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// failing is a row of a table of failures: what a platform answers to a call, and what follows.
type failing struct {
	call string
	says answer
	// state is the state of the case afterwards.
	state flows.State
	// code is what the card says: the text trouble.CODE while the case is suspended, photo.CODE of a photo, mismatch.CODE
	// of the form, field.CODE of the bank card, code.CODE of an SMS code.
	code string
	// again is when the job runs again, or 0. snooze says that it uses no attempt up.
	again  time.Duration
	snooze bool
	once   bool // the client itself asks once more, with a fresh token
}

// soon is the first step of the backoff.
const soon = time.Second

// suspended is a row in which an operator has to repair something: the case is suspended with the code, and the job
// tries again now and then.
func suspended(call string, says answer, code string) failing {
	return failing{
		call:   call,
		says:   says,
		state:  flows.NeedsAttention,
		code:   code,
		again:  probe,
		snooze: true,
	}
}

// caseForCall stores a case that waits for a call, and returns it with the job that makes the call.
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
	case "card":
		c = w.PutCase(flows.Checking, who, func(c *flows.Case) {
			sample := flows.SampleCase(flows.AwaitingBankCard)
			c.Method, c.BankCard = sample.Method, sample.BankCard
			c.Personal.BankCard, c.Personal.OpeningBank = sample.Personal.BankCard, sample.Personal.OpeningBank
		})
		j = flows.CheckPerson(c.Rev)
	case "bank":
		c = w.PutCase(flows.AwaitingBankCard, who, func(c *flows.Case) {
			c.BankCard, c.Personal.OpeningBank = &flows.BankCard{Seq: 1, State: flows.BankAsking}, ""
		})
		j = flows.LookUpBank(1)
	case "open_face", "face":
		w.Policy.FaceLiveScore = flows.FaceLiveStatus
		w.Policy.FaceReturn = func(c *flows.Case, _ time.Time) string { return "https://hr.example.com/face/" + c.ID }
		c = w.PutCase(flows.AwaitingFace, who, func(c *flows.Case) {
			c.Personal.FaceToken = faceToken(c.ID)
			if call == "open_face" {
				c.FaceCheck.State, c.Personal.FaceToken, c.Personal.FaceURL = flows.FaceAsking, "", ""
			}
		})
		j = flows.LookForFace(1)
		if call == "open_face" {
			j = flows.OpenFace(1)
		}
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

// playFailures runs each row: the call fails once, people see what they should, and after the repair the same job or
// HR's button leads on.
func playFailures(t *testing.T, rows []failing) {
	t.Helper()
	w, p := newHarnessOnPlatforms(t)
	w.ProveFiling() // the rows leave cases behind, which must not hold the next ones
	for i, row := range rows {
		t.Run(row.name(), func(t *testing.T) {
			w.T = t
			c, j := caseForCall(w, row.call, fmt.Sprint("ou_", i))
			p.fail(row.call, row.says)
			err := w.Run(t.Context(), j)
			p.clear()
			requireRetry(t, err, row.again, row.snooze)
			// The HTTP client itself repeats a read if a kept connection breaks.
			if want := map[bool]int{false: 1, true: 2}[row.once]; p.callCount(row.call) != want && !row.says.drop {
				t.Errorf("calls: got %d, want %d", p.callCount(row.call), want)
			}
			now := w.CaseNow(c.ID)
			if now.State != row.state {
				t.Fatalf("state: got %s (%+v), want %s", now.State, now.Attention, row.state)
			}
			checkCards(w, row, now)
			checkRepair(w, row, now, j)
		})
	}
}

// name names a row by the call and the answer.
func (f failing) name() string {
	name := strings.TrimSpace(fmt.Sprintf("%s %d %s", f.call, f.says.status, f.says.body))
	return strings.ToValidUTF8(name[:min(len(name), 80)], "")
}

// requireRetry fails the test unless the result of a run is the expected one: in is when the job runs again, or 0 if it
// ends; snooze says that it uses no attempt up.
func requireRetry(t *testing.T, err error, in time.Duration, snooze bool) {
	t.Helper()
	if in == 0 {
		if err != nil {
			t.Errorf("result: got %v, want the job to end", err)
		}
		return
	}
	again, ok := errors.AsType[*flows.RetryLater](err)
	if !ok || again.In != in || again.Snooze != snooze {
		t.Errorf("result: got %+v, want again in %s (snooze %t)", err, in, snooze)
	}
}

// checkCards fails the test unless the cards say what happened, in texts that exist.
func checkCards(w *workerstest.Harness, row failing, c *flows.Case) {
	w.T.Helper()
	vc := flows.ViewContext{Now: w.Now(), Policy: flows.SamplePolicy()}
	mine, hr := flows.ApplicantCard(c, vc), flows.HRCard(c, vc)
	got, catalogue := "", ""
	switch card := mine.(type) {
	case cards.Progress:
		if c.State != flows.NeedsAttention {
			break
		}
		attention, ok := hr.(cards.Attention)
		if !ok || card.Stage != "attention" {
			w.T.Errorf("the applicant sees %+v, HR sees %T", card, hr)
		}
		got, catalogue = attention.Code, "trouble."
	case cards.Photos:
		got, catalogue = card.Problem, "photo."
		if card.Problem != "" {
			answer := w.TakeJob(flows.JobReply)
			if answer.Template() != flows.ReplyPhotoProblem || answer.Args["problem"] != card.Problem {
				w.T.Errorf("the photo is answered with %+v", answer)
			}
		}
	case cards.Confirm:
		got, catalogue = card.Mismatch, "mismatch."
	case cards.BankCard:
		if got, catalogue = card.Problems["bank_card"], "field."; got == "" && card.State == "unasked" {
			got, catalogue = "name_it", "bank_card."
		}
	case cards.Face:
		got, catalogue = card.Problem, "face_problem."
	case cards.Code:
		got, catalogue = card.Problem, "code."
		if got == "unknown" { // the card has a text for the state of the code
			catalogue = "sms.state."
		}
	}
	if got != row.code {
		w.T.Errorf("code on the card: got %q, want %q", got, row.code)
	}
	if got != "" && !cards.HasText(catalogue+got) {
		w.T.Errorf("no text %s%s", catalogue, got)
	}
}

// checkRepair runs the job again, or presses the button on HR's card, and fails the test unless the case goes on.
func checkRepair(w *workerstest.Harness, row failing, c *flows.Case, j flows.Job) {
	w.T.Helper()
	if row.again > 0 {
		w.Must(w.Run(w.T.Context(), j))
		w.RunJobs(flows.JobReadPhotos) // a photo that was fetched changes the case when it is read
	} else if c.State == flows.NeedsAttention {
		act, form := cards.ActRetry, []string(nil)
		if c.Attention.Code == "unknown_outcome" {
			act, form = cards.ActResolve, []string{"evi_point_id", "P9"}
		}
		w.Click("ou_hr1", c, act, form...)
		if again := w.CaseNow(c.ID); again.FirstApproval != nil { // a re-binding takes two admins
			w.Click("ou_hr2", again, act, form...)
		}
		w.RunJobs(j.Kind, flows.JobUpload, flows.JobEvidence)
	} else {
		return
	}
	now := w.CaseNow(c.ID)
	if now.State == flows.NeedsAttention {
		w.T.Errorf("after the repair still %+v", now.Attention)
	}
	if now.Version == c.Version && row.call != "contact" {
		w.T.Error("after the repair nothing happened")
	}
}
