package workers

import (
	"log/slog"
	"strings"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// This file says, for each way in which Feishu can refuse a card and for each audience: whose fault it is, how long the
// card is tried, and what follows then. docs/errors.md shows the same table.

// How long a card is tried again after its first attempt. With the pauses of failure.Backoff that makes at most about
// 320 attempts for a card that is kept up to date, and 15 for an answer.
const (
	// showFor outlasts an outage of a day. What is outdated after that is drawn by the nightly run.
	showFor = 26 * time.Hour
	// replyFor is shorter, because a late answer to a word is of no use.
	replyFor = 30 * time.Minute
)

// Audiences of cards, besides those of surfaces.
const (
	audienceAdmin = "admin" // HR's card in the private chat of one admin
	audienceReply = "reply" // a card that is sent once
)

// audienceOf returns the audience of a surface.
func audienceOf(s *flows.Surface) string {
	if s.Audience == flows.AudienceHR && s.To.Type == "open_id" {
		return audienceAdmin
	}
	return s.Audience
}

// followUp is what follows when a card is not tried any more.
type followUp string

const (
	// tellHR tells HR that the applicant cannot be reached, if it is the applicant's turn.
	tellHR followUp = "tell HR"
	// toAdmins gives each admin the card, in private.
	toAdmins followUp = "to each admin"
	// sendList sends HR the list of waiting cases instead, which Feishu may accept.
	sendList followUp = "the list instead"
	// renew sends a new message while the case is open.
	renew followUp = "a new message"
	// mask draws the form with masked values, once.
	mask followUp = "masked"
	// tellGroup tells each admin that the group has no board.
	tellGroup followUp = "tell HR of the group"
	// inPrivate sends the answer to the asker's private chat.
	inPrivate followUp = "in private"
)

// cardEnd is the end of one kind of refusal.
type cardEnd struct {
	fault  string // whose fault it is, for the log
	repeat bool   // the card is tried for showFor or replyFor
	then   map[string]followUp
}

// cardEnds has a row for each class of failure. A class without a row ends as failure.Refused does.
var cardEnds = map[failure.Class]cardEnd{
	failure.Retry:    {fault: "outage", repeat: true},
	failure.Operator: {fault: "app", repeat: true},
	failure.Receiver: {fault: "receiver", then: map[string]followUp{
		flows.AudienceApplicant: tellHR, flows.AudienceHR: toAdmins, flows.AudienceBoard: tellGroup,
		flows.AudienceQueue: tellGroup, audienceReply: inPrivate}},
	failure.Gone: {fault: "message", then: map[string]followUp{
		flows.AudienceApplicant: renew, flows.AudienceHR: renew, audienceAdmin: renew, flows.AudienceBoard: renew,
		flows.AudienceDesk: renew, flows.AudienceQueue: renew, flows.AudienceCampaign: renew,
		audienceReply: inPrivate}},
	failure.DLP: {fault: "content", then: map[string]followUp{
		flows.AudienceApplicant: mask, flows.AudienceHR: sendList, audienceAdmin: sendList}},
	failure.Refused: {fault: "card", then: map[string]followUp{
		flows.AudienceHR: sendList, audienceAdmin: sendList}},
}

// endOf returns the end of a class of failure.
func endOf(class failure.Class) cardEnd {
	if end, ok := cardEnds[class]; ok {
		return end
	}
	return cardEnds[failure.Refused]
}

// overdue reports whether a job is not tried any more. within counts from its first attempt.
func (w *Workers) overdue(j flows.Job, within time.Duration) bool {
	return !j.Due.IsZero() && w.engine.Now().Sub(j.Due) >= within
}

// minAttempts is how often a card is tried at least in an outage. The first attempt after a long stop of the program is
// overdue already.
const minAttempts = 3

// triedEnough reports whether a card that the platform has refused for now is not tried any more.
func (w *Workers) triedEnough(j flows.Job, class failure.Class, within time.Duration) bool {
	return w.overdue(j, within) && (class == failure.Operator || j.Attempt >= minAttempts)
}

// cardFault corrects the class of a failed card by what was called. sends says that a new message was to be posted.
func cardFault(d failure.Details, to flows.Receiver, sends bool) failure.Details {
	switch {
	case d.Class == failure.Gone && sends:
		d.Class = failure.Receiver // there is no message yet that could be gone
	case d.Class == failure.Operator && to.Type != "open_id" && strings.HasPrefix(d.Upstream, "230027"):
		d.Class = failure.Receiver // in a group: an external group, or no permission there (page 发送消息)
	}
	return d
}

// lastWordLevel is the level of the log line with which a card ends. One person who cannot be reached is a warning. HR
// out of reach, a masked card that the tenant's rules refuse, and what fails for longer than a day need somebody.
func lastWordLevel(class failure.Class, audience string) slog.Level {
	hr := audience == flows.AudienceHR || audience == audienceAdmin
	switch {
	case audience == audienceReply:
		return slog.LevelWarn
	case hr && class == failure.Receiver, class == failure.DLP, endOf(class).repeat:
		return slog.LevelError
	}
	return slog.LevelWarn
}
