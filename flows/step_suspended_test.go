package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"shiming/idcard"
)

// TestResultResumesSuspendedCase checks late results of the stopped step.
func TestResultResumesSuspendedCase(t *testing.T) {
	_, back := SampleReadings()
	for _, tt := range []struct {
		name   string
		back   State
		step   Step
		change func(*Case)
		e      Event
		to     State
		jobs   []JobKind
	}{
		{"a photo", AwaitingPhotos, "photos", nil,
			Event{Kind: PhotoReadOK, PhotoID: "p2", Readings: []idcard.Reading{back}}, AwaitingConfirmation, nil},
		{"a photo that is bad", AwaitingPhotos, "photos", nil, Event{Kind: PhotoFailed, PhotoID: "p2", Problem: "nothing"},
			AwaitingPhotos, []JobKind{JobReply}},
		{"a code", AwaitingCode, "code", func(c *Case) {
			c.Code.State = "sending"
		}, Event{Kind: CodeSent, Seq: 1}, AwaitingCode, nil},
		{"a code that failed", AwaitingCode, "code", func(c *Case) {
			c.Code.State = "sending"
		}, Event{Kind: CodeFailed, Seq: 1, Problem: "mobile_blocked"}, AwaitingCode, nil},
		{"a code that may be on its way", AwaitingCode, "code", func(c *Case) {
			c.Code.State = "sending"
		}, Event{Kind: CodeUnknown, Seq: 1}, AwaitingCode, nil},
		{"a match", Checking, "check", nil, Event{Kind: PersonChecked, Check: checked("match")}, AwaitingReview, nil},
		{"no match", Checking, "check", nil, Event{Kind: PersonChecked, Check: checked("mismatch")},
			AwaitingConfirmation, nil},
		{"a number that is not taken", Checking, "check", nil,
			Event{Kind: CheckRefused, Field: "mobile"}, AwaitingConfirmation, nil},
		{"an identity", Recording, "identity", nil, Event{Kind: IdentityRecorded, ID: "u"}, Filing,
			[]JobKind{JobUpload, JobUpload}},
		{"an identity after the photos", Recording, "identity", func(c *Case) {
			c.Uploads = map[string]string{"front": "1", "back": "2"}
		}, Event{Kind: IdentityRecorded, ID: "u"}, Filing, []JobKind{JobEvidence}},
		{"the last photo for e签宝", Recording, "upload", func(c *Case) {
			c.Uploads = map[string]string{"front": "1"}
		}, Event{Kind: PhotoUploaded, Side: "back", ID: "2"}, Recording, []JobKind{JobIdentity}},
		{"the last photo after the identity", Filing, "upload", func(c *Case) {
			c.Evidence, c.Uploads = nil, map[string]string{"front": "1"}
		}, Event{Kind: PhotoUploaded, Side: "back", ID: "2"}, Filing, []JobKind{JobEvidence}},
		{"evidence", Filing, "evidence", nil, Event{Kind: EvidenceFiled, ID: "P1"}, Done, []JobKind{JobPurge}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := suspendedCase(tt.back, stopped(tt.step, "quota", "incident"))
			if tt.change != nil {
				tt.change(c)
			}
			d := decide(t, c, tt.e).wantState(tt.to)
			d.wantJobs(tt.jobs...)
			if !strings.HasSuffix(d.Rule, "; went on by itself") || strings.HasPrefix(d.Rule, ";") {
				t.Errorf("got rule %q, want it to end in \"went on by itself\"", d.Rule)
			}
			if d.Case.Rev != c.Rev+1 || d.Case.Attention != nil {
				t.Errorf("revision %d after %d, attention %v, want %v", d.Case.Rev, c.Rev, d.Case.Attention, c.Rev+1)
			}
			if s := d.Case.Resolution; s == nil || s.Kind != "resumed" || s.By != "" || s.Attention.Step != tt.step {
				t.Errorf("got resolution %+v, want resumed by nobody", s)
			}
			for _, audience := range []string{AudienceApplicant, AudienceHR} {
				if !slices.Contains(d.Redraw, audience) {
					t.Errorf("%s: got no redraw, want one", audience)
				}
			}
		})
	}
}

