package flows

import (
	"fmt"
	"strings"
	"testing"

	"shiming/idcard"
)

func TestPhotoReceivedQueuesFetch(t *testing.T) {
	for _, s := range []State{AwaitingPhotos, AwaitingConfirmation} {
		d := decide(t, SampleCase(s), Event{
			Kind:      PhotoReceived,
			PhotoID:   "p9",
			MessageID: "om_9",
			Photo:     PhotoRef{FileKey: "k9", Kind: "image"},
		}).wantStay()
		if j := d.wantJobs(JobFetchPhoto)[0]; j.ref != "p9" {
			t.Errorf("%s: fetches %q, want %q", s, j.ref, "p9")
		}
		d.wantCards([]string{AudienceApplicant}, nil)
		if p := d.Case.PhotoByID("p9"); p == nil || p.State != PhotoWaiting || !p.At.Equal(SampleTime) {
			t.Errorf("%s: got photo %+v, want the event's in state waiting", s, p)
		}
	}
}

// TestReadPriority checks that photos of begun cases are read first.
func TestReadPriority(t *testing.T) {
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
			}).wantStay()
			if j := d.wantJobs(JobReadPhotos)[0]; j.Priority != tt.priority {
				t.Errorf("%s: priority %d, want %d", tt.name, j.Priority, tt.priority)
			}
			p := d.Case.PhotoByID("new")
			if p.State != PhotoStored || p.SHA256 != "abc" || len(p.Warnings) != 1 {
				t.Errorf("%s: got photo %+v, want it stored", tt.name, p)
			}
			d.wantDetail("photo", "new", "sha256", "abc")
		})
	}
}

// TestLateResultsNeverDropAPhotoInUse checks that a late result changes no photo and deletes only unused bytes.
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
					d := decide(t, c, e).wantStay()
					want := []string{"p1"}
					if !tt.drop {
						want = nil
					}
					d.wantDropped(want...)
					d.wantJobs()
					if got := d.Case.PhotoByID("p1"); got.State != tt.state || got.SHA256 != "a" {
						t.Errorf("%s × %s: got photo %s changed to %+v, want it unchanged", s, e.Kind, tt.state, got)
					}
					if !d.Silent {
						t.Errorf("%s × %s on a photo in state %s: got an audit row, want none", s, e.Kind, tt.state)
					}
				})
			}
			e := e
			e.PhotoID = "unknown"
			decide(t, SampleCase(s), e).wantStay().wantDropped("unknown")
		}
	}
	// A second download of a stored photo changes nothing.
	c := SampleCase(AwaitingPhotos)
	d := decide(t, c, Event{Kind: PhotoFetched, PhotoID: "p2", SHA256: "other"}).wantStay().wantDropped()
	if d.Case.PhotoByID("p2").SHA256 != "b" {
		t.Error("got another hash, want that of the stored photo")
	}
}

func TestPhotoIsClaimedOnce(t *testing.T) {
	c := SampleCase(AwaitingPhotos)
	c.Photos = append(c.Photos, Photo{ID: "p3", State: PhotoStored, Reader: "other"}, Photo{ID: "p4", State: PhotoWaiting},
		Photo{ID: "p5", State: PhotoStored})
	d := decide(t, c, Event{Kind: PhotoClaimed, PhotoIDs: []string{"p1", "p2", "p3", "p4"}, Job: "mine"}).wantStay()
	for id, want := range map[string]string{"p1": "", "p2": "mine", "p3": "other", "p4": "", "p5": ""} {
		t.Run(id, func(t *testing.T) {
			if got := d.Case.PhotoByID(id).Reader; got != want {
				t.Errorf("%s is read by %q, want %q", id, got, want)
			}
		})
	}
	if !d.Silent {
		t.Error("got an audit row for a claim, want none")
	}
}

func TestBothSidesLeadToForm(t *testing.T) {
	_, back := SampleReadings()
	c := SampleCase(AwaitingPhotos)
	c.Photos[1].Reader, c.Delayed = "job", "photos"
	d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p2", Readings: []idcard.Reading{back}}).
		wantState(AwaitingConfirmation)
	d.wantCards([]string{AudienceApplicant}, []string{AudienceApplicant}).
		wantDetail("photo", "p2", "side", "back").
		wantDropped()
	p := d.Case.PhotoByID("p2")
	if p.State != PhotoRead || p.Side != idcard.Back || p.Reader != "" || d.Case.Personal.Back == nil ||
		d.Case.Delayed != "" {
		t.Errorf("photo %+v, delayed %q, want %q", p, d.Case.Delayed, "")
	}
	if got := d.lastDisclosure(); got != "feishu_ocr" {
		t.Errorf("sent to %q, want %q", got, "feishu_ocr")
	}
}

