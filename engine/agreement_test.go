package engine_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// pageWorld is a world whose cases take their consent on the page, with one case that waits for it.
func pageWorld(t *testing.T) (*workerstest.Harness, *flows.Case, flows.AgreementLink) {
	t.Helper()
	w := workerstest.New(t, func(e *engine.Deps, _ *workers.Deps) { e.Policy = *flows.SamplePagePolicy() })
	c := w.PutCase(flows.AwaitingConsent, "ou_1", func(c *flows.Case) { c.Revision = flows.Revision202510 })
	return w, c, flows.AgreementLink{CaseID: c.ID, Rev: c.Rev}
}

// wantLink requires that a link stands for a state.
func wantLink(t *testing.T, w *workerstest.Harness, l flows.AgreementLink, want engine.AgreementState) {
	t.Helper()
	got, err := w.Engine.AgreementCase(t.Context(), l)
	if err != nil || got.State != want || got.OpenID != "ou_1" {
		t.Errorf("got %+v, %v, want %s", got, err, want)
	}
}

// TestAcceptAgreement: a link works once, looking changes nothing, and a second submission tells what the first one
// did.
func TestAcceptAgreement(t *testing.T) {
	t.Parallel()
	w, c, l := pageWorld(t)
	for range 3 {
		wantLink(t, w, l, engine.AgreementOpen)
	}
	if now := w.CaseNow(c.ID); now.Version != c.Version {
		t.Errorf("got version %d after looking, want %d", now.Version, c.Version)
	}
	var together sync.WaitGroup
	for range 4 {
		together.Go(func() {
			a, err := w.Engine.AcceptAgreement(t.Context(), l, *flows.SampleReading(&w.Engine.Policy))
			if err != nil || a.State != engine.AgreementAccepted || a.Reading == nil {
				t.Errorf("got %+v, %v, want accepted", a, err)
			}
		})
	}
	together.Wait()
	now := w.InState(c.ID, flows.AwaitingPhotos)
	if now.Rev != c.Rev+1 || now.Personal.ReadIP != flows.SampleReadIP {
		t.Errorf("got revision %d from %q, want %d, once", now.Rev, now.Personal.ReadIP, c.Rev+1)
	}
	wantLink(t, w, l, engine.AgreementAccepted)
	w.Say("ou_1", "取消")
	wantLink(t, w, l, engine.AgreementAccepted) // what was recorded stays true
}

// TestAcceptAgreementTooLate: what is not as the page showed it records nothing.
func TestAcceptAgreementTooLate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(w *workerstest.Harness, c *flows.Case, l *flows.AgreementLink)
		want   engine.AgreementState
	}{
		"cancelled": {func(w *workerstest.Harness, _ *flows.Case, _ *flows.AgreementLink) {
			w.Say("ou_1", "取消")
		}, engine.AgreementGone},
		"another revision": {func(_ *workerstest.Harness, _ *flows.Case, l *flows.AgreementLink) {
			l.Rev++
		}, engine.AgreementGone},
		"another text": {func(w *workerstest.Harness, _ *flows.Case, _ *flows.AgreementLink) {
			w.Engine.Policy.Page.Files[0].SHA256 = "zz"
		}, engine.AgreementChanged},
		"another consent": {func(w *workerstest.Harness, _ *flows.Case, _ *flows.AgreementLink) {
			w.Engine.Policy.Agreement.Company = "另一家公司"
		}, engine.AgreementChanged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c, l := pageWorld(t)
			shown := *flows.SampleReading(flows.SamplePagePolicy())
			tt.change(w, c, &l)
			a, err := w.Engine.AcceptAgreement(t.Context(), l, shown)
			if err != nil || a.State != tt.want || a.Reading != nil {
				t.Errorf("got %+v, %v, want %s", a, err, tt.want)
			}
			if now := w.CaseNow(c.ID); now.Reading != nil || now.Consent != nil {
				t.Errorf("got %+v, want nothing recorded", now.Reading)
			}
		})
	}
	w, _, _ := pageWorld(t)
	unknown := flows.AgreementLink{CaseID: "01976f00-0000-7000-8000-0000000000ff", Rev: 1}
	if _, err := w.Engine.AcceptAgreement(t.Context(), unknown, flows.PageReading{}); !errors.Is(err, flows.ErrNotFound) {
		t.Errorf("got %v, want not found", err)
	}
	if _, err := w.Engine.AgreementCase(t.Context(), unknown); !errors.Is(err, flows.ErrNotFound) {
		t.Errorf("got %v, want not found", err)
	}
}

