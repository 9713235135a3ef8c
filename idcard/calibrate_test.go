package idcard

import "testing"

func TestCalibrate(t *testing.T) {
	good := func(change func(*Look)) Look {
		l := Look{Found: true, Score: 1.1, Light: 200, Width: 900, Blur: 3, Chroma: 12, Side: Front, SideFit: 0.3}
		change(&l)
		return l
	}
	looks := []Look{{Light: 150}}
	for range 20 {
		looks = append(looks, good(func(*Look) {}))
	}
	kept := Calibrate(looks, DefaultLookLimits)
	if kept.Held != 0 || kept.Suggested != DefaultLookLimits || kept.Pictures != 20 || kept.NoCard != 1 {
		t.Errorf("got %+v, want limits that hold up nobody to stay", kept)
	}
	looks = append(looks, good(func(l *Look) { l.Blur = 6 }), good(func(l *Look) { l.Width = 250 }))
	looks = append(looks, good(func(l *Look) { l.Light = 40 }))
	c := Calibrate(looks, DefaultLookLimits)
	if c.Held != 3 || c.HeldSuggested != 0 {
		t.Errorf("got %d held up, %d by the suggested limits, want 3 and 0", c.Held, c.HeldSuggested)
	}
	want := DefaultLookLimits
	want.BlurAbove, want.WidthBelow, want.DarkBelow = 6.3, 237, 38
	if c.Suggested != want {
		t.Errorf("got the limits %+v, want %+v", c.Suggested, want)
	}
}
