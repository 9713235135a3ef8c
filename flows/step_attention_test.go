package flows

import (
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// stopped returns the stop that a step reports.
func stopped(step Step, code StopCode, incident string) *Attention {
	return &Attention{
		Step:     step,
		Code:     code,
		Upstream: "42",
		LogID:    "log",
		Incident: incident,
	}
}

// suspendedCase returns a case in NeedsAttention that returns to the state.
func suspendedCase(back State, a *Attention) *Case {
	c := SampleCase(back)
	if back == Recording {
		c.Uploads = nil
	}
	c.State, c.Attention = NeedsAttention, a
	a.Return, a.Rev, a.Since = back, c.Rev, SampleTime
	c.Rev++
	return c
}

func TestStepStoppedSuspendsCase(t *testing.T) {
	for _, tt := range []struct {
		from     State
		step     Step
		code     StopCode
		incident string
		anew     []string
	}{
		{AwaitingPhotos, "photos", "quota", "photos/quota/2110003", nil},
		{AwaitingCode, "code", "supplier", "code/supplier/x", nil},
		{Checking, "check", "supplier_refused", "", []string{AudienceHR}},
		{Recording, "identity", "unknown_outcome", "", []string{AudienceHR}},
		{Recording, "upload", "photo_lost", "", []string{AudienceHR}},
		{Filing, "evidence", "incomplete", "", []string{AudienceHR}},
	} {
		t.Run(fmt.Sprint(tt.from), func(t *testing.T) {
			c := SampleCase(tt.from)
			d := decide(t, c, Event{Kind: StepStopped, Stop: stopped(tt.step, tt.code, tt.incident)}).wantState(NeedsAttention)
			d.wantJobs()
			d.wantCards([]string{AudienceApplicant, AudienceHR}, tt.anew).
				wantDetail("step", string(tt.step), "code", string(tt.code), "upstream", "42", "log_id", "log")
			a := d.Case.Attention
			if a.Return != tt.from || a.Rev != c.Rev || !a.Since.Equal(SampleTime) || a.Incident != tt.incident ||
				d.Incident != tt.incident {
				t.Errorf("%s: %+v, incident %q, want %v", tt.from, a, d.Incident, tt.incident)
			}
			if !cards.HasText("trouble."+string(tt.code)) || !cards.HasText("attention_step."+string(tt.step)) {
				t.Errorf("%s, %s: got no texts, want trouble and attention_step", tt.step, tt.code)
			}
			hr := HRCard(d.Case, sampleView()).(cards.Attention)
			if hr.Step != string(tt.step) || hr.Code != string(tt.code) || hr.Upstream != "42" || hr.LogID != "log" ||
				hr.Unknown != (tt.code == "unknown_outcome") {
				t.Errorf("got HR's card %+v, want step %s, code %s, upstream and log id", hr, tt.step, tt.code)
			}
			at := map[Step]cards.Step{"photos": cards.StepPhotos, "code": cards.StepCode, "check": cards.StepCode,
				"identity": cards.StepRecord, "upload": cards.StepRecord, "evidence": cards.StepEvidence}[tt.step]
			if mine := ApplicantCard(d.Case, sampleView()).(cards.Progress); mine.Stage != "attention" || mine.At != at {
				t.Errorf("the applicant sees %+v, stopped at %q, want %q", mine.Stage, mine.At, at)
			}
		})
	}
}

// TestStepStoppedMarksWrite checks that an unknown outcome is kept and that another failure allows a new attempt.
func TestStepStoppedMarksWrite(t *testing.T) {
	for _, tt := range []struct {
		from  State
		step  Step
		code  StopCode
		state WriteState
	}{
		{Recording, "identity", "unknown_outcome", WriteUnknown}, {Recording, "identity", "permission", WriteRefused},
		{Filing, "evidence", "unknown_outcome", WriteUnknown}, {Filing, "evidence", "quota", WriteRefused},
		{Recording, "upload", "quota", WriteStarted}, // another step's
	} {
		t.Run(fmt.Sprint(tt.from), func(t *testing.T) {
			d := decide(t, SampleCase(tt.from), Event{Kind: StepStopped, Stop: stopped(tt.step, tt.code, "")}).
				wantState(NeedsAttention)
			w := d.Case.Identity
			if tt.from == Filing {
				w = d.Case.Evidence
			}
			if w.State != tt.state {
				t.Errorf("%s, %s: %s, want %s", tt.step, tt.code, w.State, tt.state)
			}
		})
	}
}

func TestRetryResumesCase(t *testing.T) {
	for _, tt := range []struct {
		name   string
		back   State
		step   Step
		change func(*Case)
		jobs   []JobKind
	}{
		{"photos, stored", AwaitingPhotos, "photos", func(c *Case) { c.Photos[1].Reader = "dead" }, []JobKind{JobReadPhotos}},
		{"photos, one to fetch", AwaitingPhotos, "photos", func(c *Case) {
			withPhoto(c, "p3", PhotoWaiting)
		}, []JobKind{JobFetchPhoto, JobReadPhotos}},
		{"code, not made", AwaitingCode, "code", func(c *Case) {
			c.Code.State, c.Code.MAC = "sending", nil
		}, []JobKind{JobSendCode}},
		{"code, on its way", AwaitingCode, "code", func(c *Case) { c.Code.State = "sending" }, nil},
		{"code, sent", AwaitingCode, "code", func(*Case) {}, nil},
		{"check", Checking, "check", func(*Case) {}, []JobKind{JobCheck}},
		{"identity", Recording, "identity", func(c *Case) {
			c.Identity.State, c.Uploads = WriteRefused, map[string]string{"front": "f1", "back": "f2"}
		}, []JobKind{JobIdentity}},
		{"uploads", Recording, "upload", func(c *Case) {
			c.Uploads = map[string]string{"back": "f2"}
		}, []JobKind{JobUpload}},
		{"uploads after the identity", Filing, "upload", func(c *Case) {
			c.Evidence, c.Uploads = nil, map[string]string{"back": "f2"}
		}, []JobKind{JobUpload}},
		{"evidence", Filing, "evidence", func(c *Case) { c.Evidence.State = WriteRefused }, []JobKind{JobEvidence}},
		{"identity without verification", Recording, "identity", func(c *Case) {
			c.Method, c.Identity.State = MethodNone, WriteRefused
		}, []JobKind{JobIdentity}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := suspendedCase(tt.back, stopped(tt.step, "refused", ""))
			tt.change(c)
			d := decide(t, c, Event{Kind: Retry}).wantState(tt.back).wantToast("retried")
			for _, j := range d.wantJobs(tt.jobs...) {
				if j.Kind == JobCheck && j.rev != d.Case.Rev {
					t.Errorf("got a check of revision %d, want %d", j.rev, d.Case.Rev)
				}
			}
			for _, p := range d.Case.Photos {
				if p.Reader != "" {
					t.Errorf("%s is still read by %q, want %q", p.ID, p.Reader, "")
				}
			}
			if d.Case.Attention != nil || d.Case.Resolution == nil || d.Case.Resolution.Kind != "retried" ||
				d.Case.Resolution.By != "ou_hr1" {
				t.Errorf("got resolution %+v, want retried by ou_hr1", d.Case.Resolution)
			}
			d.wantCards([]string{AudienceApplicant, AudienceHR}, nil)
			hr := HRCard(d.Case, sampleView()).(cards.Attention)
			if hr.Decision == nil || hr.Decision.What != "retried" || hr.Step != string(tt.step) {
				t.Errorf("got HR's card %+v, want the decision retried about %s", hr, tt.step)
			}
		})
	}
}

