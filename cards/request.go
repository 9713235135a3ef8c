package cards

import (
	"encoding/json"
	"time"
)

// RequestRow is a request of a person about the own data.
type RequestRow struct {
	Kind    string // texts "request.<kind>"
	Outcome string // texts "request_state.<outcome>"
	At      time.Time
	Due     string // last day of the deadline, 2006-01-02
	Overdue bool
	Ended   time.Time // zero while it is open
	Words   string    // of the person
	Reason  string    // of HR
}

// maxReason is how much of an answer a list shows; the card of the answer itself shows all of it.
const maxReason = 200

// line draws head, and beneath what HR has written.
func (r RequestRow) line() text {
	if r.Ended.IsZero() || r.Reason == "" {
		return r.head()
	}
	return join(sameText("\n"), r.head(), fact("request_reason", foreignText(r.Reason, maxReason)))
}

// head draws kind, time, and the deadline or the outcome.
func (r RequestRow) head() text {
	what := join(sameText(" · "), codeText("request", r.Kind), timeText(r.At))
	if r.Ended.IsZero() {
		what = join(sameText(" · "), what, tr("request.due", quotedArg("day", r.Due)))
		if r.Overdue {
			what = join(sameText(" · "), what, tr("request.overdue"))
		}
		return what
	}
	return join(sameText(" · "), what, codeText("request_state", r.Outcome))
}

// Request shows an admin what a person asks for, and takes the answer.
type Request struct {
	Ref        // Case is the id of the request
	Applicant  string
	MaskedName string
	State      string // of the person's case
	RequestRow
}

// JSON draws who, what, until when, and the answer or the form for it.
func (v Request) JSON() json.RawMessage {
	look := frame{title: tr("requests.title"), header: headerYourTurn}
	e := []node{row(person(v.Applicant), headline(codeText("request", v.Kind)))}
	e = append(e, facts(
		fact("identity_name", foreignText(v.MaskedName, maxName)),
		fact("state", codeText("state", v.State)),
		fact("request_said", foreignText(v.Words, maxNote)),
		fact("asked_at", timeText(v.At)),
		fact("due", foreignText(v.Due, maxArg)),
	)...)
	if !v.Ended.IsZero() {
		e = append(e, facts(
			fact("request_answer", join(sameText(" "), codeText("request_state", v.Outcome), timeText(v.Ended))),
			fact("request_reason", foreignText(v.Reason, maxNote)),
		)...)
		look.header, look.elements = headerEnded, e
		return look.json()
	}
	if v.Overdue {
		look.header, look.tag, look.tagColour = headerError, tr("request.overdue"), "red"
	}
	e = append(e, line(codeText("request_how", v.Kind)))
	reason := field{name: "request_reason", hint: tr("hint.request_reason"), max: maxNote, lines: true}
	var answers []node
	if v.Kind == "correct" || v.Kind == "object" { // the program carries out the others
		done := v.act(ActFulfilRequest)
		answers = append(answers, asSubmit(button("fulfil_request", mainButton, done), done))
	}
	decline := v.act(ActDeclineRequest)
	answers = append(answers, asSubmit(button("decline_request", dangerButton, decline), decline))
	look.elements = append(e, form("request", append([]node{reason.node()}, answers...)...))
	return look.json()
}

// Requests lists the open requests for an admin, those that are due first come first.
type Requests struct {
	Rows           []RequestsRow
	Total, Overdue int
	At             time.Time
}

// RequestsRow is one open request.
type RequestsRow struct {
	Ref       // Case is the id of the request
	Applicant string
	RequestRow
}

// totalText says how many requests wait, and how many of them are overdue if any is.
func totalText(total, overdue int) text {
	if overdue == 0 {
		return tr("requests.waiting", intArg("n", total))
	}
	return tr("requests.total", intArg("n", total), intArg("overdue", overdue))
}

