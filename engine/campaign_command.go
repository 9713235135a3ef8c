package engine

import (
	"context"
	"encoding/hex"
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
	r.Target = flows.CampaignTarget{Kind: flows.TargetList, ID: hex.EncodeToString(e.Store.MAC("campaign_list", parts...))}
	return r
}
