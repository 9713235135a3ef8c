package flows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// answer runs the reply to a private word and returns the card that came.
func (w *world) answer(who, word string) string {
	w.t.Helper()
	before := len(w.chat.sentTo(who))
	w.say(who, word)
	w.run(flows.JobReply)
	sent := w.chat.sentTo(who)
	if len(sent) != before+1 {
		w.t.Fatalf("%s got %d answers to %s", who, len(sent)-before, word)
	}
	return sent[len(sent)-1].now()
}

// same requires a card, as its builder makes it.
func same(t *testing.T, what, got string, want cards.Card) {
	t.Helper()
	if got != string(want.JSON()) {
		t.Errorf("%s is %s\nwant %s", what, got, want.JSON())
	}
}

func TestGreetings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	same(t, "a stranger's greeting", w.answer("ou_1", "你好"), cards.Greeting{})
	same(t, "help", w.answer("ou_1", "帮助"), cards.Greeting{Help: true})
	same(t, "HR's help", w.answer("ou_hr1", "帮助"), cards.Greeting{Help: true, HR: true})
	c := w.put(flows.AwaitingPhotos, "ou_2")
	same(t, "help while a case is open", w.answer("ou_2", "帮助"), cards.Greeting{Help: true, Open: &cards.Ref{Case: c.ID, Rev: c.Rev}})
	// In a group nobody's case is shown.
	message := w.group("ou_2", "oc_any", "帮助")
	w.run(flows.JobReply)
	same(t, "help in a group", w.chat.sentTo(message)[0].now(), cards.Greeting{Help: true})
}

func TestStatusWithoutAnOpenCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	same(t, "the status of a stranger", w.answer("ou_1", "进度"), cards.Notice{Code: "nothing_open", Start: true})
	c := w.put(flows.Done, "ou_2")
	same(t, "the status of a registered person", w.answer("ou_2", "进度"), flows.ApplicantCard(c, flows.Scene{Now: w.now(), Policy: flows.SamplePolicy()}))
}

// What HR sees of itself: the list without the own case, and figures.
func TestPendingAndStats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.answer("ou_hr1", "待审"); !shows(got, "pending.none") {
		t.Errorf("an empty list is %s", got)
	}
	for i := range 11 {
		w.put(flows.AwaitingReview, fmt.Sprintf("ou_%d", i))
	}
	w.put(flows.NeedsAttention, "ou_hr1")
	w.put(flows.Done, "ou_done")
	w.put(flows.Expired, "ou_expired")
	got := w.answer("ou_hr1", "待审")
	if !strings.Contains(got, "共 11 件") || !strings.Contains(got, "其中 0 件") || strings.Contains(got, "ou_hr1") || !shows(got, "pending.more") {
		t.Errorf("HR's own list is %s", got)
	}
	if got := w.answer("ou_hr2", "待审"); !strings.Contains(got, "共 12 件") || !strings.Contains(got, "其中 1 件") {
		t.Errorf("the colleague's list is %s", got)
	}
	for _, clear := range []string{flows.SampleName, flows.SampleNumber, flows.SampleMobile} {
		if strings.Contains(got, clear) {
			t.Error("the list holds clear data")
		}
	}
	stats := w.answer("ou_hr1", "统计")
	if !shows(stats, "stats.title") {
		t.Errorf("the figures are %s", stats)
	}
	var card struct {
		Body json.RawMessage
	}
	if err := json.Unmarshal([]byte(stats), &card); err != nil || !strings.Contains(string(card.Body), "12") {
		t.Errorf("the figures are %s (%v)", card.Body, err)
	}
}

func TestMyData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	same(t, "nothing", w.answer("ou_1", "我的资料"), cards.MyData{Empty: true})
	c := w.walk("ou_2", flows.SampleNumber, flows.Done)
	got := w.answer("ou_2", "我的资料")
	for _, id := range []string{"my_data.photos", "my_data.consent", "my_data.identity", "my_data.evidence", "disclosed.feishu_ocr", "disclosed.tencent_sms", "disclosed.tencent_faceid", "disclosed.feishu_identity", "disclosed.esign", "looked.review", "button.withdraw"} {
		if !shows(got, id) {
			t.Errorf("it does not say %s", id)
		}
	}
	for _, clear := range []string{flows.SampleName, flows.SampleNumber, flows.SampleMobile} {
		if strings.Contains(got, clear) {
			t.Error("it holds clear data")
		}
	}
	w.click("ou_2", c, cards.ActWithdraw)
	w.run()
	got = w.answer("ou_2", "我的资料")
	if !shows(got, "my_data.deleted") || strings.Contains(got, flows.SampleName) {
		t.Errorf("after the deletion: %s", got)
	}
	// During the writes nothing can be withdrawn; they end first.
	w.put(flows.Recording, "ou_3")
	if got := w.answer("ou_3", "我的资料"); shows(got, "button.withdraw") {
		t.Error("withdrawing is offered during the writes")
	}
}