// node draws who asks, the button, and what is asked for until when. It has no time of asking, so that it takes two lines
// on a phone.
func (r RequestsRow) node() node {
	what := join(sameText(" · "), codeText("request", r.Kind), tr("request.due", quotedArg("day", r.Due)))
	words := line(what)
	if r.Overdue {
		words = line(join(sameText(" · "), what, tr("request.overdue")), colourRed)
	}
	return row(person(r.Applicant), button("open_request", plainButton, r.act(ActOpenRequest)), words)
}

// JSON draws maxRows requests, each with the button that opens it.
func (v Requests) JSON() json.RawMessage {
	if v.Total == 0 {
		e := append([]node{line(tr("requests.none"))}, asOf(v.At)...)
		return frame{title: tr("requests.title"), header: headerSuccess, elements: e}.json()
	}
	e := []node{line(totalText(v.Total, v.Overdue))}
	rows := v.Rows[:min(len(v.Rows), maxRows)]
	for _, r := range rows {
		e = append(e, r.node())
	}
	if more := v.Total - len(rows); more > 0 {
		e = append(e, small(tr("pending.more", intArg("n", more))))
	}
	look := frame{
		title: tr("requests.title"), header: headerYourTurn, tag: tr("tag.count", intArg("n", v.Total)), tagColour: "blue",
		elements: append(e, asOf(v.At)...),
	}
	if v.Overdue > 0 {
		look.header, look.tagColour = headerError, "red"
	}
	return look.json()
}

// RequestsLate tells somebody who decides on nothing how many requests are overdue. It names nobody.
type RequestsLate struct {
	Overdue int
	Due     string // end of the first deadline, 2006-01-02
	At      time.Time
}

// JSON draws the number and the day.
func (v RequestsLate) JSON() json.RawMessage {
	e := []node{
		line(tr("requests.late", intArg("n", v.Overdue), quotedArg("day", v.Due)), colourRed),
		small(tr("requests.late_why")),
	}
	return frame{title: tr("requests.title"), header: headerError, elements: append(e, asOf(v.At)...)}.json()
}

// RequestEnded tells a person how a request has ended.
type RequestEnded struct{ RequestRow }

// JSON draws the outcome, the reason, and what the person can do further.
func (v RequestEnded) JSON() json.RawMessage {
	look := frame{title: tr("request_ended.title"), header: headerSuccess}
	look.elements = []node{line(v.line())}
	if v.Outcome == "declined" {
		look.header = headerWarning
		look.elements = append(look.elements, small(tr("request_ended.further")))
	}
	look.elements = append(look.elements, button("my_data", quietButton, Ref{}.act(ActMyData)))
	return look.json()
}

// CopySent tells a person what the files above hold, and when they are recalled.
type CopySent struct{ Until time.Time }

// JSON draws both.
func (v CopySent) JSON() json.RawMessage {
	e := []node{line(tr("copy.sent")), line(tr("copy.until", timeArg("at", v.Until))), small(tr("copy.care"))}
	return frame{title: tr("copy.title"), header: headerSuccess, elements: e}.json()
}

// rightsNodes draws the person's requests, and the button of each right.
func (v MyData) rightsNodes() []node {
	var e []node
	if n := len(v.Requests); n > 0 {
		lines := make([]text, 0, n)
		for _, r := range v.Requests[max(0, n-maxHistory):] {
			lines = append(lines, r.line())
		}
		e = append(e, headline(tr("my_data.requests")), line(join(sameText("\n"), lines...)))
	}
	e = append(e, rule(), headline(tr("my_data.rights")), askFirst("copy_data", plainButton, v.act(ActCopyData)))
	words := field{name: "request_words", hint: tr("hint.request_words"), max: maxNote, lines: true}
	wrong, object := v.act(ActCorrectData), v.act(ActObjectData)
	return append(e, form("rights", words.node(),
		asSubmit(button("correct_data", plainButton, wrong), wrong),
		asSubmit(button("object_data", plainButton, object), object)))
}