// TestResultsOfOtherStepsAreKept checks that such results are stored and the case stays suspended.
func TestResultsOfOtherStepsAreKept(t *testing.T) {
	c := suspendedCase(Recording, stopped("upload", "quota", "incident"))
	d := decide(t, c, Event{Kind: IdentityRecorded, ID: "u"}).wantStay()
	if d.Case.Identity.State != WriteDone || d.Case.Attention.Return != Filing {
		t.Errorf("identity %+v, returns to %s, want %v", d.Case.Identity, d.Case.Attention.Return, Filing)
	}
	d.wantJobs()
	// After both uploads the evidence point is created.
	d = decide(t, d.Case, Event{Kind: PhotoUploaded, Side: "front", ID: "1"}).wantStay()
	d = decide(t, d.Case, Event{Kind: PhotoUploaded, Side: "back", ID: "2"}).wantState(Filing)
	d.wantJobs(JobEvidence)

	c = suspendedCase(Recording, stopped("identity", "permission", "incident"))
	c.Identity.State = WriteRefused
	d = decide(t, c, Event{Kind: PhotoUploaded, Side: "front", ID: "1"}).wantStay()
	d = decide(t, d.Case, Event{Kind: PhotoUploaded, Side: "back", ID: "2"}).wantStay()
	d.wantJobs()
	d.wantCards(nil, nil)
	d = decide(t, d.Case, Event{Kind: IdentityStarted, Job: "again"}).wantStay()
	d = decide(t, d.Case, Event{Kind: IdentityRecorded, ID: "u"}).wantState(Filing)
	d.wantJobs(JobEvidence)

	// HR is asked about a bound value that differs instead of about a cause that heals by itself.
	c = suspendedCase(Recording, stopped("upload", "quota", "incident"))
	d = decide(t, c, Event{Kind: IdentityMismatch, Field: "mobile"}).wantStay()
	if d.Case.Attention.Code != "bound_mobile" || d.Case.Identity.State != WriteRefused {
		t.Errorf("got the stop %+v, want the bound mobile", d.Case.Attention)
	}
	d.wantCards([]string{AudienceHR}, []string{AudienceHR})
}

// TestUploadOfOneSideKeepsSuspension: the stop may be about the other side, whose upload would then be forgotten.
func TestUploadOfOneSideKeepsSuspension(t *testing.T) {
	for _, back := range []State{Recording, Filing} {
		c := suspendedCase(back, stopped("upload", "photo_lost", ""))
		if back == Filing {
			c.Uploads, c.Evidence = nil, nil
		}
		d := decide(t, c, Event{Kind: PhotoUploaded, Side: "back", ID: "2"}).wantStay()
		if d.Case.Uploads["back"] != "2" {
			t.Errorf("%s: got no upload on record, want it", back)
		}
		retried := decide(t, d.Case, Event{Kind: Retry}).wantState(back)
		uploads := 0
		for _, j := range retried.Jobs {
			if j.Kind == JobUpload {
				uploads++
				if j.ref != "front" {
					t.Errorf("%s: uploads %s again, want %q", back, j.ref, "front")
				}
			}
		}
		if uploads != 1 {
			t.Errorf("%s: %d uploads, want 1", back, uploads)
		}
	}
}

// TestPreparationsWhileSuspended checks that intermediate events are stored and do not resume the case.
func TestPreparationsWhileSuspended(t *testing.T) {
	for _, tt := range []struct {
		back   State
		step   Step
		change func(*Case)
		e      Event
		jobs   []JobKind
		kept   func(*Case) bool
	}{
		{AwaitingPhotos, "photos", func(c *Case) {
			c.Photos[1].State = PhotoWaiting
		}, Event{Kind: PhotoFetched, PhotoID: "p2", SHA256: "x"}, []JobKind{JobReadPhotos}, func(c *Case) bool {
			return c.PhotoByID("p2").State == PhotoStored
		}},
		{AwaitingPhotos, "photos", nil, Event{Kind: PhotoClaimed, PhotoIDs: []string{"p2"}, Job: "j"}, nil,
			func(c *Case) bool {
				return c.PhotoByID("p2").Reader == "j"
			}},
		{AwaitingCode, "code", func(c *Case) {
			c.Code.State, c.Code.MAC = "sending", nil
		}, Event{Kind: CodePrepared, Seq: 1, MAC: []byte("m")}, nil, func(c *Case) bool { return string(c.Code.MAC) == "m" }},
		{AwaitingCode, "code", func(c *Case) {
			c.Code.State = "sending"
		}, Event{Kind: CodeDropped, Seq: 1}, nil, func(c *Case) bool { return c.Code.MAC == nil }},
		{Recording, "upload", nil, Event{Kind: WriteFailed, Step: "identity"}, nil, func(c *Case) bool {
			return c.Identity.State == WriteRefused
		}},
		{Recording, "identity", func(c *Case) {
			c.Identity.State, c.Uploads = WriteRefused, map[string]string{"front": "1", "back": "2"}
		}, Event{Kind: IdentityStarted, Job: "j"}, nil, func(c *Case) bool {
			return c.Identity.State == WriteStarted && c.Identity.Job == "j"
		}},
		{Filing, "evidence", func(c *Case) {
			c.Evidence.State = WriteRefused
		}, Event{Kind: EvidenceStarted, Job: "j"}, nil, func(c *Case) bool { return c.Evidence.State == WriteStarted }},
	} {
		t.Run(fmt.Sprint(tt.e.Kind), func(t *testing.T) {
			c := suspendedCase(tt.back, stopped(tt.step, "quota", "incident"))
			if tt.change != nil {
				tt.change(c)
			}
			d := decide(t, c, tt.e).wantStay()
			d.wantJobs(tt.jobs...)
			d.wantCards(nil, nil)
			if !tt.kept(d.Case) || d.Case.Attention == nil {
				t.Errorf("%s × %s: got another case, want the result kept and the case suspended", tt.back, tt.e.Kind)
			}
		})
	}
	// Events that have no row in the state to return to are refused.
	for _, k := range []Kind{PhotoFetched, CodePrepared, CodeDropped, WriteFailed, IdentityStarted, EvidenceStarted,
		PhotoReadOK, PhotoFailed, CodeSent, CodeFailed, CodeUnknown, CheckRefused, IdentityRecorded, IdentityMismatch,
		PhotoUploaded, EvidenceFiled} {
		back := Checking
		if k == CheckRefused {
			back = Recording
		}
		decide(t, suspendedCase(back, stopped("x", "quota", "")), Event{Kind: k, Seq: 1, Step: "identity"}).
			wantRefused("not in the table", "")
	}
	// A write with an unknown outcome must not begin again.
	decide(t, SampleCase(NeedsAttention), Event{Kind: IdentityStarted, Job: "other"}).wantRefused("already begun", "")
	// The digits of a code must not be replaced.
	c := suspendedCase(AwaitingCode, stopped("code", "supplier", "x"))
	c.Code.State = "sending"
	decide(t, c, Event{Kind: CodePrepared, Seq: 1, MAC: []byte("m")}).wantRefused("another code is valid", "")
	decide(t, c, Event{Kind: CodeSent, Seq: 9}).wantRefused("another code is valid", "")
}

