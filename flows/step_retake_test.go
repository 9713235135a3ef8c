package flows

import (
	"fmt"
	"testing"
	"time"

	"shiming/idcard"
)

func TestRetakeWhilePhotosAreCollected(t *testing.T) {
	c := SampleCase(AwaitingPhotos)
	c.Uploads = map[string]string{"front": "f1"}
	d := decide(t, c, Event{Kind: Retake, Side: "front"}).wantStay().wantDropped("p1").wantToast("saved")
	d.wantCards([]string{AudienceApplicant}, nil)
	if d.Case.Personal.Front != nil || d.Case.PhotoByID("p1").State != PhotoReplaced || d.Case.Uploads["front"] != "" {
		t.Errorf("after the retake: got %+v, want the front removed", d.Case)
	}
	if d.Case.PhotoByID("p2").State != PhotoStored {
		t.Error("got the other photo changed, want it in use")
	}
	decide(t, SampleCase(AwaitingPhotos), Event{Kind: Retake, Side: "back"}).wantRefused("nothing to retake", "already")
}

func TestRetakeKeepsOtherSide(t *testing.T) {
	for _, s := range []State{AwaitingConfirmation, AwaitingCode} {
		for _, tt := range []struct{ side, gone, kept string }{{"front", "p1", "p2"}, {"back", "p2", "p1"}} {
			t.Run(tt.side, func(t *testing.T) {
				c := SampleCase(s)
				c.FormIssues, c.Mismatch, c.Changed = map[string]string{"mobile": "required"}, "mobile", []string{"identity_name"}
				c.Personal.Name, c.Personal.Number, c.Personal.SMSCode, c.Check = SampleName, SampleNumber, "123456", &Check{}
				c.Uploads = map[string]string{"front": "f1", "back": "f2"}
				d := decide(t, c, Event{Kind: Retake, Side: tt.side}).
					wantState(AwaitingPhotos).
					wantDropped(tt.gone).
					wantToast("saved")
				d.wantJobs()
				after := d.Case
				if after.PhotoByID(tt.gone).State != PhotoReplaced || after.PhotoByID(tt.kept).State != PhotoRead {
					t.Errorf("%s, %s: got photos %+v, want one replaced and one in use", s, tt.side, after.Photos)
				}
				if (after.Personal.Front == nil) != (tt.side == "front") || (after.Personal.Back == nil) != (tt.side == "back") {
					t.Errorf("%s, %s: got other readings, want those of the kept side", s, tt.side)
				}
				// The typed values belong to the removed photo.
				if after.FormIssues != nil || after.Mismatch != "" || after.Changed != nil || after.Personal.Name != "" ||
					after.Personal.Number != "" {
					t.Errorf("%s: got the form's values in %+v, want none", s, after)
				}
				if after.Code != nil || after.Check != nil || after.Personal.SMSCode != "" {
					t.Errorf("%s: got code or check, want none", s)
				}
				if after.Personal.Mobile != c.Personal.Mobile {
					t.Errorf("%s: got another mobile number, want it kept", s)
				}
				if after.Uploads[tt.side] != "" || len(after.Uploads) != 1 {
					t.Errorf("%s: got uploads %v, want that of the kept side", s, after.Uploads)
				}
			})
		}
	}
}

// TestRetakeOfPhotoWithBothSides checks that such a photo is removed for both sides.
func TestRetakeOfPhotoWithBothSides(t *testing.T) {
	c := SampleCase(AwaitingConfirmation)
	c.Photos = []Photo{{ID: "p1", State: PhotoRead, Side: idcard.Front, BothSides: true}}
	d := decide(t, c, Event{Kind: Retake, Side: "back"}).wantState(AwaitingPhotos).wantDropped("p1")
	if d.Case.Personal.Front != nil || d.Case.Personal.Back != nil {
		t.Error("got a reading, want none of the photo's")
	}
}

