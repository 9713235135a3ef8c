package workers_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// cardSays is 230099 with the error of the card (page 发送消息, 230099 子错误码).
func cardSays(sub int, text string) answer {
	msg := fmt.Sprintf("Failed to create card content, ext=ErrCode: %d; ErrMsg: %s; ", sub, text)
	return answer{status: 400, body: fmt.Sprintf(`{"code":230099,"msg":%q}`, msg)}
}

// putShownCase stores a case and sends its card through the real client.
func putShownCase(w *workerstest.Harness, p *platforms, s flows.State, who string) (*flows.Case, flows.Job) {
	w.T.Helper()
	p.clear()
	c := w.PutCase(s, who)
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: who})
	w.RunJobs(flows.JobShow)
	c = w.CaseNow(c.ID)
	j := flows.ShowSurface(c.ID, workerstest.ApplicantSurface(c))
	j.Key, j.Attempt = "again-"+c.ID, 1
	return c, j
}

// TestFailuresOfPatches: changing a card (page 更新已发送的消息卡片).
func TestFailuresOfPatches(t *testing.T) {
	t.Parallel()
	w, p := newHarnessOnPlatforms(t)
	for i, tt := range []struct {
		says  answer
		again time.Duration
		sends int // fresh messages
	}{
		{says: feishuSays(230001)},
		{says: feishuSays(230025)},
		{says: feishuSays(230002)},
		{says: feishuSays(230006), again: probe},
		{says: feishuSays(230018)},
		{says: feishuSays(230027), again: probe},
		{says: feishuSays(230035)},
		{says: feishuSays(99991672), again: probe},
		{says: feishuSays(99991663), again: probe},
		{says: feishuSays(230020), again: soon},
		{says: feishuSays(11232), again: soon},
		{says: busy, again: 7 * time.Second},
		{says: broken, again: soon},
		{says: noJSON, again: soon},
		{says: dropped, again: soon},
		{says: feishuSays(230031), sends: 1}, // 14 days
		{says: feishuSays(230011), sends: 1}, // recalled
		{says: feishuSays(230110), sends: 1},
		{says: feishuSays(230111), sends: 1},
		{says: feishuSays(230050), sends: 1},
		{says: feishuSays(232009)},
		{says: cardSays(200621, "parse card json err")},
		{says: cardSays(11310, "element exceeds the limit")},
		{says: cardSays(11310, "card action is lock"), again: soon},
		{says: cardSays(200800, "x"), again: soon},
		{says: feishuSays(230028)}, // no form is shown here, so there is nothing to mask
	} {
		t.Run(tt.says.body, func(t *testing.T) {
			c, j := putShownCase(w, p, flows.Checking, fmt.Sprint("ou_", i))
			w.MustReport(c.ID, workerstest.Delayed("check"))
			w.TakeJob(flows.JobShow)
			p.fail("patch", tt.says)
			err := w.Run(t.Context(), j)
			requireRetry(t, err, tt.again, tt.again == probe)
			p.fail("none", answer{}) // resets the counts
			w.RunJobs(flows.JobShow)
			if got := p.callCount("send"); got != tt.sends {
				t.Errorf("fresh messages: got %d, want %d", got, tt.sends)
			}
			if tt.again > 0 {
				w.Must(w.Run(t.Context(), j))
				if p.callCount("patch") != 1 {
					t.Errorf("after the repair %d patches, want 1", p.callCount("patch"))
				}
			}
			// A card that cannot be shown does not suspend the case.
			if now := w.InState(c.ID, flows.Checking); now.Attention != nil {
				t.Errorf("%+v", now.Attention)
			}
			if s := w.Surface(workerstest.ApplicantSurface(c)); s.LeaseOwner != "" || s.Dirty {
				t.Errorf("the surface is left as %+v", s)
			}
		})
	}
}

// TestFailuresOfTheClearForm: the tenant refuses clear values, and the form is drawn without them.
func TestFailuresOfTheClearForm(t *testing.T) {
	t.Parallel()
	w, p := newHarnessOnPlatforms(t)
	for i, code := range []int{230028, 230022} {
		t.Run(strconv.Itoa(code), func(t *testing.T) {
			c, j := putShownCase(w, p, flows.AwaitingConfirmation, fmt.Sprint("ou_", i))
			w.Click(c.OpenID, c, cards.ActConfirm, "identity_name", "", "identity_code", "", "mobile", "")
			w.TakeJob(flows.JobShow)
			p.fail("patch", feishuSays(code))
			w.Must(w.Run(t.Context(), j))
			if !w.CaseNow(c.ID).MaskedForm {
				t.Error("the form stays clear")
			}
			p.fail("none", answer{})
			w.RunJobs(flows.JobShow)
			if p.callCount("patch") != 1 {
				t.Error("the masked form was not drawn")
			}
		})
	}
}

