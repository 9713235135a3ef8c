package idcard

import (
	"slices"
	"testing"
)

func mustFront(t *testing.T, entities ...Entity) Reading {
	t.Helper()
	r, err := ParseEntities(nil, entities, nil, now)
	if err != nil || r[0].Side != Front {
		t.Fatalf("got %v, %v, want a front", r, err)
	}
	return r[0]
}

func TestTidyName(t *testing.T) {
	const want = "阿迪力·样本江"
	for _, in := range []string{
		"阿迪力·样本江", "阿迪力•样本江", "阿迪力‧样本江", "阿迪力・样本江", "阿迪力･样本江", "阿迪力．样本江", "阿迪力.样本江", "阿迪力。样本江",
		"阿迪力 · 样本江", "阿迪力·\n样本江", "阿迪力\r\n·样本江", "阿迪力·样本江 ", "阿迪力·样本江\u3000", "\u200b阿迪力·样本江\n",
		"阿迪力\u0387样本江", "阿迪力··样本江", "阿迪力·样\n本江",
	} {
		t.Run(in, func(t *testing.T) {
			if got := TidyName(in); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			r := mustFront(t, Entity{FieldName, in}, Entity{FieldNumber, "11010119900307803X"})
			if r.Name.Reveal() != want || r.TidyName() != want {
				t.Errorf("got a reading with %q and %q, want %q", r.Name.Reveal(), r.TidyName(), want)
			}
		})
	}
	for in, want := range map[string]string{"J. SAMPLE": "J. SAMPLE", "张\n三": "张三", "SAMPLE,\nJANE": "SAMPLE, JANE"} {
		t.Run(in, func(t *testing.T) {
			n, err := ParseName(in)
			if err != nil || n.Reveal() != want {
				t.Errorf("got %q, %v, want %q", n.Reveal(), err, want)
			}
		})
	}
}

func TestFormNumber(t *testing.T) {
	for name, c := range map[string]struct {
		read, want string
		suggested  bool
	}{
		"small x":            {"11010119900307803x", "11010119900307803X", false},
		"full width, blanks": {" １１０１０１ 19900307 803Ｘ", "11010119900307803X", false},
		"a letter":           {"1101011990O307803X", "11010119900307803X", true},
		"nothing to propose": {"11010119900307803 ", "11010119900307803", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustFront(t, Entity{FieldName, "样甲明"}, Entity{FieldNumber, c.read}, Entity{FieldBirth, "1990年3月7日"})
			if got, suggested := r.FormNumber(now); got != c.want || suggested != c.suggested {
				t.Errorf("got %q, %v, want %q, %v", got, suggested, c.want, c.suggested)
			}
		})
	}
}

