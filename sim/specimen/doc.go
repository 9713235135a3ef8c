// Package specimen creates fictional people and pictures of their specimen resident ID cards, travel permits and
// passports, and reads such pictures.
//
// A picture looks like a card that was photographed on a table. Layout, labels and fonts are close enough to test the
// photo checks of a real system (sharpness, glare, size, colour); the large overprint says 样本 / SPECIMEN. Face and
// national emblem are silhouettes. The region of the numbers does not exist, so a number belongs to nobody.
//
// A QR code on the card repeats the fields of the side. Read is a simulated OCR that uses nothing but pixels: no file
// name, no hash, no side channel. Defects that spoil the QR code (blur, glare, a corner out of frame) make the picture
// unreadable, like a real one; rotating or photocopying does not.
package specimen
