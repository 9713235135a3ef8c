package idcard

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
)

var (
	frontEntities = []Entity{
		{FieldName, "张三"}, {FieldNumber, "11010119900307803X"}, {FieldGender, "男"}, {FieldRace, "汉族"},
		{FieldBirth, "1990年3月7日"}, {FieldAddress, "北京市朝阳区\n某某路1号"},
	}
	backEntities = []Entity{{FieldIssuedBy, "北京市公安局朝阳分局"}, {FieldValidFrom, "2016.01.01"}, {FieldValidTo, "2036.01.01"}}
	corners      = []int{10, 10, 90, 10, 90, 60, 10, 60}
)

func sideNo(n int) *int { return &n }

func codes(issues []Issue) (out []string) {
	for _, i := range issues {
		out = append(out, i.Code)
	}
	return out
}

func parse(t testing.TB, side *int, entities ...Entity) []Reading {
	t.Helper()
	readings, err := ParseEntities(side, entities, corners, now)
	if err != nil {
		t.Fatal(err)
	}
	return readings
}

func TestParseEntitiesFront(t *testing.T) {
	r := parse(t, sideNo(1), frontEntities...)[0]
	if r.Side != Front || r.Name.Reveal() != "张三" || r.Number.Reveal() != "11010119900307803X" ||
		r.Gender != Male || r.Race != "汉" || r.Birth != (Date{1990, 3, 7}) ||
		r.Address != "北京市朝阳区 某某路1号" || !slices.Equal(r.Corners, corners) || !r.Complete() {
		t.Errorf("got %+v, want the values of frontEntities", r.Seal())
	}
	if r.Missing != nil || r.Issues != nil || Consistency(r) != nil {
		t.Errorf("got missing %v, issues %v, want none", r.Missing, r.Issues)
	}
}

func TestParseEntitiesBack(t *testing.T) {
	r := parse(t, sideNo(0), backEntities...)[0]
	if r.Side != Back || r.IssuedBy != "北京市公安局朝阳分局" || r.ValidFrom != (Date{2016, 1, 1}) ||
		r.ValidTo != (Date{2036, 1, 1}) || r.LongTerm || !r.Complete() || r.Issues != nil {
		t.Errorf("got %+v, want the values of backEntities", r.Seal())
	}
	r = parse(t, nil, backEntities[0], backEntities[1], Entity{FieldValidTo, "长期"})[0]
	if !r.LongTerm || !r.ValidTo.IsZero() || !r.Complete() {
		t.Error("got no 长期, want it")
	}
}