func TestPhotoRecalled(t *testing.T) {
	t.Run("before consent", func(t *testing.T) {
		c := SampleCase(AwaitingConsent)
		c.Photos = []Photo{{ID: "p1", MessageID: "om_1", State: PhotoWaiting},
			{ID: "p2", MessageID: "om_2", State: PhotoWaiting}}
		d := decide(t, c, Event{Kind: PhotoRecalled, MessageID: "om_1"}).wantStay().wantDropped("p1")
		if d.Case.PhotoByID("p1").State != PhotoReplaced || d.Case.PhotoByID("p2").State != PhotoWaiting {
			t.Errorf("got photos %+v, want p1 replaced and p2 waiting", d.Case.Photos)
		}
	})
	t.Run("a post with both sides", func(t *testing.T) {
		c := SampleCase(AwaitingPhotos)
		c.Photos[1].MessageID = "om_1"
		d := decide(t, c, Event{Kind: PhotoRecalled, MessageID: "om_1"}).wantStay().wantDropped("p1", "p2")
		if d.Case.Personal.Front != nil || d.Case.PhotoOf(idcard.Front) != nil {
			t.Error("got a front, want none")
		}
		d.wantCards([]string{AudienceApplicant}, nil)
	})
	t.Run("one side of two, at the form", func(t *testing.T) {
		d := decide(t, SampleCase(AwaitingConfirmation), Event{Kind: PhotoRecalled, MessageID: "om_2"}).
			wantState(AwaitingPhotos).
			wantDropped("p2")
		if d.Case.Personal.Back != nil || d.Case.Personal.Front == nil || d.Case.PhotoByID("p1").State != PhotoRead {
			t.Errorf("after the recall: got photos %+v, want p1 in use without a back", d.Case.Photos)
		}
	})
	t.Run("a photo that was not used, at the form", func(t *testing.T) {
		c := withPhoto(SampleCase(AwaitingConfirmation), "p3", PhotoStored)
		d := decide(t, c, Event{Kind: PhotoRecalled, MessageID: "om_p3"}).wantStay().wantDropped("p3")
		if d.Case.PhotoByID("p1").State != PhotoRead || d.Case.PhotoByID("p2").State != PhotoRead {
			t.Error("got a used photo changed, want both in use")
		}
	})
	t.Run("nothing that is there", func(t *testing.T) {
		for _, s := range []State{AwaitingConsent, AwaitingPhotos, AwaitingConfirmation} {
			decide(t, SampleCase(s), Event{Kind: PhotoRecalled, MessageID: "om_other"}).wantRefused("no such photo", "")
		}
		c := SampleCase(AwaitingPhotos)
		c.Photos[0].State = PhotoReplaced
		decide(t, c, Event{Kind: PhotoRecalled, MessageID: "om_1"}).wantRefused("no such photo", "")
	})
}

// TestNewPhotoReplacesSide checks a photo that is sent after the form appeared.
func TestNewPhotoReplacesSide(t *testing.T) {
	front, back := SampleReadings()
	t.Run("replaces its side", func(t *testing.T) {
		c := withPhoto(SampleCase(AwaitingConfirmation), "p3", PhotoStored)
		c.Photos[2].At, c.Personal.Name = SampleTime, "样乙"
		d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p3", Readings: []idcard.Reading{front}}).
			wantState(AwaitingConfirmation).
			wantDropped("p1")
		if d.Case.Rev != c.Rev+1 {
			t.Error("got the same revision, want a new one for the new form")
		}
		if d.Case.PhotoOf(idcard.Front).ID != "p3" || d.Case.PhotoOf(idcard.Back).ID != "p2" || d.Case.Personal.Name != "" {
			t.Errorf("got photos %+v, want p3 for the front and no typed name", d.Case.Photos)
		}
		d.wantCards([]string{AudienceApplicant}, []string{AudienceApplicant})
	})
	t.Run("both sides at once", func(t *testing.T) {
		c := withPhoto(SampleCase(AwaitingConfirmation), "p3", PhotoStored)
		d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p3", Readings: []idcard.Reading{front, back}}).
			wantState(AwaitingConfirmation).
			wantDropped("p1", "p2")
		if p := d.Case.PhotoByID("p3"); p.State != PhotoRead || !p.BothSides {
			t.Errorf("got photo %+v, want it in use for both sides", p)
		}
	})
	t.Run("one side of a photo with both", func(t *testing.T) {
		c := SampleCase(AwaitingConfirmation)
		c.Photos = []Photo{{ID: "p1", State: PhotoRead, Side: idcard.Front, BothSides: true}}
		withPhoto(c, "p3", PhotoStored)
		d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p3", Readings: []idcard.Reading{back}}).
			wantState(AwaitingPhotos).
			wantDropped("p1")
		if d.Case.PhotoOf(idcard.Front) != nil || d.Case.PhotoOf(idcard.Back).ID != "p3" {
			t.Errorf("got photos %+v, want p3 for the back and no front", d.Case.Photos)
		}
	})
	t.Run("misread after a right one", func(t *testing.T) {
		c := withPhoto(SampleCase(AwaitingConfirmation), "p3", PhotoStored)
		worse := frontAs(t, SampleName, "899000199003077296")
		d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p3", Readings: []idcard.Reading{worse}}).
			wantStay().
			wantDropped("p3")
		if j := d.wantJobs(JobReply)[0]; j.Args["problem"] != "duplicate_front" || d.Case.BadPhotos != 0 {
			t.Errorf("got reply %+v and %d bad photos, want duplicate_front and none", j, d.Case.BadPhotos)
		}
		if p := d.Case.PhotoOf(idcard.Front); p == nil || p.ID != "p1" {
			t.Errorf("got %+v in use, want the former front", p)
		}
	})
	t.Run("an expired card", func(t *testing.T) {
		c := withPhoto(SampleCase(AwaitingConfirmation), "p3", PhotoStored)
		d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p3",
			Readings: []idcard.Reading{backOf(t, "2005.01.01", "2025.01.01")}}).wantState(AwaitingPhotos).wantDropped("p2", "p3")
		if j := d.wantJobs(JobReply)[0]; j.Args["problem"] != "expired_card" {
			t.Errorf("got reply %+v, want expired_card", j)
		}
		if d.Case.PhotoOf(idcard.Front) == nil {
			t.Error("got no front, want it kept")
		}
	})
	t.Run("a side that does not fit the other", func(t *testing.T) {
		c := withPhoto(SampleCase(AwaitingConfirmation), "p3", PhotoStored)
		d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p3",
			Readings: []idcard.Reading{backOf(t, "1980.01.01", "2040.01.01")}}).wantState(AwaitingPhotos).wantDropped("p2", "p3")
		if j := d.wantJobs(JobReply)[0]; j.Args["problem"] != "sides_mismatch" {
			t.Errorf("got reply %+v, want sides_mismatch", j)
		}
	})
	t.Run("a bad one", func(t *testing.T) {
		c := withPhoto(SampleCase(AwaitingConfirmation), "p3", PhotoStored)
		d := decide(t, c, Event{Kind: PhotoFailed, PhotoID: "p3", Problem: "nothing"}).wantStay().wantDropped("p3")
		if d.Case.PhotoOf(idcard.Front) == nil || d.Case.PhotoOf(idcard.Back) == nil {
			t.Error("got a missing side, want both")
		}
	})
}

