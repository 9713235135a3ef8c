package store

import (
	"context"
	"time"

	"shiming/flows"
)

// allReads lists every read that somebody waits for. bench/growth measures them with a million
// cases.
func allReads(ctx context.Context) map[string]func(v flows.View) error {
	hr := []flows.State{flows.AwaitingReview, flows.NeedsAttention}
	return map[string]func(v flows.View) error{
		"Case": func(v flows.View) error {
			_, err := v.Case(ctx, "c500000")
			return err
		},
		"OpenCase": func(v flows.View) error {
			_, err := v.OpenCase(ctx, "t1", "ou_500003")
			return err
		},
		"LatestCase": func(v flows.View) error {
			_, err := v.LatestCase(ctx, "t1", "ou_500000")
			return err
		},
		"CasesOf": func(v flows.View) error {
			_, err := v.CasesOf(ctx, "t1", "ou_500000")
			return err
		},
		"InState/hr": func(v flows.View) error {
			_, err := v.InState(ctx, "t1", hr, 20, 0)
			return err
		},
		"QueuePage/all": func(v flows.View) error {
			_, err := v.QueuePage(ctx, "t1", flows.QueuePart{}, flows.Cursor{}, 50)
			return err
		},
		"QueuePage/green": func(v flows.View) error {
			part := flows.QueuePart{Filter: flows.FilterGreen, Department: "od_1", NotOpenID: "ou_1"}
			_, err := v.QueuePage(ctx, "t1", part, flows.Cursor{At: epoch, ID: "c1"}, 50)
			return err
		},
		"QueuePage/held": func(v flows.View) error {
			_, err := v.QueuePage(ctx, "t1", flows.QueuePart{Filter: flows.FilterHeld}, flows.Cursor{}, 50)
			return err
		},
		"QueuePage/sample": func(v flows.View) error {
			_, err := v.QueuePage(ctx, "t1", flows.QueuePart{Filter: flows.FilterSample}, flows.Cursor{}, 50)
			return err
		},
		"CountQueue": func(v flows.View) error {
			_, err := v.CountQueue(ctx, "t1", "ou_1", epoch)
			return err
		},
		"QueueInHand": func(v flows.View) error {
			_, err := v.QueueInHand(ctx, "t1", "ou_1")
			return err
		},
		"InState/done": func(v flows.View) error {
			_, err := v.InState(ctx, "t1", []flows.State{flows.Done}, 20, 0)
			return err
		},
		"Employment": func(v flows.View) error {
			_, err := v.Employment(ctx, "t1", "ou_500000")
			return err
		},
		"Joiners": func(v flows.View) error {
			_, err := v.Joiners(ctx, "t1", flows.JoinerWaiting, epoch, 20)
			return err
		},
		"CountJoiners": func(v flows.View) error {
			_, err := v.CountJoiners(ctx, "t1", flows.JoinerWaiting, epoch)
			return err
		},
		"CountStaff": func(v flows.View) error {
			_, _, err := v.CountStaff(ctx, "t1", epoch, epoch.Add(24*time.Hour))
			return err
		},
		"WithIncident": func(v flows.View) error {
			_, err := v.WithIncident(ctx, "t1", "ocr", 20)
			return err
		},
		"Handovers": func(v flows.View) error {
			_, err := v.Handovers(ctx, 2)
			return err
		},
		"StoppedFollowUps": func(v flows.View) error {
			_, err := v.StoppedFollowUps(ctx, "", 20)
			return err
		},
		"CountIncident": func(v flows.View) error {
			_, err := v.CountIncident(ctx, "t1", "ocr")
			return err
		},
		"Entered/done": func(v flows.View) error {
			_, err := v.Entered(ctx, "t1", flows.Done, flows.Cursor{At: epoch.Add(-24 * time.Hour)}, epoch, 20)
			return err
		},
		"Working": func(v flows.View) error {
			_, err := v.CasesWithJobs(ctx)
			return err
		},
		"SameNumber": func(v flows.View) error {
			_, err := v.SameNumber(ctx, "t1", templateKeys.BlindIndex("number", "n500000"), "ou_1")
			return err
		},
		"CaseOfMessage": func(v flows.View) error {
			_, err := v.CaseOfMessage(ctx, "om_3")
			return err
		},
		"ExportPage": func(v flows.View) error {
			_, _, err := v.ExportPage(ctx, "t1", flows.ExportFilter{People: "done", Department: "od-1"}, epoch, "ou_5", 200)
			return err
		},
		"ExportCases": func(v flows.View) error {
			_, err := v.ExportCases(ctx, "t1", []string{"ou_1", "ou_2"}, epoch)
			return err
		},
		"ExportsOf": func(v flows.View) error {
			_, err := v.ExportsOf(ctx, "t1", "ou_hr", epoch)
			return err
		},
		"CountByState": func(v flows.View) error {
			_, err := v.CountByState(ctx, "t1")
			return err
		},
		"DaysSince": func(v flows.View) error {
			_, err := v.DaysSince(ctx, "t1", epoch.AddDate(0, 0, -30))
			return err
		},
		"DoneSince": func(v flows.View) error {
			_, _, err := v.DoneSince(ctx, "t1", epoch.AddDate(0, 0, -30), 20)
			return err
		},
		"Figures": func(v flows.View) error {
			_, err := v.Figures(ctx, "t1", epoch.AddDate(0, 0, -30), epoch)
			return err
		},
		"DepartmentCounts": func(v flows.View) error {
			_, err := v.DepartmentCounts(ctx, "t1")
			return err
		},
		"DepartmentName": func(v flows.View) error {
			_, err := v.DepartmentName(ctx, "t1", "od_1")
			return err
		},
		"Campaign": func(v flows.View) error {
			_, err := v.Campaign(ctx, "a")
			return err
		},
		"LiveCampaign": func(v flows.View) error {
			_, err := v.LiveCampaign(ctx, "t1", "everyone/")
			return err
		},
		"Campaigns": func(v flows.View) error {
			_, err := v.Campaigns(ctx, "t1", 5)
			return err
		},
		"CampaignPerson": func(v flows.View) error {
			_, err := v.CampaignPerson(ctx, "a", "ou_1")
			return err
		},
		"CampaignPeople": func(v flows.View) error {
			_, err := v.CampaignPeople(ctx, "a", flows.PersonFilter{Part: flows.PartChase, Department: "od_1"}, 10, 0)
			return err
		},
		"CountCampaignPeople": func(v flows.View) error {
			_, err := v.CountCampaignPeople(ctx, "a", flows.PersonFilter{Part: flows.PartChase, Department: "od_1"})
			return err
		},
		"CampaignCounts": func(v flows.View) error {
			_, err := v.CampaignCounts(ctx, "a")
			return err
		},
		"CampaignsOf": func(v flows.View) error {
			_, err := v.CampaignsOf(ctx, "t1", "ou_1")
			return err
		},
		"InvitedSince": func(v flows.View) error {
			_, err := v.InvitedSince(ctx, "t1", "a", []string{"ou_1", "ou_2"}, epoch)
			return err
		},
		"KnownPeople": func(v flows.View) error {
			_, err := v.KnownPeople(ctx, "t1", []string{"ou_1", "ou_2"})
			return err
		},
		"CampaignLines": func(v flows.View) error {
			_, err := v.CampaignLines(ctx, "a", []flows.PersonCode{"", flows.CodeAmbiguous}, 3, 10)
			return err
		},
		"CountLines": func(v flows.View) error {
			_, err := v.CountLines(ctx, "a")
			return err
		},
		"LastSpans": func(v flows.View) error {
			_, err := v.LastSpans(ctx, "t1", 100)
			return err
		},
		"Unread": func(v flows.View) error {
			_, err := v.CountUnreadPhotos(ctx, epoch, "c1")
			return err
		},
		"Surface": func(v flows.View) error {
			_, err := v.Surface(ctx, "case/c500000/applicant")
			return err
		},
		"SurfacesOf": func(v flows.View) error {
			_, err := v.SurfacesOf(ctx, "c500000", "hr")
			return err
		},
		"SurfaceByMessage": func(v flows.View) error {
			_, err := v.SurfaceByMessage(ctx, "om_500000")
			return err
		},
		"Picture": func(v flows.View) error {
			_, err := v.Picture(ctx, "c500000", "p1")
			return err
		},
		"AuditOf": func(v flows.View) error {
			_, err := v.AuditOf(ctx, "c500000")
			return err
		},
		"Setting": func(v flows.View) error {
			_, err := v.Setting(ctx, "t1", "review_chat")
			return err
		},
	}
}
