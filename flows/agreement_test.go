package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
)

// withPage makes the policy SamplePagePolicy, changed by the functions.
func withPage(change ...func(*Policy)) func(*Policy) {
	return func(p *Policy) {
		*p = *SamplePagePolicy()
		for _, f := range change {
			f(p)
		}
	}
}

// newVersion gives the first agreement another version.
func newVersion(p *Policy) {
	p.Page.Files[0] = AgreementFile{Title: "数字证书服务协议", Version: "20260101", SHA256: "cc"}
}

// TestConsentOnThePage: the reading is stored as it was reported, and the audit row has all of it.
func TestConsentOnThePage(t *testing.T) {
	p := SamplePagePolicy()
	c := SampleReadCase(AwaitingConsent)
	c.Photos = []Photo{{ID: "p1", State: PhotoWaiting}}
	d := decide(t, c, Event{Kind: Consented, Reading: SampleReading(p)}, withPage()).wantState(AwaitingPhotos)
	d.wantJobs(JobContact, JobFetchPhoto)
	want := Reading{Files: p.Page.Files, At: SampleTime, Type: ReadCheck, Login: LoginFeishu, Rev: c.Rev}
	got := d.Case.Reading
	if got == nil || !slices.Equal(got.Files, want.Files) || !got.At.Equal(want.At) || got.Type != want.Type ||
		got.Login != want.Login || got.Rev != want.Rev || d.Case.Personal.ReadIP != SampleReadIP {
		t.Errorf("got reading %+v from %s, want %+v", got, d.Case.Personal.ReadIP, want)
	}
	d.wantDetail(
		"agreement", p.Agreement.Version, "agreement_sha256", p.Agreement.Hash(),
		"read_title", "数字证书服务协议", "read_version", "20250801", "read_sha256", "aa",
		"read_title_2", "认证服务协议", "read_version_2", "3", "read_sha256_2", "bb",
		"read_at", AuditTime(SampleTime), "read_type", "CHECK", "read_login", "feishu", "read_ip", SampleReadIP)
}

// TestConsentNeedsTheRightWay: a case takes its consent on the page if it needs one, and on the card if not.
func TestConsentNeedsTheRightWay(t *testing.T) {
	reading := SampleReading(SamplePagePolicy())
	other := SampleReading(SamplePagePolicy())
	other.ConsentHash = "another"
	old := SampleCase(AwaitingConsent)
	unverified := SampleReadCase(AwaitingConsent)
	unverified.Method = MethodNone
	back := func(p *Policy) { p.Page, p.Revision = nil, Revision2024 }
	noMore := func(p *Policy) { p.Page, p.Method = nil, MethodNone } // nothing is filed, under no revision
	for _, tt := range []struct {
		name     string
		c        *Case
		policy   func(*Policy)
		reading  *PageReading
		refusal  string // "" if it goes on
		toast    string
		revision Revision // afterwards
	}{
		{"the page", SampleReadCase(AwaitingConsent), withPage(), reading, "", "", Revision202510},
		{"a click on an old card", SampleReadCase(AwaitingConsent), withPage(), nil, "the agreements were not read", "open_page", ""},
		{"another consent was shown", SampleReadCase(AwaitingConsent), withPage(), other, RefusalOtherText, "", ""},
		{"another agreement was shown", SampleReadCase(AwaitingConsent), withPage(newVersion), reading, RefusalOtherText, "", ""},
		{"a case of an older version", old, withPage(), nil, "", "", ""},
		{"a page for a case that has none", old, withPage(), reading, refusalNotInTable, "card_updated", ""},
		{"no verification when it was opened", unverified, withPage(), nil, "the agreements were not read", "open_page", ""},
		{"the page for the same", unverified, withPage(), reading, "", "", Revision202510},
		{"no verification", unverified, withPage(func(p *Policy) { p.Method = MethodNone }), nil, "", "", Revision202510},
		{"the operator went back", SampleReadCase(AwaitingConsent), withPage(back), nil, "", "", Revision2024},
		{"no page any more", SampleReadCase(AwaitingConsent), withPage(noMore), nil, "", "", Revision202510},
		{"never a page", old, withPage(noMore), nil, "", "", ""},
		{"the operator went back and kept the page", SampleReadCase(AwaitingConsent),
			withPage(func(p *Policy) { p.Revision = Revision2024 }), reading, "", "", Revision202510},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := decide(t, tt.c, Event{Kind: Consented, Reading: tt.reading}, tt.policy)
			if tt.refusal != "" {
				if d.Case != nil || d.Rule != tt.refusal {
					t.Fatalf("got %q, want the refusal %q", d.Rule, tt.refusal)
				}
				if tt.toast == "open_page" {
					d.wantToast(tt.toast)
				}
				return
			}
			d.wantState(AwaitingPhotos)
			if d.Case.Revision != tt.revision || (d.Case.Reading != nil) != (tt.reading != nil) {
				t.Errorf("got revision %q, reading %v, want %q", d.Case.Revision, d.Case.Reading, tt.revision)
			}
		})
	}
}

