package workers

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// noticeUnreached tells HR that the bot cannot write to an applicant.
const noticeUnreached = "applicant_unreached"

// noticeLevels is the colour of each notice. A notice that is not listed has none.
var noticeLevels = map[string]cards.Level{
	"photo_in_group":      cards.Red,
	"no_reviewer":         cards.Red,
	"no_admin":            cards.Red,
	"not_hr":              cards.Amber,
	"not_dpo":             cards.Amber,
	"not_staff":           cards.Amber,
	"not_sure_meant":      cards.Amber,
	"photo_not_needed":    cards.Amber,
	"too_many_cases":      cards.Amber,
	"unsupported":         cards.Amber,
	"late":                cards.Amber,
	"late_menu":           cards.Amber,
	"cannot_cancel":       cards.Amber,
	"only_in_group":       cards.Amber,
	"code_expected":       cards.Amber,
	"bank_card_expected":  cards.Red,
	"bank_card_in_chat":   cards.Red,
	noticeUnreached:       cards.Amber,
	"document_quota":      cards.Amber,
	"document_permission": cards.Amber,
	noticeUnreadable:      cards.Amber,
	"handover_stopped":    cards.Red,
	"account_stopped":     cards.Red,
	"review_chat_set":     cards.Green,
	"announce_chat_set":   cards.Green,
	"already_done":        cards.Green,
	"campaign_list_long":  cards.Amber,
	noticeNoLead:          cards.Amber,
	"campaign_list_cut":   cards.Amber,
	"away_nobody":         cards.Red,
	flows.AwayWhen:        cards.Amber,
	flows.AwayPast:        cards.Amber,
	flows.AwayTooFar:      cards.Amber,

	flows.NoticeGroupLost:     cards.Amber,
	flows.NoticeGroupExternal: cards.Amber,

	flows.NoticeManyExports:    cards.Red,
	flows.NoticeExportLeft:     cards.Red,
	flows.NoticeExportTooLarge: cards.Amber,
	flows.NoticeExportFailed:   cards.Amber,
	flows.NoticeExportUnknown:  cards.Amber,

	flows.NoticeHeadsWait: cards.Red,
	flows.NoticeHeadsSent: cards.Green,

	flows.NoticeCopyFailed: cards.Amber,
	flows.NoticeCopyLeft:   cards.Red,

	flows.NoticeManyLooks:        cards.Red,
	flows.NoticeOriginalKept:     cards.Red,
	flows.NoticeOriginalEmptied:  cards.Amber,
	flows.NoticeOriginalNotShown: cards.Amber,
}

// noticeOf builds the card of a ReplyNotice. It returns nil for a notice about an applicant who has gone on meanwhile.
func (w *Workers) noticeOf(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	notice := w.noticeCard(j)
	if notice.Code != noticeUnreached {
		return notice, nil
	}
	c, err := v.Case(ctx, j.Case)
	if err != nil || c.State.Turn() != flows.Applicant {
		return nil, err
	}
	notice.Person = c.OpenID
	return notice, nil
}

// noticeCard builds a card with one text. After some texts the applicant can start a case with a button.
func (w *Workers) noticeCard(j flows.Job) cards.Notice {
	code := j.Args[flows.ArgCode]
	var args map[string]string
	if made, err := madeAt(j); err == nil && !made.IsZero() {
		args = map[string]string{"when": flows.MadeText(made, w.engine.Now())}
	}
	if code == flows.NoticeManyLooks || code == flows.NoticeManyExports {
		args = map[string]string{"n": j.Args[flows.ArgLooks], "since": cards.Stamp(sinceOf(j))}
	}
	if code == flows.NoticeHeadsWait {
		args = map[string]string{"day": j.Args[flows.ArgDay]}
	}
	return cards.Notice{
		Code:   code,
		Args:   args,
		Level:  noticeLevels[code],
		Person: j.Args[flows.ArgAbout],
		Start:  code == "nothing_open",
		Again:  code == "already_done" || code == flows.NoticeRenamed,
	}
}
