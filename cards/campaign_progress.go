package cards

// CampaignFunnel is how far the people of a campaign have come.
type CampaignFunnel struct {
	Invited, Sent, Read, Started, Submitted, Done int
	// ReadKnown is false if no receipt has come at all: then nothing is known of who has read.
	ReadKnown   bool
	Waiting     int // to be invited
	Unsure      int // invitations of which nobody knows whether they have arrived
	Unreachable []CampaignTally
	TakenOut    int
	Missing     int // invited, and have not begun
}

// CampaignDepartment is the same of a department.
type CampaignDepartment struct {
	ID                  string // open_department_id
	Name                string
	Sent, Started, Done int
}

// maxCampaignBars is the number of departments with a bar.
const maxCampaignBars = 12

// progress draws the funnel, the departments and what HR can do.
func (v Campaign) progress() []node {
	f := v.Funnel
	read := intArg("read", f.Read)
	if !f.ReadKnown {
		read = textArg("read", tr("campaign.unknown"))
	}
	e := []node{
		line(tr("campaign.funnel", intArg("invited", f.Invited), intArg("sent", f.Sent), read,
			intArg("started", f.Started), intArg("submitted", f.Submitted), intArg("done", f.Done))),
		f.chart(),
	}
	if chart := v.departmentChart(); chart != nil {
		e = append(e, headline(tr("board.departments")), chart)
	}
	if f.Unsure > 0 {
		e = append(e, line(codeText("campaign_code", "unsure", intArg("n", f.Unsure)), colourOrange))
	}
	for _, t := range f.Unreachable {
		e = append(e, small(codeText("campaign_code", t.Code, intArg("n", t.N))))
	}
	if f.TakenOut > 0 {
		e = append(e, small(codeText("campaign_status", "taken_out", intArg("n", f.TakenOut))))
	}
	if v.State == "running" {
		e = append(e, v.Forecast.nodes()...)
	}
	return append(e, v.actions()...)
}

// chart draws the steps of the funnel as bars. A step of which nothing is known has none.
func (f CampaignFunnel) chart() node {
	var values []node
	for _, s := range []struct {
		label string
		n     int
		known bool
	}{
		{"sent", f.Sent, true}, {"read", f.Read, f.ReadKnown}, {"started", f.Started, true},
		{"submitted", f.Submitted, true}, {"done", f.Done, true},
	} {
		if s.known {
			values = append(values, node{"step": bilingual("campaign_step." + s.label), "n": s.n})
		}
	}
	return chart(node{
		"type":      "bar",
		"direction": "horizontal",
		"data":      node{"values": values},
		"xField":    "n",
		"yField":    "step",
	})
}

// departmentChart draws a bar for each department: who is done, who has begun, who has not.
func (v Campaign) departmentChart() node {
	if len(v.Departments) < 2 {
		return nil
	}
	done, begun, missing := bilingual("campaign_step.done"), bilingual("campaign_step.begun"),
		bilingual("campaign_step.missing")
	var values []node
	for _, d := range v.Departments[:min(len(v.Departments), maxCampaignBars)] {
		name := cleanText(d.Name, maxDepartmentName)
		if name == "" {
			name = bilingual("board.others")
		}
		values = append(values,
			node{"department": name, "kind": done, "n": d.Done},
			node{"department": name, "kind": begun, "n": d.Started - d.Done},
			node{"department": name, "kind": missing, "n": d.Sent - d.Started})
	}
	return departmentBars(values)
}

// actions draws what HR can do now.
func (v Campaign) actions() []node {
	var e []node
	switch {
	case v.Chasing:
		e = append(e, line(tr("campaign.chasing")))
	case v.MayChase > 0 && v.State == "running":
		e = append(e, small(tr("campaign.may_chase", intArg("n", v.MayChase), intArg("most", v.ChasesAllowed))),
			askFirst("campaign_chase", plainButton, v.act(ActChase)))
	case !v.ChaseFrom.IsZero() && v.ChasesItself:
		e = append(e, small(tr("campaign.chase_itself", timeArg("at", v.ChaseFrom))))
	case !v.ChaseFrom.IsZero():
		e = append(e, small(tr("campaign.chase_from", timeArg("at", v.ChaseFrom))))
	}
	var buttons []node
	if v.Funnel.Sent > 0 {
		buttons = append(buttons, v.button("missing", "campaign_missing", plainButton))
	}
	if v.Funnel.Sent > 0 {
		file := v.act(ActExport)
		file.To = ToOpen
		buttons = append(buttons, button("campaign_export", plainButton, file))
	}
	pause := v.act(ActPause)
	switch v.State {
	case "running":
		buttons = append(buttons, button("campaign_pause", plainButton, pause))
	case "paused":
		pause.To = ToResume
		buttons = append(buttons, button("campaign_resume", plainButton, pause))
	}
	if len(buttons) > 0 {
		e = append(e, row(buttons...))
	}
	if v.State == "running" || v.State == "paused" {
		e = append(e, askFirst("campaign_stop", dangerButton, v.act(ActStop)))
	}
	return e
}
