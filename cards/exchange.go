package cards

import (
	"time"
	"unicode/utf8"
)

// Questions are the codes of questions that HR can ask with one tap (texts "question.<code>").
var Questions = []string{"mobile_owner", "name_differs", "number_shared", "proof_photo"}

// Question is what HR asks the applicant: a code of Questions, or words.
type Question struct {
	Preset string
	Text   string
}

func (q Question) text() text {
	if q.Preset != "" {
		return codeText("question", q.Preset)
	}
	return foreignText(q.Text, maxNote)
}

// Exchange is a question of HR, or an answer of the applicant.
type Exchange struct {
	By string // open_id of the admin who asks; "" for an answer
	At time.Time
	Question
	Photo string // of an answer by a photo: waiting | stored | refused | gone
}

// maxExchanges is the number of latest questions and answers on HR's card, maxTalk how many bytes they have together:
// the latest are shown in full.
const (
	maxExchanges = 4
	maxTalk      = 720
)

// Note is an internal note of HR.
type Note struct {
	By      string // open_id
	At      time.Time
	Text    string
	Earlier bool   // of an earlier case of the person
	To      string // open_id of the admin to whom the case was handed with the note
}

// maxNotes is the number of latest internal notes on HR's card, maxNotesTalk how many bytes they have together,
// maxInternalNote the length of one in characters.
const (
	maxNotes        = 2
	maxNotesTalk    = 360
	maxInternalNote = 160
)

// Talk is what HR's card shows of the questions, the hold and the internal notes of a case.
type Talk struct {
	Exchanges  []Exchange
	Asked      bool // a question is not answered yet
	Reminders  int  // of this question
	Notes      []Note
	HeldBy     string // open_id of the admin who has put the case aside; "" if none
	HeldUntil  time.Time
	HeldFor    bool     // the hold ends with an answer
	FromAdmin  string   // open_id of the admin who has handed the case over
	ToAdmin    string   // open_id of the one who has it now
	TransferTo []string // open_ids of the admins to whom it may be handed
}

// nodes draws who has handed the case over, the hold, the notes, and each question beside its answer.
func (t Talk) nodes() []node {
	var e []node
	if t.FromAdmin != "" {
		e = append(e, row(person(t.FromAdmin), line(tr("talk.handed")), person(t.ToAdmin)))
	}
	if t.HeldBy != "" {
		words := tr("talk.held", timeArg("at", t.HeldUntil))
		if t.HeldFor {
			words = tr("talk.held_for_answer", timeArg("at", t.HeldUntil))
		}
		e = append(e, row(person(t.HeldBy), line(words, colourOrange)))
	}
	if notes := t.Notes[max(0, len(t.Notes)-maxNotes):]; len(notes) > 0 {
		e = append(e, headline(tr("talk.notes")))
		for i, n := range latest(notes, maxNotesTalk, func(n Note) string { return n.Text }) {
			words := join(sameText("  "), sameText(Stamp(notes[i].At)), foreignText(n, maxInternalNote))
			if notes[i].Earlier {
				words = join(sameText("  "), words, tr("talk.note_earlier"))
			}
			e = append(e, row(person(notes[i].By), small(words)))
		}
	}
	if len(t.Exchanges) == 0 {
		return e
	}
	e = append(e, headline(tr("talk.title")))
	exchanges := t.Exchanges[max(0, len(t.Exchanges)-maxExchanges):]
	for i, words := range latest(exchanges, maxTalk, func(x Exchange) string { return x.Text }) {
		e = append(e, exchanges[i].node(words))
	}
	switch {
	case t.Asked && t.Reminders > 0:
		e = append(e, line(tr("talk.unanswered_reminded", intArg("n", t.Reminders)), colourOrange))
	case t.Asked:
		e = append(e, line(tr("talk.unanswered"), colourOrange))
	}
	return e
}

// latest returns the text of each entry. Together they take at most max bytes of a card, of which the last entries
// come first; an earlier one is cut.
func latest[T any](entries []T, max int, textOf func(T) string) []string {
	out := make([]string, len(entries))
	for i := len(entries) - 1; i >= 0; i-- {
		out[i], max = fitting(textOf(entries[i]), max)
	}
	return out
}

// fitting cuts a text to max bytes of JSON, and returns how many are left.
func fitting(s string, max int) (cut string, left int) {
	for i, r := range s {
		n := utf8.RuneLen(r)
		if r == '"' || r == '\\' {
			n = 4 // the card's JSON is a string in the JSON of the request
		}
		if max < n {
			return s[:i] + "…", 0
		}
		max -= n
	}
	return s, max
}

// node draws the exchange with its words, which may be cut.
func (x Exchange) node(words string) node {
	at, said := sameText(Stamp(x.At)), foreignText(words, maxNote)
	if x.Preset != "" {
		said = x.text()
	}
	switch {
	case x.By != "":
		return row(person(x.By), line(join(sameText("  "), at, said)))
	case x.Photo != "":
		return line(join(sameText("  "), at, codeText("answer_photo", x.Photo)))
	}
	return line(join(sameText("  "), at, tr("talk.answer", textArg("words", said))))
}