// photoOutcome is what shall be known of a photo and its case after the photo was read.
type photoOutcome struct {
	state    State
	problem  string // reported to the applicant; "" for none
	hasFront bool   // the front is known
	keepsOld bool   // the earlier photo is still in use
	photo    PhotoState
	side     idcard.Side
	both     bool // the photo shows both sides
}

func TestPhotoRead(t *testing.T) {
	front, back := SampleReadings()
	expired := backOf(t, "2005.01.01", "2025.01.01")
	reversed := backOf(t, "2030.01.01", "2020.01.01")
	unborn := backOf(t, "1980.01.01", "2040.01.01")
	other := frontOf(t, "样乙", OtherNumber)
	noNumber := frontOf(t, "样甲明", "")
	type readings = []idcard.Reading
	for _, tt := range []struct {
		name        string
		front, back bool // an earlier photo shows this side
		readings    readings
		want        photoOutcome
	}{
		{name: "the front alone", readings: readings{front},
			want: photoOutcome{state: AwaitingPhotos, hasFront: true, photo: PhotoRead, side: idcard.Front}},
		{name: "the back alone", readings: readings{back},
			want: photoOutcome{state: AwaitingPhotos, photo: PhotoRead, side: idcard.Back}},
		{name: "a second front of the same person", front: true, readings: readings{front},
			want: photoOutcome{state: AwaitingPhotos, problem: "duplicate_front", hasFront: true, keepsOld: true,
				photo: PhotoRefused, side: idcard.Front}},
		{name: "a front whose number was not read, after one", front: true, readings: readings{noNumber},
			want: photoOutcome{state: AwaitingPhotos, problem: "duplicate_front", hasFront: true, keepsOld: true,
				photo: PhotoRefused, side: idcard.Front}},
		{name: "another person's front", front: true, readings: readings{other},
			want: photoOutcome{state: AwaitingPhotos, problem: "other_person", hasFront: true, keepsOld: true,
				photo: PhotoRefused, side: idcard.Front}},
		{name: "a second back", back: true, readings: readings{back},
			want: photoOutcome{state: AwaitingPhotos, problem: "duplicate_back", keepsOld: true,
				photo: PhotoRefused, side: idcard.Back}},
		{name: "an expired card", front: true, readings: readings{expired},
			want: photoOutcome{state: AwaitingPhotos, problem: "expired_card", hasFront: true, keepsOld: true,
				photo: PhotoRefused, side: idcard.Back}},
		{name: "a back that ends before it begins", front: true, readings: readings{reversed},
			want: photoOutcome{state: AwaitingPhotos, problem: "sides_mismatch", hasFront: true, keepsOld: true,
				photo: PhotoRefused, side: idcard.Back}},
		{name: "a back from before the birth", front: true, readings: readings{unborn},
			want: photoOutcome{state: AwaitingPhotos, problem: "sides_mismatch", hasFront: true, keepsOld: true,
				photo: PhotoRefused, side: idcard.Back}},
		{name: "a front born after the back began", back: true, readings: readings{frontOf(t, "样丙", "89900020210101003X")},
			want: photoOutcome{state: AwaitingPhotos, problem: "sides_mismatch", keepsOld: true,
				photo: PhotoRefused, side: idcard.Front}},
		{name: "both sides in one photo", readings: readings{front, back},
			want: photoOutcome{state: AwaitingConfirmation, hasFront: true, photo: PhotoRead, side: idcard.Front, both: true}},
		{name: "both sides in one photo that do not fit", readings: readings{front, reversed},
			want: photoOutcome{state: AwaitingPhotos, problem: "sides_mismatch", photo: PhotoRefused, side: idcard.Front}},
		{name: "both sides in one photo, expired", readings: readings{front, expired},
			want: photoOutcome{state: AwaitingPhotos, problem: "expired_card", hasFront: true,
				photo: PhotoRead, side: idcard.Front}},
		{name: "both sides in one photo, the back known", back: true, readings: readings{front, back},
			want: photoOutcome{state: AwaitingConfirmation, hasFront: true, keepsOld: true,
				photo: PhotoRead, side: idcard.Front}},
		{name: "both sides in one photo, the front known", front: true, readings: readings{front, back},
			want: photoOutcome{state: AwaitingConfirmation, hasFront: true, keepsOld: true,
				photo: PhotoRead, side: idcard.Back}},
		{name: "both sides of another person's card", front: true, readings: readings{other, back},
			want: photoOutcome{state: AwaitingPhotos, problem: "other_person", hasFront: true, keepsOld: true,
				photo: PhotoRefused, side: idcard.Front}},
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
			d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "new", Readings: tt.readings}).wantState(tt.want.state)
			p := d.Case.PhotoByID("new")
			if p.State != tt.want.photo || p.Side != tt.want.side || p.BothSides != tt.want.both {
				t.Errorf("got photo %+v, want %s, %s, both sides %v", p, tt.want.photo, tt.want.side, tt.want.both)
			}
			if (d.Case.Personal.Front != nil) != tt.want.hasFront {
				t.Errorf("front known: %v", !tt.want.hasFront)
			}
			if old := d.Case.PhotoByID("old"); old != nil && (old.State == PhotoRead) != tt.want.keepsOld {
				t.Errorf("got the earlier photo in state %s, want it in use: %v", old.State, tt.want.keepsOld)
			}
			if tt.want.problem == "" {
				d.wantJobs()
			} else if j := d.wantJobs(JobReply)[0]; j.Args["problem"] != tt.want.problem || j.To != "om_new" ||
				j.Args["photo"] != "new" {
				t.Errorf("got reply %+v, want %s on om_new", j, tt.want.problem)
			}
			if tt.want.photo == PhotoRefused {
				d.wantDropped("new")
				bad := 1
				if strings.HasPrefix(tt.want.problem, "duplicate") {
					bad = 0
				}
				if d.Case.BadPhotos != bad || p.Problem != tt.want.problem {
					t.Errorf("%d bad photos, problem %q, want %d, %v", d.Case.BadPhotos, p.Problem, bad, tt.want.problem)
				}
			} else {
				d.wantDropped()
			}
			if d.lastDisclosure() != "feishu_ocr" {
				t.Error("got no disclosure, want feishu_ocr")
			}
		})
	}
}

