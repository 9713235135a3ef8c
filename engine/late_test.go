package engine_test

import (
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// lateness is how late events arrive: one redelivery, an hour, and the end of Feishu's ladder.
var lateness = []time.Duration{time.Second, time.Hour, 6 * time.Hour}

// said is a private message of a person, made at a time of Feishu's clock.
func said(w *workerstest.Harness, who, text string, made time.Time, photos ...string) flows.Message {
	id := w.NextID()
	m := flows.Message{
		EventID:   id,
		MessageID: "om_" + id,
		TenantKey: workerstest.Tenant,
		OpenID:    who,
		ChatID:    "oc_p2p_" + who,
		Private:   true,
		Text:      text,
		At:        made,
	}
	for _, key := range photos {
		m.Photos = append(m.Photos, flows.PhotoRef{FileKey: key, Kind: "image"})
	}
	return m
}

// inGroup is a message of an admin in a group.
func inGroup(w *workerstest.Harness, chat, text string, made time.Time) flows.Message {
	m := said(w, "ou_hr1", text, made)
	m.ChatID, m.Private = chat, false
	return m
}

// setting reads a setting of the tenant.
func setting(w *workerstest.Harness, key string) (value string) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		value, err = v.Setting(w.T.Context(), workerstest.Tenant, key)
		return err
	}))
	return value
}

// world is what a late event might change: the person's newest case and the chosen groups.
func world(w *workerstest.Harness, who string) string {
	w.T.Helper()
	text := setting(w, flows.SettingReviewChat) + " " + setting(w, flows.SettingAnnounceChat)
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) error {
		c, err := v.LatestCase(w.T.Context(), workerstest.Tenant, who)
		if err == nil {
			text += fmt.Sprintf(" %s %s %d photos %d erased %v", c.ID, c.State, c.Rev, len(c.Photos), !c.Erased.IsZero())
			if c.Code != nil {
				text += fmt.Sprintf(" code %d tries %d", c.Code.Seq, c.Code.Tries)
			}
		}
		return flows.IgnoreNotFound(err)
	}))
	return text
}

// TestLateMessages: a message acts if it arrives in time. If it arrives after something newer, it changes nothing, and
// its sender is told when it was sent.
func TestLateMessages(t *testing.T) {
	t.Parallel()
	const who = "ou_1"
	say := func(text string) func(*workerstest.Harness) {
		return func(w *workerstest.Harness) { w.Say(who, text) }
	}
	send := func(keys ...string) func(*workerstest.Harness) {
		return func(w *workerstest.Harness) { w.SendPhotos(who, keys...); w.RunJobs() }
	}
	press := func(act cards.Act, form ...string) func(*workerstest.Harness) {
		return func(w *workerstest.Harness) { w.Click(who, w.LatestCase(who), act, form...); w.RunJobs() }
	}
	walk := func(to flows.State) func(*workerstest.Harness) {
		return func(w *workerstest.Harness) { w.Walk(who, flows.SampleNumber, to) }
	}
	sendBack := func(w *workerstest.Harness) {
		w.Click("ou_hr1", w.LatestCase(who), cards.ActSendBack, "reason", "blurred", "side", "front")
	}
	choose := func(chat, text string) func(*workerstest.Harness) {
		return func(w *workerstest.Harness) { w.Must(w.Message(t.Context(), inGroup(w, chat, text, w.Now()))) }
	}
	private := func(text string, photos ...string) func(*workerstest.Harness, time.Time) flows.Message {
		return func(w *workerstest.Harness, made time.Time) flows.Message { return said(w, who, text, made, photos...) }
	}
	group := func(chat, text string) func(*workerstest.Harness, time.Time) flows.Message {
		return func(w *workerstest.Harness, made time.Time) flows.Message { return inGroup(w, chat, text, made) }
	}
	none := func(*workerstest.Harness) {}
	for _, tt := range []struct {
		name   string
		before func(*workerstest.Harness)
		late   func(*workerstest.Harness, time.Time) flows.Message
		newer  func(*workerstest.Harness)
	}{
		{"取消, and a case begun after it", none, private("取消"), say("实名")},
		{"取消, and the start said again", say("实名"), private("取消"), say("实名")},
		{"取消, and a photo after it", walk(flows.AwaitingPhotos), private("取消"), send("k")},
		{"取消, and the consent after it", say("实名"), private("取消"), press(cards.ActConsent)},
		{"取消, and sent back after it", walk(flows.AwaitingReview), private("取消"), sendBack},
		{"实名, and cancelled after it", walk(flows.AwaitingPhotos), private("实名"), say("取消")},
		{"实名, and cancelled without a case", none, private("实名"), say("取消")},
		{"a photo, and cancelled after it", walk(flows.AwaitingPhotos), private("", "k"), say("取消")},
		{"a photo, and cancelled without a case", none, private("", "k"), say("取消")},
		{"a photo, and a case begun by a word", none, private("", "k"), say("实名")},
		{"a photo, and the form after it", walk(flows.AwaitingPhotos), private("", "k"), send("front_ou_1", "back_ou_1")},
		{"a photo, and HR asks for another", walk(flows.AwaitingReview), private("", "k"), sendBack},
		{"a photo, and the retake after it", walk(flows.AwaitingConfirmation), private("", "k"),
			press(cards.ActRetake, "of", "front")},
		{"a code, and another one sent", walk(flows.AwaitingCode), private("999999"), press(cards.ActSendCode)},
		{"a code, and typed on the card", walk(flows.AwaitingCode), private("999999"), func(w *workerstest.Harness) {
			press(cards.ActSubmitCode, "sms_code", w.Verifier.Code())(w)
		}},
		{"审核群, and another one chosen", none, group("oc_1", "设为审核群"), choose("oc_2", "设为审核群")},
		{"公告群, and another one chosen", none, group("oc_1", "设为公告群"), choose("oc_2", "设为公告群")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, late := range lateness {
				w := workerstest.New(t)
				tt.before(w)
				w.Advance(2 * time.Minute) // a code may be sent again
				m := tt.late(w, w.Now())
				w.Advance(time.Millisecond)
				tt.newer(w)
				w.RunJobs()
				w.Advance(late - time.Millisecond)
				want := world(w, who)
				w.Must(w.Message(t.Context(), m))
				if got := world(w, who); got != want {
					t.Errorf("%v late: got %s, want %s", late, got, want)
				}
				j := takeOnlyReply(w)
				if j.Args[flows.ArgCode] != "late" || j.Args[flows.ArgMade] != m.At.Format(time.RFC3339) {
					t.Errorf("%v late: answered with %+v, want the notice of %v", late, j, m.At)
				}
			}
		})
	}
}

