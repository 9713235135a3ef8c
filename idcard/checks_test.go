package idcard

import (
	"slices"
	"testing"
	"time"
)

func TestConsistency(t *testing.T) {
	number := mustNumber(t, "11010119900307803X") // male, 1990-03-07
	born := Date{1990, 3, 7}
	for _, c := range []struct {
		what string
		r    Reading
		want []Issue
	}{
		{"all agree", Reading{Number: number, Birth: born, Gender: Male}, nil},
		{"nothing printed was read", Reading{Number: number}, nil},
		{"no number", Reading{Birth: born, Gender: Female}, nil},
		{"birth", Reading{Number: number, Birth: Date{1990, 3, 1}, Gender: Male},
			[]Issue{{CodeBirthMismatch, Warn, FieldBirth}}},
		{"gender", Reading{Number: number, Birth: born, Gender: Female}, []Issue{{CodeGenderMismatch, Warn, FieldGender}}},
		{"both", Reading{Number: number, Birth: Date{1980, 3, 1}, Gender: Female},
			[]Issue{{CodeNumberMismatch, Error, FieldNumber}}},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := Consistency(c.r); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", c.what, got, c.want)
			}
		})
	}
}

func TestSuggestNumber(t *testing.T) {
	for _, c := range []struct{ raw, birth, gender, want string }{
		{"1101011990O307803X", "1990-03-07", "男", "11010119900307803X"}, // letter for digit
		{"11O1O1199OO3O78O3X", "1990-03-07", "男", "11010119900307803X"}, // many
		{"11010119960307803X", "1990-03-07", "男", "11010119900307803X"}, // year against the printed birth
		{"71010119900307803X", "1990-03-07", "男", ""},                   // a wrong digit elsewhere: not guessed
		{"11010119900307803", "1990-03-07", "男", ""},                    // a digit is missing: nothing to repair
		{"11010119900307803X", "", "男", ""},                             // no birth to hold it against
		{"11010119900307804X", "1990-03-07", "女", ""},                   // no candidate
		{"1l0l01l99003O78O3X", "1990-03-07", "女", ""},                   // would be a man's
		{"", "1990-03-07", "男", ""},
	} {
		t.Run(c.raw, func(t *testing.T) {
			r := Reading{rawNumber: newSecret[fullMask](c.raw), Gender: ParseGender(c.gender)}
			if c.birth != "" {
				r.Birth, _, _ = ParseDate(c.birth)
			}
			if got, ok := SuggestNumber(r, now); got.Reveal() != c.want || ok != (c.want != "") {
				t.Errorf("%q: got %q, want %v", c.raw, got.Reveal(), c.want)
			}
		})
	}
	if _, ok := SuggestNumber(parse(t, nil, frontEntities...)[0], now); ok {
		t.Error("valid number: got a suggestion, want none")
	}
}

func TestValidity(t *testing.T) {
	from, long := Date{2016, 1, 1}, true
	for _, c := range []struct {
		what   string
		r      Reading
		status Status
		days   int
	}{
		{"valid", Reading{ValidFrom: from, ValidTo: Date{2027, 2, 19}}, StatusValid, 90},
		{"expiring", Reading{ValidFrom: from, ValidTo: Date{2027, 2, 18}}, StatusExpiring, 89},
		{"last day", Reading{ValidFrom: from, ValidTo: Date{2026, 11, 21}}, StatusExpiring, 0},
		{"expired", Reading{ValidFrom: from, ValidTo: Date{2026, 11, 20}}, StatusExpired, -1},
		{"first day", Reading{ValidFrom: Date{2026, 11, 21}, LongTerm: long}, StatusLongTerm, 0},
		{"not yet", Reading{ValidFrom: Date{2026, 11, 22}, LongTerm: long}, StatusNotYetValid, 0},
		{"no begin", Reading{ValidTo: Date{2030, 1, 1}}, StatusValid, 1137},
		{"nothing", Reading{}, StatusUnknown, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			if status, days := Validity(c.r, now); status != c.status || days != c.days {
				t.Errorf("%s: %s, %d days, want %v, %v", c.what, status, days, c.status, c.days)
			}
		})
	}
	// 16:30 UTC is the next day in China.
	nextDay := time.Date(2026, 11, 20, 16, 30, 0, 0, time.UTC)
	if status, _ := Validity(Reading{ValidTo: Date{2026, 11, 20}}, nextDay); status != StatusExpired {
		t.Errorf("got status %v, want that of the day in China", status)
	}
}

