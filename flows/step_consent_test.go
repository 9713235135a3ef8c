package flows

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"shiming/cards"
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

// TestConsentPinsTheMethod: what the settings say when the applicant consents holds for the whole case. The card before
// shows the steps of what it asks for.
func TestConsentPinsTheMethod(t *testing.T) {
	opened := func(m Method, r Revision) *Case {
		p := SamplePolicy()
		p.Method, p.Revision = m, r
		return Open(p, "id-1", "", "ou_1", "", SampleTime).Case
	}
	now := func(m Method, ladder ...Method) func(*Policy) {
		return func(p *Policy) { p.Method, p.Ladder, p.Revision = m, ladder, Revision2024 }
	}
	for _, tt := range []struct {
		name     string
		c        *Case
		now      func(*Policy)
		method   Method
		revision Revision
	}{
		{"none, then a method", opened(MethodNone, Revision202510), now(ThreeElements), ThreeElements, Revision2024},
		{"a method, then none", opened(ThreeElements, Revision2024), now(MethodNone), MethodNone, Revision2024},
		{"a ladder, then another first rung", opened(ThreeElements, Revision2024), now(BankCardFour, BankCardFour,
			ThreeElements), BankCardFour, Revision2024},
		{"the same", opened(ThreeElements, Revision2024), now(ThreeElements), ThreeElements, Revision2024},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.c.Method
			p := SamplePolicy()
			tt.now(p)
			card := ApplicantCard(tt.c, ViewContext{Now: SampleTime, Policy: p}).(cards.Consent)
			if got := slices.Contains(card.Steps, cards.StepBankCard); got != (tt.method == BankCardFour) {
				t.Errorf("the card lists the step of the bank card: %t", got)
			}
			d := decide(t, tt.c, Event{Kind: Consented}, tt.now).wantState(AwaitingPhotos)
			if d.Case.Method != tt.method || d.Case.EvidenceRevision() != tt.revision {
				t.Errorf("got %s under %s, want %s under %s", d.Case.Method, d.Case.Revision, tt.method, tt.revision)
			}
			if _, told := d.Detail["method"]; told != (tt.method != before) {
				t.Errorf("the audit row names the method: %t", told)
			}
			if d.Case.Consent.Hash != p.Agreement.Hash() {
				t.Error("the consent is to another text than that of the method")
			}
			later := SamplePolicy()
			later.Method = MethodNone
			if tt.method == MethodNone {
				later.Method = ThreeElements
			}
			if got, _ := later.termsOf(d.Case); got != tt.method {
				t.Errorf("after the consent the method became %s", got)
			}
		})
	}
}

// TestConsentToTheTextOfTheCard: a click on a card that shows another text than the present one is no consent.
func TestConsentToTheTextOfTheCard(t *testing.T) {
	p := SamplePolicy()
	before := p.Agreement
	before.Recipients = []string{"feishu"}
	decide(t, SampleCase(AwaitingConsent), Event{Kind: Consented, AgreementTag: before.Tag()}).
		wantRefused(RefusalOtherText, "consent_changed")
	for _, tag := range []string{p.Agreement.Tag(), ""} { // cards of older versions have none
		decide(t, SampleCase(AwaitingConsent), Event{Kind: Consented, AgreementTag: tag}).wantState(AwaitingPhotos)
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
