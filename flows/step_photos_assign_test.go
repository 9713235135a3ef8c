package flows

import (
	"fmt"
	"slices"
	"testing"

	"shiming/cards"
	"shiming/idcard"
)

// TestBetterPhoto checks which fronts replace the former one, and that nobody is blamed for it.
func TestBetterPhoto(t *testing.T) {
	good := frontAs(t, SampleName, SampleNumber)
	for name, tt := range map[string]struct {
		former, newer idcard.Reading
		problem       string
	}{
		"a wrong digit before": {frontAs(t, SampleName, "899000199003077296"), good, ""},
		"a digit lost before":  {frontAs(t, SampleName, "89900019900307029"), good, ""},
		"a letter before":      {frontAs(t, SampleName, "B99000199003070296"), good, ""},
		"misread twice": {
			frontAs(t, SampleName, "89900019900307029"), frontAs(t, SampleName, "899000199003077296"), "",
		},
		"misread after a valid one":    {good, frontAs(t, SampleName, "899000199003077296"), "duplicate_front"},
		"the same card again":          {good, frontAs(t, SampleName+" ", "8990 00199003070296"), "duplicate_front"},
		"somebody else's valid number": {good, frontAs(t, "样乙", OtherNumber), "other_person"},
		"the name unread before": {
			reading(t, idcard.Entity{Type: "identity_code", Value: SampleNumber}, idcard.Entity{Type: "gender", Value: "男"}),
			good, "",
		},
		"an end that could not be read": {backUntil(t, "20I6.01.01"), backUntil(t, "2040.01.01"), ""},
		"the end read before":           {backUntil(t, "2040.01.01"), backUntil(t, "20I6.01.01"), "duplicate_back"},
	} {
		t.Run(name, func(t *testing.T) {
			c := SampleCase(AwaitingPhotos)
			sealed := tt.former.Seal()
			c.Personal.Front, c.Personal.Back = nil, nil
			if tt.former.Side == idcard.Front {
				c.Personal.Front = &sealed
			} else {
				c.Personal.Back = &sealed
			}
			c.Photos[0].Side = tt.former.Side
			d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p2", Readings: []idcard.Reading{tt.newer}})
			former, newer := d.Case.PhotoByID("p1"), d.Case.PhotoByID("p2")
			if newer.Problem != tt.problem {
				t.Fatalf("got the problem %q, want %q", newer.Problem, tt.problem)
			}
			if blamed := tt.problem == "other_person"; (d.Case.BadPhotos > 0) != blamed {
				t.Errorf("got %d bad photos, want blame: %v", d.Case.BadPhotos, blamed)
			}
			if tt.problem != "" {
				if former.State != PhotoRead {
					t.Errorf("got the former photo %s, want it kept", former.State)
				}
				return
			}
			if former.State != PhotoReplaced || newer.State != PhotoRead || d.Case.BadPhotos > 0 || len(d.Jobs) > 0 {
				t.Errorf("got %s and %s, %d bad, jobs %v, want a silent replacement",
					former.State, newer.State, d.Case.BadPhotos, d.Jobs)
			}
			if !slices.Contains(d.DropPictures, "p1") {
				t.Errorf("got %v dropped, want the former picture", d.DropPictures)
			}
		})
	}
	t.Run("the other side of the former photo stays", func(t *testing.T) {
		c := SampleCase(AwaitingPhotos)
		bad, back := frontAs(t, SampleName, "89900019900307029").Seal(), backUntil(t, "2040.01.01").Seal()
		c.Personal.Front, c.Personal.Back = &bad, &back
		c.Photos[0].BothSides = true
		d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p2", Readings: []idcard.Reading{good}}).
			wantState(AwaitingConfirmation)
		if p := d.Case.PhotoOf(idcard.Back); p == nil || p.ID != "p1" || d.Case.PhotoOf(idcard.Front).ID != "p2" {
			t.Errorf("got %+v, want the back of the former photo kept", d.Case.Photos)
		}
	})
}

