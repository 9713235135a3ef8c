package sim

import (
	"slices"
	"time"
)

// Actor is who makes a move.
type Actor string

// Actors. A scene has one person; the colleague is hired when a move needs one.
const (
	ThePerson    Actor = "" // registers
	TheColleague Actor = "colleague"
	TheHR        Actor = "hr" // the first admin
)

// Move is one thing that somebody does, and what follows from it. The texts and the form may contain {name},
// {open_id}, {mobile}, {passport}, {code}, {first3}, {last3} and {sms} (the person's, with the latest text message),
// {other_mobile} and {other_code} (the colleague's).
type Move struct {
	By    Actor
	Times int // how often in a row, each with what follows; 0 = once

	// What the actor does: one of these, or nothing.
	Says    string        // a text to the bot
	Sends   []Shot        // photos of the person's card
	Presses string        // act of a button; of HR's buttons those about the person
	To      string        // of Presses: what the button leads to, if the card has several with the act
	Offered bool          // of Presses: the person presses it only if the case's card has the button
	Leaves  bool          // the actor leaves the company
	Later   time.Duration // the clock of the world moves

	AsPost     bool              // Sends is one rich text
	InChat     bool              // HR presses or reads a card of the private chat that is no review of the person
	InGroup    bool              // Says and Presses happen in a group of all actors, where Says mentions a bot
	AnotherBot bool              // that bot is another one than the app's
	Form       map[string]string // of Presses, by field; other fields keep what the card shows

	// What follows. A scene waits for it.
	Toast string    // words in the answer to the click
	Reads []string  // words, in Chinese, that one version of one card says after the latest thing that somebody did
	Stage CardStage // of the person's case
	Gone  string    // with Stage: words that the case's card no longer says
}

// Silent reports whether the bot must not answer the move.
func (m Move) Silent() bool { return m.InGroup && m.AnotherBot }

// GroupAnswers returns how many messages the bot sends to the group of the scene: one to each text that mentions it.
func GroupAnswers(moves []Move) (n int) {
	for _, m := range moves {
		if m.InGroup && m.Says != "" && !m.AnotherBot {
			n++
		}
	}
	return n
}

// MovesClock reports whether a move changes the time of everybody.
func MovesClock(moves []Move) bool {
	return slices.ContainsFunc(moves, func(m Move) bool { return m.Later > 0 })
}
