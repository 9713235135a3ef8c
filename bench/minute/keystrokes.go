package main

import (
	"time"

	"shiming/sim"
)

// Operators of the keystroke-level model (S. K. Card, T. P. Moran, A. Newell: The keystroke-level model for user
// performance time with interactive systems, Communications of the ACM 23(7), 1980, pages 396-410).
const (
	mental = 1350 * time.Millisecond // M: to prepare for what comes next
	point  = 1100 * time.Millisecond // P: to point at something on the display
	press  = 200 * time.Millisecond  // K: to press a button
	key    = 280 * time.Millisecond  // K: a keystroke of an average person who is no typist
)

const (
	tapped     = mental + point + press
	codeDigits = 6
	// cameraTaps are those for a photo in Feishu's client: the camera, its release, send.
	cameraTaps = 3
)

// timeOf returns what the model says for one interaction. Reading the agreement, and getting out the card, are not in
// the model.
func timeOf(did sim.Interaction) time.Duration {
	switch did.Kind {
	case sim.SentPhoto:
		return mental + cameraTaps*(point+press)
	case sim.SentMessage:
		return mental + codeDigits*key + point + press
	}
	return tapped
}
