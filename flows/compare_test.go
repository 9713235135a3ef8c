package flows

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shiming/cards"
	"shiming/idcard"
)

func TestCompareValues(t *testing.T) {
	for _, tt := range []struct {
		name          string
		read, typed   string
		limit         func(int) int
		before, after string
		different     bool
	}{
		{"one character of a name", "张小明", "张晓明", nameLimit, "*小*", "*晓*", false},
		{"the last of two", "张明", "张鸣", nameLimit, "*明", "*鸣", false},
		{"the family name", "章小明", "张小明", nameLimit, "章**", "张**", false},
		{"a character more", "张小明", "张小明明", nameLimit, "***–", "***明", false},
		{"a character fewer", "张小小明", "张小明", nameLimit, "**小*", "**–*", false},
		{"another name", "张明", "李强", nameLimit, "", "", true},
		{"another name, one character each", "张", "李", nameLimit, "", "", true},
		{"nearly another name", "欧阳小明", "欧里大强", nameLimit, "", "", true},
		{"nothing read", "", "张小明", nameLimit, "", "***", false},
		{"private use", "张\ue123明", "张晓明", nameLimit, "*〓*", "*晓*", false},
		{"no sign of a mask in a value", "张*明", "张晓明", nameLimit, "*〓*", "*晓*", false},
		{"one figure", "899001200001010210", "899001200001010710", numberLimit,
			"***************2**", "***************7**", false},
		{"a figure is missing", "8990012000010102", "89900120000101102", numberLimit,
			"**************–**", "**************1**", false},
		{"a figure too many", "89900112000010102", "8990012000010102", numberLimit,
			"******1**********", "******–**********", false},
		{"two figures changed places", "123456", "124356", numberLimit, "**34**", "**43**", false},
		{"a third", "123456789", "123456abc", numberLimit, "******789", "******abc", false},
		{"more than a third", "123456789", "12345dabc", numberLimit, "", "", true},
		{"too long", strings.Repeat("1", 65), "1", numberLimit, "", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := cards.Change{Field: "f", Before: tt.before, After: tt.after, Different: tt.different}
			if got := compareValues("f", tt.read, tt.typed, tt.limit); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// TestOnlyWhatDiffersIsLegible: whatever was read and typed, no more characters are legible than the values have
// differences, and never a whole value.
func TestOnlyWhatDiffersIsLegible(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit, chars := nameLimit, []rune("张小晓明鸣阿·*–")
		if rapid.Bool().Draw(rt, "number") {
			limit, chars = numberLimit, []rune("0123456789X")
		}
		value := rapid.SliceOfN(rapid.SampledFrom(chars), 0, 20)
		read, typed := value.Draw(rt, "read"), value.Draw(rt, "typed")
		if rapid.Bool().Draw(rt, "similar") {
			typed = append([]rune{}, read...)
			for i := range typed {
				if rapid.IntRange(0, 8).Draw(rt, "changes") == 0 {
					typed[i] = rapid.SampledFrom(chars).Draw(rt, "to")
				}
			}
		}
		got := compareValues("f", string(read), string(typed), limit)
		allowed := limit(max(len(read), len(typed)))
		for _, side := range []struct {
			shown string
			value []rune
		}{{got.Before, read}, {got.After, typed}} {
			legible := len([]rune(strings.NewReplacer("*", "", string(gap), "", "〓", "").Replace(side.shown)))
			if legible > max(allowed, 0) || legible > 0 && legible == len(side.value) && len(read) == len(typed) {
				rt.Fatalf("got %q of %q, want at most %d legible", side.shown, string(side.value), allowed)
			}
		}
		if got.Different || len(read) == 0 || len(typed) == 0 {
			if strings.Trim(got.Before+got.After, "*") != "" {
				rt.Fatalf("got %q and %q, want everything masked", got.Before, got.After)
			}
			return
		}
		// Laid over each other, the two have the same length, and the same characters are masked.
		before, after := []rune(got.Before), []rune(got.After)
		if len(before) != len(after) {
			rt.Fatalf("got %q and %q, want the same length", got.Before, got.After)
		}
		differing := 0
		for i := range before {
			if (before[i] == '*') != (after[i] == '*') {
				rt.Fatalf("got %q and %q, want the same characters masked", got.Before, got.After)
			}
			if before[i] != '*' {
				differing++
			}
		}
		if len(read) == len(typed) {
			unequal := 0
			for i := range read {
				if read[i] != typed[i] {
					unequal++
				}
			}
			if differing > unequal {
				rt.Fatalf("got %d legible, want at most the %d that differ", differing, unequal)
			}
		}
	})
}

// TestChangeCompletesNoName: where the changed characters and the first one make the name, HR's card masks the first.
func TestChangeCompletesNoName(t *testing.T) {
	for _, tt := range []struct{ read, typed, masked string }{
		{"样甲", "样乙", "**"},
		{"样甲", "例甲", "例*"},
		{"样甲明", "样乙鸣", "***"},
		{"样甲明", "样乙明", "样**"},
		{"样甲", "样", "*"},
	} {
		t.Run(tt.read+" "+tt.typed, func(t *testing.T) {
			c := SampleCase(AwaitingReview)
			name, err := idcard.ParseName(tt.read)
			if err != nil {
				t.Fatal(err)
			}
			front := c.Personal.Front.Open()
			front.Name = name
			sealed := front.Seal()
			c.Personal.Front = &sealed
			c.Personal.Name, c.Changed = tt.typed, []string{"identity_name"}
			card := HRCard(c, sampleView()).(cards.Review)
			if len(card.Changes) != 1 || card.MaskedName != tt.masked {
				t.Errorf("got %q beside %+v, want %q", card.MaskedName, card.Changes, tt.masked)
			}
		})
	}
}