// TestLateButNotOvertaken: a message that arrives late acts if nothing newer has happened, and if what has happened
// means the same with it. An event of the same millisecond, and one without a time, count as they arrive.
func TestLateButNotOvertaken(t *testing.T) {
	t.Parallel()
	const who = "ou_1"
	for _, tt := range []struct {
		name   string
		before func(w *workerstest.Harness, made time.Time)
		text   string
		photo  string
		untold bool // the message has no time
		want   func(c *flows.Case) bool
	}{
		{"取消 of the open case", func(w *workerstest.Harness, made time.Time) {
			w.Must(w.Message(w.T.Context(), said(w, who, "实名", made.Add(-time.Second))))
		}, "取消", "", false, func(c *flows.Case) bool { return c.State == flows.Withdrawn }},
		{"取消 of the same millisecond", func(w *workerstest.Harness, made time.Time) {
			w.Must(w.Message(w.T.Context(), said(w, who, "实名", made)))
		}, "取消", "", false, func(c *flows.Case) bool { return c.State == flows.Withdrawn }},
		{"取消 without a time", func(w *workerstest.Harness, made time.Time) {
			w.Must(w.Message(w.T.Context(), said(w, who, "实名", made.Add(time.Second))))
		}, "取消", "", true, func(c *flows.Case) bool { return c.State == flows.Withdrawn }},
		{"实名 after a 取消 that waited as well", func(w *workerstest.Harness, made time.Time) {
			w.Must(w.Message(w.T.Context(), said(w, who, "实名", made.Add(-time.Minute))))
			w.Advance(10 * time.Second)
			w.Must(w.Message(w.T.Context(), said(w, who, "取消", made.Add(-time.Second))))
		}, "实名", "", false, func(c *flows.Case) bool { return c.State == flows.AwaitingConsent }},
		{"the earlier photo of an album", func(w *workerstest.Harness, made time.Time) {
			w.Must(w.Message(w.T.Context(), said(w, who, "", made.Add(time.Second), "k2")))
		}, "", "k1", false, func(c *flows.Case) bool { return len(c.Photos) == 2 }},
		{"a photo from before the consent", func(w *workerstest.Harness, made time.Time) {
			w.Must(w.Message(w.T.Context(), said(w, who, "实名", made.Add(-time.Second))))
			w.Advance(time.Second)
			w.Click(who, w.LatestCase(who), cards.ActConsent)
		}, "", "k1", false, func(c *flows.Case) bool { return len(c.Photos) == 1 }},
		{"a case of a version without times", func(w *workerstest.Harness, made time.Time) {
			w.PutCase(flows.AwaitingPhotos, who)
		}, "取消", "", false, func(c *flows.Case) bool { return c.State == flows.Withdrawn }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, late := range lateness {
				w := workerstest.New(t)
				m := said(w, who, tt.text, w.Now())
				if tt.photo != "" {
					m = said(w, who, tt.text, w.Now(), tt.photo)
				}
				tt.before(w, m.At)
				if tt.untold {
					m.At = time.Time{}
				}
				w.Advance(late)
				w.Must(w.Message(t.Context(), m))
				if c := w.LatestCase(who); !tt.want(c) {
					t.Errorf("%v late: got %s with %d photos", late, c.State, len(c.Photos))
				}
			}
		})
	}
}

