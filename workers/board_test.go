package workers_test

import (
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestBoardAtMidnight: the announcement of a day stays that of the day when it is drawn after midnight.
func TestBoardAtMidnight(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.Advance(11*time.Hour + 59*time.Minute + 58*time.Second) // 23:59:58
	c := w.PutCase(flows.Filing, "ou_1")
	w.MustReport(c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "P1"})
	w.Advance(4 * time.Second)
	w.RunJobs(flows.JobShow)
	board := w.Messenger.SentTo("oc_all")
	if len(board) != 1 || !workerstest.Shows(board[0].Current(), "board.title") {
		t.Fatalf("announcements: got %d, want 1", len(board))
	}
	if s := w.Surface("board/oc_all/2026-06-01"); s.MessageID != board[0].ID {
		t.Errorf("the board is %+v", s)
	}
	want := cards.Board{
		Day:       "2026-06-01",
		DoneToday: 1,
		DoneTotal: 1,
		People:    []string{"ou_1"},
		At:        w.Now(),
	}.JSON()
	if board[0].Current() != string(want) {
		t.Errorf("the board shows %s\nwant %s", board[0].Current(), want)
	}
	// The next day has an announcement of its own.
	c = w.PutCase(flows.Filing, "ou_2")
	w.MustReport(c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "P2"})
	w.RunJobs(flows.JobShow)
	if n := len(w.Messenger.SentTo("oc_all")); n != 2 {
		t.Errorf("announcements: got %d, want 2", n)
	}
}
