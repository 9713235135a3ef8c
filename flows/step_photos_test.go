package flows

import (
	"fmt"
	"testing"

	"shiming/idcard"
)

func TestAPhotoIsFetched(t *testing.T) {
	for _, s := range []State{AwaitingPhotos, AwaitingConfirmation} {
		d := decide(t, SampleCase(s), Event{
			Kind:      PhotoReceived,
			PhotoID:   "p9",
			MessageID: "om_9",
			Photo:     PhotoRef{FileKey: "k9", Kind: "image"},
		}).stayed()
		if j := d.queued(JobFetchPhoto)[0]; j.ref != "p9" {
			t.Errorf("%s: fetches %q, want %q", s, j.ref, "p9")
		}
		d.drew([]string{AudienceApplicant}, nil)
		if p := d.Case.PhotoByID("p9"); p == nil || p.State != PhotoWaiting || !p.At.Equal(SampleTime) {
			t.Errorf("%s: %+v", s, p)
		}
	}
}

// People who have begun go before people who have not.
func TestStartedPeopleAreReadFirst(t *testing.T) {
	for _, tt := range []struct {
		name     string
		others   []PhotoState
		priority int
	}{
		{"the first photo", nil, 2},
		{"after a refused and a replaced one", []PhotoState{PhotoRefused, PhotoReplaced}, 2},
		{"while another is only waiting", []PhotoState{PhotoWaiting}, 2},
		{"while another is stored", []PhotoState{PhotoStored}, 1},
		{"when a side is there", []PhotoState{PhotoRead}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(AwaitingPhotos)
			c.Photos = []Photo{{ID: "new", State: PhotoWaiting}}
			for i, s := range tt.others {
				c.Photos = append(c.Photos, Photo{ID: string(rune('a' + i)), State: s})
			}
			d := decide(t, c, Event{
				Kind:     PhotoFetched,
				PhotoID:  "new",
				SHA256:   "abc",
				Warnings: []string{"photo_blurred"},
			}).stayed()
			if j := d.queued(JobReadPhotos)[0]; j.Priority != tt.priority {
				t.Errorf("%s: priority %d, want %d", tt.name, j.Priority, tt.priority)
			}
			p := d.Case.PhotoByID("new")
			if p.State != PhotoStored || p.SHA256 != "abc" || len(p.Warnings) != 1 {
				t.Errorf("%s: %+v", tt.name, p)
			}
			d.noted("photo", "new", "sha256", "abc")
		})
	}
}

// A result for a photo that waits for none changes no photo, and bytes go only when nothing
// refers to them.
func TestLateResultsNeverDropAPhotoInUse(t *testing.T) {
	front, _ := SampleReadings()
	for _, e := range []Event{
		{Kind: PhotoFetched, SHA256: "x"},
		{Kind: PhotoReadOK, Readings: []idcard.Reading{front}},
		{Kind: PhotoFailed, Problem: "nothing"},
	} {
		for _, s := range []State{AwaitingPhotos, AwaitingConfirmation} {
			for _, tt := range []struct {
				state PhotoState
				drop  bool
			}{{PhotoRead, false}, {PhotoRefused, true}, {PhotoReplaced, true}} {
				t.Run(fmt.Sprint(tt.state), func(t *testing.T) {
					c := SampleCase(s)
					c.Photos[0].State = tt.state
					e := e
					e.PhotoID = "p1"
					d := decide(t, c, e).stayed()
					want := []string{"p1"}
					if !tt.drop {
						want = nil
					}
					d.dropped(want...)
					d.queued()
					if got := d.Case.PhotoByID("p1"); got.State != tt.state || got.SHA256 != "a" {
						t.Errorf("%s × %s: photo %s became %+v", s, e.Kind, tt.state, got)
					}
					if !d.Silent {
						t.Errorf("%s × %s on a photo %s is in the audit chain", s, e.Kind, tt.state)
					}
				})
			}
			e := e
			e.PhotoID = "unknown"
			decide(t, SampleCase(s), e).stayed().dropped("unknown")
		}
	}
	// A second download of a photo that is stored already changes nothing either.
	c := SampleCase(AwaitingPhotos)
	d := decide(t, c, Event{Kind: PhotoFetched, PhotoID: "p2", SHA256: "other"}).stayed().dropped()
	if d.Case.PhotoByID("p2").SHA256 != "b" {
		t.Error("the hash of a stored photo changed")
	}
}

