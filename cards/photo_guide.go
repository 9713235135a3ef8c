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

// guideFault names the fault of a picture for a problem of a photo.
func guideFault(problem string) string {
	for part, fault := range map[string]string{
		"small": "small", "glare": "glare", "dark": "dark", "blurred": "blurred", "low_contrast": "blurred",
	} {
		if strings.HasSuffix(problem, part) {
			return fault
		}
	}
	return "cut" // also where the cause is not known: a card that is not whole is the commonest one
}

// guideNodes draws a good photo beside one with the fault of the problem.
func guideNodes(problem string) []node {
	picture := func(sign, name string) []node {
		return []node{line(sameText(guidePictures[name])), small(prefix(sign, codeText("guide", name)))}
	}
	return []node{twoColumns(picture("✅ ", "good"), picture("❌ ", guideFault(problem)))}
}