// TestLateClicks: clicks that their revision does not tell apart are compared by their time, and answered by a toast.
func TestLateClicks(t *testing.T) {
	t.Parallel()
	const who = "ou_1"
	for _, tt := range []struct {
		name  string
		at    flows.State // "" for no case
		act   cards.Act
		side  string
		newer func(w *workerstest.Harness)
	}{
		{"start, and cancelled after it", flows.AwaitingPhotos, cards.ActStart, "",
			func(w *workerstest.Harness) { w.Say(who, "取消") }},
		{"withdraw, and gone on after it", flows.AwaitingPhotos, cards.ActWithdraw, "",
			func(w *workerstest.Harness) { w.SendPhotos(who, "k") }},
		{"retake, and a new photo after it", flows.AwaitingPhotos, cards.ActRetake, "front",
			func(w *workerstest.Harness) { w.SendPhotos(who, "front_ou_1") }},
		{"a new code, and one sent after it", flows.AwaitingCode, cards.ActSendCode, "",
			func(w *workerstest.Harness) { w.Click(who, w.LatestCase(who), cards.ActSendCode) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, late := range lateness {
				w := workerstest.New(t)
				c := w.Walk(who, flows.SampleNumber, tt.at)
				w.Advance(2 * time.Minute)
				k := flows.CardAction{
					EventID:   w.NextID(),
					TenantKey: workerstest.Tenant,
					OpenID:    who,
					Action:    cards.Action{V: 1, Act: tt.act, Case: c.ID, Rev: c.Rev, Side: tt.side},
					At:        w.Now(),
				}
				w.Advance(time.Millisecond)
				tt.newer(w)
				w.RunJobs()
				w.Advance(late)
				want := world(w, who)
				a, err := w.Engine.Click(t.Context(), k)
				w.Must(err)
				w.CheckAnswer(a, "came_late", "when", flows.MadeText(k.At, w.Now()))
				if got := world(w, who); got != want {
					t.Errorf("%v late: got %s, want %s", late, got, want)
				}
			}
		})
	}
}

// TestLateMenu: a late choice in the menu does nothing, and is named as such.
func TestLateMenu(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	n := flows.Menu{EventID: w.NextID(), TenantKey: workerstest.Tenant, OpenID: "ou_1", Key: "cancel", At: w.Now()}
	w.Advance(time.Second)
	w.Say("ou_1", "实名")
	w.Must(w.Menu(t.Context(), n))
	w.InState(w.LatestCase("ou_1").ID, flows.AwaitingConsent)
	if j := takeOnlyReply(w); j.Args[flows.ArgCode] != "late_menu" {
		t.Errorf("answered with %+v, want the notice late_menu", j)
	}
}

// TestLateEntry: who has begun since is not greeted any more.
func TestLateEntry(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	n := flows.Entered{EventID: w.NextID(), TenantKey: workerstest.Tenant, OpenID: "ou_1", At: w.Now()}
	w.Advance(time.Second)
	w.Say("ou_1", "实名")
	w.Must(w.Entered(t.Context(), n))
	if rest := w.Waiting(flows.JobReply); len(rest) > 0 {
		t.Errorf("greeted with %+v, want nothing", rest[0].Job)
	}
}
