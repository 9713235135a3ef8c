// Package idcard knows the Chinese resident identity card and nothing else: it
// does no I/O, keeps no state between calls and imports nothing of this
// program.
//
//   - Values: [Number], [Name] and [Mobile] parse what people type and what OCR
//     reads, mask themselves wherever they are printed, logged or marshalled,
//     and give up the clear text only through Reveal.
//   - Readings: [ParseEntities] turns the entities of Feishu's id_card/recognize
//     into a [Reading] per side; [Consistency], [Validity] and [SidesMatch] say
//     what does not fit together; [SuggestNumber] proposes the slip that OCR
//     probably made.
//   - Photos: [Inspect] decides by the bytes whether a file is a usable photo
//     and returns it upright, without metadata, as a JPEG that Feishu OCR takes.
//
// Findings come as [Issue] with stable codes. The words for people are chosen by
// whoever shows them.
package idcard

import "time"

// chinaTime is the zone in which a card's dates are meant: a card expires at the
// end of a day in China, wherever the program runs.
var chinaTime = time.FixedZone("CST", 8*3600)
