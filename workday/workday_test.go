package workday

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// at reads a time in China.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func office(t *testing.T) Schedule {
	t.Helper()
	h, err := ParseHours("09:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	return Schedule{Mainland(), h}
}

func TestWorks(t *testing.T) {
	c := Mainland()
	for _, tt := range []struct {
		day, name string
		want      bool
	}{
		{"2026-11-30", "an ordinary Monday", true},
		{"2026-11-28", "an ordinary Saturday", false},
		{"2026-02-17", "Spring Festival, a Tuesday", false},
		{"2026-02-14", "the make-up Saturday before Spring Festival", true},
		{"2026-02-28", "the make-up Saturday after it", true},
		{"2026-02-24", "the first Tuesday after it", true},
		{"2026-09-20", "a make-up Sunday", true},
		{"2026-10-07", "the end of National Day", false},
		{"2026-12-31", "New Year's Eve, a Thursday", true},
		{"2027-01-01", "New Year's Day of the next year", false},
		{"2027-02-14", "a make-up Sunday of the next year", true},
		{"2031-10-01", "a holiday of a year that is not known, a Wednesday", true},
		{"2031-10-04", "a Saturday of such a year", false},
		{"2015-09-03", "a day that was a holiday once", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Works(at(t, tt.day+" 12:00")); got != tt.want {
				t.Errorf("%s: got %v, want %v", tt.day, got, tt.want)
			}
		})
	}
	// The day is China's: 16:30 UTC on Friday is Saturday there.
	if c.Works(time.Date(2026, 11, 27, 16, 30, 0, 0, time.UTC)) {
		t.Error("got a working day for a Saturday in China, want a rest day")
	}
}

// TestMainlandIsConsistent: a make-up day is a Saturday or a Sunday, and every year from 2014 to 2027 is known.
func TestMainlandIsConsistent(t *testing.T) {
	c := Mainland()
	for day, works := range c.days {
		if wd := at(t, day+" 12:00").Weekday(); works && wd != time.Saturday && wd != time.Sunday {
			t.Errorf("%s is a make-up day on a %s, want a weekend", day, wd)
		}
	}
	for year := 2014; year <= 2027; year++ {
		if !c.Covers(year) {
			t.Errorf("%d is not known, want it known", year)
		}
	}
	if c.Covers(2028) {
		t.Error("2028 is known, want it unknown")
	}
}