// TestOpenPinsTheRevision: later changes of the setting do not apply to an open case.
func TestOpenPinsTheRevision(t *testing.T) {
	for _, r := range []Revision{"", Revision2024, Revision202510} {
		p := SamplePolicy()
		p.Revision = r
		if got := Open(p, "id-1", "", "ou_1", "", SampleTime).Case.Revision; got != r {
			t.Errorf("got revision %q, want %q", got, r)
		}
	}
}

// TestChangedAgreementAsksAgain: before the identity is written, whoever decides, and nothing of the case is lost.
func TestChangedAgreementAsksAgain(t *testing.T) {
	stopped := func(step Step, from State) *Case {
		c := SampleReadCase(NeedsAttention)
		c.Identity = nil
		c.Attention = &Attention{Step: step, Return: from, Code: StopUnavailable, Since: SampleTime}
		return c
	}
	unwritten := func(s State) *Case {
		c := SampleReadCase(s)
		c.Identity = nil
		return c
	}
	green := func(c *Case) *Case { // with the name that Feishu knows
		c.Personal.ContactName = SampleName
		return c
	}
	refused := SampleReadCase(NeedsAttention)
	refused.Identity.State = WriteRefused
	refused.Attention.Code = StopCode(boundPrefix + "mobile")
	consent := func(p *Policy) { p.Agreement.Company = "另一家公司" }
	match := &Check{Outcome: CheckMatch, Supplier: "腾讯云", Serial: "r-1", At: SampleTime}
	for _, tt := range []struct {
		name   string
		c      *Case
		event  Event
		change func(*Policy)
	}{
		{"HR approves", unwritten(AwaitingReview), Event{Kind: Approved}, newVersion},
		{"the consent's text changed", unwritten(AwaitingReview), Event{Kind: Approved}, consent},
		{"one agreement more", unwritten(AwaitingReview), Event{Kind: Approved}, func(p *Policy) {
			p.Page.Files = append(p.Page.Files, AgreementFile{Title: "隐私政策", Version: "1", SHA256: "dd"})
		}},
		{"the policy approves", green(unwritten(Checking)), Event{Kind: PersonChecked, Check: match}, func(p *Policy) {
			newVersion(p)
			p.ReviewAlways = false
		}},
		{"a late result of the check", green(stopped(StepCheck, Checking)), Event{Kind: PersonChecked, Check: match},
			func(p *Policy) {
				newVersion(p)
				p.ReviewAlways = false
			}},
		{"HR retries an upload", stopped(StepUpload, Recording), Event{Kind: Retry}, newVersion},
		{"HR retries a refused identity", refused, Event{Kind: Retry}, newVersion},
		{"a stopped identity is tried again", stopped(StepIdentity, Recording), Event{Kind: IdentityStarted, Job: "j"},
			newVersion},
		{"the turn of a case that waited", unwritten(Recording), Event{Kind: IdentityStarted, Job: "j"}, newVersion},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := decide(t, tt.c, tt.event, withPage(tt.change)).wantState(AwaitingConsent)
			d.wantJobs()
			if d.Case.AfterConsent != Recording || !slices.Contains(d.Repost, AudienceApplicant) {
				t.Errorf("got %q afterwards, reposts %v, want recording and the applicant's card", d.Case.AfterConsent, d.Repost)
			}
			p := SamplePagePolicy()
			tt.change(p)
			card := ApplicantCard(d.Case, ViewContext{Now: SampleTime, Policy: p}).(cards.Consent)
			if !card.Again || card.PageURL == "" {
				t.Errorf("got the card %+v, want one that asks again", card)
			}
			decide(t, d.Case, Event{Kind: PhotoReceived, PhotoID: "p9"}, withPage(tt.change)).
				wantRefused("no photo is wanted now", "")
			d.Case.Photos[0].MessageID = "om_recalled"
			decide(t, d.Case, Event{Kind: PhotoRecalled, MessageID: "om_recalled"}, withPage(tt.change)).
				wantRefused("the photos are confirmed", "")

			read := SampleReading(p)
			next := decide(t, d.Case, Event{Kind: Consented, Reading: read}, withPage(tt.change)).wantState(Recording)
			if next.Case.AfterConsent != "" || next.Case.Review != d.Case.Review && next.Case.Review.By != d.Case.Review.By {
				t.Errorf("got %+v, want the review kept", next.Case)
			}
			if len(next.Jobs) == 0 {
				t.Error("got no job, want the writes to go on")
			}
			declined := decide(t, d.Case, Event{Kind: ConsentDenied}, withPage(tt.change)).wantState(Declined)
			if len(declined.Case.Photos) != len(d.Case.Photos) {
				t.Error("got the photos forgotten, want them deleted by their retention")
			}
		})
	}
}