func TestPhotoFailed(t *testing.T) {
	for _, tt := range []struct {
		state PhotoState
		sent  string // it had been handed to the OCR
	}{{PhotoWaiting, ""}, {PhotoStored, "feishu_ocr"}} {
		t.Run(fmt.Sprint(tt.state), func(t *testing.T) {
			c := SampleCase(AwaitingPhotos)
			c.Photos[1].State, c.Photos[1].Reader, c.Delayed = tt.state, "job", "photos"
			d := decide(t, c, Event{Kind: PhotoFailed, PhotoID: "p2", Problem: "too_small"}).wantStay().wantDropped("p2")
			if j := d.wantJobs(JobReply)[0]; j.Args["problem"] != "too_small" || j.To != "om_2" {
				t.Errorf("got reply %+v, want too_small on om_2", j)
			}
			p := d.Case.PhotoByID("p2")
			if p.State != PhotoRefused || p.Problem != "too_small" || p.Reader != "" || d.Case.BadPhotos != 1 ||
				d.Case.Delayed != "" {
				t.Errorf("%s: got photo %+v, want it refused", tt.state, p)
			}
			if d.lastDisclosure() != tt.sent {
				t.Errorf("%s: sent to %q, want %v", tt.state, d.lastDisclosure(), tt.sent)
			}
			d.wantCards([]string{AudienceApplicant}, nil).wantDetail("photo", "p2", "problem", "too_small")
			if got := d.Case.PhotoByID("p1").State; got != PhotoRead || d.Case.Personal.Front == nil {
				t.Error("got no front, want it kept")
			}
		})
	}
}

// TestOneDrawingForBothSides: while the other side is being read, the result of the first draws nothing, because the
// form would wait for that drawing. A problem is shown at once.
func TestOneDrawingForBothSides(t *testing.T) {
	front, back := SampleReadings()
	both := func() *Case {
		c := SampleCase(AwaitingPhotos)
		c.Personal.Front = nil
		for i := range c.Photos {
			c.Photos[i].State, c.Photos[i].Side, c.Photos[i].Reader = PhotoStored, "", "job"
		}
		return c
	}
	first := decide(t, both(), Event{Kind: PhotoReadOK, PhotoID: "p1", Readings: []idcard.Reading{front}}).wantStay()
	first.wantCards(nil, nil)
	decide(t, first.Case, Event{Kind: PhotoReadOK, PhotoID: "p2", Readings: []idcard.Reading{back}}).
		wantState(AwaitingConfirmation).wantCards([]string{AudienceApplicant}, []string{AudienceApplicant})
	alone := both()
	alone.Photos[1].Reader = ""
	decide(t, alone, Event{Kind: PhotoReadOK, PhotoID: "p1", Readings: []idcard.Reading{front}}).
		wantCards([]string{AudienceApplicant}, nil)
	decide(t, both(), Event{Kind: PhotoFailed, PhotoID: "p1", Problem: "no_card"}).
		wantCards([]string{AudienceApplicant}, nil)
}