// TestTwoCardsInOnePicture checks that such a photo is refused, and that the sides that were read stay.
func TestTwoCardsInOnePicture(t *testing.T) {
	for name, two := range map[string]idcard.Reading{
		"two names":   frontAs(t, SampleName, SampleNumber, idcard.Entity{Type: "identity_name", Value: "样乙"}),
		"two numbers": frontAs(t, SampleName, SampleNumber, idcard.Entity{Type: "identity_code", Value: OtherNumber}),
		"two backs": reading(t, idcard.Entity{Type: "issued_by", Value: "样本市公安局"},
			idcard.Entity{Type: "issued_by", Value: "样例市公安局"}, idcard.Entity{Type: "valid_date_end", Value: "2040.01.01"}),
	} {
		t.Run(name, func(t *testing.T) {
			c := SampleCase(AwaitingPhotos)
			c.Personal.Front, c.Photos = nil, c.Photos[1:]
			d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p2", Readings: []idcard.Reading{two}}).
				wantState(AwaitingPhotos)
			p := d.Case.PhotoByID("p2")
			if p.State != PhotoRefused || p.Problem != "two_cards" || d.Case.Personal.Front != nil {
				t.Errorf("got %s, %q, want it refused as two cards", p.State, p.Problem)
			}
		})
		t.Run(name+", at the form", func(t *testing.T) {
			c := SampleCase(AwaitingConfirmation)
			c.Photos = append(c.Photos, Photo{ID: "p3", MessageID: "om_3", State: PhotoStored, At: SampleTime})
			d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p3", Readings: []idcard.Reading{two}}).
				wantState(AwaitingConfirmation)
			if d.Case.PhotoByID("p3").Problem != "two_cards" || d.Case.PhotoOf(idcard.Front) == nil ||
				d.Case.PhotoOf(idcard.Back) == nil {
				t.Errorf("got %+v, want the photo refused and both sides kept", d.Case.Photos)
			}
		})
	}
}

// TestUnreadCause checks that the answer to a photo without a card names what was measured.
func TestUnreadCause(t *testing.T) {
	for _, tt := range []struct {
		problem  string
		warnings []string
		want     string
	}{
		{"nothing", nil, "nothing"},
		{"nothing", []string{"photo_grey", "photo_glare"}, "photo_glare"},
		{"nothing", []string{"photo_low_contrast", "photo_dark"}, "photo_dark"},
		{"no_key_field", []string{"photo_blurred"}, "photo_blurred"},
		{"both_sides_unclear", []string{"photo_small"}, "photo_small"},
		{"bad_file", []string{"photo_small"}, "bad_file"},
		{"too_small", []string{"photo_dark"}, "too_small"},
	} {
		t.Run(fmt.Sprint(tt.problem, tt.warnings), func(t *testing.T) {
			c := SampleCase(AwaitingPhotos)
			c.Photos[1].Warnings = tt.warnings
			d := decide(t, c, Event{Kind: PhotoFailed, PhotoID: "p2", Problem: tt.problem})
			if got := d.Case.PhotoByID("p2").Problem; got != tt.want || !cards.HasText("photo."+got) {
				t.Errorf("got %q, want %q with a text", got, tt.want)
			}
		})
	}
}

// TestEdgesAreKept checks that the OCR's corners become warnings of the photo.
func TestEdgesAreKept(t *testing.T) {
	c := SampleCase(AwaitingPhotos)
	c.Photos[1].Width, c.Photos[1].Height = 1000, 700
	back := backUntil(t, "2040.01.01")
	back.Corners = []int{0, 100, 900, 100, 900, 600, 0, 600}
	d := decide(t, c, Event{Kind: PhotoReadOK, PhotoID: "p2", Readings: []idcard.Reading{back}}).
		wantDetail("issues_back", "card_cut")
	if got := d.Case.PhotoByID("p2").Warnings; !slices.Equal(got, []string{"card_cut"}) {
		t.Errorf("got %v, want card_cut", got)
	}
}

// TestUploadKeepsBothHashes checks the audit row of an upload: what was sent, what was uploaded, and how one became the
// other.
func TestUploadKeepsBothHashes(t *testing.T) {
	c := recordingCase()
	uploaded := Event{Kind: PhotoUploaded, Side: "front", ID: "f1", SHA256: "uploaded", MD5: "uploaded-md5"}
	d := decide(t, c, uploaded).wantDetail("sha256", "a", "sha256_uploaded", "uploaded", "md5_uploaded", "uploaded-md5")
	if _, said := d.Detail["changes"]; said {
		t.Error("got changes of a picture that an older version fetched, want none")
	}
	waiting := SampleCase(AwaitingPhotos)
	waiting.Photos[0].State = PhotoWaiting
	fetched := decide(t, waiting, Event{Kind: PhotoFetched, PhotoID: "p1", SHA256: "sent", MD5: "sent-md5", Format: "png",
		Changes: "re_encoded turned_upright"}).wantStay()
	c.Photos[0] = fetched.Case.Photos[0]
	c.Photos[0].State, c.Photos[0].Side = PhotoRead, idcard.Front
	decide(t, c, uploaded).wantDetail("sha256", "sent", "md5", "sent-md5", "format", "png", "changes",
		"re_encoded turned_upright", "sha256_uploaded", "uploaded", "md5_uploaded", "uploaded-md5")
}
