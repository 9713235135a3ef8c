package idcard

import (
	"encoding/json"
	"testing"
)

func TestParseDate(t *testing.T) {
	for in, want := range map[string]Date{
		"1990年1月1日": {1990, 1, 1}, "1990年01月01日": {1990, 1, 1}, "19900101": {1990, 1, 1}, "1990.01.01": {1990, 1, 1},
		"1990.1.1": {1990, 1, 1}, "1990-01-01": {1990, 1, 1}, "1990/1/1": {1990, 1, 1}, "１９９０．０１．０１": {1990, 1, 1},
		"2024-04-01 +0800": {2024, 4, 1}, " 1990 年 1 月 1 日 ": {1990, 1, 1}, "2024-02-29": {2024, 2, 29},
		"1990年1月1":   {1990, 1, 1},
		"1990·01·01": {1990, 1, 1}, "1990—01—01": {1990, 1, 1},
	} {
		t.Run(in, func(t *testing.T) {
			d, longTerm, err := ParseDate(in)
			if err != nil || longTerm || d != want {
				t.Errorf("%q: %v %v %v, want %v", in, d, longTerm, err, want)
			}
		})
	}
	for _, in := range []string{"长期", " 长 期 ", "長期", "长期有效"} {
		if d, longTerm, err := ParseDate(in); err != nil || !longTerm || !d.IsZero() {
			t.Errorf("%q: %v %v %v", in, d, longTerm, err)
		}
	}
	for _, in := range []string{"", "1990", "1990-02-30", "2023-02-29", "1990-13-01", "1990-00-01", "1990-1", "90-01-01",
		"199011", "1990111",
		"0000-01-01", "9999-01-01", "1990-01-01-01", "1990.01.01-2000.01.01", "１月１日", "长期间"} {
		if d, longTerm, err := ParseDate(in); err == nil || longTerm || !d.IsZero() {
			t.Errorf("%q: %v %v", in, d, longTerm)
		}
	}
}

func TestDateText(t *testing.T) {
	type row struct{ A, B Date }
	b, err := json.Marshal(row{A: Date{1990, 1, 2}})
	if err != nil || string(b) != `{"A":"1990-01-02","B":""}` {
		t.Fatal(string(b), err)
	}
	var r row
	if err := json.Unmarshal(b, &r); err != nil || r != (row{A: Date{1990, 1, 2}}) {
		t.Fatal(r, err)
	}
	for _, bad := range []string{`{"A":"长期"}`, `{"A":"1990-02-30"}`} {
		if json.Unmarshal([]byte(bad), &r) == nil {
			t.Error(bad)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"1990年1月1日", "19900101", "１９９０．０１．０１", "2024-04-01 +0800", "长期", "1990-02-30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, longTerm, err := ParseDate(s)
		if err != nil || longTerm {
			if !d.IsZero() {
				t.Fatal("a date beside an error or 长期")
			}
			return
		}
		again, _, err := ParseDate(d.String())
		if err != nil || again != d {
			t.Fatalf("%v: %v %v", d, again, err)
		}
	})
}
