package flows

import (
	"fmt"
	"testing"
	"time"
)

func TestOpenAsksForConsent(t *testing.T) {
	p := SamplePolicy()
	ch := Open(p, "id-1", "tenant", "ou_1", "oc_1", SampleTime)
	c := ch.Case
	if c.State != AwaitingConsent || c.Rev != 1 || c.TenantKey != "tenant" || c.OpenID != "ou_1" || c.ChatID != "oc_1" ||
		c.Method != ThreeElements {
		t.Errorf("got case %+v, want the arguments of Open", c)
	}
	if !c.ExpiresAt.Equal(SampleTime.Add(p.ExpireAfter)) || !c.EnteredAt.Equal(SampleTime) ||
		!c.CreatedAt.Equal(SampleTime) {
		t.Errorf("got times %v %v %v, want SampleTime and ExpireAfter later", c.CreatedAt, c.EnteredAt, c.ExpiresAt)
	}
	d := outcome{t, ch, c}
	d.wantCards([]string{AudienceApplicant, AudienceBoard}, []string{AudienceApplicant})
	d.wantJobs()
	timers := map[JobKind]time.Time{}
	for _, j := range ch.Jobs {
		timers[j.Kind] = j.At
		if j.rev != c.Rev {
			t.Errorf("%s belongs to revision %d, want %v", j.Kind, j.rev, c.Rev)
		}
	}
	if !timers[JobRemind].Equal(SampleTime.Add(p.ReminderAfter)) ||
		!timers[JobExpire].Equal(SampleTime.Add(p.ExpireAfter)) {
		t.Errorf("got timers %v, want ReminderAfter and ExpireAfter", timers)
	}
}

// TestOpenPinsTheMethod: later changes of the setting do not apply to an open case.
func TestOpenPinsTheMethod(t *testing.T) {
	p := SamplePolicy()
	p.Method = MethodNone
	c := Open(p, "id-1", "", "ou_1", "", SampleTime).Case
	p.Method = ThreeElements
	if c.Method != MethodNone {
		t.Errorf("method %s, want %v", c.Method, MethodNone)
	}
}

func TestPhotosBeforeConsentStayUnread(t *testing.T) {
	c := SampleCase(AwaitingConsent)
	d := decide(t, c, Event{
		Kind:      PhotoReceived,
		PhotoID:   "p1",
		MessageID: "om_1",
		Photo:     PhotoRef{FileKey: "k1", Kind: "file"},
	}).wantStay()
	d.wantJobs() // nothing is fetched
	d.wantCards([]string{AudienceApplicant}, nil).wantDetail("photo", "p1")
	want := Photo{
		ID:        "p1",
		MessageID: "om_1",
		FileKey:   "k1",
		Kind:      "file",
		State:     PhotoWaiting,
		At:        SampleTime,
	}
	if len(d.Case.Photos) != 1 || fmt.Sprint(d.Case.Photos[0]) != fmt.Sprint(want) {
		t.Errorf("got photos %+v, want %+v", d.Case.Photos, want)
	}
}

func TestConsentFetchesWaitingPhotos(t *testing.T) {
	c := SampleCase(AwaitingConsent)
	c.Photos = []Photo{{ID: "p1", State: PhotoWaiting}, {ID: "p2", State: PhotoReplaced}, {ID: "p3", State: PhotoWaiting}}
	d := decide(t, c, Event{Kind: Consented}).wantState(AwaitingPhotos)
	jobs := d.wantJobs(JobContact, JobFetchPhoto, JobFetchPhoto)
	if jobs[1].ref != "p1" || jobs[2].ref != "p3" {
		t.Errorf("fetches %s and %s, want %q, %q", jobs[1].ref, jobs[2].ref, "p1", "p3")
	}
	p := SamplePolicy()
	d.wantToast("consented").wantDetail("agreement", p.Agreement.Version, "agreement_sha256", p.Agreement.Hash())
	if got := d.Case.Consent; got == nil || got.Version != p.Agreement.Version || got.Hash != p.Agreement.Hash() ||
		!got.At.Equal(SampleTime) {
		t.Errorf("got consent %+v, want version and hash of the agreement", got)
	}
}

func TestDeclineDropsPhotos(t *testing.T) {
	c := SampleCase(AwaitingConsent)
	c.Photos = []Photo{{ID: "p1", State: PhotoWaiting}}
	d := decide(t, c, Event{Kind: ConsentDenied}).wantState(Declined)
	d.wantToast("cancelled")
	if len(d.Case.Photos) != 0 || d.Case.Outcome != string(Declined) || d.Case.Consent != nil {
		t.Errorf("got %+v, want no photos", d.Case)
	}
	purge := d.wantJobs(JobPurge)
	if purge[0].ref != "all" {
		t.Errorf("purge %q, want %q", purge[0].ref, "all")
	}
}

// TestConsentTwiceIsLate checks a second click on the consent card.
func TestConsentTwiceIsLate(t *testing.T) {
	rev := int64(7)
	c := SampleCase(AwaitingPhotos)
	decide(t, c, Event{Kind: Consented, Role: Applicant, Rev: &rev}).wantRefused("not in the table", "already")
}

func TestTooManyPhotosAreRefused(t *testing.T) {
	for _, s := range []State{AwaitingConsent, AwaitingPhotos, AwaitingConfirmation} {
		c := SampleCase(s)
		for len(c.Photos) < MaxPhotos {
			c.Photos = append(c.Photos, Photo{ID: fmt.Sprint("x", len(c.Photos)), State: PhotoReplaced})
		}
		for i := range c.Photos {
			c.Photos[i].At = SampleTime.Add(-time.Hour)
		}
		d := decide(t, c, Event{Kind: PhotoReceived, PhotoID: "one", MessageID: "om_9"}).wantStay()
		if len(d.Case.Photos) != MaxPhotos {
			t.Errorf("%s: %d photos, want %v", s, len(d.Case.Photos), MaxPhotos)
		}
		j := d.wantJobs(JobReply)[0]
		if j.Template() != ReplyPhotoProblem || j.To != "om_9" || j.ToType != "message_id" ||
			j.Args["problem"] != "too_many_day" || j.Args["who"] != c.OpenID {
			t.Errorf("%s: got reply %+v, want too_many_day", s, j)
		}
	}
}
