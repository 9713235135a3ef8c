package cards

import (
	"strconv"
	"time"
)

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

	many := make([]DeskDepartment, 60)
	for i := range many {
		many[i] = DeskDepartment{ID: "od-" + strconv.Itoa(i), Name: "第" + strconv.Itoa(i) + "营业部<at id=all></at>", Count: 100 - i}
	}

	return []sample{
		{name: "look_up", card: LookUp{Rows: []LookUpRow{person}, Total: 1}},
		{name: "look_up_several", card: LookUp{Rows: []LookUpRow{person, finished}, Total: 7, Bounded: true}},
		{name: "look_up_filed", card: LookUp{Rows: []LookUpRow{filed}, Total: 1}},
		{name: "evidence", card: evidence},
		{name: "evidence_none", card: Evidence{Ref: ref, Applicant: "ou_applicant", MaskedName: "张*", State: "on_file"}},
		{name: "evidence_by_hand", card: byHand},
		{name: "look_up_turns", card: LookUp{Total: 4, Rows: []LookUpRow{
			{Ref: ref, Applicant: "ou_1", MaskedName: "张*", State: "awaiting_photos", Turn: TurnApplicant, Since: noon, Reminds: true},
			{Ref: ref, Applicant: "ou_2", MaskedName: "张*", State: "recording", Turn: TurnBot, Since: noon, Left: true},
			{Applicant: "ou_3", InvitedAt: noon, Suspended: true},
			{Applicant: "ou_4", Invites: true},
		}}},
		{name: "look_up_invited", card: LookUp{Total: 1, Rows: []LookUpRow{
			{Applicant: "ou_5", InvitedAt: noon, Campaign: ref},
		}}},
		{name: "renamed", card: Renamed{Ref: ref, Applicant: "ou_applicant", MaskedName: "张*"}},
		{name: "renamed_kept", card: Renamed{Ref: ref, Applicant: "ou_applicant", MaskedName: "张*", Answer: NameKept, By: "ou_hr",
			At: noon}},
		{name: "look_up_none", card: LookUp{}},
		{name: "look_up_none_by_id", card: LookUp{ByID: true}},
		{name: "pending", card: Pending{Rows: rows, Total: 34, Attention: 2}},
		{name: "pending_none", card: Pending{}},
		{name: "desk", card: deskSample()},
		{name: "desk_filter_empty", card: Desk{Counts: map[string]int{"all": 2, "red": 2}, Filter: "green", At: noon}},
		{name: "desk_none", card: Desk{At: noon, Held: Held{N: 12, Why: "refused"}, Last: &Undo{Bulk: 12}}},
		{name: "desk_handed", card: Desk{Counts: map[string]int{"held": 1}, At: noon, Handed: []HandedCase{
			{Ref: ref, From: "ou_hr2", MaskedName: "演*", Why: "我明天休假"}, {Ref: ref, From: "ou_hr2", MaskedName: "样*"}}}},
		{name: "export", card: Export{Language: "zh", HoursKept: 23, Departments: many}},
		{name: "export_english", card: Export{Language: "en", HoursKept: 23, Departments: many[:1]}},
		{name: "export_campaign", card: Export{Ref: ref, Target: CampaignTarget{Kind: "department", Name: "销售部"},
			Language: "zh", HoursKept: 23}},
		{name: "exported_campaign", card: Exported{Rows: 30, Until: noon,
			Campaign: CampaignTarget{Kind: "department", Name: "销售部"}}},
		{name: "exported", card: Exported{Rows: 1234, People: ExportDone, Department: "销售部", Until: noon}},
		{name: "exported_all", card: Exported{Rows: 1, People: ExportAll, Until: noon}},
		{name: "look_request", card: LookRequest{Ref: ref, By: "ou_hr", Applicant: "ou_applicant", MaskedName: "演*",
			Reason: "suspected_forgery"}},
		{name: "bulk", card: Bulk{At: noon, Rows: []DeskRow{
			{MaskedName: "演*", Department: "研发部", Since: after(-50 * time.Hour), Overdue: true},
			{MaskedName: "示*例", Since: after(-3 * time.Hour)},
			{MaskedName: "样*", Department: "运营部", Since: after(-20 * time.Minute)},
		}}},
		{name: "queue", card: Queue{Total: 34, Green: 20, Stuck: 2, Taken: 3, OnHold: 4, Oldest: after(-3 * time.Hour),
			At: noon}},
		{name: "queue_only_held", card: Queue{OnHold: 4, Overdue: 1, SLA: 4 * time.Hour, At: noon}},
		{name: "queue_held", card: Queue{
			Total:  3,
			Green:  2,
			Held:   Held{N: 9, Why: "first"},
			Oldest: after(-3 * time.Hour),
			At:     noon,
		}},
		{name: "sample_fault", card: SampleFault{Applicant: "ou_applicant", MaskedName: "演*", By: "ou_hr1", At: noon,
			Note: "照片和本人不像"}},
		{name: "desk_samples_only", card: Desk{Counts: map[string]int{"sample": 3}, Filter: "all", At: noon}},
		{name: "queue_overdue", card: Queue{Total: 34, Green: 20, Oldest: after(-50 * time.Hour), Overdue: 7, SLA: 4 * time.Hour,
			At: noon}},
		{name: "pending_overdue", card: Pending{Total: 2, Rows: []PendingRow{
			{Ref: ref, Applicant: "ou_applicant", MaskedName: "演*", State: "awaiting_review", Since: after(-9 * time.Hour),
				Worst: Green, Waits: 9 * time.Hour, Overdue: true},
			{Ref: ref, Applicant: "ou_applicant", MaskedName: "示*", State: "awaiting_review", Since: after(-time.Hour),
				Worst: Red, Waits: time.Hour},
		}}},
		{name: "overdue", card: Overdue{Overdue: 7, Waiting: 34, Oldest: after(-50 * time.Hour), SLA: 4 * time.Hour,
			Desk: true, At: noon}},
		{name: "overdue_cards", card: Overdue{Overdue: 1, Waiting: 3, Oldest: after(-9 * time.Hour), SLA: 90 * time.Minute,
			At: noon}},
		{name: "overdue_lead", card: Overdue{Overdue: 7, Waiting: 34, Oldest: after(-50 * time.Hour), SLA: 4 * time.Hour,
			Lead: true, At: noon}},
		{name: "overdue_none", card: Overdue{SLA: 4 * time.Hour, At: noon}},
		{name: "away", card: Away{Back: noon.AddDate(0, 0, 5).Add(-12 * time.Hour), OnDuty: []string{"ou_hr2", "ou_hr3"}}},
		{name: "away_back", card: Away{OnDuty: []string{"ou_hr1"}}},
		{name: "queue_none", card: Queue{At: noon}},
		{name: "stats", card: Stats{
			ByState: map[string]int{"awaiting_photos": 4, "awaiting_review": 2, "done": 120, "on_file": 2, "expired": 3,
				"from_the_future": 1},
			DoneToday:     5,
			StartedToday:  7,
			Done:          120,
			WithApplicant: 4,
			WithHR:        2,
			WithBot:       1,
			Days:          days,
			Week:          turnoutSample(),
			Today:         Turnout{ToDone: Spread{Cases: 1, Median: 40 * time.Minute, P90: 40 * time.Minute}},
			ByPolicy:      80,
			Sampled:       4,
			Looked:        3,
			Faults:        1,
			At:            noon,
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
		{name: "board_departments", card: Board{
			Day:         "2026-11-21",
			DoneToday:   3,
			DoneTotal:   60,
			Open:        20,
			Departments: []DepartmentBar{{"研发部", 30, 8}, {"<b>销售与市场营销中心华东大区</b>", 20, 9}},
			Others:      DepartmentBar{Done: 10, Open: 3},
			Names:       []string{"演*", "示*例"},
			At:          noon,
		}},
		{name: "morning", card: Morning{
			Since:     "2026-11-20",
			Until:     "2026-11-20",
			Waiting:   Waiting{Total: 34, Green: 28, Amber: 3, Red: 1, Stuck: 2, Oldest: after(-50 * time.Hour), OnHold: 5},
			Days:      turnoutSample(),
			Week:      turnoutSample(),
			Deletions: []Deletion{{"photo_grace", 12, 24}, {"unfinished_retention", 2, 0}, {"request", 1, 2}},
			Proof:     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			Desk:      true,
			At:        noon,
		}},
		{name: "morning_only_held", card: Morning{
			Since: "2026-11-20", Until: "2026-11-20", Waiting: Waiting{OnHold: 2}, Desk: true, At: noon,
		}},
		{name: "morning_after_weekend", card: Morning{
			Since: "2026-11-20", Until: "2026-11-22", Days: Turnout{Started: 1}, At: noon, Joined: 12, Gone: 1,
		}},
		{name: "weekly", card: Weekly{
			Week: WeekFigures{
				From:        "2026-11-16",
				To:          "2026-11-22",
				Turnout:     turnoutSample(),
				SidesRead:   48,
				FirstPhotos: 41,
				SentBack:    []Tally{{"blurred", 4}, {"details_wrong", 2}, {"note", 1}},
				Rejected:    []Tally{{"not_employee", 1}},
				Photos: []Tally{{"photo_dark", 6}, {"nothing", 5}, {"photo_glare", 4}, {"from_the_future", 3},
					{"heic", 2}, {"too_small", 1}},
			},
			Before: WeekFigures{From: "2026-11-09", To: "2026-11-15"},
			At:     noon,
		}},
	}
}

// turnoutSample has every kind of end.
func turnoutSample() Turnout {
	return Turnout{
		Started: 50,
		Done:    40,
		Ends: map[string]int{"on_file": 2, "rejected": 1, "closed": 1, "declined": 3, "withdrawn": 4, "expired": 5,
			"hr_delay": 1, "left": 2, "uninstalled": 1},
		ToDone: Spread{Cases: 40, Median: 95 * time.Minute, P90: 26 * time.Hour},
		Review: Spread{Cases: 41, Median: 20 * time.Minute, P90: 5 * time.Hour},
	}
}

// deskSample is a desk with a case of each kind.
func deskSample() Desk {
	row := func(name string, level Level, state string, ago time.Duration, taken bool) DeskRow {
		return DeskRow{MaskedName: name, Department: "研发部", Risk: level, State: state, Since: after(-ago), Taken: taken}
	}
	out := Desk{
		Counts: map[string]int{"all": 34, "green": 28, "amber": 3, "red": 1, "stuck": 2},
		Filter: "all",
		Departments: []DeskDepartment{{"od-1", "研发部", 12}, {"od-2", "<b>销售与市场营销中心</b>", 9}, {"od-3", "运营部", 3},
			{"od-4", "财务部", 2}, {"od-5", "法务部", 2}, {"od-6", "行政部", 1}, {"od-7", "前台", 1}},
		Department: "od-7",
		Taken:      1,
		Overdue:    1,
		SLA:        4 * time.Hour,
		Rows: []DeskRow{
			row("演*", Green, "awaiting_review", 50*time.Hour, false),
			row("示*例", Red, "awaiting_review", 3*time.Hour, true),
			row("样*", Grey, "awaiting_review", 20*time.Minute, false),
			row("例*", Amber, "needs_attention", time.Minute, false),
		},
		Last: &Undo{Ref: ref, Applicant: "ou_applicant", What: "approved"},
		At:   noon,
	}
	out.Rows[0].Overdue = true
	return out
}
