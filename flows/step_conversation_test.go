package flows

import (
	"slices"
	"testing"
	"time"

	"shiming/cards"
)

func said(words string) Event { return Event{Kind: WordsSaid, Text: words} }

func answered(admin, words string) Event {
	return Event{Kind: WordsAnswered, Actor: admin, Form: cards.Form{Note: &words}}
}

// receiversOf returns who gets the replies of a template.
func receiversOf(jobs []Job, template Template) (to []string) {
	for _, j := range jobs {
		if j.Kind == JobReply && j.Template() == template {
			to = append(to, j.To)
		}
	}
	return to
}

// TestConversationInEachState: whatever the case waits for, the applicant can talk with HR, and nothing else changes.
func TestConversationInEachState(t *testing.T) {
	for _, s := range States {
		if s.Terminal() {
			continue
		}
		t.Run(string(s), func(t *testing.T) {
			d := decide(t, SampleCase(s), Event{Kind: PersonAsked}).wantStay()
			if got := receiversOf(d.Jobs, ReplyConversation); !slices.Equal(got, []string{"ou_hr1", "ou_hr2"}) {
				t.Fatalf("got told %v, want both admins", got)
			}
			d = decide(t, d.Case, said("手机号是公司的，怎么办？")).wantStay()
			d = decide(t, d.Case, answered("ou_hr2", "用自己名下的就行")).wantStay().wantToast("words_sent")
			if got := receiversOf(d.Jobs, ReplyHRWords); !slices.Equal(got, []string{"ou_applicant"}) {
				t.Errorf("got the answer sent to %v", got)
			}
			if got := HRWordsCard(d.Case, "1").(cards.HRWords); got.Words != "用自己名下的就行" || got.By != "ou_hr2" || !got.Open {
				t.Errorf("got %+v, want the words", got)
			}
			d = decide(t, d.Case, said("好的")).wantStay()
			if got := receiversOf(d.Jobs, ReplyConversation); !slices.Equal(got, []string{"ou_hr2"}) {
				t.Errorf("got told %v, want the one who answers", got)
			}
			if got := ConversationCard(d.Case).(cards.Conversation); len(got.Exchanges) != 3 || !got.Open {
				t.Errorf("got %+v, want three exchanges", got)
			}
			d = decide(t, d.Case, Event{Kind: TalkClosed, Actor: "ou_hr2"}).wantStay().wantToast("talk_closed")
			if d.Case.Talks() || d.Case.Rev != SampleCase(s).Rev {
				t.Errorf("got %+v at revision %d, want the case as before", d.Case.Conversation, d.Case.Rev)
			}
			decide(t, d.Case, said("还有")).wantRefused("no conversation", "talk_over")
			decide(t, d.Case, answered("ou_hr1", "晚了")).wantRefused("no conversation", "talk_over")
		})
	}
}

// TestSilenceEndsAConversation: an hour without words gives the chat back to the bot, which says so.
func TestSilenceEndsAConversation(t *testing.T) {
	start := decide(t, SampleCase(AwaitingPhotos), Event{Kind: PersonAsked}).Case
	due := func(c *Case, after time.Duration) outcome {
		t.Helper()
		return decide(t, c, Event{Kind: TalkDue, At: SampleTime.Add(after)})
	}
	due(start, ConversationQuiet-1).wantRefused(refusalKnown, "")
	for name, tt := range map[string]struct {
		c      *Case
		notice string
	}{
		"nobody has answered": {start, "talk_unanswered"},
		"somebody has":        {decide(t, start, answered("ou_hr1", "在")).Case, "talk_quiet"},
	} {
		t.Run(name, func(t *testing.T) {
			d := due(tt.c, ConversationQuiet).wantStay()
			if d.Case.Talks() || !slices.ContainsFunc(d.Jobs, func(j Job) bool { return j.Args[ArgCode] == tt.notice }) {
				t.Errorf("got %+v, want the notice %s", d.Jobs, tt.notice)
			}
			due(d.Case, 2*ConversationQuiet).wantRefused(refusalKnown, "")
		})
	}
	t.Run("words go on", func(t *testing.T) {
		later := said("还在吗")
		later.At = SampleTime.Add(ConversationQuiet / 2)
		c := decide(t, start, later).Case
		due(c, ConversationQuiet).wantRefused(refusalKnown, "")
		due(c, ConversationQuiet*3/2).wantStay()
	})
}

// TestNoReminderInAConversation: the bot keeps quiet, and reminds afterwards.
func TestNoReminderInAConversation(t *testing.T) {
	c := decide(t, SampleCase(AwaitingPhotos), Event{Kind: PersonAsked}).Case
	d := decide(t, c, Event{Kind: ReminderDue}).wantStay()
	if got := receiversOf(d.Jobs, ReplyReminder); len(got) > 0 || len(d.Jobs) != 1 || d.Jobs[0].Kind != JobRemind {
		t.Errorf("got %+v, want a later reminder only", d.Jobs)
	}
}

// TestNobodyToTalkTo: the only admin cannot talk with himself.
func TestNobodyToTalkTo(t *testing.T) {
	c := SampleCase(AwaitingPhotos)
	c.OpenID = "ou_hr1"
	decide(t, c, Event{Kind: PersonAsked, Actor: "ou_hr1"}, func(p *Policy) { p.Admins = []string{"ou_hr1"} }).
		wantRefused("nobody could answer", "")
}

// TestConversationIsNoQuestion: words of a conversation do not come onto the applicant's card as a question of HR, and
// an ended case keeps none open.
func TestConversationIsNoQuestion(t *testing.T) {
	c := decide(t, SampleCase(AwaitingReview), Event{Kind: Queried, Actor: "ou_hr1", Preset: "mobile_owner"}).Case
	c = decide(t, c, Event{Kind: PersonAsked}).Case
	c = decide(t, c, answered("ou_hr1", "你好")).Case
	if asked, _ := questionsOf(c); len(asked) != 1 {
		t.Errorf("got the questions %v, want one", asked)
	}
	if d := decide(t, c, Event{Kind: Cancelled}).wantState(Withdrawn); d.Case.Talks() || d.Case.Conversation != nil {
		t.Errorf("got %+v, want none", d.Case.Conversation)
	}
}

// TestPhotoWhileHRDecides: a photo that nobody has asked for is kept for HR, and what was submitted stays.
func TestPhotoWhileHRDecides(t *testing.T) {
	photo := Event{Kind: PhotoReceived, Photo: PhotoRef{FileKey: "k", Kind: "image"}, PhotoID: "p9", MessageID: "om_9"}
	d := decide(t, SampleCase(AwaitingReview), photo).wantStay()
	d.wantJobs(JobFetchPhoto)
	d = decide(t, d.Case, Event{Kind: PhotoFetched, PhotoID: "p9", SHA256: "c"}).wantStay()
	if p := d.Case.PhotoByID("p9"); p.State != PhotoAnswer || d.Case.PhotoOf("front").ID != "p1" {
		t.Errorf("got %+v, want it kept beside the submitted ones", p)
	}
	card := HRCard(d.Case, sampleView()).(cards.Review)
	if x := card.Talk.Exchanges; len(x) != 1 || x[0].Photo != "stored" || card.Talk.Asked {
		t.Errorf("got %+v, want the photo on HR's card", card.Talk)
	}
}
