package flows

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/cards"
)

// Question is the state of what HR has asked the applicant last in a review. The words are Personal.Exchanges.
type Question struct {
	By         string    `json:"by"` // open_id of the admin
	At         time.Time `json:"at"`
	From       time.Time `json:"from"`                 // when the first question of this review was asked
	MadeAt     time.Time `json:"made_at,omitzero"`     // by Feishu's clock; an answer is newer
	AnsweredAt time.Time `json:"answered_at,omitzero"` // of the first answer; zero while HR waits for it
	Reminders  int       `json:"reminders,omitempty"`
	RemindedAt time.Time `json:"reminded_at,omitzero"`
}

// Open reports whether the applicant has not answered yet.
func (q *Question) Open() bool { return q != nil && q.AnsweredAt.IsZero() }

// Exchange is a question of HR, or an answer of the applicant by words or by a photo.
type Exchange struct {
	By     string `json:",omitempty"` // open_id of the admin who asks; "" for an answer
	At     time.Time
	Preset string `json:",omitempty"` // one of cards.Questions, instead of Text
	Text   string `json:",omitempty"`
	Photo  string `json:",omitempty"` // id of the photo that answers
	Talk   bool   `json:",omitempty"` // words of a conversation, which belong to no question
}

// maxExchanges bounds the questions and answers of a case, and likewise the words of its conversations.
const maxExchanges = 40

// exchanges counts the words of conversations, or the questions and answers.
func (c *Case) exchanges(talk bool) (n int) {
	for _, x := range c.Personal.Exchanges {
		if x.Talk == talk {
			n++
		}
	}
	return n
}

// States of a photo that answers a question. It is stored for HR to look at, and never read by the OCR: it replaces
// nothing that was submitted.
const (
	PhotoAnswerWaiting PhotoState = "answer_waiting" // received, not fetched
	PhotoAnswer        PhotoState = "answer"         // fetched, inspected, encrypted
)

// ask puts a question to the applicant. The case stays with HR, and everything that was submitted stays.
func ask(d *decision) {
	preset, text := d.event.Preset, shortNote(formValue(d.event.Form.Question))
	switch {
	case preset == "" && text == "":
		d.refuse(RefusalNoReason, NewToast("missing_field", map[string]string{"field": "question"}))
		return
	case d.c.exchanges(false) >= maxExchanges:
		d.refuse("too many questions", NewToast("too_many_questions", nil))
		return
	}
	if preset != "" {
		text = ""
		d.detail("question", preset)
	}
	d.addExchange(Exchange{By: d.event.Actor, At: d.event.At, Preset: preset, Text: text})
	from := d.event.At
	if d.c.Question != nil {
		from = d.c.Question.From
	}
	d.c.Question = &Question{By: d.event.Actor, At: d.event.At, From: from, MadeAt: d.event.MadeAt}
	d.job(RemindQuestion(d.event.At.Add(d.policy.ReminderAfter)))
	d.repost(AudienceApplicant)
	d.redraw(AudienceHR)
	d.toast("question_sent")
}

func (d *decision) addExchange(x Exchange) {
	d.c.Personal.Exchanges = append(slices.Clone(d.c.Personal.Exchanges), x)
}

// answerByText notes what the applicant writes.
func answerByText(d *decision) {
	if !d.takesAnswer() {
		return
	}
	d.addExchange(Exchange{At: d.event.At, Text: truncateAnswer(d.event.Text)})
	d.answered()
}

// MaxAnswer is how many characters of an answer are kept: as many as HR's card shows.
const MaxAnswer = 240

// AnswerIsCut reports whether more was written than is kept of an answer, which the applicant is told.
func AnswerIsCut(text string) bool { return len([]rune(strings.TrimSpace(text))) > MaxAnswer }

// truncateAnswer cuts an answer to what is kept of it.
func truncateAnswer(s string) string {
	s = strings.TrimSpace(s)
	if AnswerIsCut(s) {
		return string([]rune(s)[:MaxAnswer]) + "…"
	}
	return s
}

// answerByPhoto notes a photo of the applicant and has it fetched: an answer, or something that HR may want to see when
// nothing was asked. What was submitted stays.
func answerByPhoto(d *decision) {
	if d.c.exchanges(false) >= maxExchanges {
		d.refuse("too many answers", nil)
		return
	}
	if !d.addPhoto() {
		return
	}
	d.c.Photos[len(d.c.Photos)-1].State = PhotoAnswerWaiting
	d.addExchange(Exchange{At: d.event.At, Photo: d.event.PhotoID})
	d.job(FetchPhoto(d.event.PhotoID))
	if d.c.Question == nil {
		d.redraw(AudienceApplicant, AudienceHR)
		return
	}
	d.answered()
}

