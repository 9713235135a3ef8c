package workers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// finish registers somebody to the end, without any photo.
func finish(w *workerstest.Harness, openID, department string) {
	w.T.Helper()
	c := w.PutCase(flows.Filing, openID, func(c *flows.Case) {
		c.Department, c.CreatedAt, c.EnteredAt = department, w.Now(), w.Now()
	})
	w.MustReport(c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "P1"})
}

// drawBoard lets the time of a board's drawing come.
func drawBoard(w *workerstest.Harness) {
	w.T.Helper()
	w.Advance(flows.BoardEvery)
	w.RunJobs(flows.JobShow)
}

// TestBoardIsOneMessage: the announcement is sent when the first person has finished. All later changes, also those of
// other days, change this message, at most once a minute.
func TestBoardIsOneMessage(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.Advance(11*time.Hour + 50*time.Minute) // 23:50
	w.Say("ou_0", "实名")
	w.RunJobs(flows.JobShow)
	drawBoard(w)
	if n := len(w.Messenger.SentTo("oc_all")); n != 0 {
		t.Fatalf("announcements before anybody has finished: got %d, want 0", n)
	}
	finish(w, "ou_1", "")
	w.RunJobs(flows.JobShow)
	board := w.Messenger.SentTo("oc_all")
	if len(board) != 1 {
		t.Fatalf("announcements: got %d, want 1", len(board))
	}
	drawBoard(w)
	before := w.Messenger.Patches
	for i := range 30 {
		finish(w, fmt.Sprint("ou_a", i), "")
	}
	w.RunJobs(flows.JobShow)
	drawBoard(w)
	if n := w.Messenger.Patches - before; n != 1 {
		t.Errorf("30 people in a minute: got %d changes of the announcement, want 1", n)
	}
	w.Advance(time.Hour) // the next day
	finish(w, "ou_2", "")
	w.RunJobs(flows.JobShow)
	drawBoard(w)
	if n := len(w.Messenger.SentTo("oc_all")); n != 1 {
		t.Errorf("announcements on the next day: got %d, want 1", n)
	}
	want := cards.Board{Day: "2026-06-02", DoneToday: 1, DoneTotal: 32, Open: 1, At: w.Now()}
	workerstest.RequireCard(t, "the announcement", board[0].Current(), want)
	if strings.Contains(board[0].Current(), "ou_") {
		t.Error("the announcement names somebody")
	}
}

// TestBoardPeople: the operator may have the people who finished last shown, as masked names or by their pictures.
func TestBoardPeople(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		people        flows.AnnouncePeople
		names, photos bool
	}{
		{flows.AnnounceNobody, false, false},
		{flows.AnnounceMasked, true, false},
		{flows.AnnounceAvatars, false, true},
	} {
		t.Run(string(tt.people), func(t *testing.T) {
			w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Policy.AnnouncePeople = tt.people })
			finish(w, "ou_1", "")
			w.RunJobs(flows.JobShow)
			card := w.Messenger.SentTo("oc_all")[0].Current()
			c := w.LatestCase("ou_1")
			if got := strings.Contains(card, flows.MaskedName(c)); got != tt.names {
				t.Errorf("the masked name: got %v, want %v", got, tt.names)
			}
			if got := strings.Contains(card, "ou_1"); got != tt.photos {
				t.Errorf("the picture: got %v, want %v", got, tt.photos)
			}
			if strings.Contains(card, c.Personal.Name) {
				t.Error("the card has the clear name")
			}
		})
	}
}

// TestBoardIsReplaced: a message that can no longer be changed, since it is too old or was recalled, is replaced at once.
func TestBoardIsReplaced(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	finish(w, "ou_1", "")
	w.RunJobs(flows.JobShow)
	first := w.Messenger.SentTo("oc_all")[0]
	w.Messenger.PatchFunc = func(_ context.Context, messageID string, card json.RawMessage) error {
		if messageID == first.ID {
			return &workerstest.UpstreamError{Class: "gone", Code: "230031"}
		}
		w.Messenger.Replace(messageID, card)
		return nil
	}
	w.Advance(15 * 24 * time.Hour)
	finish(w, "ou_2", "")
	drawBoard(w)
	w.RunJobs(flows.JobShow)
	boards := w.Messenger.SentTo("oc_all")
	if len(boards) != 2 {
		t.Fatalf("announcements: got %d, want a second one", len(boards))
	}
	finish(w, "ou_3", "")
	drawBoard(w)
	if n := len(w.Messenger.SentTo("oc_all")); n != 2 || !strings.Contains(boards[1].Current(), "累计完成 3 人") {
		t.Errorf("got %d announcements, the last %s; want the second one changed", n, boards[1].Current())
	}
}

