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
			t.Errorf("%q: got %v, %v, %v, want 长期 without a date", in, d, longTerm, err)
		}
	}
	for _, in := range []string{
		"", "1990", "1990-02-30", "2023-02-29", "1990-13-01", "1990-00-01", "1990-1", "90-01-01",
		"199011", "1990111", "0000-01-01", "9999-01-01", "1990-01-01-01", "1990.01.01-2000.01.01",
		"１月１日", "长期间",
	} {
		if d, longTerm, err := ParseDate(in); err == nil || longTerm || !d.IsZero() {
			t.Errorf("%q: got %v, %v, want an error", in, d, longTerm)
		}
	}
}

func TestDateText(t *testing.T) {
	type row struct{ A, B Date }
	b, err := json.Marshal(row{A: Date{1990, 1, 2}})
	if err != nil || string(b) != `{"A":"1990-01-02","B":""}` {
		t.Fatalf("got %s, %v, want 1990-01-02 and an empty text", b, err)
	}
	var r row
	if err := json.Unmarshal(b, &r); err != nil || r != (row{A: Date{1990, 1, 2}}) {
		t.Fatalf("got %v, %v, want the marshalled dates", r, err)
	}
	for _, bad := range []string{`{"A":"长期"}`, `{"A":"1990-02-30"}`} {
		if json.Unmarshal([]byte(bad), &r) == nil {
			t.Errorf("%s: got no error, want one", bad)
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
				t.Fatal("got a date beside an error or 长期, want none")
			}
			return
		}
		again, _, err := ParseDate(d.String())
		if err != nil || again != d {
			t.Fatalf("%v: got %v, %v after a round trip, want the same", d, again, err)
		}
	})
}