func TestMissing(t *testing.T) {
	year := func(text string) Calendar {
		c, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	twice := year("2026-10-01 rest\n2027-01-01 rest\n")
	for _, tt := range []struct {
		name string
		c    Calendar
		now  string
		want []int
	}{
		{"both known", Mainland(), "2026-11-30 10:00", nil},
		{"the next year before November", twice, "2026-10-31 23:59", nil},
		{"the next year from 1 November on", twice, "2026-11-01 00:00", []int{2027}},
		{"New Year's Day alone is no year", twice, "2027-01-01 00:00", []int{2027}},
		{"neither", Calendar{}, "2026-12-01 00:00", []int{2026, 2027}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.c.Missing(at(t, tt.now)); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	c, err := Parse("\ufeff# 2028\n\n2028-10-01 rest 国庆节\r\n2028-10-07\twork\n2028-10-07 work again\n")
	if err != nil {
		t.Fatal(err)
	}
	both := Mainland().With(c)
	if !both.Covers(2028) || !both.Covers(2027) || !both.Works(at(t, "2028-10-07 12:00")) {
		t.Error("got a calendar without the days of both files, want them all")
	}
	over, err := Parse("2026-11-30 rest 公司日")
	if err != nil {
		t.Fatal(err)
	}
	if Mainland().With(over).Works(at(t, "2026-11-30 12:00")) {
		t.Error("the operator's day did not replace the built-in one")
	}
	if (Calendar{}).With(over).Works(at(t, "2026-11-30 12:00")) {
		t.Error("an empty calendar did not take the day")
	}
	for _, tt := range []struct {
		text string
		line int
	}{
		{"2026-10-01", 1},
		{"2026-10-01 rest\n2026-13-01 rest", 2},
		{"2026-10-01 off", 1},
		{"# only\n\nNational Day", 3},
		{"2026-02-30 rest", 1},
		{"2026-10-01 rest\n2026-10-01 work", 2},
	} {
		_, err := Parse(tt.text)
		if bad, ok := errors.AsType[*LineError](err); !ok || bad.Line != tt.line {
			t.Errorf("%q: got the error %v, want one of line %d", tt.text, err, tt.line)
		}
	}
}

func TestParseHours(t *testing.T) {
	for text, want := range map[string]Hours{
		"09:00-18:00":   {9 * time.Hour, 18 * time.Hour},
		" 8:30 - 17:15": {8*time.Hour + 30*time.Minute, 17*time.Hour + 15*time.Minute},
		"00:00-24:00":   {0, 24 * time.Hour},
	} {
		if got, err := ParseHours(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "9-18", "18:00-09:00", "09:00-09:00", "09:00", "09:00-25:00", "24:00-24:00", "x-y"} {
		if got, err := ParseHours(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

func TestWorkingTime(t *testing.T) {
	s := office(t)
	for _, tt := range []struct {
		name, from string
		d          time.Duration
		want       string
	}{
		{"within a day", "2026-11-30 10:00", 4 * time.Hour, "2026-11-30 14:00"},
		{"to the last minute", "2026-11-30 14:00", 4 * time.Hour, "2026-11-30 18:00"},
		{"over a night", "2026-11-30 16:00", 4 * time.Hour, "2026-12-01 11:00"},
		{"from the night", "2026-11-30 23:00", 4 * time.Hour, "2026-12-01 13:00"},
		{"before the hours", "2026-11-30 07:00", 4 * time.Hour, "2026-11-30 13:00"},
		{"over a weekend", "2026-11-27 17:00", 2 * time.Hour, "2026-11-30 10:00"},
		{"on a Sunday", "2026-11-29 12:00", time.Hour, "2026-11-30 10:00"},
		{"over Spring Festival, with its make-up Saturday", "2026-02-13 17:00", 11 * time.Hour, "2026-02-24 10:00"},
		{"over New Year's Eve into the next year", "2026-12-31 17:00", 2 * time.Hour, "2027-01-04 10:00"},
		{"in a year that is not known", "2031-09-30 17:00", 2 * time.Hour, "2031-10-01 10:00"},
		{"several days", "2026-11-30 09:00", 45 * time.Hour, "2026-12-04 18:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from, want := at(t, tt.from), at(t, tt.want)
			if got := s.After(from, tt.d); !got.Equal(want) {
				t.Errorf("after: got %s, want %s", got, want)
			}
			if got := s.Between(from, want); got != tt.d {
				t.Errorf("between: got %s, want %s", got, tt.d)
			}
		})
	}
	if got := s.Between(at(t, "2026-11-30 12:00"), at(t, "2026-11-30 10:00")); got != 0 {
		t.Errorf("backwards: got %s, want 0", got)
	}
}

func TestOpen(t *testing.T) {
	s := office(t)
	for _, tt := range []struct{ now, next string }{
		{"2026-11-30 08:59", "2026-11-30 09:00"},
		{"2026-11-30 09:00", "2026-11-30 09:00"},
		{"2026-11-30 17:59", "2026-11-30 17:59"},
		{"2026-11-30 18:00", "2026-12-01 09:00"},
		{"2026-11-27 18:00", "2026-11-30 09:00"},
		{"2026-02-13 20:00", "2026-02-14 09:00"},
		{"2026-02-14 20:00", "2026-02-24 09:00"},
	} {
		now, next := at(t, tt.now), at(t, tt.next)
		if got := s.NextOpen(now); !got.Equal(next) || s.Open(now) != now.Equal(next) {
			t.Errorf("%s: open %v, next %s, want %s", tt.now, s.Open(now), got, next)
		}
	}
	if got, want := s.NextDay(at(t, "2026-11-27 09:30")), at(t, "2026-11-30 09:00"); !got.Equal(want) {
		t.Errorf("the next day: got %s, want %s", got, want)
	}
	if (Schedule{}).Open(at(t, "2026-11-30 12:00")) {
		t.Error("a schedule without hours is open")
	}
}

// TestBeforeAgrees: a moment lies at or before Before(now, d) just if d of working time since it is over.
func TestBeforeAgrees(t *testing.T) {
	s := office(t)
	r := rand.New(rand.NewPCG(1, 2))
	start := at(t, "2026-01-01 00:00")
	for range 20000 {
		now := start.Add(time.Duration(r.IntN(365*24*60)) * time.Minute)
		since := now.Add(-time.Duration(r.IntN(20*24*60)) * time.Minute)
		d := time.Duration(1+r.IntN(40*60)) * time.Minute
		over := s.Between(since, now) >= d
		if cut := s.Before(now, d); since.After(cut) == over {
			t.Fatalf("since %s, now %s, %s: over %v, but the cut is %s", since, now, d, over, cut)
		}
		if due := s.After(since, d); now.Before(due) == over {
			t.Fatalf("since %s, now %s, %s: over %v, but due at %s", since, now, d, over, due)
		}
	}
}