// TestSecondStop checks that HR is asked about the more urgent stop.
func TestSecondStop(t *testing.T) {
	unknown, clear, shared := stopped("identity", "unknown_outcome", ""), stopped("identity", "bug", ""),
		stopped("upload", "quota", "upload/quota/1435404")
	for _, tt := range []struct {
		name          string
		first, second *Attention
		shown         Step // step that HR is asked about afterwards
		told          bool // HR gets a new card
	}{
		{"unknown after a shared cause", shared, unknown, "identity", true},
		{"unknown after a clear no", stopped("upload", "photo_lost", ""), unknown, "identity", true},
		{"a clear no after a shared cause", shared, clear, "identity", true},
		{"a shared cause after unknown", unknown, shared, "identity", false},
		{"a shared cause after a clear no", clear, shared, "identity", false},
		{"a clear no after a clear no", stopped("upload", "photo_lost", ""), clear, "upload", false},
		{"another shared cause", shared, stopped("identity", "permission", "identity/permission/99991672"), "upload", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			first := *tt.first
			c := suspendedCase(Recording, &first)
			if first.Code == "unknown_outcome" {
				c.Identity.State = WriteUnknown
			}
			second := *tt.second
			d := decide(t, c, Event{Kind: StepStopped, Stop: &second}).
				wantStay().
				wantDetail("step", string(second.Step), "code", string(second.Code))
			a := d.Case.Attention
			if a.Step != tt.shown || a.Return != Recording || a.Rev != first.Rev {
				t.Errorf("got attention %+v, want step %s, return and revision kept", a, tt.shown)
			}
			want := []string(nil)
			if tt.told {
				want = []string{AudienceHR}
			}
			d.wantCards(want, want)
			if second.Step == "identity" && first.Step != "identity" {
				want := WriteRefused
				if second.Code == "unknown_outcome" {
					want = WriteUnknown
				}
				if d.Case.Identity.State != want {
					t.Errorf("identity %s, want %s", d.Case.Identity.State, want)
				}
			}
			// HR's 重试 queues both missing uploads in any case.
			retried := decide(t, d.Case, Event{Kind: Retry}).wantState(Recording)
			if n := len(retried.Jobs); n < 2 {
				t.Errorf("HR's retry: got %d jobs, want at least 2", n)
			}
		})
	}
	// Repeated stops of the same step are counted.
	c := suspendedCase(Recording, stopped("upload", "quota", "x"))
	d := decide(t, c, Event{Kind: StepStopped, Stop: stopped("upload", "quota", "x")}).wantStay()
	d = decide(t, d.Case, Event{Kind: StepStopped, Stop: stopped("upload", "quota", "x")}).wantStay()
	if d.Case.Attention.Probes != 2 || !d.Silent {
		t.Errorf("%d probes, want 2", d.Case.Attention.Probes)
	}
}

// TestPhotosDuringAttention checks that photos are accepted only while the OCR step is stopped.
func TestPhotosDuringAttention(t *testing.T) {
	for _, back := range []State{AwaitingPhotos, AwaitingCode, Checking, Recording, Filing} {
		d := decide(t, suspendedCase(back, stopped("photos", "quota", "x")),
			Event{Kind: PhotoReceived, PhotoID: "p9", MessageID: "om_9"})
		if back != AwaitingPhotos {
			d.wantRefused("no photo is wanted now", "")
			continue
		}
		d.wantStay()
		if j := d.wantJobs(JobFetchPhoto)[0]; j.ref != "p9" {
			t.Errorf("fetches %q, want %q", j.ref, "p9")
		}
	}
}