// TestNobodyIsAskedAgain: what is as it was, what is written, and what needs no page goes on.
func TestNobodyIsAskedAgain(t *testing.T) {
	unwritten := SampleReadCase(AwaitingReview)
	unwritten.Identity = nil
	old := SampleCase(AwaitingReview)
	written := SampleReadCase(NeedsAttention)
	written.Identity = &Write{State: WriteDone, ID: "u"}
	written.Attention = &Attention{Step: StepEvidence, Return: Filing, Code: StopUnavailable, Since: SampleTime}
	for _, tt := range []struct {
		name  string
		c     *Case
		event Event
		p     func(*Policy)
		want  State
	}{
		{"the same texts", unwritten, Event{Kind: Approved}, withPage(), Recording},
		{"revision 2024", old, Event{Kind: Approved}, withPage(newVersion), Recording},
		{"nobody is verified any more", unwritten, Event{Kind: Approved}, withPage(newVersion, func(p *Policy) {
			p.Method = MethodNone
		}), Recording},
		{"the page is gone", unwritten, Event{Kind: Approved}, withPage(func(p *Policy) { p.Page = nil }), Recording},
		{"the identity is written", written, Event{Kind: Retry}, withPage(newVersion), Filing},
	} {
		t.Run(tt.name, func(t *testing.T) { decide(t, tt.c, tt.event, tt.p).wantState(tt.want) })
	}
}

// TestLinkOfTheConsentCard: the card of a case that needs the page has a link for this revision, which is the same for
// a while.
func TestLinkOfTheConsentCard(t *testing.T) {
	p := SamplePagePolicy()
	c := SampleReadCase(AwaitingConsent)
	link := func(after time.Duration) string { return p.PageLink(c, SampleTime.Add(after)) }
	if l := link(0); !strings.Contains(l, c.ID+".7.") || l != link(14*time.Minute) || l == link(15*time.Minute) {
		t.Errorf("got %s, then %s and %s, want the same for a quarter of an hour", l, link(14*time.Minute), link(15*time.Minute))
	}
	for name, c := range map[string]*Case{
		"another state": SampleReadCase(AwaitingPhotos),
		"revision 2024": SampleCase(AwaitingConsent),
	} {
		if l := p.PageLink(c, SampleTime); l != "" {
			t.Errorf("%s: got %s, want no link", name, l)
		}
	}
	p.Method = MethodNone
	if l := link(0); l != "" {
		t.Errorf("without a verification: got %s, want no link", l)
	}
}

// TestHRSeesTheReading: HR's card says which agreement was read, or that the evidence will not state any.
func TestHRSeesTheReading(t *testing.T) {
	unverified := SampleCase(AwaitingReview)
	unverified.Method = MethodNone
	for name, tt := range map[string]struct {
		c         *Case
		version   string
		noReading bool
	}{
		"revision 2025-10": {SampleReadCase(AwaitingReview), "20250801", false},
		"revision 2024":    {SampleCase(AwaitingReview), "", true},
		"nothing is filed": {unverified, "", false},
	} {
		card := reviewCard(tt.c, ViewContext{Now: SampleTime, Policy: SamplePagePolicy()}).(cards.Review)
		if card.ReadVersion != tt.version || card.NoReading != tt.noReading {
			t.Errorf("%s: got version %q, no reading %t, want %q, %t", name, card.ReadVersion, card.NoReading, tt.version, tt.noReading)
		}
	}
}
