// Package idcard holds the rules of the Chinese resident identity card. It does no I/O, keeps no state between calls
// and imports no other package of this program.
//
//   - Values: [Number], [Name] and [Mobile] parse typed and recognised text. They are masked wherever they are printed,
//     logged or marshalled. Only Reveal returns the clear text.
//   - Readings: [ParseEntities] converts the entities of Feishu's id_card/recognize into a [Reading] for each side.
//     [Consistency], [Validity] and [SidesMatch] check readings. [SuggestNumber] proposes the correction of a number.
//     [CompareNames] tells variants of a name from other names. [ParseDocument] converts the entities of travel permits
//     and passports, about which little can be checked.
//   - Photos: [Inspect] decides whether a file is a usable photo, and returns it upright, without metadata, as a JPEG
//     that Feishu's OCR accepts. A [Look] says what the picture alone tells about the card on it: look.go, with
//     view.go, find.go and lines.go (where the card is), rectify.go and layout.go (which side, which way up) and
//     measures.go; judge.go says what it means, explain.go shows it, calibrate.go finds limits for own pictures.
//
// Checks return [Issue] values with stable codes. The callers choose the texts for people.
package idcard

import "time"

// chinaTime is the time zone of a card's dates. A card expires at the end of a day in China, wherever the program runs.
var chinaTime = time.FixedZone("CST", 8*3600)