// What an older case still holds is said, also when a newer one has been deleted, and the latest
// things that happened are those of the newest case.
func TestMyDataOfSeveralCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := w.now().AddDate(0, -6, 0)
	w.put(flows.Done, "ou_1", func(c *flows.Case) {
		c.CreatedAt, c.EnteredAt, c.Sent = long, long, nil
		for i := range 10 {
			c.Sent = append(c.Sent, flows.Disclosure{To: "feishu_ocr", At: long.Add(time.Duration(i) * time.Hour)})
		}
	})
	w.put(flows.Withdrawn, "ou_1", func(c *flows.Case) {
		c.CreatedAt, c.EnteredAt, c.Erased, c.PhotosGoneAt, c.Personal = w.now(), w.now(), w.now(), w.now(), flows.Personal{}
		c.Sent = []flows.Disclosure{{To: "feishu_ocr", At: w.now()}, {To: "tencent_sms", At: w.now()}}
	})
	got := w.answer("ou_1", "我的资料")
	if shows(got, "my_data.deleted") || !shows(got, "state.done") || !shows(got, "button.withdraw") {
		t.Errorf("while an older case holds data: %s", got)
	}
	now := cards.Stamp(w.now())
	if strings.Count(got, now+"  飞书文字识别") != 2 || !strings.Contains(got, now+"  腾讯云短信") { // content and zh_cn
		t.Errorf("what happened last is not shown: %s", got)
	}
}

// A reminder that comes after the person has moved on is not sent.
func TestRemindersOfThePast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.AwaitingPhotos, "ou_1")
	for _, j := range []flows.Job{
		{Rev: c.Rev, Case: c.ID, Attempt: 1},
		{Rev: c.Rev - 1, Case: c.ID, Attempt: 1},
		{Rev: c.Rev, Case: w.put(flows.AwaitingReview, "ou_2").ID, Attempt: 1},
		{Rev: 1, Case: "01976f00-0000-7000-8000-0000000000ff", Attempt: 1},
	} {
		j.Kind, j.Ref, j.To, j.ToType, j.Key = flows.JobReply, flows.ReplyReminder, "ou_x", "open_id", fmt.Sprint(j.Case, j.Rev)
		w.must(w.Run(t.Context(), j))
	}
	sent := w.chat.sentTo("ou_x")
	if len(sent) != 1 {
		t.Fatalf("%d reminders", len(sent))
	}
	same(t, "the reminder", sent[0].now(), cards.Reminder{Ref: cards.Ref{Case: c.ID, Rev: c.Rev}, Stage: "photos", Expires: c.ExpiresAt})
}