// TestRetryOfIncident checks that HR's retry also retries the other cases with this cause.
func TestRetryOfIncident(t *testing.T) {
	c := suspendedCase(Checking, stopped("check", "supplier", "check/supplier/x"))
	jobs := decide(t, c, Event{Kind: Retry}).wantState(Checking).wantJobs(JobCheck, JobRetryIncident)
	if jobs[1].ref != "check/supplier/x" {
		t.Errorf("retries %q, want %q", jobs[1].ref, "check/supplier/x")
	}
}

// TestRetryOfUnknownOutcome: by 重试 HR states that nothing was written.
func TestRetryOfUnknownOutcome(t *testing.T) {
	c := SampleCase(NeedsAttention)
	d := decide(t, c, Event{Kind: Retry}).wantState(Recording).wantDetail("decided", "not written, once more")
	if d.Case.Identity.State != WriteRefused || d.Case.Identity.Attempt != 1 {
		t.Errorf("got identity %+v, want state %s after attempt 1", d.Case.Identity, WriteRefused)
	}
}

// TestRetryOfUnknownWriteWaits: the platform may still apply the write until WriteQuiet has passed.
func TestRetryOfUnknownWriteWaits(t *testing.T) {
	for _, step := range []Step{StepIdentity, StepEvidence} {
		for _, tt := range []struct {
			age     time.Duration
			seconds string // to wait; "" = none
		}{{0, "60"}, {100 * time.Millisecond, "60"}, {time.Second, "59"}, {59500 * time.Millisecond, "1"}, {time.Minute, ""},
			{time.Hour, ""}} {
			t.Run(fmt.Sprint(tt.age), func(t *testing.T) {
				c := suspendedCase(Filing, stopped(step, "unknown_outcome", ""))
				c.Identity = &Write{State: WriteUnknown, Attempt: 1, Started: SampleTime.Add(-tt.age)}
				c.Evidence = &Write{State: WriteUnknown, Attempt: 1, Started: SampleTime.Add(-tt.age)}
				d := decide(t, c, Event{Kind: Retry})
				if tt.seconds == "" {
					d.wantState(Filing).wantToast("retried")
					return
				}
				d.wantRefused(RetryTooSoon, "write_quiet", "seconds", tt.seconds)
				// Resolving does not wait, because HR has found the written record.
				to := Done
				if step == "identity" {
					to = Filing
				}
				decide(t, c, Event{Kind: Resolved, Form: cards.Form{EviPointID: ptr("P1")}}).wantState(to)
			})
		}
	}
	// A write that was certainly not applied is retried at once.
	c := suspendedCase(Filing, stopped("evidence", "quota", ""))
	c.Evidence = &Write{State: WriteRefused, Attempt: 1, Started: SampleTime}
	decide(t, c, Event{Kind: Retry}).wantState(Filing).wantToast("retried")
}