// countNotices counts the cards with a notice that an admin has got.
func countNotices(w *workerstest.Harness, admin, notice string) (n int) {
	for _, m := range w.Messenger.SentTo(admin) {
		if workerstest.Shows(m.Current(), "notice."+notice) {
			n++
		}
	}
	return n
}

// TestBoardGroupLost: each admin is told once that the group takes no messages. It is tried again once a day, and the
// announcement comes back with the bot.
func TestBoardGroupLost(t *testing.T) {
	t.Parallel()
	for _, gone := range unreachableGroup {
		t.Run(gone.Error(), func(t *testing.T) {
			w := workerstest.New(t)
			tries := 0
			lost := func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
				if to.ID == "oc_all" {
					tries++
					return "", gone
				}
				return w.Messenger.Post(to, card, uuid), nil
			}
			w.Messenger.SendFunc = lost
			for day := range 3 {
				for i := range 5 {
					finish(w, fmt.Sprint("ou_", day, "_", i), "")
					drawBoard(w)
					w.RunJobs(flows.JobReply)
				}
				w.Advance(24 * time.Hour)
			}
			if tries != 3 {
				t.Errorf("got %d tries on 3 days, want one a day", tries)
			}
			for _, admin := range []string{"ou_hr1", "ou_hr2"} {
				if n := countNotices(w, admin, "group_lost"); n != 1 {
					t.Errorf("%s was told %d times, want once", admin, n)
				}
			}
			w.Messenger.SendFunc = nil
			finish(w, "ou_back", "")
			drawBoard(w)
			if n := len(w.Messenger.SentTo("oc_all")); n != 1 {
				t.Fatalf("announcements after the bot is back: got %d, want 1", n)
			}
			w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return gone }
			finish(w, "ou_lost", "")
			drawBoard(w)
			w.RunJobs(flows.JobReply)
			if n := countNotices(w, "ou_hr1", "group_lost"); n != 2 {
				t.Errorf("told %d times after the second loss, want 2", n)
			}
		})
	}
}

// TestNoBoardBeforeOutsiders: in a group that people of other companies can be in no board stands, neither the
// announcement nor the one of the review group, and each admin is told once.
func TestNoBoardBeforeOutsiders(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Policy.ReviewQueue = true })
	w.Walk("ou_1", flows.SampleNumber, flows.Done)
	w.RunJobs()
	boards := append(w.Messenger.SentTo("oc_all"), w.Messenger.SentTo("oc_hr")...)
	if len(boards) != 2 {
		t.Fatalf("boards: got %d, want 2", len(boards))
	}
	other := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Policy.ReviewQueue = true })
	other.Messenger.ExternalFunc = func(context.Context, string) (bool, error) { return true, nil }
	other.Walk("ou_1", flows.SampleNumber, flows.Done)
	for range 3 {
		other.Advance(24 * time.Hour)
		finish(other, fmt.Sprint("ou_", other.Now().Unix()), "")
		drawBoard(other)
		other.RunJobs(flows.JobReply)
	}
	if n := len(other.Messenger.SentTo("oc_all")) + len(other.Messenger.SentTo("oc_hr")); n != 0 {
		t.Errorf("boards before outsiders: got %d, want 0", n)
	}
	if n := countNotices(other, "ou_hr1", "group_external"); n != 2 {
		t.Errorf("told %d times, want once for each of two groups", n)
	}
}

// TestBoardLeavesOutsiders: the message of an announcement is recalled when outsiders can come into its group.
func TestBoardLeavesOutsiders(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	external := false
	w.Messenger.ExternalFunc = func(context.Context, string) (bool, error) { return external, nil }
	w.ForgetGroups()
	finish(w, "ou_1", "")
	w.RunJobs(flows.JobShow)
	external = true
	w.ForgetGroups()
	finish(w, "ou_2", "")
	drawBoard(w)
	if got, want := fmt.Sprint(w.Messenger.Recalled), "["+w.Messenger.SentTo("oc_all")[0].ID+"]"; got != want {
		t.Errorf("recalled: got %s, want %s", got, want)
	}
}