// 催办 reminds everybody whose turn it is, within their limits, and says so once.
func TestRemindAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, s := range []flows.State{flows.AwaitingConsent, flows.AwaitingPhotos, flows.AwaitingConfirmation, flows.AwaitingCode, flows.AwaitingReview, flows.Done} {
		w.put(s, fmt.Sprintf("ou_%d", i))
	}
	w.put(flows.AwaitingPhotos, "ou_capped", func(c *flows.Case) { c.Reminders = flows.MaxReminders })
	w.put(flows.AwaitingPhotos, "ou_soon", func(c *flows.Case) { c.RemindedAt = w.now().Add(-time.Hour) })
	w.put(flows.AwaitingPhotos, "ou_hr1") // nobody reminds himself
	w.say("ou_hr1", "催办")
	// The answer cannot be sent at first; that does not change the figures.
	failing := true
	w.chat.sendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		if failing && to.ID == "ou_hr1" {
			return "", retryLater()
		}
		return w.chat.post(to, card, uuid), nil
	}
	w.run(flows.JobReply)
	failing = false
	w.pass(5 * time.Second)
	w.run(flows.JobReply)
	hr := w.chat.sentTo("ou_hr1")
	if len(hr) != 1 {
		t.Fatalf("%d answers", len(hr))
	}
	same(t, "the answer", hr[0].now(), cards.Reminded{Sent: 4, TooSoon: 1, Capped: 1, At: flows.SampleTime})
	for i := range 6 {
		want := 1
		if i > 3 {
			want = 0
		}
		if got := len(w.chat.sentTo(fmt.Sprintf("ou_%d", i))); got != want {
			t.Errorf("ou_%d got %d reminders, want %d", i, got, want)
		}
	}
	// From a card's button as well; now everybody was reminded a moment ago.
	a, err := w.Click(t.Context(), flows.Click{EventID: w.id(), TenantKey: tenant, OpenID: "ou_hr2", Action: cards.Action{Act: cards.ActRemind}})
	w.must(err)
	w.said(a, "working")
	w.run(flows.JobReply)
	// The HR colleague's own case is reminded by another admin.
	same(t, "the second answer", w.chat.sentTo("ou_hr2")[0].now(), cards.Reminded{Sent: 1, TooSoon: 5, Capped: 1, At: w.now().Truncate(time.Second)})
}

func TestRemindAllAtNight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pass(11 * time.Hour) // 23:00
	w.put(flows.AwaitingPhotos, "ou_1")
	w.say("ou_hr1", "催办")
	w.run()
	morning := time.Date(2026, 6, 2, 9, 0, 0, 0, flows.SampleTime.Location())
	same(t, "the answer", w.chat.sentTo("ou_hr1")[0].now(), cards.Reminded{Sent: 1, Quiet: true, At: morning})
	if len(w.chat.sentTo("ou_1")) != 0 {
		t.Error("somebody was woken up")
	}
	w.pass(10 * time.Hour)
	w.run(flows.JobReply)
	if len(w.chat.sentTo("ou_1")) != 1 {
		t.Error("the reminder did not come in the morning")
	}
}

// What becomes of an answer that cannot be sent.
func TestAnswersThatCannotBeSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		name    string
		err     error
		attempt int
		in      time.Duration // 0 = given up
	}{
		{"busy", retryLater(), 1, time.Second},
		{"busy, with a wish", &upstreamError{class: "retry", temporary: true, after: time.Minute}, 2, time.Minute},
		{"busy for long", retryLater(), 12, 0},
		{"no scope", noScope(), 1, flows.ProbeEvery},
		{"no scope for long", noScope(), 12, 0},
		{"the person is gone", &upstreamError{class: "gone", code: "230013"}, 1, 0},
		{"our card is wrong", &upstreamError{class: "card", code: "230099"}, 1, 0},
		{"booked out", fmt.Errorf("limit: %w", &flows.Again{In: 33 * time.Second, Snooze: true}), 1, 33 * time.Second},
	} {
		w.chat.sendFunc = func(context.Context, flows.Receiver, json.RawMessage, string) (string, error) { return "", tt.err }
		err := w.Run(t.Context(), flows.Job{Kind: flows.JobReply, Ref: flows.ReplyGreeting, To: "ou_1", ToType: "open_id", Key: "k", Attempt: tt.attempt, Args: map[string]string{"tenant": tenant, "who": "ou_1"}})
		again, ok := errors.AsType[*flows.Again](err)
		if tt.in == 0 && err != nil || tt.in > 0 && (!ok || again.In != tt.in) {
			t.Errorf("%s: %v, want again in %v", tt.name, err, tt.in)
		}
	}
	// An answer to a message that was taken back goes to the person.
	w.chat.sendFunc = nil
	w.chat.replyFunc = func(context.Context, string, json.RawMessage, string) (string, error) {
		return "", &upstreamError{class: "gone", code: "230011"}
	}
	message := w.group("ou_9", "oc_any", "帮助")
	w.run(flows.JobReply)
	if len(w.chat.sentTo(message)) != 0 || len(w.chat.sentTo("ou_9")) != 1 {
		t.Errorf("%d answers went to the person", len(w.chat.sentTo("ou_9")))
	}
	// A template that nobody knows is dropped, not tried for ever.
	w.must(w.Run(t.Context(), flows.Job{Kind: flows.JobReply, Ref: "nonsense", To: "ou_1", ToType: "open_id", Key: "k"}))
}