// TestRetryUploadsLostFilesAgain: if e签宝 does not have the photos, a retry with the same file ids would always fail.
func TestRetryUploadsLostFilesAgain(t *testing.T) {
	for upstream, jobs := range map[string][]JobKind{"1430608": {JobUpload, JobUpload}, "1430802": {JobUpload, JobUpload},
		"1435404": {JobEvidence}} {
		t.Run(upstream, func(t *testing.T) {
			a := stopped("evidence", "permission", "")
			a.Upstream = upstream
			c := suspendedCase(Filing, a)
			c.Evidence.State = WriteRefused
			decide(t, c, Event{Kind: Retry}).wantState(Filing).wantJobs(jobs...)
		})
	}
}

func TestResolveIdentity(t *testing.T) {
	for _, tt := range []struct {
		name    string
		uploads map[string]string
		method  Method
		to      State
		jobs    []JobKind
	}{
		{"with both photos", map[string]string{"front": "f1", "back": "f2"}, ThreeElements, Filing, []JobKind{JobEvidence}},
		{"with one photo", map[string]string{"front": "f1"}, ThreeElements, Filing, []JobKind{JobUpload}},
		{"without verification", nil, MethodNone, Done, []JobKind{JobPurge}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(NeedsAttention)
			c.Uploads, c.Method = tt.uploads, tt.method
			d := decide(t, c, Event{Kind: Resolved}).wantState(tt.to).wantToast("resolved").wantDetail("decided", "written")
			d.wantJobs(tt.jobs...)
			w := d.Case.Identity
			if w.State != WriteDone || w.By != "ou_hr1" || w.ID != "" || !w.At.Equal(SampleTime) ||
				d.Case.Resolution.Kind != "resolved" {
				t.Errorf("%s: got %+v, want a done write by ou_hr1", tt.name, w)
			}
		})
	}
}

