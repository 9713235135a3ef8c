package config

import (
	"math"
	"strconv"
	"time"

	"shiming/flows"
)

// Joiners says what follows when somebody joins the company.
type Joiners string

const (
	JoinersOff  Joiners = "off"
	JoinersAsk  Joiners = "ask"  // HR is asked whether to invite them
	JoinersAuto Joiners = "auto" // they are invited
)

// UnmarshalText accepts the constants.
func (j *Joiners) UnmarshalText(text []byte) error {
	return oneOf(j, text, JoinersOff, JoinersAsk, JoinersAuto)
}

// Chase says who chases people who were invited and have not begun.
type Chase string

const (
	ChaseManual Chase = "manual" // HR, by a button
	ChaseAuto   Chase = "auto"   // the bot by itself
)

// UnmarshalText accepts the constants.
func (c *Chase) UnmarshalText(text []byte) error { return oneOf(c, text, ChaseManual, ChaseAuto) }

// PerMinute is a rate in messages a minute.
type PerMinute int

// maxPerMinute is less than the 1000 messages a minute that Feishu takes, so that other cards pass meanwhile.
const maxPerMinute = 900

// UnmarshalText accepts a whole number from 1 to maxPerMinute.
func (p *PerMinute) UnmarshalText(text []byte) error { return numberIn(p, text, 1, maxPerMinute) }

// Chases is how often somebody is chased.
type Chases int

// UnmarshalText accepts a whole number from 0 to flows.MaxChases.
func (c *Chases) UnmarshalText(text []byte) error { return numberIn(c, text, 0, flows.MaxChases) }

// Pages is a number of pages that the OCR reads.
type Pages int

// UnmarshalText accepts a whole number.
func (p *Pages) UnmarshalText(text []byte) error { return numberIn(p, text, 0, math.MaxInt32) }

// numberIn sets to if text is a whole number of the range.
func numberIn[T ~int](to *T, text []byte, least, most int) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < least || n > most {
		return &Mistake{Code: NotInRange, Args: []string{strconv.Itoa(least), strconv.Itoa(most)}}
	}
	*to = T(n)
	return nil
}

// campaign checks the rules of campaigns. A person is chased once a day at most.
func (v *validator) campaign() {
	if v.Campaign.ChaseEvery < 24*time.Hour {
		v.wrong("campaign.chase_every", LessThanADay)
	}
}
