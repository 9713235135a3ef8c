package specimen

import (
	"errors"
	"maps"
	"slices"
	"testing"
)

// TestPagesAreRead: each OCR reads the pages of its kind from good and bad photos, and nothing else.
func TestPagesAreRead(t *testing.T) {
	for kind := range pages {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			p := NewPerson(7)
			for _, name := range []string{"good", "rotated", "photocopy", "dark"} {
				img, err := Page(p, kind, Variants[name])
				if err != nil {
					t.Fatal(err)
				}
				got, err := ReadPage(kind, img)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				fields := map[string]string{}
				for _, e := range got {
					fields[e.Type] = e.Value
				}
				want := map[string]string{
					"full_name_cn":         p.Name,
					"full_name_en":         p.EnglishName(),
					"date_of_birth":        dotted(p.Birth),
					"date_of_expiry":       dotted(p.pageExpiry()),
					pages[kind].numberType: p.PageNumber(kind),
				}
				if kind == Passport {
					want["place_of_issue"] = placeOfIssue
				}
				if !maps.Equal(fields, want) {
					t.Errorf("%s: got %d fields that differ from the page's, want %d that do not", name, len(fields), len(want))
				}
				if _, err := Read(img); !errors.Is(err, ErrNothing) {
					t.Errorf("%s: got %v from the OCR of ID cards, want that it finds nothing", name, err)
				}
				if !Marked(img) {
					t.Errorf("%s: got a page without its mark, want one that is known as a specimen", name)
				}
				for other := range pages {
					if _, err := ReadPage(other, img); other != kind && !errors.Is(err, ErrNothing) {
						t.Errorf("%s: got %v from the OCR of a %s, want that it finds nothing", name, err, other)
					}
				}
			}
			front, err := Front(p, Variant{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ReadPage(kind, front); !errors.Is(err, ErrNothing) {
				t.Errorf("got %v for an ID card, want that nothing is found", err)
			}
		})
	}
}

// TestPageNumbers: numbers of different people and kinds differ, and every character of a name has its letters.
func TestPageNumbers(t *testing.T) {
	seen := map[string]bool{}
	for seed := range int64(300) {
		p := NewPerson(seed)
		for kind := range pages {
			n := p.PageNumber(kind)
			if seen[n] {
				t.Errorf("seed %d: got a number twice, want it once", seed)
			}
			seen[n] = true
		}
	}
	for _, s := range slices.Concat(surnames, stems, given) {
		for _, r := range s {
			if pinyin[r] == "" {
				t.Errorf("got no letters for %c, want some", r)
			}
		}
	}
}