// TakesAnswers reports whether what the applicant sends is an answer: HR has asked something in this review. Somebody
// who answers in several messages is heard to the end.
func (c *Case) TakesAnswers() bool {
	return c.State == AwaitingReview && c.Question != nil && c.exchanges(false) < maxExchanges
}

func (d *decision) takesAnswer() bool {
	if d.c.TakesAnswers() {
		return true
	}
	d.refuse("nothing was asked", nil)
	return false
}

// answered brings the first answer to the admin who has asked, and ends a hold that waits for it.
func (d *decision) answered() {
	q := d.c.Question
	d.redraw(AudienceApplicant, AudienceHR)
	if !q.Open() {
		return
	}
	q.AnsweredAt = d.event.At
	if h := d.c.OnHold; h != nil && h.Answer {
		d.c.OnHold = nil
	}
	d.ring(q.By)
}

// answerFetched notes that the picture of an answer is stored. Nothing reads it.
func answerFetched(d *decision) {
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoAnswerWaiting {
		d.ignoreLateResult(p)
		return
	}
	p.State, p.SHA256, p.MD5, p.Bytes = PhotoAnswer, d.event.SHA256, d.event.MD5, d.event.Bytes
	p.Format, p.Changes, p.Width, p.Height = d.event.Format, d.event.Changes, d.event.Width, d.event.Height
	d.detail("photo", p.ID)
	d.detail("sha256", p.SHA256)
	d.redraw(AudienceHR)
}

// answerFailed refuses a photo that could not be fetched or inspected, and tells the applicant.
func answerFailed(d *decision) {
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoAnswerWaiting {
		d.ignoreLateResult(p)
		return
	}
	d.refuseAnswer(p, d.event.Problem)
}

// answersStopped refuses the photos that a platform does not give at the moment. The review does not wait for them.
func answersStopped(d *decision) {
	found := false
	for i := range d.c.Photos {
		if p := &d.c.Photos[i]; p.State == PhotoAnswerWaiting {
			d.refuseAnswer(p, "download_failed")
			found = true
		}
	}
	if !found {
		d.refuse(refusalNotInTable, nil)
		return
	}
	d.noteStop(d.event.Stop)
}

func (d *decision) refuseAnswer(p *Photo, problem string) {
	p.State, p.Problem = PhotoRefused, problem
	d.dropPicture(p.ID)
	d.replyProblem(p.ID, problem)
	d.detail("photo", p.ID)
	d.detail("problem", problem)
	d.redraw(AudienceHR)
}

// answerRecalled drops the photos of a recalled message that were answers. What was submitted stays.
func answerRecalled(d *decision) {
	found := false
	for i := range d.c.Photos {
		p := &d.c.Photos[i]
		if p.MessageID == d.event.MessageID && (p.State == PhotoAnswerWaiting || p.State == PhotoAnswer) {
			d.dropPhoto(p)
			found = true
		}
	}
	if !found {
		d.refuse("no such photo", nil)
		return
	}
	d.redraw(AudienceHR)
}

// remindQuestion brings an unanswered question to the bottom of the applicant's chat, MaxReminders times, each after
// twice the time. Then HR hears that no answer came.
func remindQuestion(d *decision) {
	q := d.c.Question
	switch {
	case !q.Open() || d.event.At.Before(later(q.At, q.RemindedAt).Add(d.policy.ReminderAfter<<q.Reminders)):
		d.refuse(refusalKnown, nil) // answered, or of a question before
		return
	case d.event.Unreachable:
		d.job(RemindQuestion(d.event.At.Add(d.policy.ReminderAfter)))
		d.refuseButKeepJobs(NudgeUnreachable)
		return
	case !Awake(d.event.At) && d.policy.ReminderAfter >= time.Hour:
		d.job(RemindQuestion(NextMorning(d.event.At)))
		d.refuseButKeepJobs("night")
		return
	case q.Reminders >= MaxReminders:
		if h := d.c.OnHold; h != nil && h.Answer {
			d.c.OnHold = nil
		}
		d.rule("the question was not answered")
		d.ring(q.By)
		return
	}
	q.Reminders++
	q.RemindedAt = d.event.At
	d.detail("reminder", strconv.Itoa(q.Reminders))
	d.job(RemindQuestion(d.event.At.Add(d.policy.ReminderAfter << q.Reminders)))
	d.repost(AudienceApplicant)
	d.redraw(AudienceHR)
}

// questionsOf returns the questions for the applicant's card that were asked in this review, the last ones, and
// whether there is an answer.
func questionsOf(c *Case) (asked []cards.Question, answered bool) {
	if c.Question == nil {
		return nil, false
	}
	for _, x := range c.Personal.Exchanges {
		if x.By != "" && !x.Talk && !x.At.Before(c.Question.From) {
			asked = append(asked, cards.Question{Preset: x.Preset, Text: x.Text})
		}
	}
	return asked, !c.Question.Open()
}