func TestReadTerm(t *testing.T) {
	end := Date{2040, 1, 1}
	for in, want := range map[string]struct {
		to       Date
		longTerm bool
		bad      bool
	}{
		"2020.01.01-2040.01.01":   {to: end},
		"2020.01.01—2040.01.01":   {to: end},
		"2020-01-01-2040-01-01":   {to: end},
		"20200101-20400101":       {to: end},
		"2020年1月1日至2040年1月1日":     {to: end},
		"2020.01.01 ～ 2040.01.01": {to: end},
		"至2040.01.01":             {to: end},
		"-2040.01.01":             {to: end},
		"2040.01.01":              {to: end},
		"2020.01.01-长期":           {longTerm: true},
		"2020.01.01至长期有效":         {longTerm: true},
		"至长期":                     {longTerm: true},
		"9999.12.31":              {bad: true},
		"20I6.01.01":              {bad: true},
		"2030.02.29":              {bad: true},
		"2020.01.01-":             {bad: true},
		"2020.01.01-2030.02.29":   {bad: true},
		"长期-2040.01.01":           {bad: true},
		"2020.01.01-2040.01.01-1": {bad: true},
		"至":                       {bad: true},
	} {
		t.Run(in, func(t *testing.T) {
			r, err := ParseEntities(nil, []Entity{
				{FieldIssuedBy, "样本市公安局"}, {FieldValidFrom, "2020.01.01"}, {FieldValidTo, in},
			}, nil, now)
			if err != nil {
				t.Fatal(err)
			}
			unread := slices.Contains(r[0].Issues, Issue{CodeDateUnreadable, Warn, FieldValidTo})
			if b := r[0]; b.ValidTo != want.to || b.LongTerm != want.longTerm || unread != want.bad ||
				b.Complete() == want.bad || b.ValidFrom != (Date{2020, 1, 1}) {
				t.Errorf("got %v, long %v, unreadable %v, begin %v, want %+v", b.ValidTo, b.LongTerm, unread, b.ValidFrom, want)
			}
		})
	}
	t.Run("begin in the line of the end", func(t *testing.T) {
		r, err := ParseEntities(nil, []Entity{{FieldIssuedBy, "样本市公安局"}, {FieldValidTo, "2020.01.01-2040.01.01"}}, nil, now)
		if err != nil || r[0].ValidFrom != (Date{2020, 1, 1}) || len(r[0].Missing) > 0 {
			t.Errorf("got %v, missing %v, %v, want the begin of the line", r[0].ValidFrom, r[0].Missing, err)
		}
	})
	t.Run("whole line as the begin", func(t *testing.T) {
		r, err := ParseEntities(nil, []Entity{
			{FieldValidFrom, "2020.01.01-2040.01.01"}, {FieldValidTo, "2040.01.01"},
		}, nil, now)
		if err != nil || r[0].ValidFrom != (Date{2020, 1, 1}) || len(r[0].Issues) > 0 {
			t.Errorf("got %v, %v, %v, want the begin without an issue", r[0].ValidFrom, r[0].Issues, err)
		}
	})
	t.Run("two begins", func(t *testing.T) {
		r, err := ParseEntities(nil, []Entity{
			{FieldValidFrom, "2019.01.01"}, {FieldValidTo, "2020.01.01-2040.01.01"},
		}, nil, now)
		want := Issue{CodeDateUnreadable, Warn, FieldValidFrom}
		if err != nil || !r[0].ValidFrom.IsZero() || !slices.Contains(r[0].Issues, want) {
			t.Errorf("got %v, %v, %v, want no begin", r[0].ValidFrom, r[0].Issues, err)
		}
	})
}

func TestTwoCards(t *testing.T) {
	front := []Entity{{FieldName, "样甲明"}, {FieldNumber, "11010119900307803X"}, {FieldAddress, "样本省样本市样本路1号"}}
	for name, c := range map[string]struct {
		more Entity
		want bool
	}{
		"another name":              {Entity{FieldName, "样乙"}, true},
		"another number":            {Entity{FieldNumber, "440308199901101512"}, true},
		"the same name, spelled so": {Entity{FieldName, "样甲 明\n"}, false},
		"the same number, small x":  {Entity{FieldNumber, "110101 19900307803x"}, false},
		"the same address, broken":  {Entity{FieldAddress, "样本省样本市\n样本路1号"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mustFront(t, append(slices.Clone(front), c.more)...).TwoCards(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	t.Run("two backs", func(t *testing.T) {
		r, err := ParseEntities(nil, []Entity{
			{FieldIssuedBy, "样本市公安局"}, {FieldIssuedBy, "样例市公安局"}, {FieldValidTo, "2040.01.01"},
		}, nil, now)
		if err != nil || !r[0].TwoCards() {
			t.Errorf("got %v, %v, want two cards", r, err)
		}
	})
}

func TestPermit(t *testing.T) {
	for number, want := range map[string]bool{
		"810000199408230021": true, "820000199408230023": true, "830000199201300022": true, "990101199003070015": true,
		"11010119900307803X": false, "899000199003070296": false,
	} {
		t.Run(number, func(t *testing.T) {
			if got := mustNumber(t, number).Permit(); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestSameName(t *testing.T) {
	for _, tt := range []struct {
		typed, card string
		want        bool
	}{
		{"阿卜杜拉艾买提", "阿卜杜拉·艾买提", true},
		{"阿卜杜拉 艾买提", "阿卜杜拉·艾买提", true},
		{"阿卜杜拉•艾买提 ", "阿卜杜拉·艾买提", true},
		{"Sample Jane", "SAMPLE, JANE", true},
		{"Jane Sample", "SAMPLE, JANE", false},
		{"阿卜杜拉", "阿卜杜拉·艾买提", false},
		{"样甲", "样乙", false},
	} {
		t.Run(tt.typed+" "+tt.card, func(t *testing.T) {
			if got := SameName(tt.typed, tt.card); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
