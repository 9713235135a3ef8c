package idcard

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 21, 9, 0, 0, 0, chinaTime)

func mustNumber(t testing.TB, s string) Number {
	t.Helper()
	n, err := ParseNumber(s, now)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestParseNumberGood(t *testing.T) {
	for _, c := range []struct {
		in, want string
		gender   Gender
		birth    Date
	}{
		{"11010119900307803X", "11010119900307803X", Male, Date{1990, 3, 7}},
		{"440308199901101512", "440308199901101512", Male, Date{1999, 1, 10}},
		{"500154199301135886", "500154199301135886", Female, Date{1993, 1, 13}}, // region younger than the person
		{"810000199408230021", "810000199408230021", Female, Date{1994, 8, 23}}, // Hong Kong residence permit
		{"820000199408230023", "820000199408230023", Female, Date{1994, 8, 23}},
		{"830000199201300022", "830000199201300022", Female, Date{1992, 1, 30}},
		{"130401199601018395", "130401199601018395", Male, Date{1996, 1, 1}},
		{"990101199003070015", "990101199003070015", Male, Date{1990, 3, 7}}, // no such region: never refuses
		{"11010119900307803x", "11010119900307803X", Male, Date{1990, 3, 7}},
		{" 110101 19900307-803Ｘ ", "11010119900307803X", Male, Date{1990, 3, 7}},
		{"１１０１０１１９９００３０７８０３Ⅹ", "11010119900307803X", Male, Date{1990, 3, 7}},
		{"1101 0119\u00a09003–0780\u200b3×", "11010119900307803X", Male, Date{1990, 3, 7}},
	} {
		t.Run(c.in, func(t *testing.T) {
			n, err := ParseNumber(c.in, now)
			if err != nil {
				t.Errorf("%q: got %v, want no error", c.in, err)
				return
			}
			if n.Reveal() != c.want || n.Gender() != c.gender || n.BirthDate() != c.birth || n.Birth() != c.birth.Time() {
				t.Errorf("%q: got %s %s %s, want %v, %v, %v", c.in, n.Reveal(), n.Gender(), n.BirthDate(), c.want, c.gender,
					c.birth)
			}
		})
	}
}

func TestParseNumberBad(t *testing.T) {
	for in, want := range map[string]NumberReason{
		"":                    NumberEmpty,
		" - ":                 NumberEmpty,
		"110101900307803":     NumberLength, // 15 digits: no longer a legal document
		"1101011990030780":    NumberLength,
		"11010119900307803X1": NumberLength,
		"1101011990030780312": NumberLength,
		"1101011990O307803X":  NumberCharacters, // letter O
		"X1010119900307803X":  NumberCharacters,
		"一一〇一〇一19900307803X":  NumberCharacters,
		"010101199003078035":  NumberRegionDigit,
		"110101199002300014":  NumberDate, // 30 February
		"110101188001010011":  NumberDate, // before 1900
		"110101209901010017":  NumberFuture,
		"110101202611220013":  NumberFuture, // tomorrow
		"820000199408230021":  NumberCheckDigit,
		"110101199003078031":  NumberCheckDigit,
	} {
		t.Run(in, func(t *testing.T) {
			n, err := ParseNumber(in, now)
			var e *NumberError
			if !errors.As(err, &e) || e.Reason != want {
				t.Errorf("%q: got %v, want %s", in, err, want)
			}
			if !n.Empty() || err != nil && len(in) > 4 && strings.Contains(err.Error(), in) {
				t.Errorf("%q: got the value beside or in the error, want neither", in)
			}
		})
	}
}

// TestParseNumberToday checks that the date of birth may be today in China, and not tomorrow.
func TestParseNumberToday(t *testing.T) {
	s := "11010120261121001"
	s += string(checkCharacter(s))
	mustNumber(t, s)
	if _, err := ParseNumber(s, time.Date(2026, 11, 20, 16, 30, 0, 0, time.UTC)); err != nil {
		t.Errorf("the 21st in China: got %v, want no error", err)
	}
	if _, err := ParseNumber(s, time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)); err == nil {
		t.Error("the 20th in China: got no error, want one")
	}
}

// anyNumber draws valid numbers of people born between 1900 and now.
func anyNumber() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		region := rapid.IntRange(100000, 999999).Draw(t, "region")
		day := rapid.IntRange(0, 46000).Draw(t, "day")
		birth := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day)
		body := strconv.Itoa(region) + birth.Format("20060102") + strconv.Itoa(rapid.IntRange(100, 999).Draw(t, "order"))
		return body + string(checkCharacter(body))
	})
}

func TestNumberProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyNumber().Draw(t, "number")
		n, err := ParseNumber(s, now)
		if err != nil || n.Reveal() != s {
			t.Fatalf("%s: got %v, want no error", s, err)
		}
		// MOD 11-2 detects each single wrong digit.
		i := rapid.IntRange(0, 16).Draw(t, "place")
		d := byte('0' + rapid.IntRange(1, 9).Draw(t, "shift"))
		wrong := []byte(s)
		wrong[i] = '0' + (wrong[i]-'0'+d-'0')%10
		if _, err := ParseNumber(string(wrong), now); err == nil {
			t.Fatalf("%s: got no error, want one for a wrong digit of %s", wrong, s)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"11010119900307803X", "１１０１０１１９９００３０７８０３Ⅹ", "110101199002300014", "990101199003070015",
		"\xff", "110101-19900307-803x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s, now)
		if err != nil {
			if !n.Empty() {
				t.Fatal("got a value beside an error, want none")
			}
			return
		}
		again, err := ParseNumber(n.Reveal(), now)
		if err != nil || again != n {
			t.Fatalf("got %v for the parsed number, want no error", err)
		}
		if b := n.BirthDate(); b.Y < 1900 || DateOf(now).Before(b) || n.Gender() == "" || len(n.Masked()) != 18 {
			t.Fatalf("got birth %v, gender %q, want both valid", b, n.Gender())
		}
	})
}
