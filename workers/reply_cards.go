package workers

import (
	"context"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/idcard"
)

// pendingRows is how many cases the list of waiting cases shows.
const pendingRows = 10

// replyCard builds the card of a reply. It returns nil if there is nothing to say any more.
func (w *Workers) replyCard(ctx context.Context, j flows.Job) (card cards.Card, err error) {
	switch j.Template() {
	case flows.ReplyRemindAll:
		return nil, w.remindAll(ctx, j) // queues its answer as a job of its own
	case flows.ReplyLookUp:
		return w.lookUpCard(ctx, j)
	}
	tenantKey, asker := j.Args[flows.ArgTenant], j.Args[flows.ArgWho]
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		switch j.Template() {
		case flows.ReplyGreeting:
			card, err = w.greetingCard(ctx, v, j)
		case flows.ReplyNotice:
			card, err = w.noticeOf(ctx, v, j)
		case flows.ReplyLatest:
			card, err = w.latestCard(ctx, v, j)
		case flows.ReplyMyData:
			card, err = w.engine.MyData(ctx, v, tenantKey, asker)
		case flows.ReplyPhotoProblem:
			card, err = w.photoProblemCard(ctx, v, j)
		case flows.ReplyReminder:
			card, err = w.reminderCard(ctx, v, j)
		case flows.ReplyPending:
			card, err = w.pendingCard(ctx, v, tenantKey, asker)
		case flows.ReplyWaiting:
			var list cards.Pending
			if list, err = w.pendingCard(ctx, v, tenantKey, asker); list.Total > 0 {
				card = list
			}
		case flows.ReplyStats:
			card, err = w.statsCard(ctx, v, tenantKey)
		case flows.ReplyMorning:
			card, err = w.morningCard(ctx, v, j)
		case flows.ReplyWeekly:
			card, err = w.weeklyCard(ctx, v, j)
		case flows.ReplyLooked:
			card = lookedCard(j)
		case flows.ReplyCampaignLead:
			card, err = w.engine.CampaignLeadCard(ctx, v, j)
		case flows.ReplyCampaigns:
			card, err = w.engine.CampaignMenu(ctx, v, tenantKey)
		case flows.ReplyDisclosed:
			card, err = w.disclosedCard(ctx, v, j)
		case flows.ReplyDataUse:
			card, err = w.dataUseCard(ctx, v, tenantKey, asker)
		case flows.ReplyConversation, flows.ReplyHRWords:
			card, err = conversationCard(ctx, v, j)
		case flows.ReplySampleFault:
			card, err = w.sampleFaultCard(ctx, v, j)
		case flows.ReplyAway:
			card, err = w.engine.AwayCard(ctx, v, tenantKey, asker)
		case flows.ReplyOverdue:
			var overdue cards.Overdue
			if overdue, err = w.engine.OverdueCard(ctx, v, tenantKey); overdue.Overdue > 0 {
				overdue.Lead = true
				card = overdue
			}
		case flows.ReplyLookRequest:
			card, err = lookRequestCard(ctx, v, j)
		case flows.ReplyExport:
			card, err = w.exportCard(ctx, v, j)
		case flows.ReplyExported:
			card, err = exportedCard(ctx, v, j)
		case flows.ReplyRequest:
			card, err = w.requestCard(ctx, v, j)
		case flows.ReplyRequests:
			card, err = w.requestsCard(ctx, v, j)
		case flows.ReplyRequestEnded:
			card, err = w.requestEndedCard(ctx, v, j)
		case flows.ReplyRequestsLate:
			card, err = w.requestsLateCard(ctx, v, j)
		case flows.ReplyPrivacy:
			card, err = w.engine.PrivacyCard(ctx, v, tenantKey, asker)
		case flows.ReplyHead:
			card, err = headCard(ctx, v, j)
		case flows.ReplyRenamed:
			card, err = w.renamedCard(ctx, v, j)
		case flows.ReplyReminded:
			card, err = remindedCard(j)
		case flows.ReplyReconcile:
			card, err = w.reconcileCard(ctx, v, tenantKey)
		case flows.ReplyDiffers:
			// HR may have dealt with everything since the night.
			var found cards.Reconcile
			if found, err = w.reconcileCard(ctx, v, tenantKey); len(found.Groups) > 0 {
				card = found
			}
		default:
			w.engine.Log.Error("no such reply", "template", j.Template())
		}
		return err
	})
	return card, err
}

// sinceOf returns the time in ArgSince.
func sinceOf(j flows.Job) time.Time {
	since, _ := time.Parse(time.RFC3339, j.Args[flows.ArgSince]) // the zero time is shown as a dash
	return since
}

// lookRequestCard asks whether the admin of the job may see the originals. It is nil if nobody wants to any more.
func lookRequestCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil || c.LookRequest == nil {
		return nil, flows.IgnoreNotFound(err)
	}
	return cards.LookRequest{
		Ref:        flows.CardRef(c),
		By:         j.Args[flows.ArgAbout],
		Applicant:  c.OpenID,
		MaskedName: flows.MaskedName(c),
		Reason:     j.Args[flows.ArgReason],
	}, nil
}

// lookedCard tells the applicant of a look at the originals.
func lookedCard(j flows.Job) cards.Card {
	return cards.Looked{By: j.Args[flows.ArgAbout], At: sinceOf(j), Reason: j.Args[flows.ArgReason]}
}