func TestSidesMatch(t *testing.T) {
	front := parse(t, nil, frontEntities...)[0] // born 1990-03-07, 北京市朝阳区
	permit := Reading{Side: Front, Number: mustNumber(t, "810000199408230021")}
	for _, c := range []struct {
		what  string
		front Reading
		back  Reading
		want  []string
	}{
		{"fits", front, Reading{IssuedBy: "北京市公安局朝阳分局", ValidFrom: Date{2016, 4, 1}, ValidTo: Date{2036, 4, 1}}, nil},
		{"last day of the year", front, Reading{ValidFrom: Date{2017, 1, 1}, ValidTo: Date{2036, 12, 31}}, nil},
		{"29 February", front, Reading{ValidFrom: Date{2008, 2, 29}, ValidTo: Date{2018, 3, 1}}, nil},
		{"span", front, Reading{ValidFrom: Date{2016, 4, 1}, ValidTo: Date{2033, 4, 1}}, []string{CodeValiditySpan}},
		{"span, day", front, Reading{ValidFrom: Date{2016, 4, 1}, ValidTo: Date{2036, 4, 7}}, []string{CodeValiditySpan}},
		{"10 years at 26", front, Reading{ValidFrom: Date{2016, 3, 7}, ValidTo: Date{2026, 3, 7}}, []string{CodeValidityAge}},
		{"10 years the day before", front, Reading{ValidFrom: Date{2016, 3, 6}, ValidTo: Date{2026, 3, 6}}, nil},
		{"5 years as a child", front, Reading{ValidFrom: Date{2004, 3, 6}, ValidTo: Date{2009, 3, 6}}, nil},
		{"长期 at 26", front, Reading{ValidFrom: Date{2016, 4, 1}, LongTerm: true}, []string{CodeValidityAge}},
		{"permit", permit, Reading{ValidFrom: Date{2022, 4, 1}, ValidTo: Date{2027, 4, 1}}, nil},
		{"before birth", front, Reading{ValidFrom: Date{1989, 4, 1}, ValidTo: Date{1994, 4, 1}},
			[]string{CodeIssuedBeforeBirth}},
		{"tomorrow", front, Reading{ValidFrom: Date{2026, 11, 22}, ValidTo: Date{2046, 11, 22}},
			[]string{CodeIssuedInFuture}},
		{"reversed", front, Reading{ValidFrom: Date{2016, 4, 1}, ValidTo: Date{2006, 4, 1}}, []string{CodeValidityReversed}},
		{"authority", front, Reading{IssuedBy: "石家庄市公安局裕华分局"}, []string{CodeAuthorityAddress}},
		{"nothing read", Reading{}, Reading{}, nil},
		{"no end read", front, Reading{ValidFrom: Date{2016, 4, 1}}, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := codes(SidesMatch(c.front, c.back, now)); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", c.what, got, c.want)
			}
		})
	}
	// Without a number the printed birth is compared.
	unread := Reading{Birth: Date{1990, 3, 7}}
	if got := SidesMatch(unread, Reading{ValidFrom: Date{1989, 4, 1}}, now); len(got) != 1 || got[0].Level != Error {
		t.Errorf("got %v, want one error", got)
	}
}

func TestAuthorityFits(t *testing.T) {
	for _, c := range []struct {
		authority, address string
		want               bool
	}{
		{"北京市公安局朝阳分局", "北京市朝阳区某某路1号", true},
		{"石家庄市公安局裕华分局", "河北省石家庄市裕华区", true},
		{"正定县公安局", "河北省石家庄市正定县", true},
		{"赵县公安局", "河北省石家庄市赵县", true},
		{"义乌市公安局", "浙江省义乌市", true},
		{"河北省公安厅", "河北省石家庄市", true},
		{"深圳市公安局南山分局", "广东省深圳市 南山区", true},
		{"延吉市公安局", "吉林省延边朝鲜族自治州延吉市", true},
		{"乌鲁木齐市公安局天山区分局", "新疆乌鲁木齐市天山区", true},
		{"海淀公安分局", "北京市海淀区", true},
		{"国家移民管理局", "北京市", true}, // nothing to compare
		{"", "北京市", true},
		{"北京市公安局", "", true},
		{"广州市公安局天河分局", "河北省石家庄市裕华区", false},
		{"正定县公安局", "广东省深圳市南山区", false},
	} {
		t.Run(c.authority, func(t *testing.T) {
			if got := authorityFits(c.authority, c.address); got != c.want {
				t.Errorf("%s / %s: %v, want %v", c.authority, c.address, got, c.want)
			}
		})
	}
}
