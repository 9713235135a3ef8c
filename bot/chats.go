package bot

import (
	"context"
	"net/http"

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
	err := c.call(ctx, request{
		op:     opChats,
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/im/v1/chats",
		query:  withPage(map[string]string{"user_id_type": idTypeOpen, "page_size": "100"}, pageToken),
	}, &out)
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
	err := c.call(ctx, request{
		op:     opMembers,
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/im/v1/chats/:chat_id/members",
		params: map[string]string{"chat_id": chatID},
		query:  withPage(map[string]string{"member_id_type": idTypeOpen, "page_size": "100"}, pageToken),
	}, &out)
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

// Readers returns a page of those who have read a message of the bot (page "查询消息已读信息"). The message must not be
// older than seven days: 230033.
func (c *Client) Readers(ctx context.Context, messageID, pageToken string) (flows.ReaderPage, error) {
	var out struct {
		Data struct {
			paging
			Items []struct {
				UserID    string `json:"user_id"`
				Timestamp string `json:"timestamp"` // milliseconds
			} `json:"items"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:     opReaders,
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/im/v1/messages/:message_id/read_users",
		params: map[string]string{"message_id": messageID},
		query:  withPage(map[string]string{"user_id_type": idTypeOpen, "page_size": "100"}, pageToken),
	}, &out)
	if err != nil {
		return flows.ReaderPage{}, err
	}
	result := flows.ReaderPage{Next: out.Data.next()}
	for _, i := range out.Data.Items {
		result.Readers = append(result.Readers, flows.Reader{OpenID: i.UserID, At: unixTime(i.Timestamp)})
	}
	return result, nil
}
