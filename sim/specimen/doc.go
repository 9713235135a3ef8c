// Package specimen makes fictional people, pictures of their specimen resident ID cards, and reads such pictures back.
//
// A picture looks like a card photographed on a table: layout, labels and fonts are close enough for the photo checks
// of a real system (sharpness, glare, size, colour) to be tried, and everything else says 样本 / SPECIMEN. No face and
// no national emblem are drawn, only silhouettes. Numbers lie in a region that does not exist, so they can belong to
// nobody.
//
// The fields of a side are also printed on the card as a QR code. Read is a simulated OCR that decodes pixels and
// nothing else: no file name, no hash, no side channel. What spoils the QR code (blur, glare, a corner out of frame)
// makes the picture unreadable, as it would a real one; turning it or photocopying it does not.
package specimen
