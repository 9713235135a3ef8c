package idcard

import (
	"testing"
	"time"
)

func TestUpgradeNumber(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for typed, want := range map[string]string{
		"899000900307029":   "899000199003070296",
		"899000 900307 029": "899000199003070296",
		"８９９０００９００３０７０２９": "899000199003070296",
		"89900090030702":     "", // 14 digits
		"8990009003070296":   "",
		"899000901307029":    "", // no such month
		"899000199003070296": "",
		"89900090030702X":    "",
		"":                   "",
	} {
		t.Run(typed, func(t *testing.T) {
			n, ok := UpgradeNumber(typed, now)
			if ok != (want != "") || n.Reveal() != want {
				t.Errorf("got %v, %v, want %q", n.Reveal(), ok, want)
			}
		})
	}
}

func TestOldCard(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		number, birth, gender string
		want                  bool
	}{
		"15 digits":             {"899000900307029", "1990年3月7日", "男", true},
		"birth not read":        {"899000900307029", "", "", true},
		"another birth":         {"899000900307029", "1991年3月7日", "男", false},
		"another gender":        {"899000900307029", "1990年3月7日", "女", false},
		"the last digit lost":   {"89900019900307029", "1990年3月7日", "男", false},
		"three lost at the end": {"899000199003070", "1990年3月7日", "男", false},
		"18 characters":         {"899000199003070296", "1990年3月7日", "男", false},
	} {
		t.Run(name, func(t *testing.T) {
			readings, err := ParseEntities(nil, []Entity{
				{Type: FieldName, Value: "样甲明"}, {Type: FieldNumber, Value: tt.number}, {Type: FieldBirth, Value: tt.birth},
				{Type: FieldGender, Value: tt.gender}, {Type: FieldAddress, Value: "样本省样本市样本路1号"},
			}, nil, now)
			if err != nil || len(readings) != 1 {
				t.Fatalf("got %v, %v", readings, err)
			}
			if got := readings[0].OldCard(now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
