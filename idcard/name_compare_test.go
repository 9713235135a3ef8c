package idcard

import "testing"

func TestCompareNames(t *testing.T) {
	for name, tt := range map[string]struct{ typed, card, want string }{
		"same":                           {"样甲明", "样甲明", ""},
		"blanks":                         {"样 甲 明 ", "样甲明", ""},
		"full width":                     {"ＳＡＭＰＬＥ ＪＡＮＥ", "SAMPLE, JANE", ""},
		"case":                           {"sample jane", "SAMPLE, JANE", ""},
		"katakana dot":                   {"阿迪力・样本江", "阿迪力·样本江", ""},
		"bullet":                         {"阿迪力•样本江", "阿迪力·样本江", ""},
		"no dot":                         {"阿迪力样本江", "阿迪力·样本江", ""},
		"compatibility form":             {"\uf9a8明", "令明", ""},
		"traditional":                    {"樣甲明", "样甲明", CodeNameScript},
		"simplified":                     {"张样", "張樣", CodeNameScript},
		"traditional in a dotted name":   {"阿迪力·樣本江", "阿迪力•样本江", CodeNameScript},
		"one of two simplified":          {"乾样", "干样", CodeNameScript},
		"two traditional of one":         {"發样", "髮样", CodeNameClose},
		"Latin order":                    {"Jane SAMPLE", "SAMPLE, JANE", CodeNameOrder},
		"rare and its substitute":        {"吉样", "𠮷样", CodeNameRare},
		"substitute on the card":         {"𠮷样", "吉样", CodeNameRare},
		"private use":                    {"\ue863样", "䶮样", CodeNameRare},
		"a sign for a rare character":    {"样?明", "样䶮明", CodeNameRare},
		"a box for a common character":   {"样□明", "样甲明", CodeNameRare},
		"rare and its traditional form":  {"龑样", "䶮样", CodeNameScript},
		"one character":                  {"样甲鸣", "样甲明", CodeNameClose},
		"one of two characters":          {"样明", "样鸣", CodeNameClose},
		"nickname beside the name":       {"样甲明 Sam", "样甲明", CodeNamePart},
		"department in brackets":         {"样甲明（产品部）", "样甲明", CodeNamePart},
		"nickname before the name":       {"Sam-样甲明", "样甲明", CodeNamePart},
		"part of a longer name":          {"样甲明明", "样甲明", CodeNameDiffers},
		"nickname":                       {"小样", "样甲明", CodeNameDiffers},
		"Latin instead of Chinese":       {"Yang Jiaming", "样甲明", CodeNameDiffers},
		"rare character and another one": {"吉明样", "𠮷鸣样", CodeNameDiffers},
		"one character of one":           {"样", "甲", CodeNameDiffers},
		"other Latin words":              {"Jane Other", "SAMPLE, JANE", CodeNameDiffers},
		"a word twice":                   {"Jane Jane Sample", "SAMPLE JANE", CodeNameDiffers},
		"nothing on the card":            {"样甲明", "", CodeNameDiffers},
	} {
		t.Run(name, func(t *testing.T) {
			if got := CompareNames(tt.typed, tt.card); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSimplifiedTable checks that the table is whole: each line has a traditional character of its own and others.
func TestSimplifiedTable(t *testing.T) {
	table := simplifiedOf()
	if len(table) < 4000 {
		t.Fatalf("got %d characters, want over 4,000", len(table))
	}
	for traditional, simplified := range table {
		if simplified == "" {
			t.Errorf("%c has no simplified character", traditional)
		}
		for _, s := range simplified {
			if s == traditional {
				t.Errorf("%c stands for itself", traditional)
			}
		}
	}
}