// greetingCard says what the bot is for. It shows the open case of the asker, but not in a group.
func (w *Workers) greetingCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	tenantKey, asker := j.Args[flows.ArgTenant], j.Args[flows.ArgWho]
	done, err := w.engine.Registered(ctx, v, tenantKey, asker)
	if err != nil {
		return nil, err
	}
	admin, err := w.engine.IsAdmin(ctx, v, tenantKey, asker)
	if err != nil {
		return nil, err
	}
	g := cards.Greeting{
		HR:   admin,
		Help: j.Args[flows.ArgHelp] != "",
		Done: done,
	}
	c, err := v.OpenCase(ctx, tenantKey, asker)
	if err == nil && j.ToType == "open_id" {
		r := flows.CardRef(c)
		g.Open = &r
	}
	return g, flows.IgnoreNotFound(err)
}

// latestCard shows how the asker's last case ended.
func (w *Workers) latestCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.LatestCase(ctx, j.Args[flows.ArgTenant], j.Args[flows.ArgWho])
	if flows.IsNotFound(err) {
		return cards.Notice{Code: "nothing_open", Start: true}, nil
	}
	if err != nil {
		return nil, err
	}
	return flows.ApplicantCard(c, flows.ViewContext{Now: w.engine.Now(), Policy: &w.engine.Policy}), nil
}

// photoProblemCard answers a photo that cannot be used. The case may no longer hold this photo; the card then names no
// side.
func (w *Workers) photoProblemCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	card := cards.PhotoProblem{
		Ref:     flows.CardRef(c),
		Problem: j.Args[flows.ArgProblem],
		Tries:   c.BadPhotos,
		AskHR:   c.MayAskHR(),

		AskDocument: c.State == flows.AwaitingPhotos && !c.AnySideRead() && c.Personal.Document == "",
		Document:    c.State == flows.AwaitingPhotos && c.Personal.Document != "",
	}
	if c.Personal.Document != "" { // no side of an identity card is missing
		return card, nil
	}
	if p := c.PhotoByID(j.Args[flows.ArgPhoto]); p != nil {
		card.Side = string(p.Side)
	}
	for _, s := range []idcard.Side{idcard.Front, idcard.Back} {
		if c.PhotoOf(s) == nil {
			card.Need = append(card.Need, string(s))
		}
	}
	return card, nil
}

// reminderStages names the text of a reminder by the state of the case.
var reminderStages = map[flows.State]string{
	flows.AwaitingConsent:      "consent",
	flows.AwaitingPhotos:       "photos",
	flows.AwaitingConfirmation: "confirm",
	flows.AwaitingBankCard:     "bank_card",
	flows.AwaitingCode:         "code",
	flows.AwaitingFace:         "face",
}

// reminderCard reminds the applicant. It returns nil if the applicant has gone on meanwhile.
func (w *Workers) reminderCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	if c.State.Turn() != flows.Applicant || j.Revision() != 0 && c.Rev != j.Revision() {
		return nil, nil
	}
	stage := reminderStages[c.State]
	switch {
	case c.AfterConsent != "":
		stage = "reading"
	case c.State == flows.AwaitingPhotos && c.Personal.Document != "":
		stage = "document_photo"
	}
	return cards.Reminder{Ref: flows.CardRef(c), Stage: stage, Expires: c.ExpiresAt}, nil
}

// pendingCard lists the cases that wait for HR, without the asker's own case.
func (w *Workers) pendingCard(ctx context.Context, v flows.View, tenantKey, asker string) (cards.Pending, error) {
	// The list may hold the asker's own case, of which there is at most one. It is left out.
	states := []flows.State{flows.AwaitingReview, flows.NeedsAttention}
	list, err := v.InState(ctx, tenantKey, states, pendingRows+1, 0)
	if err != nil {
		return cards.Pending{}, err
	}
	counts, err := v.CountByState(ctx, tenantKey)
	if err != nil {
		return cards.Pending{}, err
	}
	own, err := v.OpenCase(ctx, tenantKey, asker)
	if err != nil && !flows.IsNotFound(err) {
		return cards.Pending{}, err
	}
	if err == nil && own.State.Turn() == flows.HR {
		counts[own.State]--
	}
	now := w.engine.Now()
	out := cards.Pending{
		Total:     counts[flows.AwaitingReview] + counts[flows.NeedsAttention],
		Attention: counts[flows.NeedsAttention],
	}
	for _, c := range list {
		if c.OpenID == asker {
			continue
		}
		if len(out.Rows) == pendingRows {
			break
		}
		row := cards.PendingRow{
			Ref:        flows.CardRef(c),
			Applicant:  c.OpenID,
			MaskedName: flows.MaskedName(c),
			State:      string(c.State),
			Since:      c.EnteredAt,
			Worst:      cards.Red,
		}
		if w.engine.Policy.SLA > 0 {
			row.Waits, row.Overdue = now.Sub(c.EnteredAt), w.engine.Policy.IsOverdue(c.EnteredAt, now)
		}
		if c.State == flows.AwaitingReview {
			row.Worst = flows.Colour(flows.Worst(flows.Findings(c, &w.engine.Policy, w.engine.Now())))
			if c.Help != nil {
				row.Worst = cards.Red // also if no check was made
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}