func TestAPhotoIsClaimedByOneJob(t *testing.T) {
	c := SampleCase(AwaitingPhotos)
	c.Photos = append(c.Photos, Photo{ID: "p3", State: PhotoStored, Reader: "other"}, Photo{ID: "p4", State: PhotoWaiting},
		Photo{ID: "p5", State: PhotoStored})
	d := decide(t, c, Event{Kind: PhotoClaimed, PhotoIDs: []string{"p1", "p2", "p3", "p4"}, Job: "mine"}).stayed()
	for id, want := range map[string]string{"p1": "", "p2": "mine", "p3": "other", "p4": "", "p5": ""} {
		t.Run(id, func(t *testing.T) {
			if got := d.Case.PhotoByID(id).Reader; got != want {
				t.Errorf("%s is read by %q, want %q", id, got, want)
			}
		})
	}
	if !d.Silent {
		t.Error("a claim is in the audit chain")
	}
}

func TestBothSidesLeadToTheForm(t *testing.T) {
	_, back := SampleReadings()
	c := SampleCase(AwaitingPhotos)
	c.Photos[1].Reader, c.Delayed = "job", "photos"
	d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p2", Readings: []idcard.Reading{back}}).led(AwaitingConfirmation)
	d.drew([]string{AudienceApplicant}, []string{AudienceApplicant}).noted("photo", "p2", "side", "back").dropped()
	p := d.Case.PhotoByID("p2")
	if p.State != PhotoRead || p.Side != idcard.Back || p.Reader != "" || d.Case.Personal.Back == nil ||
		d.Case.Delayed != "" {
		t.Errorf("photo %+v, delayed %q, want %q", p, d.Case.Delayed, "")
	}
	if got := d.lastSent(); got != "feishu_ocr" {
		t.Errorf("sent to %q, want %q", got, "feishu_ocr")
	}
}

