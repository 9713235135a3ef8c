package cards

import "time"

// campaignSamples returns the cards of campaigns.
func campaignSamples() []sample {
	base := Campaign{
		Ref:    ref,
		Target: CampaignTarget{Kind: "department", Name: "研发部"},
		By:     "ou_hr1",
		Since:  noon,
		At:     noon,
	}
	resolving := base
	resolving.State, resolving.Found = "resolving", 120
	choosing := resolving
	choosing.Target = CampaignTarget{Kind: "named", Name: "销售"}
	choosing.Choices = []CampaignChoice{{ID: "od_1", Name: "销售 · 华东"}, {ID: "oc_2", Name: "销售群"}}

	preview := base
	preview.State = "preview"
	preview.Preview = CampaignPreview{
		Invite:  96,
		Others:  []CampaignTally{{"registered", 12}, {"begun", 3}, {"recent", 4}, {"unreachable", 5}},
		Reasons: []CampaignTally{{"outside_availability", 3}, {"left", 2}},
		Lines: []CampaignLines{
			{"no_such_person", 30, []int{2, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}}, {"ambiguous", 1, []int{4}},
		},
		Namesakes:  []Namesakes{{4, []string{"ou_a", "ou_b"}}},
		Duplicates: 2,
	}
	preview.Forecast = CampaignForecast{SentBy: after(time.Hour), DoneBy: after(2 * time.Hour), Known: 100, Short: 40}
	nobody := preview
	nobody.Preview = CampaignPreview{Others: []CampaignTally{{"registered", 12}}}
	nobody.Forecast = CampaignForecast{}

	joined := preview
	joined.Target, joined.By = CampaignTarget{Kind: "joiners", Name: "2026-11-21"}, ""
	joined.Preview = CampaignPreview{Invite: 12}
	running := base
	running.State, running.LastBy = "running", "ou_hr1"
	running.Funnel = CampaignFunnel{
		Invited: 96, Sent: 80, Read: 60, ReadKnown: true, Started: 40, Submitted: 30, Done: 25, Waiting: 16, Unsure: 1,
		Unreachable: []CampaignTally{{"blocked", 2}}, TakenOut: 1, Missing: 40,
	}
	running.Departments = []CampaignDepartment{{"od_1", "研发部", 50, 30, 20}, {"od_2", "测试部", 20, 8, 4}, {"", "", 10, 2, 1}}
	running.Forecast = CampaignForecast{SentBy: after(time.Hour), DoneBy: after(2 * time.Hour)}
	running.MayChase, running.ChasesAllowed = 12, 3
	chasing := running
	chasing.Chasing, chasing.Funnel.ReadKnown, chasing.Departments = true, false, nil
	paused := running
	paused.State = "paused"
	refused := paused
	refused.LastBy, refused.Why, refused.Code = "", "permission", "230027"
	ended := running
	ended.State, ended.LastBy, ended.Target = "ended", "", CampaignTarget{Kind: "everyone"}
	ended.Funnel = CampaignFunnel{Invited: 80, Sent: 80, Started: 80, Submitted: 80, Done: 80}
	stopped := running
	stopped.State, stopped.LastBy = "stopped", "ou_hr2"
	discarded := base
	discarded.State, discarded.Why = "discarded", "scope"
	discarded.Code = "contact:contact.base:readonly"

	wrongList, partly := discarded, preview
	wrongList.Target = CampaignTarget{Kind: "list"}
	wrongList.Why, wrongList.Code = "list", "no_column"
	partly.Code, partly.UserGroups = "contact:user.id:readonly", 2

	rows := []CampaignRow{
		{OpenID: "ou_a", Sent: noon},
		{OpenID: "ou_b", Sent: noon, Read: true, Chases: 2},
		{OpenID: "ou_c", Sent: noon, Started: after(time.Hour)},
		{OpenID: "ou_d", Code: "left"},
	}
	people := CampaignPeople{
		Ref: ref, Target: base.Target, State: "running", Part: "missing", Rows: rows, Total: 25, Page: 1, ReadKnown: true,
		Departments: []DeskDepartment{{"od_1", "研发部", 20}, {"od_2", "测试部", 5}}, Department: "od_1", Lead: true, At: noon,
	}
	empty := CampaignPeople{Ref: ref, Target: base.Target, State: "stopped", Part: "stopped", At: noon}

	link := CampaignLink{Ref: ref, Target: base.Target, State: "running", By: "ou_hr1", At: noon}
	old := link
	old.State = "ended"
	board := Board{Day: "2026-11-21", DoneToday: 4, DoneTotal: 30, Open: 5, At: noon}
	for _, m := range []string{"start", "half", "end"} {
		board.Campaigns = append(board.Campaigns, BoardCampaign{Target: base.Target, Milestone: m, Invited: 96, Done: 50})
	}

	return []sample{
		{name: "campaign_resolving", card: resolving},
		{name: "campaign_choosing", card: choosing},
		{name: "campaign_preview", card: preview},
		{name: "campaign_joiners", card: joined},
		{name: "campaign_preview_nobody", card: nobody},
		{name: "campaign_running", card: running},
		{name: "campaign_chasing", card: chasing},
		{name: "campaign_paused", card: paused},
		{name: "campaign_refused", card: refused},
		{name: "campaign_ended", card: ended},
		{name: "campaign_stopped", card: stopped},
		{name: "campaign_discarded", card: discarded},
		{name: "campaign_list_wrong", card: wrongList},
		{name: "campaign_preview_partly", card: partly},
		{name: "campaign_people", card: people},
		{name: "campaign_people_none", card: empty},
		{name: "campaign_menu", card: CampaignMenu{Live: []CampaignLink{link}, Past: []CampaignLink{old}, PerMinute: 120}},
		{name: "campaign_menu_first", card: CampaignMenu{PerMinute: 120}},
		{name: "invitation", card: Invitation{Company: "示例科技有限公司"}},
		{name: "invitation_no_company", card: Invitation{}},
		{name: "invitation_begun", card: Invitation{State: "begun"}},
		{name: "invitation_done", card: Invitation{State: "done"}},
		{name: "invitation_chase1", card: Invitation{Chase: 1, At: noon}},
		{name: "invitation_chase2", card: Invitation{Chase: 2, At: noon}},
		{name: "invitation_chase3", card: Invitation{Chase: 3, At: noon}},
		{name: "board_campaigns", card: board},
		{name: "campaign_lead", card: CampaignLead{
			By: "ou_hr1", Department: "研发部", Sent: 50, Done: 20, Missing: 22, People: people25(), At: noon,
		}},
	}
}

// people25 returns open_ids of more people than a card shows.
func people25() (ids []string) {
	for i := range 25 {
		ids = append(ids, "ou_missing"+string(rune('a'+i)))
	}
	return ids
}
