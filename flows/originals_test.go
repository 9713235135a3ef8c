package flows

import (
	"testing"

	"shiming/idcard"
)

func TestOriginals(t *testing.T) {
	for _, s := range States {
		t.Run(string(s), func(t *testing.T) {
			c := SampleCase(s)
			got := Originals(c)
			if want := s == AwaitingReview || s == Decided || s == NeedsAttention; (len(got) > 0) != want {
				t.Errorf("got %d photos, want some: %t", len(got), want)
			}
		})
	}
	t.Run("deleted", func(t *testing.T) {
		c := SampleCase(AwaitingReview)
		c.PhotosGoneAt = SampleTime
		if got := Originals(c); len(got) != 0 {
			t.Errorf("got %d photos, want none", len(got))
		}
	})
	t.Run("order", func(t *testing.T) {
		c := SampleCase(AwaitingReview)
		c.Photos = []Photo{
			{ID: "d", State: PhotoStored},
			{ID: "b", State: PhotoRead, Side: idcard.Back},
			{ID: "c", State: PhotoReplaced, Side: idcard.Front},
			{ID: "e", State: PhotoRefused},
			{ID: "a", State: PhotoRead, Side: idcard.Front},
		}
		ids := ""
		for _, p := range Originals(c) {
			ids += p.ID
		}
		if ids != "abd" {
			t.Errorf("got %s, want abd", ids)
		}
	})
}

func TestUnaskedOriginals(t *testing.T) {
	for _, c := range []struct {
		rule OriginalsRule
		risk Level
		want bool
	}{
		{OriginalsOnRequest, LevelFailed, false},
		{OriginalsOnWarning, LevelPassed, false},
		{OriginalsOnWarning, LevelNotExamined, false},
		{OriginalsOnWarning, LevelWarning, true},
		{OriginalsOnWarning, LevelFailed, true},
		{OriginalsAlways, LevelPassed, true},
		{"", LevelFailed, false},
	} {
		t.Run(string(c.rule)+"/"+string(c.risk), func(t *testing.T) {
			if got := c.rule.Unasked(&Case{Risk: c.risk}); got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
}