func TestParseEntitiesSides(t *testing.T) {
	both := append(slices.Clone(frontEntities), backEntities...)
	name, issued := frontEntities[0], backEntities[0]
	for _, c := range []struct {
		what     string
		side     *int
		entities []Entity
		sides    []Side
		issues   []string // of the first reading
		reason   ReadingReason
	}{
		{"the vendor's sample", sideNo(0), []Entity{name}, []Side{Front}, []string{CodeSideDisagrees}, ""},
		{"no side given", nil, frontEntities, []Side{Front}, nil, ""},
		{"side unknown", sideNo(7), backEntities, []Side{Back}, nil, ""},
		{"both in one picture", sideNo(1), both, []Side{Front, Back}, nil, ""},
		{"both, no side", nil, both, []Side{Front, Back}, nil, ""},
		{"both, one field of the back, side says back", sideNo(0), append(slices.Clone(frontEntities), issued),
			[]Side{Front, Back}, nil, ""},
		{"a stray field of the back", sideNo(1), append(slices.Clone(frontEntities), issued), []Side{Front},
			[]string{CodeStrayField}, ""},
		{"a stray field of the front", sideNo(0), append(slices.Clone(backEntities), name), []Side{Back},
			[]string{CodeStrayField}, ""},
		{"a stray field, no side", nil, append(slices.Clone(frontEntities), issued),
			[]Side{Front}, []string{CodeStrayField}, ""},
		{"one of each", nil, []Entity{name, issued}, nil, nil, ReadingUnclear},
		{"one of each, side known", sideNo(1), []Entity{name, issued}, []Side{Front}, []string{CodeStrayField}, ""},
		{"nothing", sideNo(1), nil, nil, nil, ReadingNothing},
		{"empty values", sideNo(1), []Entity{{FieldName, "  "}, {FieldNumber, ""}}, nil, nil, ReadingNothing},
		{"unknown types", sideNo(1), []Entity{{"passport", "x"}}, nil, nil, ReadingNothing},
		{"a front without name and number", sideNo(1), frontEntities[2:], nil, nil, ReadingNoKeyField},
		{"the same beside a good back", nil, append(slices.Clone(frontEntities[2:]), backEntities...), []Side{Back}, nil, ""},
		{"the same field twice", sideNo(1), []Entity{name, name, {FieldName, "李四"}},
			[]Side{Front}, []string{CodeFieldTwice}, ""},
		{"the same value twice", sideNo(1), []Entity{name, name}, []Side{Front}, nil, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			readings, err := ParseEntities(c.side, c.entities, corners, now)
			var e *ReadingError
			if c.reason != "" {
				if !errors.As(err, &e) || e.Reason != c.reason || readings != nil {
					t.Fatalf("got %v, %v, want the error %s", readings, err, c.reason)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var sides []Side
			for _, r := range readings {
				sides = append(sides, r.Side)
			}
			if !slices.Equal(sides, c.sides) || !slices.Equal(codes(readings[0].Issues), c.issues) {
				t.Errorf("got %v %v, want %v", sides, readings[0].Issues, c.sides)
			}
		})
	}
}

func TestSideOther(t *testing.T) {
	if Front.Other() != Back || Back.Other() != Front {
		t.Error("got the same side, want the other one")
	}
}

func TestParseEntitiesCornersOfTwo(t *testing.T) {
	readings := parse(t, sideNo(0), append(slices.Clone(frontEntities), backEntities...)...)
	if readings[0].Corners != nil || !slices.Equal(readings[1].Corners, corners) {
		t.Error("got other corners, want those of the side that the OCR named")
	}
	one, err := ParseEntities(sideNo(1), frontEntities, []int{0}, now)
	if err != nil || one[0].Corners != nil {
		t.Error("got corners of one number, want none")
	}
}

// TestParseEntitiesUnreadable checks that invalid values are kept as raw text for the confirmation form.
func TestParseEntitiesUnreadable(t *testing.T) {
	r := parse(t, sideNo(1), Entity{FieldName, "张<三"}, Entity{FieldNumber, "1101 0119900307803"}, Entity{FieldGender, "另"},
		Entity{FieldBirth, "长期"})[0]
	if !r.Name.Empty() || !r.Number.Empty() || r.RawName() != "张<三" || r.RawNumber() != "1101 0119900307803" ||
		r.Complete() {
		t.Errorf("got %q, %q, want the texts as read", r.RawName(), r.RawNumber())
	}
	want := []string{CodeNameUnreadable, CodeNumberUnreadable, CodeGenderUnreadable, CodeDateUnreadable}
	if got := codes(r.Issues); !slices.Equal(got, want) {
		t.Errorf("got issues %v, want %v", got, want)
	}
	if !slices.Equal(r.Missing, []string{FieldRace, FieldAddress}) {
		t.Errorf("got missing %v, want %s and %s", r.Missing, FieldRace, FieldAddress)
	}
	permit := parse(t, sideNo(1), Entity{FieldName, "陈大文"}, Entity{FieldNumber, "810000199408230021"})[0]
	if slices.Contains(permit.Missing, FieldRace) {
		t.Error("permit: got a missing 民族, want none")
	}
}

func TestSealAndOpen(t *testing.T) {
	for _, r := range []Reading{
		parse(t, sideNo(1), frontEntities...)[0],
		parse(t, sideNo(0), backEntities...)[0],
		parse(t, sideNo(0), Entity{FieldName, "张三"}, Entity{FieldNumber, "12"})[0],
	} {
		b, err := json.Marshal(r.Seal())
		if err != nil {
			t.Fatal(err)
		}
		var s SealedReading
		if err := json.Unmarshal(b, &s); err != nil || !reflect.DeepEqual(s.Open(), r) {
			t.Errorf("%s: got %v, want no error", b, err)
		}
		if b, err = json.Marshal(r); err != nil || json.Unmarshal(b, &r) == nil {
			t.Errorf("got %v, want an error for a masked reading", err)
		}
	}
	if n := (SealedReading{Number: "12"}).Open().Number; !n.Empty() {
		t.Error("got a malformed number, want none")
	}
}

func FuzzParseEntities(f *testing.F) {
	f.Add(0, true, "identity_name", "张三", "identity_code", "11010119900307803X", "issued_by", "北京市公安局", []byte{0})
	f.Add(1, true, "birth", "1990年3月7日", "valid_date_end", "长期", "gender", "男", []byte{1, 2, 3, 4, 5, 6, 7, 8})
	f.Add(7, false, "identity_code", "130401199601018395", "valid_date_start", "2016.01.01", "address", "\xff", []byte{})
	f.Fuzz(func(t *testing.T, side int, given bool, t1, v1, t2, v2, t3, v3 string, raw []byte) {
		var s *int
		if given {
			s = &side
		}
		corners := make([]int, len(raw))
		for i, b := range raw {
			corners[i] = int(b)
		}
		readings, err := ParseEntities(s, []Entity{{t1, v1}, {t2, v2}, {t3, v3}}, corners, now)
		if (err == nil) != (len(readings) == 1 || len(readings) == 2) {
			t.Fatalf("got %d readings, %v, want one or two, or an error", len(readings), err)
		}
		for _, r := range readings {
			if r.Side != Front && r.Side != Back {
				t.Fatal("got no side, want one")
			}
			if !reflect.DeepEqual(r.Seal().Open(), r) {
				t.Fatal("got another reading from Open, want that of Seal")
			}
			Consistency(r)
			Validity(r, now)
			SidesMatch(readings[0], r, now)
			CardEdges(r.Corners, 100, 100)
			if n, ok := SuggestNumber(r, now); ok && n.BirthDate() != r.Birth {
				t.Fatal("got a suggestion against the printed birth, want none")
			}
			_ = fmt.Sprint(r)
		}
	})
}
