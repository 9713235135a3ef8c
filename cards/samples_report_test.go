package cards

import "time"

// reportSamples returns the cards about many cases: lists, figures and announcements.
func reportSamples() []sample {
	rows := make([]PendingRow, 12)
	for i := range rows {
		rows[i] = PendingRow{
			Ref:        ref,
			Applicant:  "ou_applicant",
			MaskedName: "欧阳**",
			State:      "awaiting_review",
			Since:      after(time.Duration(i) * time.Minute),
			Worst:      []Level{Green, Amber, Red, Grey}[i%4],
		}
	}
	days := make([]DayCount, 14)
	for i := range days {
		days[i] = DayCount{Day: noon.AddDate(0, 0, i-13).Format("2006-01-02"), Started: 3 + i, Done: 2 + i}
	}
	people := make([]string, 25)
	for i := range people {
		people[i] = "ou_done" + string(rune('a'+i))
	}

	person := LookUpRow{
		Ref:        ref,
		Applicant:  "ou_applicant",
		MaskedName: "张*",
		State:      "awaiting_review",
		Since:      noon,
		Opens:      true,
	}
	finished := LookUpRow{Ref: ref, Applicant: "ou_done", State: "done", Since: noon}

	filed := finished
	filed.Filed = true
	evidence := Evidence{
		Ref: ref, Applicant: "ou_done", MaskedName: "张*", State: "done", Method: "three_elements",
		Supplier: "腾讯云", Serial: "r-1", CheckedAt: noon,
		ApprovedBy: []string{"ou_hr1", "ou_hr2"}, ApprovedAt: noon,
		Point: "P1a2b3c", FiledAt: noon, Revision: "2025-10",
	}
	byHand := evidence
	byHand.FoundBy, byHand.ApprovedBy, byHand.MaskedName, byHand.Deleted = "ou_hr1", nil, "", noon

	return []sample{
		{name: "look_up", card: LookUp{Rows: []LookUpRow{person}, Total: 1}},
		{name: "look_up_several", card: LookUp{Rows: []LookUpRow{person, finished}, Total: 7, Bounded: true}},
		{name: "look_up_filed", card: LookUp{Rows: []LookUpRow{filed}, Total: 1}},
		{name: "evidence", card: evidence},
		{name: "evidence_none", card: Evidence{Ref: ref, Applicant: "ou_applicant", MaskedName: "张*", State: "on_file"}},
		{name: "evidence_by_hand", card: byHand},
		{name: "look_up_none", card: LookUp{}},
		{name: "look_up_none_by_id", card: LookUp{ByID: true}},
		{name: "pending", card: Pending{Rows: rows, Total: 34, Attention: 2}},
		{name: "pending_none", card: Pending{}},
		{name: "desk", card: deskSample()},
		{name: "desk_filter_empty", card: Desk{Counts: map[string]int{"all": 2, "red": 2}, Filter: "green", At: noon}},
		{name: "desk_none", card: Desk{At: noon, Last: &Undo{Bulk: 12}}},
		{name: "bulk", card: Bulk{Names: []string{"演*", "示*例", "样*"}}},
		{name: "queue", card: Queue{Total: 34, Green: 20, Stuck: 2, Taken: 3, Oldest: after(-3 * time.Hour), At: noon}},
		{name: "queue_none", card: Queue{At: noon}},
		{name: "stats", card: Stats{
			ByState: map[string]int{"awaiting_photos": 4, "awaiting_review": 2, "done": 120, "on_file": 2, "expired": 3,
				"from_the_future": 1},
			DoneToday:    5,
			StartedToday: 7,
			Done:         120,
			Open:         6,
			Unfinished:   3,
			OnFile:       2,
			Days:         days,
			MedianToDone: 95 * time.Minute,
			MedianReview: 26 * time.Hour,
			At:           noon,
		}},
		{name: "stats_empty", card: Stats{At: noon}},
		{name: "reminded", card: Reminded{
			Sent:    8,
			TooSoon: 2,
			Capped:  1,
			At:      noon,
		}},
		{name: "reminded_quiet", card: Reminded{Sent: 8, Quiet: true, At: after(21 * time.Hour)}},
		{name: "reminded_none", card: Reminded{At: noon}},
		{name: "board", card: Board{
			OnFile:    2,
			Day:       "2026-11-21",
			DoneToday: 12,
			DoneTotal: 240,
			Open:      31,
			People:    people,
			At:        noon,
		}},
		{name: "board_empty", card: Board{Day: "2026-11-21", At: noon}},
	}
}

// deskSample is a desk with a case of each kind.
func deskSample() Desk {
	row := func(name string, level Level, state string, ago time.Duration, taken bool) DeskRow {
		return DeskRow{MaskedName: name, Risk: level, State: state, Since: after(-ago), Taken: taken}
	}
	return Desk{
		Counts: map[string]int{"all": 34, "green": 28, "amber": 3, "red": 1, "stuck": 2},
		Filter: "all",
		Taken:  1,
		Rows: []DeskRow{
			row("演*", Green, "awaiting_review", 50*time.Hour, false),
			row("示*例", Red, "awaiting_review", 3*time.Hour, true),
			row("样*", Grey, "awaiting_review", 20*time.Minute, false),
			row("例*", Amber, "needs_attention", time.Minute, false),
		},
		Last: &Undo{Ref: ref, Applicant: "ou_applicant", What: "approved"},
		At:   noon,
	}
}
