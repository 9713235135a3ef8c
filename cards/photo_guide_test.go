package cards

import (
	"strings"
	"testing"
)

// TestPhotoGuide: after two tries the card shows a good photo beside one with the fault, and not before.
func TestPhotoGuide(t *testing.T) {
	for problem, fault := range map[string]string{
		"photo_glare": "glare", "photo_dark": "dark", "photo_blurred": "blurred", "photo_low_contrast": "blurred",
		"photo_small": "small", "too_small": "small", "nothing": "cut", "no_key_field": "cut",
	} {
		t.Run(problem, func(t *testing.T) {
			card := func(tries int) string {
				return string(PhotoProblem{Ref: ref, Problem: problem, Tries: tries, AskHR: tries > 1}.JSON())
			}
			for _, name := range []string{"good", fault} {
				words := texts["guide."+name].zh
				if strings.Contains(card(1), words) || !strings.Contains(card(2), words) {
					t.Errorf("want %q from the second try on", words)
				}
			}
			if guideFault(problem) != fault {
				t.Errorf("got the picture %s, want %s", guideFault(problem), fault)
			}
		})
	}
	// Rows of one picture have the same number of squares, or it is no rectangle.
	for name, picture := range guidePictures {
		rows := strings.Split(picture, "\n")
		for _, row := range rows {
			if len([]rune(row)) != len([]rune(rows[0])) {
				t.Errorf("%s: got the row %q, want %d squares", name, row, len([]rune(rows[0])))
			}
		}
	}
	if old := string(PhotoProblem{Ref: ref, Problem: "old_card", Tries: 5, AskHR: true}.JSON()); strings.Contains(old, "⬛") {
		t.Error("got a picture guide for a card that is void, want none")
	}
}