// TestFailuresOfSends: sending a card (page 发送消息).
func TestFailuresOfSends(t *testing.T) {
	t.Parallel()
	w, p := newHarnessOnPlatforms(t)
	for i, tt := range []struct {
		code  int
		again time.Duration
	}{
		{230001, 0},
		{230002, 0},
		{230006, probe},
		{230013, 0},
		{230015, 0},
		{230017, 0},
		{230018, 0},
		{230019, 0},
		{230020, soon},
		{230022, 0},
		{230025, 0},
		{230027, probe},
		{230028, 0},
		{230029, 0},
		{230034, 0},
		{230035, 0},
		{230036, probe},
		{230038, 0},
		{230049, soon},
		{230053, 0},
		{230054, 0},
		{230055, 0},
		{230075, 0},
		{230099, 0},
		{232009, 0},
		{99991400, soon},
		{99991672, probe},
		{99992351, 0},
		{99992361, probe},
		{99992402, 0},
		{4242, 0},
	} {
		t.Run(fmt.Sprint(tt.code), func(t *testing.T) {
			who := fmt.Sprint("ou_", i)
			c := w.PutCase(flows.AwaitingPhotos, who)
			w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: who})
			j := w.TakeJob(flows.JobShow)
			p.fail("send", feishuSays(tt.code))
			err := w.Run(t.Context(), j)
			p.clear()
			requireRetry(t, err, tt.again, tt.again == probe)
			if tt.again > 0 {
				w.Must(w.Run(t.Context(), j))
				if s := w.Surface(workerstest.ApplicantSurface(c)); s.SentGeneration != 1 || s.MessageID == "" {
					t.Errorf("after the repair %+v", s)
				}
			}
			if now := w.CaseNow(c.ID); now.State != flows.AwaitingPhotos {
				t.Errorf("the case went to %s, want %v", now.State, flows.AwaitingPhotos)
			}
			// The next change of the case shows a card again.
			w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: who})
			w.RunJobs(flows.JobShow)
			if s := w.Surface(workerstest.ApplicantSurface(c)); s.SentGeneration != s.WantedGeneration || s.MessageID == "" {
				t.Errorf("the next card is %+v", s)
			}
		})
	}
}

// TestFailuresOfReplies: answering a message (page 回复消息).
func TestFailuresOfReplies(t *testing.T) {
	t.Parallel()
	w, p := newHarnessOnPlatforms(t)
	for i, tt := range []struct {
		says  answer
		again time.Duration
		sends int // to the person instead
	}{
		{says: feishuSays(230011), sends: 1}, // the message was recalled
		{says: feishuSays(230110), sends: 1},
		{says: feishuSays(230050), sends: 1},
		{says: feishuSays(230019), sends: 1},
		{says: feishuSays(230071)},
		{says: feishuSays(230072)},
		{says: feishuSays(230020), again: soon},
		{says: feishuSays(99991672), again: probe},
		{says: feishuSays(230002), sends: 1}, // the bot is no longer in the group
		{says: feishuSays(230035), sends: 1}, // the bot may not speak in the group
		{says: busy, again: 7 * time.Second},
		{says: broken, again: soon},
		{says: dropped, again: soon},
	} {
		t.Run(tt.says.body, func(t *testing.T) {
			p.fail("reply", tt.says)
			j := flows.Reply(flows.ReplyNotice).Towards(flows.Receiver{Type: "message_id", ID: "om_1"}).
				For(workerstest.Tenant, "ou_1").With(flows.ArgCode, "photo_in_group")
			j.Key, j.Attempt = fmt.Sprint("r", i), 1
			err := w.Run(t.Context(), j)
			requireRetry(t, err, tt.again, false)
			if got := p.callCount("send"); got != tt.sends {
				t.Errorf("messages to the person: got %d, want %d", got, tt.sends)
			}
		})
	}
}
