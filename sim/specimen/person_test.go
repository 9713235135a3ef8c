package specimen_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"shiming/sim/specimen"
)

func TestPersonIsPlausibleAndFictional(t *testing.T) {
	numbers, mobiles := map[string]int64{}, map[string]int64{}
	long := 0
	for seed := int64(-3); seed < 3000; seed++ {
		p := specimen.NewPerson(seed)
		if p != specimen.NewPerson(seed) {
			t.Fatalf("seed %d: not the same person twice", seed)
		}
		if !validNumber(p.Code) || !strings.HasPrefix(p.Code, "899") {
			t.Fatalf("seed %d: number %q, want %q at its beginning", seed, p.Code, "899")
		}
		if p.Code[6:14] != strings.ReplaceAll(p.Birth, "-", "") || (p.Code[16]%2 == 1) != (p.Gender == "男") {
			t.Fatalf("seed %d: number does not say birth and sex", seed)
		}
		if !regexp.MustCompile(`^1[3-9]\d{9}$`).MatchString(p.Mobile) {
			t.Fatalf("seed %d: mobile %q", seed, p.Mobile)
		}
		if other, taken := numbers[p.Code]; taken {
			t.Fatalf("seeds %d and %d share a number", other, seed)
		}
		if other, taken := mobiles[p.Mobile]; taken {
			t.Fatalf("seeds %d and %d share a mobile", other, seed)
		}
		numbers[p.Code], mobiles[p.Mobile] = seed, seed
		if !strings.ContainsAny(p.Name[:3], "样例试演仿") {
			t.Fatalf("seed %d: the name has another form", seed)
		}
		if p.ValidTo == specimen.LongTerm {
			long++
		} else if p.ValidTo <= p.ValidFrom {
			t.Fatalf("seed %d: valid %s to %s", seed, p.ValidFrom, p.ValidTo)
		}
		if checkPeriod(p) != "" {
			t.Fatalf("seed %d: %s, want %q", seed, checkPeriod(p), "")
		}
	}
	if long == 0 {
		t.Error("no card without an expiry date")
	}
	if s := fmt.Sprintf("%v %+v %#v", specimen.NewPerson(1), specimen.NewPerson(1),
		specimen.NewPerson(1)); strings.Contains(s, specimen.NewPerson(1).Name) {
		t.Error("a person prints its name:", s)
	}
}

func checkPeriod(p specimen.Person) string {
	birth, _ := time.Parse("2006-01-02", p.Birth)
	from, _ := time.Parse("2006-01-02", p.ValidFrom)
	years := map[bool]int{true: 10, false: 20}[from.Before(birth.AddDate(26, 0, 0))]
	want := from.AddDate(years, 0, 0).Format("2006-01-02")
	if !from.Before(birth.AddDate(46, 0, 0)) {
		want = specimen.LongTerm
	}
	if p.ValidTo != want {
		return fmt.Sprintf("born %s, valid %s to %s, want %s", p.Birth, p.ValidFrom, p.ValidTo, want)
	}
	return ""
}

// validNumber checks GB 11643 in another way than the package: the weighted sum with the check digit is 1 mod 11.
func validNumber(code string) bool {
	if len(code) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := 17; i >= 0; i-- {
		d := int(code[i] - '0')
		if code[i] == 'X' && i == 17 {
			d = 10
		}
		sum += d * weight
		weight = weight * 2 % 11
	}
	return sum%11 == 1
}

func TestUnusualPeople(t *testing.T) {
	pixels(t)
	for name, change := range map[string]func(*specimen.Person){
		"expired":      func(p *specimen.Person) { *p = p.Expired() },
		"long term":    func(p *specimen.Person) { p.ValidTo = specimen.LongTerm },
		"middle dot":   func(p *specimen.Person) { p.Name = "样本·仿真江·演示" },
		"long address": func(p *specimen.Person) { p.Address = strings.Repeat("样本省演示市", 8) },
		"wrong digit":  func(p *specimen.Person) { p.Code = "899000199001010000" },
		"no race":      func(p *specimen.Person) { p.Race = "" },
	} {
		t.Run(name, func(t *testing.T) {
			p := specimen.NewPerson(33)
			change(&p)
			v := specimen.Variant{Width: 1200}
			front, back := mustFront(t, p, v), mustBack(t, p, v)
			keep(t, strings.ReplaceAll(name, " ", "-"), front, back)
			r, err := specimen.Read(front)
			if _, has := entities(r)["race"]; p.Race == "" {
				if err != nil || has || len(r.Entities) != 5 {
					t.Errorf("%v, %v", entities(r), err)
				}
			} else {
				wantFront(t, r, err, p)
			}
			r, err = specimen.Read(back)
			wantBack(t, r, err, p)
		})
	}
	p := specimen.NewPerson(1)
	p.Address = strings.Repeat("样", 2000)
	if _, err := specimen.Front(p, specimen.Variant{}); err == nil {
		t.Error("want an error for fields that do not fit on the card")
	}
}
