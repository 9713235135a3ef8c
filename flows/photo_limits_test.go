package flows

import (
	"fmt"
	"testing"
	"time"
)

// sendPhoto sends one photo to the case and returns the problem of the answer, or "" if it was taken. Unless it stays
// unread, it cannot be used.
func sendPhoto(t *testing.T, c *Case, n int, at time.Time, unread bool) (after *Case, problem string) {
	t.Helper()
	id := fmt.Sprint("new", n)
	d := decide(t, c, Event{
		Kind:      PhotoReceived,
		PhotoID:   id,
		MessageID: "om_" + id,
		At:        at,
		Photo:     PhotoRef{FileKey: id, Kind: "image"},
	}).wantStay()
	for _, j := range d.Jobs {
		if j.Kind == JobReply {
			return d.Case, j.Args[ArgProblem]
		}
	}
	if unread {
		return d.Case, ""
	}
	return decide(t, d.Case, Event{Kind: PhotoFailed, PhotoID: id, Problem: "nothing", At: at}).wantStay().Case, ""
}

// TestManyPhotos: photos count while they are to be read and for a day. The answer to one too many names the cause.
func TestManyPhotos(t *testing.T) {
	for _, tt := range []struct {
		name   string
		sent   int
		every  time.Duration
		unread bool
		want   string // the answer to the next one
	}{
		{"45 bad ones, three hours apart", 45, 3 * time.Hour, false, ""},
		{"40 bad ones within a day", MaxPhotos, time.Minute, false, "too_many_day"},
		{"39 bad ones within a day", MaxPhotos - 1, time.Minute, false, ""},
		{"40 at once", MaxPhotos, 0, true, "too_many"},
		{"40 unread for days", MaxPhotos, 2 * time.Hour, true, "too_many"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(AwaitingPhotos)
			c.Photos, c.Personal.Front = nil, nil
			at := SampleTime
			for n := range tt.sent {
				var problem string
				if c, problem = sendPhoto(t, c, n, at, tt.unread); problem != "" {
					t.Fatalf("photo %d: got the answer %s, want it taken", n+1, problem)
				}
				at = at.Add(tt.every)
			}
			after, problem := sendPhoto(t, c, tt.sent, at, true)
			if problem != tt.want {
				t.Errorf("the next one: got the answer %q, want %q", problem, tt.want)
			}
			if !after.MayAskHR() && tt.want == "too_many_day" {
				t.Error("the card has no way out, want the one to HR")
			}
			if len(after.Photos) > MaxPhotos {
				t.Errorf("the case keeps %d photos, want %d at most", len(after.Photos), MaxPhotos)
			}
		})
	}
}

// TestPhotosCountAcrossCases: cancelling and starting again does not raise the limit.
func TestPhotosCountAcrossCases(t *testing.T) {
	first := SampleCase(Withdrawn)
	first.Photos = nil
	for n := range MaxPhotos / 2 {
		first.Photos = append(first.Photos, Photo{ID: fmt.Sprint(n), State: PhotoRefused, At: SampleTime.Add(-time.Hour)})
		first.PhotosBefore = append(first.PhotosBefore, SampleTime.Add(-2*time.Hour))
	}
	c := Open(SamplePolicy(), "01976f00-0000-7000-8000-000000000002", "", first.OpenID, "", SampleTime).Case
	CarryPhotos(c, first)
	if _, problem := sendPhoto(t, c, 0, SampleTime, true); problem != "too_many_day" {
		t.Errorf("got the answer %q, want too_many_day", problem)
	}
	if _, problem := sendPhoto(t, c, 0, SampleTime.Add(22*time.Hour+time.Minute), true); problem != "" {
		t.Errorf("a day later: got the answer %q, want the photo taken", problem)
	}
}
