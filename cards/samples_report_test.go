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

	return []sample{
		{name: "pending", card: Pending{Rows: rows, Total: 34, Attention: 2}},
		{name: "pending_none", card: Pending{}},
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