func TestResolveEvidenceNeedsTheID(t *testing.T) {
	unknown := func() *Case {
		c := suspendedCase(Filing, stopped("evidence", "unknown_outcome", ""))
		c.Evidence.State = WriteUnknown
		return c
	}
	for _, id := range []string{"", "  ", "P", "1234567", "p123", "P12 34", "P<at>", "P" + string(make([]byte, 4)), "P" +
		idcard.FieldName, "P证", "P" + string(make([]rune, 70))} {
		decide(t, unknown(), Event{Kind: Resolved, Form: cards.Form{EviPointID: &id}}).
			wantRefused("no evidence point", "wrong_field", "field", "evi_point_id")
	}
	decide(t, unknown(), Event{Kind: Resolved}).wantRefused("no evidence point", "wrong_field", "field", "evi_point_id")
	d := decide(t, unknown(), Event{Kind: Resolved, Form: cards.Form{EviPointID: ptr(" P1234567890 ")}}).
		wantState(Done).
		wantToast("resolved").
		wantDetail("evi_point_id", "P1234567890", "decided", "written")
	d.wantCards([]string{AudienceApplicant, AudienceHR, AudienceBoard}, []string{AudienceApplicant})
	if w := d.Case.Evidence; w.State != WriteDone || w.ID != "P1234567890" || w.By != "ou_hr1" {
		t.Errorf("got evidence %+v, want P1234567890 by ou_hr1", w)
	}
}

func TestOnlyUnknownOutcomesCanBeResolved(t *testing.T) {
	for _, c := range []*Case{
		suspendedCase(Filing, stopped("evidence", "quota", "x")),
		suspendedCase(Recording, stopped("upload", "refused", "")),
		suspendedCase(AwaitingPhotos, stopped("photos", "quota", "x")),
	} {
		if c.Evidence != nil {
			c.Evidence.State = WriteRefused
		}
		d := decide(t, c, Event{Kind: Resolved, Form: cards.Form{EviPointID: ptr("P1")}})
		if d.Case != nil || d.Rule != "nothing to resolve" {
			t.Errorf("%s was resolved (%s), want %q", c.Attention.Step, d.Rule, "nothing to resolve")
		}
	}
}

func TestClose(t *testing.T) {
	d := decide(t, SampleCase(NeedsAttention), Event{Kind: Closed, Form: cards.Form{Note: ptr("请找我")}}).
		wantState(Rejected).
		wantToast("shut")
	d.wantCards([]string{AudienceApplicant, AudienceHR, AudienceBoard}, []string{AudienceApplicant})
	if d.Case.Outcome != "closed" || d.Case.Review.What != "closed" || d.Case.Resolution.Kind != "closed" {
		t.Errorf("got %+v, want outcome and review closed", d.Case)
	}
	card := ApplicantCard(d.Case, sampleView()).(cards.Closed)
	if card.Outcome != "closed" || card.Note != "请找我" {
		t.Errorf("got card %+v, want outcome closed with the note", card)
	}
	if hr := HRCard(d.Case, sampleView()).(cards.Attention); hr.Decision == nil ||
		hr.Decision.What != "closed" || hr.Decision.Stage != "" {
		t.Errorf("got decision %+v, want closed without a stage", hr.Decision)
	}
}

// TestCancelDuringAttention checks that the applicant can cancel until a write begins.
func TestCancelDuringAttention(t *testing.T) {
	for _, back := range []State{AwaitingPhotos, AwaitingCode, Checking, Recording, Filing} {
		before := back != Recording && back != Filing
		for _, k := range []Kind{Cancelled, Erase} {
			c := suspendedCase(back, stopped("x", "quota", ""))
			d := decide(t, c, Event{Kind: k})
			if before {
				d.wantState(Withdrawn)
				if d.Case.Resolution.Kind != "withdrawn" || d.Case.Resolution.By != "ou_applicant" ||
					d.Case.Personal.Empty() != (k == Erase) {
					t.Errorf("%s × %s: got resolution %+v, want withdrawn", back, k, d.Case.Resolution)
				}
			} else if d.Case != nil {
				t.Errorf("%s × %s: got a change, want a refusal", back, k)
			}
			if got := canCancel(c); got != before {
				t.Errorf("%s: the card offers to cancel: %v, want %v", back, got, before)
			}
		}
	}
}