func TestReadings(t *testing.T) {
	front, back := SampleReadings()
	expired := backOf(t, "2005.01.01", "2025.01.01")
	reversed := backOf(t, "2030.01.01", "2020.01.01")
	unborn := backOf(t, "1980.01.01", "2040.01.01")
	other := frontOf(t, "样乙", OtherNumber)
	noNumber := frontOf(t, "样甲明", "")
	for _, tt := range []struct {
		name             string
		front, back      bool // sides that are there already
		readings         []idcard.Reading
		to               State
		problem          string // told to the applicant
		hasFront, hasOld bool   // the front is known afterwards; the former photo is still in use
		newState         PhotoState
		side             idcard.Side
		both             bool
	}{
		{"the front alone", false, false, []idcard.Reading{front}, AwaitingPhotos, "", true, false, PhotoRead, idcard.Front,
			false},
		{"the back alone", false, false, []idcard.Reading{back}, AwaitingPhotos, "", false, false, PhotoRead, idcard.Back,
			false},
		{"a second front of the same person", true, false, []idcard.Reading{front}, AwaitingPhotos, "duplicate_front", true,
			true, PhotoRefused, idcard.Front, false},
		{"a front whose number was not read, after one", true, false, []idcard.Reading{noNumber}, AwaitingPhotos,
			"duplicate_front", true, true, PhotoRefused, idcard.Front, false},
		{"another person's front", true, false, []idcard.Reading{other}, AwaitingPhotos, "other_person", true, true,
			PhotoRefused, idcard.Front, false},
		{"a second back", false, true, []idcard.Reading{back}, AwaitingPhotos, "duplicate_back", false, true, PhotoRefused,
			idcard.Back, false},
		{"an expired card", true, false, []idcard.Reading{expired}, AwaitingPhotos, "expired_card", true, true, PhotoRefused,
			idcard.Back, false},
		{"a back that ends before it begins", true, false, []idcard.Reading{reversed}, AwaitingPhotos, "sides_mismatch", true,
			true, PhotoRefused, idcard.Back, false},
		{"a back from before the birth", true, false, []idcard.Reading{unborn}, AwaitingPhotos, "sides_mismatch", true, true,
			PhotoRefused, idcard.Back, false},
		{"a front born after the back began", false, true, []idcard.Reading{frontOf(t, "样丙", "89900020210101003X")},
			AwaitingPhotos, "sides_mismatch", false, true, PhotoRefused, idcard.Front, false},
		{"both sides in one photo", false, false, []idcard.Reading{front, back}, AwaitingConfirmation, "", true, false,
			PhotoRead, idcard.Front, true},
		{"both sides in one photo that do not fit", false, false, []idcard.Reading{front, reversed}, AwaitingPhotos,
			"sides_mismatch", false, false, PhotoRefused, idcard.Front, false},
		{"both sides in one photo, expired", false, false, []idcard.Reading{front, expired}, AwaitingPhotos, "expired_card",
			true, false, PhotoRead, idcard.Front, false},
		{"both sides in one photo, the back known", false, true, []idcard.Reading{front, back}, AwaitingConfirmation, "",
			true, true, PhotoRead, idcard.Front, false},
		{"both sides in one photo, the front known", true, false, []idcard.Reading{front, back}, AwaitingConfirmation, "",
			true, true, PhotoRead, idcard.Back, false},
		{"both sides of another person's card", true, false, []idcard.Reading{other, back}, AwaitingPhotos, "other_person",
			true, true, PhotoRefused, idcard.Front, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(AwaitingPhotos)
			c.Photos, c.Personal = nil, Personal{}
			sf, sb := front.Seal(), back.Seal()
			if tt.front {
				c.Photos, c.Personal.Front = []Photo{{ID: "old", State: PhotoRead, Side: idcard.Front}}, &sf
			}
			if tt.back {
				c.Photos, c.Personal.Back = []Photo{{ID: "old", State: PhotoRead, Side: idcard.Back}}, &sb
			}
			withPhoto(c, "new", PhotoStored)
			d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "new", Readings: tt.readings}).led(tt.to)
			p := d.Case.PhotoByID("new")
			if p.State != tt.newState || p.Side != tt.side || p.Other != tt.both {
				t.Errorf("the photo is %+v", p)
			}
			if (d.Case.Personal.Front != nil) != tt.hasFront {
				t.Errorf("front known: %v", !tt.hasFront)
			}
			if old := d.Case.PhotoByID("old"); old != nil && (old.State == PhotoRead) != tt.hasOld {
				t.Errorf("the former photo is %s", old.State)
			}
			if tt.problem == "" {
				d.queued()
			} else if j := d.queued(JobReply)[0]; j.Args["problem"] != tt.problem || j.To != "om_new" ||
				j.Args["photo"] != "new" {
				t.Errorf("answered with %+v", j)
			}
			if tt.newState == PhotoRefused {
				d.dropped("new")
				if d.Case.BadPhotos != 1 || p.Problem != tt.problem {
					t.Errorf("%d bad photos, problem %q, want 1, %v", d.Case.BadPhotos, p.Problem, tt.problem)
				}
			} else {
				d.dropped()
			}
			if d.lastSent() != "feishu_ocr" {
				t.Error("the reading is not on record")
			}
		})
	}
}

func TestPhotosThatFail(t *testing.T) {
	for _, tt := range []struct {
		state PhotoState
		sent  string // it had been handed to the OCR
	}{{PhotoWaiting, ""}, {PhotoStored, "feishu_ocr"}} {
		t.Run(fmt.Sprint(tt.state), func(t *testing.T) {
			c := SampleCase(AwaitingPhotos)
			c.Photos[1].State, c.Photos[1].Reader, c.Delayed = tt.state, "job", "photos"
			d := decide(t, c, Event{Kind: PhotoFailed, PhotoID: "p2", Problem: "too_small"}).stayed().dropped("p2")
			if j := d.queued(JobReply)[0]; j.Args["problem"] != "too_small" || j.To != "om_2" {
				t.Errorf("answered with %+v", j)
			}
			p := d.Case.PhotoByID("p2")
			if p.State != PhotoRefused || p.Problem != "too_small" || p.Reader != "" || d.Case.BadPhotos != 1 ||
				d.Case.Delayed != "" {
				t.Errorf("%s: %+v", tt.state, p)
			}
			if d.lastSent() != tt.sent {
				t.Errorf("%s: sent to %q, want %v", tt.state, d.lastSent(), tt.sent)
			}
			d.drew([]string{AudienceApplicant}, nil).noted("photo", "p2", "problem", "too_small")
			if got := d.Case.PhotoByID("p1").State; got != PhotoRead || d.Case.Personal.Front == nil {
				t.Error("the other side was lost")
			}
		})
	}
}
