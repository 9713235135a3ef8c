package engine

import (
	"context"
	"encoding/json"

	"shiming/flows"
)

// FileRequest is a request for the people of a list that an admin has sent as a file. The resolver fetches it; its
// position names message and file.
func FileRequest(messageID, fileKey string) CampaignRequest {
	position, err := json.Marshal(map[string]string{"phase": "file", "message": messageID, "file": fileKey})
	if err != nil {
		panic(err) // a map of strings
	}
	return CampaignRequest{Target: flows.CampaignTarget{Kind: flows.TargetList, ID: messageID}, Position: string(position)}
}

// handleList begins a campaign for a list that an admin has sent as a file in private. The same message is the same
// list.
func (e *Engine) handleList(ctx context.Context, tx flows.Tx, m flows.Message) error {
	r := FileRequest(m.MessageID, m.Photos[0].FileKey)
	r = e.aboutList(r, m.MessageID)
	r.TenantKey, r.By, r.Cause = m.TenantKey, m.OpenID, "message/"+m.MessageID+m.EventID
	_, _, err := e.BeginCampaign(ctx, tx, r)
	return err
}

// isList reports whether a message is a list that an admin has sent as a file in private. Others who send a table are
// told that it is no photo, as ever.
func (e *Engine) isList(ctx context.Context, tx flows.Tx, m flows.Message) (bool, error) {
	if !m.Private || len(m.Photos) != 1 || !m.Photos[0].Table {
		return false, nil
	}
	return e.IsAdmin(ctx, tx, m.TenantKey, m.OpenID)
}
