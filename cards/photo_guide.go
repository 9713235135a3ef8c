package cards

import "strings"

// guidePictures are photos of a card, drawn: what a good one looks like, and the common faults. ⬛ is the table, 🟦 the
// card, ⬜ glare. Every square has the same width in every font.
var guidePictures = map[string]string{
	"good":    "⬛⬛⬛⬛⬛⬛\n⬛🟦🟦🟦🟦⬛\n⬛🟦🟦🟦🟦⬛\n⬛⬛⬛⬛⬛⬛",
	"cut":     "🟦🟦🟦⬛⬛⬛\n🟦🟦🟦⬛⬛⬛\n🟦🟦🟦⬛⬛⬛\n⬛⬛⬛⬛⬛⬛",
	"small":   "⬛⬛⬛⬛⬛⬛\n⬛⬛⬛🟦⬛⬛\n⬛⬛⬛⬛⬛⬛\n⬛⬛⬛⬛⬛⬛",
	"glare":   "⬛⬛⬛⬛⬛⬛\n⬛🟦⬜⬜🟦⬛\n⬛🟦🟦⬜⬜⬛\n⬛⬛⬛⬛⬛⬛",
	"dark":    "⬛⬛⬛⬛⬛⬛\n⬛🌑🌑🌑🌑⬛\n⬛🌑🌑🌑🌑⬛\n⬛⬛⬛⬛⬛⬛",
	"blurred": "🌫🌫🌫🌫🌫🌫\n🌫🟦🌫🟦🌫🌫\n🌫🌫🟦🌫🟦🌫\n🌫🌫🌫🌫🌫🌫",
}

// guideFault names the fault of a picture for a problem of a photo; "" for one that no picture shows. Where the cause is
// not known, the commonest one is shown: a card that is not whole.
func guideFault(problem string) string {
	for part, fault := range map[string]string{
		"small": "small", "glare": "glare", "dark": "dark", "blurred": "blurred", "low_contrast": "blurred",
		"cut": "cut", "nothing": "cut", "no_key_field": "cut",
	} {
		if strings.HasSuffix(problem, part) {
			return fault
		}
	}
	return ""
}

// guideNodes draws a good photo, beside one with the fault of the problem if there is a picture of it.
func guideNodes(problem string) []node {
	picture := func(sign, name string) []node {
		return []node{line(sameText(guidePictures[name])), small(prefix(sign, codeText("guide", name)))}
	}
	fault := guideFault(problem)
	if fault == "" {
		return picture("✅ ", "good")
	}
	return []node{twoColumns(picture("✅ ", "good"), picture("❌ ", fault))}
}
