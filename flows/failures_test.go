package flows_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// failing is one row of a table of failures: what an upstream says to a call, and what follows.
type failing struct {
	call string
	says said
	// What becomes of the case.
	state flows.State
	code  string // of needs_attention: texts "trouble.<code>"; of a photo: texts "photo.<code>"; of the form: texts "mismatch.<code>"; of a code: texts "code.<code>"
	// When the job runs again; 0 = never. snooze: without using up an attempt.
	again  time.Duration
	snooze bool
	once   bool // the upstream is asked a second time within the run, with a fresh token
}

const soon = time.Second // the first step of the backoff

// stage is the case and the job to which a call belongs.
func (w *world) stage(call, who string) (*flows.Case, flows.Job) {
	w.t.Helper()
	side := func(s flows.PhotoState) func(*flows.Case) {
		return func(c *flows.Case) { c.Photos[1].State = s }
	}
	var c *flows.Case
	j := flows.Job{Attempt: 1}
	switch call {
	case "download":
		c = w.put(flows.AwaitingPhotos, who, side(flows.PhotoWaiting))
		j.Kind, j.Ref = flows.JobFetchPhoto, c.Photos[1].ID
	case "ocr":
		c = w.put(flows.AwaitingPhotos, who, side(flows.PhotoStored))
		j.Kind = flows.JobReadPhotos
	case "contact":
		c = w.put(flows.AwaitingPhotos, who, side(flows.PhotoStored))
		j.Kind = flows.JobContact
	case "sms":
		c = w.put(flows.AwaitingCode, who, func(c *flows.Case) { c.Code.State, c.Code.MAC = "sending", nil })
		j.Kind, j.Rev = flows.JobSendCode, 1
	case "check":
		c = w.put(flows.Checking, who)
		j.Kind, j.Rev = flows.JobCheck, c.Rev
	case "identity":
		c = w.put(flows.Recording, who, func(c *flows.Case) { c.Identity = nil })
		j.Kind = flows.JobIdentity
	case "upload_url", "put", "file_status":
		c = w.put(flows.Recording, who, func(c *flows.Case) { c.Uploads = map[string]string{"back": "f2"} })
		j.Kind, j.Ref = flows.JobUpload, "front"
	case "evidence":
		c = w.put(flows.Filing, who, func(c *flows.Case) { c.Evidence = nil })
		j.Kind = flows.JobEvidence
	default:
		w.t.Fatalf("no stage for %s", call)
	}
	j.Case, j.Key = c.ID, c.ID+"/7/0"
	return c, j
}

// play runs the rows: the call fails once, everybody sees what they should, and after the
// repair the same job or HR's word leads on.
func play(t *testing.T, rows []failing) {
	t.Helper()
	w, p := onPlatforms(t)
	for i, row := range rows {
		name := fmt.Sprintf("%d: %s says %d %s", i, row.call, row.says.status, row.says.body)
		if len(name) > 120 {
			name = name[:120]
		}
		c, j := w.stage(row.call, fmt.Sprint("ou_", i))
		p.breaks(row.call, row.says)
		err := w.Run(t.Context(), j)
		p.heal()

		again, ok := errors.AsType[*flows.Again](err)
		switch {
		case row.again == 0 && err != nil:
			t.Errorf("%s: the job ends with %v", name, err)
		case row.again > 0 && (!ok || again.In != row.again || again.Snooze != row.snooze):
			t.Errorf("%s: the job ends with %v, want again in %v", name, err, row.again)
		}
		// A read over a kept connection that breaks is repeated by the HTTP client itself.
		if want := map[bool]int{false: 1, true: 2}[row.once]; p.called(row.call) != want && !row.says.drop {
			t.Errorf("%s: asked %d times, want %d", name, p.called(row.call), want)
		}
		now := w.caseNow(c.ID)
		if now.State != row.state {
			t.Errorf("%s: the case is in %s (%+v), want %s", name, now.State, now.Attention, row.state)
			continue
		}
		w.seen(name, row, now)
		w.repaired(name, row, now, j)
	}
}

// seen requires that the people concerned see what happened, in words that exist.
func (w *world) seen(name string, row failing, c *flows.Case) {
	w.t.Helper()
	scene := flows.Scene{Now: w.now(), Policy: flows.SamplePolicy()}
	mine, hr := flows.ApplicantCard(c, scene), flows.HRCard(c, scene)
	got, catalogue := "", ""
	switch card := mine.(type) {
	case cards.Progress:
		if c.State != flows.NeedsAttention {
			break
		}
		attention, ok := hr.(cards.Attention)
		if !ok || card.Stage != "attention" {
			w.t.Errorf("%s: the applicant sees %+v, HR sees %T", name, card, hr)
		}
		got, catalogue = attention.Code, "trouble."
	case cards.Photos:
		got, catalogue = card.Problem, "photo."
		if card.Problem != "" {
			answer := w.take(flows.JobReply)
			if answer.Ref != flows.ReplyPhotoProblem || answer.Args["problem"] != card.Problem {
				w.t.Errorf("%s: the photo is answered with %+v", name, answer)
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
		w.t.Errorf("%s: people see %q, want %q", name, got, row.code)
	}
	if got != "" && !cards.HasText(catalogue+got) {
		w.t.Errorf("%s: there are no words for %s%s", name, catalogue, got)
	}
}

// repaired lets the cause be gone: the job that is to run again, or what HR's card offers,
// leads on, and nothing stands still.
func (w *world) repaired(name string, row failing, c *flows.Case, j flows.Job) {
	w.t.Helper()
	if row.again > 0 {
		w.must(w.Run(w.t.Context(), j))
		w.run(flows.JobReadPhotos) // a photo that was fetched leads on once it is read
	} else if c.State == flows.NeedsAttention {
		act, form := cards.ActRetry, []string(nil)
		if c.Attention.Code == "unknown_outcome" {
			act, form = cards.ActResolve, []string{"evi_point_id", "P9"}
		}
		w.click("ou_hr1", c, act, form...)
		w.run(j.Kind, flows.JobUpload, flows.JobEvidence)
	} else {
		return
	}
	now := w.caseNow(c.ID)
	if now.State == flows.NeedsAttention {
		w.t.Errorf("%s: after the repair still %+v", name, now.Attention)
	}
	if now.Version == c.Version && row.call != "contact" {
		w.t.Errorf("%s: after the repair nothing happened", name)
	}
}
