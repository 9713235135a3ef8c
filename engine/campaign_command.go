package engine

import (
	"context"
	"strconv"
	"strings"

	"shiming/flows"
)

// inviteBy answers 邀请: with the menu, or with the campaign of the list that follows the word.
func (e *Engine) inviteBy(ctx context.Context, tx flows.Tx, m flows.Message) error {
	list := flows.ListOf(m.Text)
	if strings.TrimSpace(list) == "" {
		return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyCampaigns))
	}
	if m.Cut {
		return e.replyNotice(ctx, tx, m, "campaign_list_cut")
	}
	r := CampaignRequest{TenantKey: m.TenantKey, By: m.OpenID, Cause: "message/" + m.MessageID + m.EventID}
	r, ok := e.withList(r, list)
	if !ok {
		return e.replyNotice(ctx, tx, m, "campaign_list_long")
	}
	_, existed, err := e.BeginCampaign(ctx, tx, r)
	if err != nil || !existed {
		return err
	}
	return e.replyNotice(ctx, tx, m, "campaign_exists")
}

// WithLines makes the lines of a list the target of a request.
func (e *Engine) WithLines(r CampaignRequest, lines []flows.CampaignLine) CampaignRequest {
	parts := make([]string, 0, len(lines)+1)
	parts = append(parts, strconv.Itoa(len(lines)))
	for _, l := range lines {
		parts = append(parts, l.Text)
	}
	r.Lines = lines
	return e.aboutList(r, parts...)
}

// aboutList makes a list, which the parts tell from others, the target of a request.
func (e *Engine) aboutList(r CampaignRequest, parts ...string) CampaignRequest {
	hash := keyedHash(e.Store, "", purposeCampaignOfAList, parts...)
	r.Target, r.Former = flows.CampaignTarget{Kind: flows.TargetList, ID: hash.key}, nil
	for _, id := range hash.former {
		r.Former = append(r.Former, flows.CampaignTarget{Kind: flows.TargetList, ID: id})
	}
	return r
}