// TestRenewAgreementLink: an old link brings a new card into the chat, and nothing once the case has gone on.
func TestRenewAgreementLink(t *testing.T) {
	t.Parallel()
	w, _, l := pageWorld(t)
	w.Advance(5 * time.Hour)
	a, err := w.Engine.RenewAgreementLink(t.Context(), l)
	if err != nil || a.State != engine.AgreementOpen {
		t.Fatalf("got %+v, %v, want open", a, err)
	}
	w.RunJobs()
	sent := w.Messenger.SentTo("ou_1")
	link := w.Engine.Policy.Page.Link(l, w.Now().Truncate(15*time.Minute).Add(15*time.Minute+flows.AgreementLinkLife))
	if len(sent) == 0 || !strings.Contains(sent[len(sent)-1].Current(), link) {
		t.Fatalf("got %d cards, want one with a new link", len(sent))
	}
	w.Say("ou_1", "取消")
	w.RunJobs()
	before := len(w.Messenger.SentTo("ou_1"))
	if a, err := w.Engine.RenewAgreementLink(t.Context(), l); err != nil || a.State != engine.AgreementGone {
		t.Errorf("got %+v, %v, want gone", a, err)
	}
	w.RunJobs()
	if n := len(w.Messenger.SentTo("ou_1")); n != before {
		t.Errorf("got %d messages, want none", n-before)
	}
}

// TestChangedWhileItWaited: an identity that is about to be written is not, if an agreement has changed; it is written
// when the applicant has read the new version.
func TestChangedWhileItWaited(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(e *engine.Deps, _ *workers.Deps) { e.Policy = *flows.SamplePagePolicy() })
	c := w.PutCase(flows.Recording, "ou_1", func(c *flows.Case) {
		read := flows.SampleReadCase(flows.Recording)
		c.Revision, c.Reading, c.Consent, c.Identity = read.Revision, read.Reading, read.Consent, nil
		c.Personal.ReadIP = flows.SampleReadIP
	})
	w.ProveFiling()
	w.Engine.Policy.Page.Files[0] = flows.AgreementFile{Title: "数字证书服务协议", Version: "20260101", SHA256: "cc"}
	w.QueueJob(flows.RecordIdentity().Of(c.ID))
	w.RunJobs(flows.JobIdentity)
	now := w.InState(c.ID, flows.AwaitingConsent)
	if n := len(w.IdentityRecorder.Recorded); n != 0 {
		t.Fatalf("got %d identities, want none", n)
	}
	w.QueueJob(flows.Reminder(now.Rev).Towards(flows.Receiver{Type: "open_id", ID: "ou_1"}).Of(c.ID))
	w.RunJobs()
	sent := w.Messenger.SentTo("ou_1")
	if last := sent[len(sent)-1].Current(); !workerstest.Shows(last, "reminder.reading") {
		t.Errorf("got the reminder %s, want one of the new version", last)
	}
	l := flows.AgreementLink{CaseID: c.ID, Rev: now.Rev}
	got, err := w.Engine.AgreementCase(t.Context(), l)
	if err != nil || got.State != engine.AgreementOpen || !got.Again {
		t.Errorf("got %+v, %v, want open again", got, err)
	}
	if _, err := w.Engine.AcceptAgreement(t.Context(), l, *flows.SampleReading(&w.Engine.Policy)); err != nil {
		t.Fatal(err)
	}
	w.RunJobs()
	w.InState(c.ID, flows.Done)
	points := w.EvidenceClient.Points
	if len(points) != 1 || points[0].Agreement.Version != "20260101" || len(w.IdentityRecorder.Recorded) != 1 {
		t.Errorf("got %d points and %d identities, want one of each, of the new version", len(points), len(w.IdentityRecorder.Recorded))
	}
}