// TestLatePhotosAreDropped checks a photo that was sent before the form appeared and read afterwards.
func TestLatePhotosAreDropped(t *testing.T) {
	front, back := SampleReadings()
	for _, readings := range [][]idcard.Reading{{front}, {back}, {front, back}, {frontOf(t, "样乙", OtherNumber)}} {
		c := withPhoto(SampleCase(AwaitingConfirmation), "p3", PhotoStored)
		c.Photos[2].At, c.Photos[2].Reader = c.EnteredAt.Add(-time.Second), "job"
		d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p3", Readings: readings}).wantStay().wantDropped("p3")
		d.wantJobs()
		if p := d.Case.PhotoByID("p3"); p.State != PhotoReplaced || p.Reader != "" {
			t.Errorf("got the late photo %+v, want it replaced", p)
		}
		if d.Case.PhotoOf(idcard.Front).ID != "p1" || d.Case.PhotoOf(idcard.Back).ID != "p2" ||
			d.Case.Personal.Front.RawNumber != SampleNumber {
			t.Errorf("got photos %+v, want p1 and p2 in use", d.Case.Photos)
		}
		if d.lastDisclosure() != "feishu_ocr" {
			t.Error("got no disclosure, want feishu_ocr")
		}
	}
}

func TestContactFillsForm(t *testing.T) {
	for _, tt := range []struct {
		state  State
		mobile string
		show   []string
	}{
		{AwaitingPhotos, "", nil},
		{AwaitingConfirmation, "", []string{AudienceApplicant}},
		{AwaitingConfirmation, SampleMobile, nil}, // already typed
		{NeedsAttention, "", nil},
	} {
		t.Run(fmt.Sprint(tt.state), func(t *testing.T) {
			c := SampleCase(tt.state)
			c.Personal.Mobile = tt.mobile
			d := decide(t, c, Event{Kind: ContactKnown, Contact: Contact{Name: "小样", Mobile: "+8613900001234"}}).
				wantStay().
				wantCards(tt.show, nil)
			if d.Case.Personal.ContactName != "小样" || d.Case.Personal.ContactMobile != "+8613900001234" || !d.Silent {
				t.Errorf("%s: got no contact, want it stored silently", tt.state)
			}
		})
	}
}
