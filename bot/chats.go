package bot

import (
	"context"

	"shiming/flows"
)

// Chats returns a page of the groups with the bot in them (page "获取用户或机器人所在的群列表").
func (c *Client) Chats(ctx context.Context, pageToken string) (flows.ChatPage, error) {
	var out struct {
		Data struct {
			paging
			Items []struct {
				ID       string `json:"chat_id"`
				Name     string `json:"name"`
				External bool   `json:"external"`
			} `json:"items"`
		} `json:"data"`
	}
	err := c.readPage(ctx, opChats, "/open-apis/im/v1/chats",
		nil, map[string]string{"user_id_type": idTypeOpen, "page_size": "100"}, pageToken, &out)
	if err != nil {
		return flows.ChatPage{}, err
	}
	result := flows.ChatPage{Next: out.Data.next()}
	for _, i := range out.Data.Items {
		result.Chats = append(result.Chats, flows.Chat{ID: i.ID, Name: i.Name, External: i.External})
	}
	return result, nil
}

// MemberPage returns a page of a group's members without bots (page "获取群成员列表"). The bot must be a member. Members of
// other tenants are left out: tenantKey is that of the group's own.
func (c *Client) MemberPage(ctx context.Context, chatID, tenantKey, pageToken string) (flows.MemberPage, error) {
	var out struct {
		Data struct {
			paging
			Items []struct {
				MemberID  string `json:"member_id"`
				TenantKey string `json:"tenant_key"`
			} `json:"items"`
			// In the SDK's service/im/v1, not on the page.
			Cut bool `json:"trigger_security_conf_limit"`
		} `json:"data"`
	}
	err := c.readPage(ctx, opMembers, "/open-apis/im/v1/chats/:chat_id/members",
		map[string]string{"chat_id": chatID},
		map[string]string{"member_id_type": idTypeOpen, "page_size": "100"}, pageToken, &out)
	if err != nil {
		return flows.MemberPage{}, err
	}
	result := flows.MemberPage{Next: out.Data.next(), Cut: out.Data.Cut}
	for _, i := range out.Data.Items {
		if !foreign(tenantKey, i.TenantKey) {
			result.Members = append(result.Members, i.MemberID)
		}
	}
	return result, nil
}
